package jbt.server.channels;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.util.concurrent.TimeUnit;

/**
 * Netty's threads, owned by whoever starts them. A program that ends without stopping them waits
 * 300 ms in the JVM's exit.
 */
public final class EventLoops {
  private EventLoops() {}

  public static EventLoopGroup start(int threads) {
    return new MultiThreadIoEventLoopGroup(
        threads,
        Thread.ofPlatform().daemon().name("jbt-net-", 0).factory(),
        NioIoHandler.newFactory());
  }

  /** Waits until the threads are gone, a second at most. */
  public static void stop(EventLoopGroup loops) {
    try {
      loops.shutdownGracefully(0, 0, TimeUnit.MILLISECONDS).await(1, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
