package jbt.server.channels;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * Gives a connection up whose other end accepts it and then says nothing. The time is counted on
 * the connection's own thread and from when it stands, so that a slow start of ours never counts.
 */
final class FirstByte extends ChannelInboundHandlerAdapter {
  /** What has arrived while our thread was busy is read within this. */
  private static final long READING_MILLIS = 100;

  private final long millis;
  private boolean heard;

  FirstByte(long millis) {
    this.millis = millis;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    after(context, millis, () -> after(context, READING_MILLIS, () -> giveUp(context)));
    context.fireChannelActive();
  }

  private void after(ChannelHandlerContext context, long wait, Runnable then) {
    var _ =
        context
            .executor()
            .schedule(
                () -> {
                  if (!heard) {
                    then.run();
                  }
                },
                wait,
                TimeUnit.MILLISECONDS);
  }

  /** The other end said nothing. */
  static final class ReadTimeout extends IOException {
    private static final long serialVersionUID = 1;
    private final long millis;

    ReadTimeout(long millis) {
      super("not a byte received");
      this.millis = millis;
    }

    long seconds() {
      return millis / 1000;
    }
  }

  private void giveUp(ChannelHandlerContext context) {
    if (context.channel().isActive()) {
      context.fireExceptionCaught(new ReadTimeout(millis));
      var _ = context.close();
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    heard = true;
    context.fireChannelRead(message);
    context.pipeline().remove(this);
  }
}
