package jbt.deploy.fleet;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Agents on hosts of their own, all on this kernel, with certificates for them and for the user
 * {@code operator}. Everything is gone after {@link #close}.
 */
public final class Fleet implements AutoCloseable {
  public static final Duration PATIENCE = Duration.ofSeconds(60L * Java.PATIENCE);
  private static final String USER = "operator";
  private static final int AGENT_PORT = 7010;
  private static final int COLLECTOR_PORT = 7020;

  private final Path folder;
  private final List<String> hosts;
  private final Network network;
  private final Pki pki;
  private final Map<String, Running> servers = new HashMap<>();
  private final List<Running> remotes = new ArrayList<>();

  private Fleet(Path folder, List<String> hosts, Network network, Pki pki) {
    this.folder = folder;
    this.hosts = hosts;
    this.network = network;
    this.pki = pki;
  }

  /** Hosts with an agent each, ready to serve. */
  public static Fleet start(String... names) throws IOException, InterruptedException {
    Fleet fleet = withoutAgents(names);
    try {
      for (String name : names) {
        fleet.startAgent(name);
      }
      for (String name : names) {
        fleet.awaitAgent(name);
      }
      return fleet;
    } catch (IOException | InterruptedException | AssertionError e) {
      fleet.close();
      throw e;
    }
  }

  /** Hosts and certificates; what runs there comes later. */
  public static Fleet withoutAgents(String... names) throws IOException, InterruptedException {
    List<String> hosts = List.of(names);
    Path folder = Files.createTempDirectory("jbt-fleet");
    Pki pki = Pki.create(folder);
    pki.issue("user", USER);
    Network network = Network.create(hosts);
    Fleet fleet = new Fleet(folder, hosts, network, pki);
    fleet.inventory("inventory.yaml", hosts.stream().map(fleet::entry).toList());
    return fleet;
  }

  public Network network() {
    return network;
  }

  public Pki pki() {
    return pki;
  }

  public Path folder() {
    return folder;
  }

  /** The agent or collector on that host. */
  public Running server(String host) {
    Running server = servers.get(host);
    if (server == null) {
      throw new IllegalArgumentException("nothing runs on " + host);
    }
    return server;
  }

  /** Starts the agent of a host. Its name is what the host's kernel says. */
  public void startAgent(String host) throws IOException, InterruptedException {
    startAgent(host, "");
  }

  /**
   * Starts the agent of a host.
   *
   * @param more lines for its configuration
   */
  public void startAgent(String host, String more) throws IOException, InterruptedException {
    startAgent(host, USER, more);
  }

  /** Starts an agent that admits another user than ours. */
  public void startAgentFor(String host, String user) throws IOException, InterruptedException {
    startAgent(host, user, "");
  }

  private void startAgent(String host, String user, String more)
      throws IOException, InterruptedException {
    if (!Files.exists(pki.key(host))) {
      pki.issue("host", host);
    }
    Path config = folder.resolve(host + ".yaml");
    Files.writeString(
        config,
        """
        listen: %s:%d
        tls:
          authority: ca.crt
          certificate: %s.crt
          key: %s.key
        allow:
          users: [%s]
          collectors: [collector, second]
        %s"""
            .formatted(network.address(host), AGENT_PORT, host, host, user, more));
    serve(host, "jbt.daemon.Main", config);
  }

  /** Starts the agent of a host again, without the capabilities that loading programs needs. */
  public void startAgentWithoutPrivileges(String host) throws IOException {
    startAgentBy(host, List.of("setpriv", "--bounding-set=-sys_admin,-bpf,-perfmon"));
  }

  /** Starts the agent of a host, which has been configured, by a command that runs another. */
  public void startAgentBy(String host, List<String> runner) throws IOException {
    List<String> command = new ArrayList<>(runner);
    command.addAll(
        Java.command("jbt.daemon.Main", "--config", folder.resolve(host + ".yaml").toString()));
    servers.put(host, Running.start(network.onHost(host, command)));
  }

  public void awaitAgent(String host) throws InterruptedException {
    server(host).awaitErr(line -> line.contains("serves"), PATIENCE);
  }

  /**
   * Starts a collector on a host and waits until it serves.
   *
   * @param name as in its certificate: agents allow "collector" and "second", these allow "top"
   *     and, to each other, "third" and "fourth"
   * @param entries its inventory, see {@link #entry} and {@link #entryBehind}
   */
  public void startCollector(String host, String name, List<String> entries)
      throws IOException, InterruptedException {
    if (!Files.exists(pki.key(name))) {
      pki.issue("collector", name);
    }
    Path config = folder.resolve(host + ".yaml");
    Files.writeString(
        config,
        """
        name: %s
        listen: %s:%d
        tls:
          authority: ca.crt
          certificate: %s.crt
          key: %s.key
        allow:
          users: [%s]
          collectors: [top, third, fourth]
        hosts:
        %s
        """
            .formatted(
                name, network.address(host), COLLECTOR_PORT, name, name, USER, lines(entries)));
    serve(host, "jbt.server.service.Main", config);
    server(host).awaitErr(line -> line.contains("listens"), PATIENCE);
  }

  private void serve(String host, String mainClass, Path config) throws IOException {
    List<String> command = Java.command(mainClass, "--config", config.toString());
    servers.put(host, Running.start(network.onHost(host, command)));
  }

  /** The inventory entry of an agent. */
  public String entry(String host) {
    return "{name: %s, address: %s, port: %d}".formatted(host, network.address(host), AGENT_PORT);
  }

  /** The inventory entry of a collector on a host. */
  public String entryBehind(String host, String name, String behind) {
    return "{name: %s, address: %s, port: %d, hosts: \"%s\"}"
        .formatted(name, network.address(host), COLLECTOR_PORT, behind);
  }

  /** Writes an inventory file and returns it. */
  public Path inventory(String file, List<String> entries) throws IOException {
    Path path = folder.resolve(file);
    return Files.writeString(path, "hosts:\n" + lines(entries) + "\n");
  }

  private static String lines(List<String> entries) {
    return entries.stream().map(entry -> "  - " + entry).collect(Collectors.joining("\n"));
  }

  /** jbt-remote where the operator sits, with his certificate and the fleet's inventory. */
  public Running remote(String... arguments) throws IOException {
    return remote(inventory(), arguments);
  }

  /** The arguments with which jbt-remote is the user that agents admit. */
  public List<String> identity() {
    return pki.identity(USER);
  }

  /** The file that lists the fleet's hosts. */
  public Path inventory() {
    return folder.resolve("inventory.yaml");
  }

  public Running remote(Path inventory, String... arguments) throws IOException {
    List<String> all = new ArrayList<>(List.of("--inventory", inventory.toString()));
    all.addAll(identity());
    all.addAll(List.of(arguments));
    Running remote = Running.start(network.onOperator(Java.command("jbt.cli.Main", all)));
    remotes.add(remote);
    return remote;
  }

  @Override
  public void close() {
    remotes.forEach(Running::close);
    servers.values().forEach(Running::close);
    network.close();
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
      Files.delete(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** All hosts, as --hosts takes them. */
  public String all() {
    return String.join(",", hosts);
  }
}
