package jbt.daemon.server;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import jbt.daemon.Policy;
import jbt.daemon.config.AgentConfig;
import jbt.transport.AdmittingChannel;
import jbt.transport.Connections;
import jbt.transport.PeerGate;
import jbt.transport.Role;
import jbt.transport.Tls;
import jbt.transport.TlsException;

/** Serves one service at all doors that the configuration opens. */
public final class AgentServer implements AutoCloseable {
  /** A script with what is around it in a message. */
  private static final int MESSAGE_BYTES = Policy.SCRIPT_BYTES + (16 << 10);

  private static final int HEADER_BYTES = 8 << 10;
  private static final int CALLS_PER_CONNECTION = 64;
  private static final int CONNECTIONS = 256;

  /** A factor for hosts that are emulated. */
  private static final int PATIENCE = Integer.getInteger("jbt.patience", 1);

  private final EventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
  private final List<Server> servers = new ArrayList<>();

  private AgentServer() {}

  /**
   * Opens the doors.
   *
   * @param journal told one line for everything that is refused
   * @throws TlsException if a key or certificate can't be used
   * @throws IOException if an address can't be had
   */
  public static AgentServer start(
      AgentConfig config, BindableService service, Consumer<String> journal)
      throws TlsException, IOException {
    AgentServer server = new AgentServer();
    try {
      if (config.listen().isPresent()) {
        AgentConfig.Listen listen = config.listen().get();
        server.serve(server.tcp(config, listen, journal), service, listen.where());
      }
      if (config.socket().isPresent()) {
        UnixSocket socket = UnixSocket.prepare(config.socket().get());
        server.serve(
            server.builder(socket.address()).channelType(NioServerDomainSocketChannel.class),
            service,
            config.socket().get().toString());
        socket.restrict();
      }
      return server;
    } catch (TlsException | IOException | RuntimeException e) {
      server.close();
      throw e;
    }
  }

  private NettyServerBuilder tcp(
      AgentConfig config, AgentConfig.Listen listen, Consumer<String> journal) throws TlsException {
    Role role = listen.tls().identity().role();
    if (role != Role.HOST) {
      throw new TlsException(
          listen.tls().certificate()
              + ": it is the certificate of a "
              + role.word()
              + ", an agent needs that of a host");
    }
    Consumer<String> refused = line -> journal.accept("refused " + line);
    SslContext tls = Tls.server(listen.tls(), refused);
    Connections connections = new Connections(CONNECTIONS, refused);
    return builder(listen.address())
        .channelFactory(() -> new AdmittingChannel(connections))
        .sslContext(tls)
        .intercept(new PeerGate(config.users(), config.collectors(), refused))
        .addTransportFilter(connections)
        .addStreamTracerFactory(new BrokenRequests(refused));
  }

  private NettyServerBuilder builder(SocketAddress address) {
    return NettyServerBuilder.forAddress(address)
        .bossEventLoopGroup(loops)
        .workerEventLoopGroup(loops)
        // Handlers only hand over; what takes time has threads of its own.
        .directExecutor()
        .maxInboundMessageSize(MESSAGE_BYTES)
        .maxInboundMetadataSize(HEADER_BYTES)
        .maxConcurrentCallsPerConnection(CALLS_PER_CONNECTION)
        .handshakeTimeout(10L * PATIENCE, TimeUnit.SECONDS)
        .keepAliveTime(10, TimeUnit.SECONDS)
        .keepAliveTimeout(5L * PATIENCE, TimeUnit.SECONDS)
        .permitKeepAliveTime(1, TimeUnit.SECONDS)
        .permitKeepAliveWithoutCalls(true);
  }

  private void serve(NettyServerBuilder builder, BindableService service, String where)
      throws IOException {
    try {
      servers.add(builder.addService(service).build().start());
    } catch (IOException e) {
      // The library's own message has the address in a form of its own.
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new IOException(where + ": " + cause.getMessage(), e);
    }
  }

  /** Ends when {@link #close} has been called. */
  public void await() throws InterruptedException {
    for (Server server : servers) {
      server.awaitTermination();
    }
  }

  /** Takes no more calls, gives those that end a moment to be delivered, and stops. */
  @Override
  public void close() {
    servers.forEach(Server::shutdown);
    try {
      for (Server server : servers) {
        if (!server.awaitTermination(1, TimeUnit.SECONDS)) {
          server.shutdownNow();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
  }
}
