package jbt.server.channels;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import java.util.EnumSet;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import jbt.server.targets.Target;
import jbt.transport.Role;
import jbt.transport.Tls;
import jbt.transport.TlsException;
import jbt.transport.TlsFiles;
import jbt.v1.TracerGrpc;

/**
 * Reaches targets over TCP with mutual TLS. A target must prove its inventory name, whatever its
 * address, and the role of a host or of a collector, as the inventory says. Channels are kept for
 * the next session.
 */
public final class Channels implements Dialer, AutoCloseable {
  /** A merged map of thousands of hosts is one message. */
  private static final int MAX_MESSAGE = 64 << 20;

  static final int CONNECT_MILLIS = 5_000;

  /** A factor for hosts that are emulated. */
  private static final int PATIENCE = Integer.getInteger("jbt.patience", 1);

  /** A host that is up may have an agent that has just been started, on a busy machine. */
  private static final int FIRST_BYTE_MILLIS = 15_000 * PATIENCE;

  private static final long KEEPALIVE_SECONDS = 10;
  private static final long KEEPALIVE_ANSWER_SECONDS = 5L * PATIENCE;

  /** What gRPC logs about connections, with stack traces, is told in the answers to calls. */
  private static final Logger GRPC_LOG = Logger.getLogger("io.grpc");

  static {
    GRPC_LOG.setLevel(Level.OFF);
  }

  private final EventLoopGroup loops;
  private final SslContext hosts;
  private final SslContext collectors;
  private final Map<Target, ManagedChannel> channels = new ConcurrentHashMap<>();

  /**
   * @param loops run all channels; the owner stops them after {@link #close}
   */
  public Channels(TlsFiles identity, EventLoopGroup loops) throws TlsException {
    this.loops = loops;
    hosts = Tls.client(identity, EnumSet.of(Role.HOST));
    collectors = Tls.client(identity, EnumSet.of(Role.COLLECTOR));
  }

  @Override
  public TracerGrpc.AsyncService dial(Target target) {
    ManagedChannel channel = channels.computeIfAbsent(target, this::open);
    // An earlier session may have failed to connect; this one tries at once.
    channel.resetConnectBackoff();
    return new Remote(TracerGrpc.newStub(channel));
  }

  private ManagedChannel open(Target target) {
    return builder(target)
        .overrideAuthority(target.name())
        .sslContext(target.isCollector() ? collectors : hosts)
        .channelFactory(Channels::socket)
        .eventLoopGroup(loops)
        .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
        .keepAliveTime(KEEPALIVE_SECONDS, TimeUnit.SECONDS)
        .keepAliveTimeout(KEEPALIVE_ANSWER_SECONDS, TimeUnit.SECONDS)
        .maxInboundMessageSize(MAX_MESSAGE)
        // Replies are handled without blocking, so that they need no threads of their own.
        .directExecutor()
        .disableRetry()
        .proxyDetector(address -> null)
        .build();
  }

  private static NettyChannelBuilder builder(Target target) {
    try {
      return NettyChannelBuilder.forAddress(target.address(), target.port());
    } catch (IllegalArgumentException e) {
      throw Status.UNAVAILABLE
          .withDescription("not an address of a host")
          .withCause(e)
          .asRuntimeException();
    }
  }

  private static NioSocketChannel socket() {
    NioSocketChannel socket = new NioSocketChannel();
    socket.pipeline().addLast(new FirstByte(FIRST_BYTE_MILLIS));
    return socket;
  }

  @Override
  public void close() {
    channels.values().forEach(ManagedChannel::shutdownNow);
    channels.clear();
  }
}
