package jbt.deploy.fleet;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Network namespaces on one bridge, a host each, and one more for the operator. They have addresses
 * of their own and processes in them see a host name of their own. Nothing of this machine's
 * network is touched. {@link #close} removes them; processes in them must have ended.
 */
public final class Network implements AutoCloseable {
  private static final String OPERATOR = "operator";
  private static final AtomicInteger NETWORKS = new AtomicInteger();

  private final String name =
      "jbt%d-%d".formatted(ProcessHandle.current().pid(), NETWORKS.incrementAndGet());

  private final List<String> hosts = new ArrayList<>();

  private Network() {}

  public static Network create(List<String> hosts) throws IOException, InterruptedException {
    Network network = new Network();
    try {
      network.addOperator();
      for (String host : hosts) {
        network.add(host);
      }
      return network;
    } catch (IOException | InterruptedException e) {
      network.close();
      throw e;
    }
  }

  private void addOperator() throws IOException, InterruptedException {
    ip("netns", "add", namespace(OPERATOR));
    inside(OPERATOR, "link", "add", "bridge", "type", "bridge");
    inside(OPERATOR, "link", "set", "bridge", "address", hardware(0));
    inside(OPERATOR, "address", "add", address(OPERATOR) + "/24", "dev", "bridge");
    inside(OPERATOR, "link", "set", "bridge", "up");
    inside(OPERATOR, "link", "set", "lo", "up");
  }

  private void add(String host) throws IOException, InterruptedException {
    hosts.add(host);
    ip("netns", "add", namespace(host));
    inside(
        OPERATOR,
        "link",
        "add",
        port(host),
        "type",
        "veth",
        "peer",
        "name",
        "eth0",
        "netns",
        namespace(host));
    inside(OPERATOR, "link", "set", port(host), "master", "bridge", "up");
    inside(host, "link", "set", "eth0", "address", hardware(hosts.size()));
    inside(host, "address", "add", address(host) + "/24", "dev", "eth0");
    inside(host, "link", "set", "lo", "up");
    inside(host, "link", "set", "eth0", "up");
    // Known for good: a host that falls silent is then silent, not "unreachable".
    inside(
        OPERATOR,
        "neighbour",
        "replace",
        address(host),
        "lladdr",
        hardware(hosts.size()),
        "dev",
        "bridge",
        "nud",
        "permanent");
  }

  /** What the names of its namespaces begin with. */
  public String name() {
    return name;
  }

  /** The address of a host or of the operator. */
  public String address(String host) {
    return "10.231.0." + (host.equals(OPERATOR) ? 1 : 10 + hosts.indexOf(host));
  }

  /** From now on packets to and from the host are dropped without a word. */
  public void silence(String host) throws IOException, InterruptedException {
    inside(OPERATOR, "link", "set", port(host), "nomaster");
    inside(OPERATOR, "link", "set", port(host), "down");
  }

  /** Ends {@link #silence}. */
  public void restore(String host) throws IOException, InterruptedException {
    inside(OPERATOR, "link", "set", port(host), "master", "bridge", "up");
  }

  /** The command, run on that host. */
  public List<String> onHost(String host, List<String> command) {
    List<String> whole =
        new ArrayList<>(
            List.of(
                "ip",
                "netns",
                "exec",
                namespace(host),
                "unshare",
                "--uts",
                "sh",
                "-c",
                "hostname \"$0\" && exec \"$@\"",
                host));
    whole.addAll(command);
    return whole;
  }

  /** The command, run where the operator sits. */
  public List<String> onOperator(List<String> command) {
    return onHost(OPERATOR, command);
  }

  @Override
  public void close() {
    List<String> all = new ArrayList<>(hosts);
    all.add(OPERATOR);
    for (String host : all) {
      try {
        ip("netns", "delete", namespace(host));
      } catch (IOException e) {
        // Never made: create failed before it came to this one.
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private String namespace(String host) {
    return name + "-" + host;
  }

  private static String port(String host) {
    return "to-" + host;
  }

  private static String hardware(int number) {
    return String.format("02:00:0a:e7:00:%02x", number);
  }

  private void inside(String host, String... arguments) throws IOException, InterruptedException {
    List<String> whole = new ArrayList<>(List.of("ip", "-n", namespace(host)));
    whole.addAll(List.of(arguments));
    Running.run(whole);
  }

  private static void ip(String... arguments) throws IOException, InterruptedException {
    List<String> whole = new ArrayList<>(List.of("ip"));
    whole.addAll(List.of(arguments));
    Running.run(whole);
  }
}
