package jbt.server.targets;

import java.util.List;

/**
 * Something to dial.
 *
 * @param name what it is called, and what its certificate must prove
 * @param address where it is: a DNS name or an IP address
 * @param behind for a collector the hosts behind it; empty for an agent
 */
public record Target(String name, String address, int port, List<String> behind) {
  public Target {
    behind = List.copyOf(behind);
  }

  public boolean isCollector() {
    return !behind.isEmpty();
  }

  /** As messages show it: {@code 10.0.0.2:7010}. */
  public String place() {
    return (address.contains(":") ? "[" + address + "]" : address) + ":" + port;
  }
}
