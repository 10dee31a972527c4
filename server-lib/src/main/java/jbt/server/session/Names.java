package jbt.server.session;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import jbt.v1.Failure;
import jbt.v1.HostReport;
import jbt.v1.HostState;
import org.jspecify.annotations.Nullable;

/**
 * Two names that lead to one agent are one host. The agent runs the session for the one that came
 * first and refuses the other; which of the two is heard first is chance.
 */
final class Names {
  private final Collection<Downstream> targets;

  /** Whether a report is held. */
  private boolean holding;

  /**
   * @param targets all of the session, also those that are added later
   */
  Names(Collection<Downstream> targets) {
    this.targets = targets;
  }

  /**
   * Takes a report in for the host that it came from, and for other names of that host.
   *
   * @return the hosts that have something new to tell
   */
  List<Host> accept(Downstream target, Host host, HostReport report) {
    List<Host> changed = new ArrayList<>();
    Host other = sameHost(host, report.getIdentity());
    if (other == null && isOfRunning(report) && hosts().anyMatch(Names::isUnknown)) {
      host.hold(report);
      holding = true;
    } else if (other == null || (isRefused(other.last()) && !isRefused(report))) {
      host.accept(report, target.maps(report), target.clock);
      changed.add(host);
      if (other != null) {
        other.becomeSameAs(host, report);
        changed.add(other);
      }
    } else {
      host.becomeSameAs(other, report);
      changed.add(host);
    }
    return changed;
  }

  /** Settles what was held until more is known of the other hosts; those that have news. */
  List<Host> settle() {
    if (!holding) {
      return List.of();
    }
    List<Host> changed = new ArrayList<>();
    holding = false;
    for (Downstream target : targets) {
      for (Host host : target.hosts) {
        HostReport held = host.held();
        if (held != null) {
          Host other = sameHost(host, held.getIdentity());
          if (other != null) {
            host.becomeSameAs(other, held);
            changed.add(host);
          } else if (hosts().noneMatch(Names::isUnknown)) {
            host.accept(held, target.maps(held), target.clock);
            changed.add(host);
          } else {
            holding = true;
          }
        }
      }
    }
    return changed;
  }

  private Stream<Host> hosts() {
    return targets.stream().flatMap(target -> target.hosts.stream());
  }

  private static boolean isUnknown(Host host) {
    return host.last().getIdentity().isEmpty() && host.held() == null && !host.isDone();
  }

  private static boolean isRefused(HostReport report) {
    return report.getState() == HostState.HOST_REFUSED;
  }

  private static boolean isOfRunning(HostReport report) {
    return report.getFailure() == Failure.FAILURE_RUNS_ALREADY;
  }

  /** The host that this one is another name of; empty identities are nobody's. */
  private @Nullable Host sameHost(Host host, ByteString identity) {
    if (identity.isEmpty()) {
      return null;
    }
    for (Downstream target : targets) {
      for (Host other : target.hosts) {
        if (other != host
            && other.last().getIdentity().equals(identity)
            && other.last().getSameAs().isEmpty()) {
          return other;
        }
      }
    }
    return null;
  }
}
