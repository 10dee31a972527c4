package jbt.server.targets;

import java.util.List;

/**
 * A target of one session.
 *
 * @param hosts the hosts that it answers for: itself, or some of those behind a collector
 */
public record Selected(Target target, List<String> hosts) {
  public Selected {
    hosts = List.copyOf(hosts);
  }
}
