package jbt.daemon.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import jbt.daemon.Policy;
import jbt.daemon.TracerService;
import jbt.daemon.config.AgentConfig;
import jbt.transport.Identity;
import jbt.transport.PeerGate;
import jbt.transport.Role;
import jbt.transport.Tls;
import jbt.transport.TlsException;
import jbt.transport.TlsFiles;
import jbt.v1.DescribeRequest;
import jbt.v1.ListProbesRequest;
import jbt.v1.TracerGrpc;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who gets in, and who does not. */
@Tag("fleet")
class AgentServerTest {
  @TempDir private Path folder;
  private final List<String> journal = new CopyOnWriteArrayList<>();
  private final EventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final TracerService service =
      new TracerService(
          "web01",
          Policy.DEFAULT,
          Map.of(),
          () -> String.valueOf(PeerGate.PEER.get()),
          journal::add);
  private Authority ours;
  private TlsFiles host;
  private AgentServer server;
  private InetSocketAddress address;
  private Path socket;

  @BeforeEach
  void serve() throws Exception {
    ours = new Authority(folder, "ours");
    host = ours.issue(new Identity(Role.HOST, "web01"));
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      address = new InetSocketAddress(InetAddress.getLoopbackAddress(), free.getLocalPort());
    }
    socket = folder.resolve("private/agent.sock");
    server = AgentServer.start(config(host), () -> TracerGrpc.bindService(service), journal::add);
  }

  private AgentConfig config(TlsFiles files) {
    return new AgentConfig(
        "web01",
        Optional.of(new AgentConfig.Listen(address, files)),
        Set.of("alice"),
        Set.of("collector1"),
        Optional.of(socket),
        Policy.DEFAULT,
        Map.of());
  }

  @AfterEach
  void stop() {
    server.close();
    service.close();
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    assertThat(journal).noneMatch(line -> line.startsWith("start"));
  }

  private ManagedChannel dial(TlsFiles files) throws TlsException {
    return NettyChannelBuilder.forAddress(address)
        .sslContext(Tls.client(files, EnumSet.of(Role.HOST)))
        .overrideAuthority("web01")
        .build();
  }

  private static String describe(ManagedChannel channel) {
    try {
      return TracerGrpc.newBlockingStub(channel)
          .withDeadlineAfter(60, TimeUnit.SECONDS)
          .describe(DescribeRequest.getDefaultInstance())
          .getHosts(0)
          .getHost();
    } finally {
      channel.shutdownNow();
    }
  }

  private void refused(ManagedChannel channel, Status.Code code, String inJournal)
      throws InterruptedException {
    assertThatThrownBy(() -> describe(channel))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class, e -> assertThat(e.getStatus().getCode()).isEqualTo(code));
    journalHas(inJournal);
  }

  private void journalHas(String text) throws InterruptedException {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (journal.stream().noneMatch(line -> line.contains(text)) && System.nanoTime() < until) {
      TimeUnit.MILLISECONDS.sleep(10);
    }
    assertThat(journal).anyMatch(line -> line.startsWith("refused ") && line.contains(text));
  }

  @Test
  void aListedUserAndCollectorGetIn() throws Exception {
    assertThat(describe(dial(ours.issue(new Identity(Role.USER, "alice"))))).isEqualTo("web01");
    assertThat(describe(dial(ours.issue(new Identity(Role.COLLECTOR, "collector1")))))
        .isEqualTo("web01");
  }

  @Test
  void anUnlistedUserIsRefused() throws Exception {
    refused(
        dial(ours.issue(new Identity(Role.USER, "mallory"))),
        Status.Code.PERMISSION_DENIED,
        "user mallory is not admitted here");
  }

  @Test
  void aHostIsNoClient() throws Exception {
    refused(
        dial(ours.issue(new Identity(Role.HOST, "alice"))),
        Status.Code.PERMISSION_DENIED,
        "host alice is not admitted here");
    refused(
        dial(ours.issue(new Identity(Role.USER, "collector1"))),
        Status.Code.PERMISSION_DENIED,
        "user collector1 is not admitted here");
  }

  @Test
  void anotherAuthorityIsRefused() throws Exception {
    TlsFiles theirs = new Authority(folder, "theirs").issue(new Identity(Role.USER, "alice"));
    refused(
        dial(new TlsFiles(host.authority(), theirs.certificate(), theirs.key())),
        Status.Code.UNAVAILABLE,
        "the certificate of user alice is not signed by our authority");
  }

  @Test
  void anExpiredCertificateIsRefused() throws Exception {
    refused(
        dial(
            ours.issue(new Identity(Role.USER, "alice"), Instant.now().minus(Duration.ofHours(1)))),
        Status.Code.UNAVAILABLE,
        "the certificate of user alice has expired");
  }

  @Test
  void aHostOfAnotherNameIsNotBelieved() throws Exception {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(address)
            .sslContext(
                Tls.client(ours.issue(new Identity(Role.USER, "alice")), EnumSet.of(Role.HOST)))
            .overrideAuthority("web02")
            .build();
    assertThatThrownBy(() -> describe(channel)).isInstanceOf(StatusRuntimeException.class);
  }

  @Test
  void plainTextIsRefused() throws Exception {
    refused(
        NettyChannelBuilder.forAddress(address).usePlaintext().build(),
        Status.Code.UNAVAILABLE,
        "no TLS handshake came about");
    journal.clear();
    try (Socket raw = new Socket(address.getAddress(), address.getPort())) {
      raw.getOutputStream().write("GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      journalHas("no TLS handshake came about");
    }
  }

  @Test
  void aRequestThatIsTooLongIsRefused() throws Exception {
    ManagedChannel channel = dial(ours.issue(new Identity(Role.USER, "alice")));
    String pattern = "x".repeat(1 << 20);
    assertThatThrownBy(
            () ->
                TracerGrpc.newBlockingStub(channel)
                    .listProbes(ListProbesRequest.newBuilder().setPattern(pattern).build())
                    .forEachRemaining(reply -> {}))
        .isInstanceOf(StatusRuntimeException.class);
    journalHas("RESOURCE_EXHAUSTED");
    channel.shutdownNow();
  }

  @Test
  void aRequestThatIsNoMessageIsRefused() throws Exception {
    ManagedChannel channel = dial(ours.issue(new Identity(Role.USER, "alice")));
    MethodDescriptor<byte[], byte[]> method =
        MethodDescriptor.<byte[], byte[]>newBuilder()
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName(TracerGrpc.getDescribeMethod().getFullMethodName())
            .setRequestMarshaller(new Raw())
            .setResponseMarshaller(new Raw())
            .build();
    byte[] garbage = {(byte) 0xff, (byte) 0xff, (byte) 0xff, 1, 2, 3};
    assertThatThrownBy(
            () -> ClientCalls.blockingUnaryCall(channel, method, CallOptions.DEFAULT, garbage))
        .isInstanceOf(StatusRuntimeException.class);
    journalHas("a request for jbt.v1.Tracer/Describe");
    channel.shutdownNow();
  }

  private static final class Raw implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] bytes) {
      return new ByteArrayInputStream(bytes);
    }

    @Override
    public byte[] parse(InputStream from) {
      try {
        return from.readAllBytes();
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  @Test
  void theUnixSocketIsForItsOwnerOnly() throws Exception {
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
        .isEqualTo("rw-------");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket.getParent())))
        .isEqualTo("rwx------");
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(UnixDomainSocketAddress.of(socket))
            .eventLoopGroup(loops)
            .channelType(NioDomainSocketChannel.class)
            .usePlaintext()
            .build();
    assertThat(describe(channel)).isEqualTo("web01");
  }

  @Test
  void aSocketInAnOpenFolderIsRefused() throws Exception {
    Path open = Files.createDirectory(folder.resolve("open"));
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxr-xr-x"));
    assertThatThrownBy(() -> UnixSocket.prepare(open.resolve("agent.sock")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("chmod 700");
    assertThatThrownBy(() -> UnixSocket.prepare(socket))
        .hasMessageContaining("another process serves this socket");
  }

  @Test
  void whatIsNoSocketStays() throws Exception {
    Path file = Files.writeString(socket.resolveSibling("notes"), "mine");
    assertThatThrownBy(() -> UnixSocket.prepare(file))
        .isInstanceOf(IOException.class)
        .hasMessage(file + ": there is something else than a socket");
    assertThat(file).hasContent("mine");
    Path pipe = socket.resolveSibling("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    assertThatThrownBy(() -> UnixSocket.prepare(pipe))
        .isInstanceOf(IOException.class)
        .hasMessage(pipe + ": there is something else than a socket");
    assertThat(pipe).exists();
  }

  @Test
  void filesThatAreNotFitForAnAgentAreRefused() throws Exception {
    server.close();
    TlsFiles user = ours.issue(new Identity(Role.USER, "alice"));
    assertThatThrownBy(() -> start(user))
        .isInstanceOf(TlsException.class)
        .hasMessageContaining("an agent needs that of a host");
    Files.setPosixFilePermissions(host.key(), PosixFilePermissions.fromString("rw-r--r--"));
    assertThatThrownBy(() -> start(host))
        .isInstanceOf(TlsException.class)
        .hasMessageContaining("chmod 600");
  }

  private AgentServer start(TlsFiles files) throws Exception {
    return AgentServer.start(config(files), () -> TracerGrpc.bindService(service), journal::add);
  }
}
