package jbt.server.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import jbt.server.Asker;
import jbt.server.Collector;
import jbt.server.FakeHost;
import jbt.server.Opener;
import jbt.server.channels.Channels;
import jbt.server.channels.EventLoops;
import jbt.server.channels.Problem;
import jbt.server.session.Settings;
import jbt.server.targets.Inventory;
import jbt.server.targets.Selected;
import jbt.server.targets.Target;
import jbt.transport.PeerGate;
import jbt.transport.Role;
import jbt.transport.Tls;
import jbt.transport.TlsException;
import jbt.transport.TlsFiles;
import jbt.v1.Failure;
import jbt.v1.HostReport;
import jbt.v1.HostState;
import jbt.v1.TracerGrpc;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real connections on the loopback interface, with real certificates. */
class CollectorServerTest {
  @TempDir private Path folder;
  private TestAuthority ours;
  private final EventLoopGroup loops = EventLoops.start(2);
  private final List<Runnable> closing = new ArrayList<>();
  private final List<String> journal = Collections.synchronizedList(new ArrayList<>());

  @BeforeEach
  void makeAuthority() throws Exception {
    ours = new TestAuthority(folder, "ours");
  }

  @AfterEach
  void close() {
    closing.forEach(Runnable::run);
    EventLoops.stop(loops);
  }

  /** A host's server as an agent has it. */
  private int serve(FakeHost host, TlsFiles identity, Set<String> users) throws Exception {
    Server server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .channelType(NioServerSocketChannel.class)
            .bossEventLoopGroup(loops)
            .workerEventLoopGroup(loops)
            .sslContext(Tls.server(identity, journal::add))
            .intercept(new PeerGate(users, Set.of("eu"), journal::add))
            .addService(TracerGrpc.bindService(host))
            .build()
            .start();
    closing.add(server::shutdownNow);
    return server.getPort();
  }

  private static Target agent(String name, int port) {
    return new Target(name, "127.0.0.1", port, List.of());
  }

  /** What a client hears of one target. */
  private HostReport ask(TlsFiles identity, Target target) throws Exception {
    Asker asker = new Asker(service(identity, target), target.name());
    asker.awaitEnd();
    return asker.report(target.isCollector() ? target.behind().getFirst() : target.name());
  }

  private TracerGrpc.AsyncService service(TlsFiles identity, Target target) throws TlsException {
    Channels channels = new Channels(identity, loops);
    List<String> hosts = target.isCollector() ? target.behind() : List.of(target.name());
    Inventory inventory = names -> List.of(new Selected(target, hosts));
    Collector collector = new Collector(inventory, channels, Settings.defaults());
    closing.addFirst(channels::close);
    closing.addFirst(collector::close);
    return new Opener(collector, Duration.ofSeconds(5), Duration.ZERO);
  }

