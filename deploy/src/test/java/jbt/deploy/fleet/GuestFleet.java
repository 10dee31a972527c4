package jbt.deploy.fleet;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Two agents, hosts a and b, in one emulated machine with a stock kernel, each with a process to
 * trace; the client is outside. Everything is gone after {@link #close}.
 */
public final class GuestFleet implements AutoCloseable {
  private static final List<String> HOSTS = List.of("a", "b");
  private static final Duration LIMIT = Duration.ofSeconds(Guest.SECONDS);

  /** Where the agents listen inside, in the order of the hosts. */
  private static final int FIRST_PORT = 7010;

  private final Path folder;
  private final Guest guest;
  private final Pki pki;
  private final Map<String, String> addresses = new TreeMap<>();
  private final Map<String, String> loads = new TreeMap<>();
  private boolean warm;

  private GuestFleet(Path folder, Guest guest, Pki pki) {
    this.folder = folder;
    this.guest = guest;
    this.pki = pki;
  }

  /** An authority with what it issues to the hosts and the client of all such machines. */
  public static Pki authority(Path folder) {
    Pki pki = Pki.create(folder);
    pki.issue("user", "operator");
    HOSTS.forEach(host -> pki.issue("host", host));
    return pki;
  }

  /**
   * Boots the machine and starts what runs in it, which is waited for when it is used.
   *
   * @param kernel a series, 6.1 or 6.12
   * @param folder is made, for the files of this
   */
  public static GuestFleet start(String kernel, Path folder, Pki pki)
      throws IOException, InterruptedException {
    Files.createDirectory(folder);
    Map<String, String> addresses = new TreeMap<>();
    List<String> options = new ArrayList<>();
    for (String host : HOSTS) {
      int inside = FIRST_PORT + HOSTS.indexOf(host);
      int outside = freePort();
      options.addAll(List.of("-p", outside + ":" + inside));
      addresses.put(host, "name: %s, address: 127.0.0.1, port: %d".formatted(host, outside));
      Files.writeString(
          folder.resolve(host + ".yaml"),
          """
          name: %s
          listen: 0.0.0.0:%d
          tls: { authority: %s, certificate: %s, key: %s }
          allow: { users: [operator] }
          """
              .formatted(host, inside, pki.authority(), pki.certificate(host), pki.key(host)));
    }
    Workload.program(); // the machine sees the files that are there when it starts
    GuestFleet fleet = new GuestFleet(folder, Guest.start(kernel, options), pki);
    fleet.addresses.putAll(addresses);
    try {
      fleet.startPrograms();
      return fleet;
    } catch (IOException | InterruptedException | AssertionError e) {
      fleet.close();
      throw e;
    }
  }

  private void startPrograms() throws IOException, InterruptedException {
    for (String host : HOSTS) {
      List<String> agent = launcher("jbt-agent");
      agent.addAll(List.of("--config", folder.resolve(host + ".yaml").toString()));
      guest.run("%s >/run/agent-%s.out 2>&1 &".formatted(String.join(" ", agent), host));
      String load = "/run/load-" + host;
      guest.run("mkfifo %s && exec %d<>%s".formatted(load, descriptor(host), load));
      guest.run(
          "%s <%s >%s.out 2>&1 & echo $! >%s.pid".formatted(Workload.program(), load, load, load));
    }
  }

  /** A program of the distribution, whose caches save most of the time that an emulator takes. */
  private static List<String> launcher(String name) {
    return new ArrayList<>(
        List.of(
            "env",
            "JBT_JAVA_OPTIONS=-Djbt.patience=" + Guest.PATIENCE,
            Java.distribution().resolve("bin").resolve(name).toString()));
  }

  private static int descriptor(String host) {
    return 7 + HOSTS.indexOf(host);
  }

  /**
   * Starts a script on both hosts and waits until they count; {@link Traced#MINE} in it is "this
   * host's process".
   */
  public Running trace(String script) throws IOException, InterruptedException {
    warmUp();
    for (String host : HOSTS) {
      guest.await("grep -q ready /run/load-%s.out".formatted(host));
      loads.put(host, guest.run("cat /run/load-%s.pid".formatted(host)).getFirst());
    }
    String text =
        script.replace(
            Traced.MINE,
            "((host == \"a\" && pid == %s) || (host == \"b\" && pid == %s))"
                .formatted(loads.get("a"), loads.get("b")));
    Running remote =
        Running.start(ask(addresses, text + " interval:ms:500 { printf(\"up\\n\"); }"));
    for (String host : HOSTS) {
      remote.awaitOut((host + " | up")::equals, LIMIT);
    }
    return remote;
  }

  /** Starts a script on host a of this machine and host b of another one. */
  public Running traceWith(GuestFleet other, String script)
      throws IOException, InterruptedException {
    warmUp();
    other.warmUp();
    Map<String, String> both = new TreeMap<>(addresses);
    both.put("b", Objects.requireNonNull(other.addresses.get("b")));
    return Running.start(ask(both, script));
  }

  private List<String> ask(Map<String, String> hosts, String script) throws IOException {
    Path inventory = folder.resolve("inventory.yaml");
    Files.writeString(
        inventory,
        hosts.values().stream()
            .collect(Collectors.joining(" }\n  - { ", "hosts:\n  - { ", " }\n")));
    List<String> command = launcher("jbt-remote");
    command.addAll(List.of("--inventory", inventory.toString()));
    command.addAll(pki.identity("operator"));
    command.addAll(List.of("--hosts", String.join(",", HOSTS), "-e", script));
    return command;
  }

  /** The first handshake of an agent outlasts in an emulator what gRPC gives a client for one. */
  private void warmUp() throws IOException, InterruptedException {
    for (String host : HOSTS) {
      guest.await("grep -q serves /run/agent-%s.out".formatted(host));
    }
    for (int tries = 0; !warm && tries < 10; tries++) {
      try (Running remote = Running.start(ask(addresses, "BEGIN { exit(); }"))) {
        warm = remote.exitCode(LIMIT) == 0;
      }
    }
  }

  /** Makes one series of calls on each host, see {@link Workload}, and waits for their end. */
  public void make(String onA, String onB) throws IOException, InterruptedException {
    guest.run(
        "grep -c done /run/load-a.out >/run/was-a; grep -c done /run/load-b.out >/run/was-b; true");
    guest.run(
        "echo '%s' >&%d; echo '%s' >&%d".formatted(onA, descriptor("a"), onB, descriptor("b")));
    for (String host : HOSTS) {
      guest.await(
          "[ $(grep -c done /run/load-%s.out) != $(cat /run/was-%s) ]".formatted(host, host));
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  @Override
  public void close() {
    guest.close();
  }
}
