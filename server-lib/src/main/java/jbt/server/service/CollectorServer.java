package jbt.server.service;

import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import jbt.server.Collector;
import jbt.server.channels.Channels;
import jbt.server.channels.EventLoops;
import jbt.server.session.Settings;
import jbt.transport.AdmittingChannel;
import jbt.transport.Connections;
import jbt.transport.Identity;
import jbt.transport.PeerGate;
import jbt.transport.Role;
import jbt.transport.Tls;
import jbt.transport.TlsException;
import jbt.v1.TracerGrpc;

/** A running collector: the server, its channels to hosts, and their threads. */
public final class CollectorServer implements AutoCloseable {
  private static final int MAX_REQUEST = 1 << 20;
  private static final int MAX_CALLS = 64;
  private static final int MAX_CONNECTIONS = 256;
  private static final int THREADS = 2;

  private final EventLoopGroup loops;
  private final Channels channels;
  private final Collector collector;
  private final Server server;
  private final Duration patience;

  private CollectorServer(
      EventLoopGroup loops,
      Channels channels,
      Collector collector,
      Server server,
      Duration patience) {
    this.patience = patience;
    this.loops = loops;
    this.channels = channels;
    this.collector = collector;
    this.server = server;
  }

  /**
   * Starts to listen.
   *
   * @param journal told one line for every start, end and refusal
   * @throws TlsException when the identity can't be used
   * @throws IOException when the address can't be listened on
   */
  public static CollectorServer start(Config config, Settings settings, Consumer<String> journal)
      throws TlsException, IOException {
    Identity identity = config.tls().identity();
    if (!identity.equals(new Identity(Role.COLLECTOR, config.name()))) {
      throw new TlsException(
          config.tls().certificate()
              + ": it is the certificate of "
              + identity
              + ", not of collector "
              + config.name());
    }
    EventLoopGroup loops = EventLoops.start(THREADS);
    try {
      Channels channels = new Channels(config.tls(), loops);
      Collector collector = new Collector(config.inventory(), channels, settings);
      Server server = server(config, collector, loops, journal).start();
      return new CollectorServer(loops, channels, collector, server, settings.stop());
    } catch (TlsException | IOException | RuntimeException e) {
      EventLoops.stop(loops);
      throw e;
    }
  }

  private static Server server(
      Config config, Collector collector, EventLoopGroup loops, Consumer<String> journal)
      throws TlsException {
    Consumer<String> refused = line -> journal.accept("refused: " + line);
    Connections connections = new Connections(MAX_CONNECTIONS, refused);
    return NettyServerBuilder.forAddress(config.listen())
        .channelFactory(() -> new AdmittingChannel(connections))
        .bossEventLoopGroup(loops)
        .workerEventLoopGroup(loops)
        .sslContext(Tls.server(config.tls(), refused))
        .intercept(new PeerGate(config.users(), config.collectors(), refused))
        .addTransportFilter(connections)
        .addService(TracerGrpc.bindService(new Journal(collector, journal)))
        .maxInboundMessageSize(MAX_REQUEST)
        .maxConcurrentCallsPerConnection(MAX_CALLS)
        .handshakeTimeout(5, TimeUnit.SECONDS)
        .permitKeepAliveTime(5, TimeUnit.SECONDS)
        .permitKeepAliveWithoutCalls(true)
        .keepAliveTime(10, TimeUnit.SECONDS)
        .keepAliveTimeout(5, TimeUnit.SECONDS)
        .build();
  }

  /** The port that is listened on. */
  public int port() {
    return server.getPort();
  }

  public void awaitEnd() throws InterruptedException {
    server.awaitTermination();
  }

  /** Stops all sessions, each with its answer, gives those a moment to be delivered, and ends. */
  @Override
  public void close() {
    try {
      collector.stop(patience);
      server.shutdown();
      var _ = server.awaitTermination(1, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    collector.close();
    server.shutdownNow();
    channels.close();
    EventLoops.stop(loops);
  }
}