  @Test
  void aUserReachesAHostAndACollectorReachesItToo() throws Exception {
    FakeHost host = new FakeHost("a");
    host.count = 42;
    int port = serve(host, ours.issue(Role.HOST, "a"), Set.of("alice"));
    TlsFiles alice = ours.issue(Role.USER, "alice");

    Asker direct = new Asker(service(alice, agent("a", port)), "a");
    direct.awaitState("a", HostState.HOST_RUNNING);
    direct.stop();
    direct.awaitEnd();
    assertThat(Asker.word(direct.lastPartial().getRows())).isEqualTo(42);

    Path config = folder.resolve("collector.yaml");
    TlsFiles eu = ours.issue(Role.COLLECTOR, "eu");
    Files.writeString(
        config,
        """
        name: eu
        listen: 127.0.0.1:%d
        tls:
          authority: %s
          certificate: %s
          key: %s
        allow:
          users: [alice]
        hosts:
          - {name: a, address: 127.0.0.1, port: %d}
        """
            .formatted(freePort(), eu.authority(), eu.certificate(), eu.key(), port));
    CollectorServer collector =
        CollectorServer.start(Config.read(config), Settings.defaults().below(), journal::add);
    closing.add(collector::close);
    Target above = new Target("eu", "127.0.0.1", collector.port(), List.of("a"));
    Asker through = new Asker(service(alice, above), "a");
    through.awaitState("a", HostState.HOST_RUNNING);
    through.stop();
    through.awaitEnd();
    assertThat(Asker.word(through.lastPartial().getRows())).isEqualTo(42);
    assertThat(through.report("a").getState()).isEqualTo(HostState.HOST_FINAL);
    assertThat(journal)
        .anyMatch(line -> line.matches("start: session 0+, user alice, hosts a, .*"));

    // Somebody else, and a host, may not ask.
    HostReport bob = ask(ours.issue(Role.USER, "bob"), above);
    assertThat(bob.getFailure()).isEqualTo(Failure.FAILURE_IDENTITY);
    assertThat(bob.getMessage())
        .isEqualTo("collector eu: refused our identity: user bob is not admitted here");
    HostReport stolen = ask(ours.issue(Role.HOST, "b"), above);
    assertThat(stolen.getMessage())
        .isEqualTo("collector eu: refused our identity: host b is not admitted here");
    assertThat(journal).anyMatch(line -> line.startsWith("refused: host b is not admitted here"));

    // Whoever traces when it is stopped has the answer.
    Asker last = new Asker(service(alice, above), "a");
    last.awaitState("a", HostState.HOST_RUNNING);
    collector.close();
    last.awaitEnd();
    assertThat(Asker.word(last.lastPartial().getRows())).isEqualTo(42);
    // Of less than was asked for.
    assertThat(last.report("a").getState()).isEqualTo(HostState.HOST_LOST);
    assertThat(last.report("a").getMessage()).isEqualTo("the collector was stopped");
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @Test
  void whoeverDoesNotProveItsNameIsUnreachable() throws Exception {
    TlsFiles alice = ours.issue(Role.USER, "alice");
    TestAuthority theirs = new TestAuthority(folder, "theirs");

    int other = serve(new FakeHost("b"), ours.issue(Role.HOST, "b"), Set.of("alice"));
    assertUnreachable(ask(alice, agent("a", other)), "the certificate is that of host b, not of a");

    int foreign = serve(new FakeHost("a"), theirs.issue(Role.HOST, "a"), Set.of("alice"));
    assertUnreachable(
        ask(alice, agent("a", foreign)),
        "the certificate of host a is not signed by our authority");

    int expired =
        serve(
            new FakeHost("a"), ours.issue(Role.HOST, "a", Duration.ofMinutes(-5)), Set.of("alice"));
    assertUnreachable(ask(alice, agent("a", expired)), "the certificate of host a has expired");

    int collector = serve(new FakeHost("a"), ours.issue(Role.COLLECTOR, "a"), Set.of("alice"));
    assertUnreachable(
        ask(alice, agent("a", collector)), "it is the certificate of collector a, not of a host");
  }

  @Test
  void aClientWithAForeignCertificateIsRefused() throws Exception {
    FakeHost host = new FakeHost("a");
    int port = serve(host, ours.issue(Role.HOST, "a"), Set.of("alice"));
    TlsFiles mallory = new TestAuthority(folder, "theirs").issue(Role.USER, "alice");
    TlsFiles trusting =
        new TlsFiles(folder.resolve("ours.pem"), mallory.certificate(), mallory.key());
    HostReport report = ask(trusting, agent("a", port));
    assertThat(report.getFailure()).isEqualTo(Failure.FAILURE_IDENTITY);
    assertThat(report.getMessage()).startsWith("refused our certificate (");
    assertThat(journal)
        .contains("user alice: the certificate of user alice is not signed by our authority");
    assertThat(host.dials.get()).isZero();
  }

  private static void assertUnreachable(HostReport report, String message) {
    assertThat(report.getMessage()).isEqualTo(message);
    assertThat(report.getState()).isEqualTo(HostState.HOST_UNREACHABLE);
    assertThat(report.getFailure()).isEqualTo(Failure.FAILURE_IDENTITY);
  }

  @Test
  void connectionsThatFailSayWhere() throws Exception {
    TlsFiles alice = ours.issue(Role.USER, "alice");
    int closed = freePort();
    HostReport refused = ask(alice, agent("a", closed));
    assertThat(refused.getMessage()).isEqualTo("connection refused (127.0.0.1:" + closed + ")");
    assertThat(refused.getFailure()).isEqualTo(Failure.FAILURE_CONNECTION);

    HostReport unknown = ask(alice, new Target("a", "no-such-host.invalid", 1, List.of()));
    assertThat(unknown.getMessage()).isEqualTo("unknown host name (no-such-host.invalid)");

    Server plain =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .channelType(NioServerSocketChannel.class)
            .bossEventLoopGroup(loops)
            .workerEventLoopGroup(loops)
            .build()
            .start();
    closing.add(plain::shutdownNow);
    HostReport insecure = ask(alice, agent("a", plain.getPort()));
    assertThat(insecure.getFailure()).isEqualTo(Failure.FAILURE_IDENTITY);
  }

  @Test
  void aKeyThatOthersCanReadIsRefused() throws Exception {
    TlsFiles alice = ours.issue(Role.USER, "alice");
    Files.setPosixFilePermissions(alice.key(), PosixFilePermissions.fromString("rw-r--r--"));
    assertThatThrownBy(() -> new Channels(alice, loops))
        .isInstanceOf(TlsException.class)
        .hasMessageEndingWith(".key: the key is open to other users; chmod 600 it");
  }

  @Test
  void problemsWithoutCauseAreOneLine() {
    assertThat(
            Problem.of(
                    Status.INTERNAL.withDescription("first\nsecond").asRuntimeException(),
                    agent("a", 1))
                .text())
        .isEqualTo("the session failed: first");
  }
}
