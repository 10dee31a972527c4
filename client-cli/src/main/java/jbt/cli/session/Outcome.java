package jbt.cli.session;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import jbt.cli.render.Summary;
import jbt.v1.Failure;
import jbt.v1.HostReport;
import jbt.v1.HostState;

/** Exit codes of the program. */
public final class Outcome {
  public static final int OK = 0;
  public static final int USAGE = 1;
  public static final int SOME_FAILED = 2;
  public static final int SOME_UNREACHABLE = 4;
  public static final int TOO_MUCH_LOST = 8;
  public static final int NO_MATCH = 16;
  public static final int TOO_FEW_HOSTS = 16;
  public static final int NO_COLLECTOR = 64;
  public static final int POLICY = 77;

  /** The kernel refused to load or attach the script on the only host. */
  public static final int NOT_ATTACHED = 255;

  private Outcome() {}

  /** The code for what became of several hosts. */
  private static int of(Collection<HostReport> hosts) {
    boolean noneRan = hosts.stream().noneMatch(Outcome::ran);
    if (noneRan && all(hosts, Failure.FAILURE_SCRIPT)) {
      return USAGE;
    }
    if (noneRan && all(hosts, Failure.FAILURE_NO_MATCH)) {
      return NO_MATCH;
    }
    if (noneRan && all(hosts, Failure.FAILURE_POLICY)) {
      return POLICY;
    }
    int code = OK;
    for (HostReport host : hosts) {
      code |=
          switch (host.getState()) {
            case HOST_FINAL -> OK;
            case HOST_FAILED, HOST_REFUSED -> SOME_FAILED;
            case HOST_UNREACHABLE,
                HOST_LOST,
                HOST_CONNECTING,
                HOST_ATTACHED,
                HOST_RUNNING,
                HOST_STOPPING,
                UNRECOGNIZED ->
                SOME_UNREACHABLE;
          };
    }
    return code;
  }

  /** The code for what became of one host, as bpftrace has it where it has such a case. */
  private static int of(HostReport host) {
    if (host.getState() == HostState.HOST_FINAL) {
      return host.getExitCode() & 0xff;
    }
    return switch (host.getFailure()) {
      case FAILURE_SCRIPT, FAILURE_NO_MATCH -> USAGE;
      case FAILURE_KERNEL -> NOT_ATTACHED;
      case FAILURE_NONE,
          FAILURE_POLICY,
          FAILURE_IDENTITY,
          FAILURE_CONNECTION,
          FAILURE_INTERNAL,
          FAILURE_RUNS_ALREADY,
          UNRECOGNIZED ->
          of(List.of(host));
    };
  }

  /** The code for what became of the hosts, and of the answer as it was wanted. */
  static int of(Collection<HostReport> hosts, Summary summary, Wanted wanted) {
    boolean one = !wanted.many() && hosts.size() == 1;
    int code = one ? of(hosts.iterator().next()) : of(hosts);
    if (code == USAGE || code == NO_MATCH || code == POLICY || code == NOT_ATTACHED) {
      return code;
    }
    boolean failed =
        hosts.stream().flatMap(h -> h.getResultsList().stream()).anyMatch(r -> r.getCode() != 0);
    return code
        | (failed ? USAGE : OK)
        | (isTooMuch(summary, wanted.modes()) ? TOO_MUCH_LOST : OK)
        | (areTooFew(summary, wanted.modes()) ? TOO_FEW_HOSTS : OK);
  }

  private static boolean isTooMuch(Summary summary, Modes modes) {
    return summary.lost() > modes.mostLost();
  }

  private static boolean areTooFew(Summary summary, Modes modes) {
    return summary.reporting().size() < modes.fewestHosts();
  }

  /** What the answer lacks of what was asked for. */
  static List<String> unwanted(Summary summary, Modes modes) {
    List<String> lines = new ArrayList<>();
    if (isTooMuch(summary, modes)) {
      lines.add(
          "ERROR: %d events lost, more than --max-loss %d"
              .formatted(summary.lost(), modes.mostLost()));
    }
    if (areTooFew(summary, modes)) {
      lines.add(
          "ERROR: %d of at least %d hosts delivered, see --min-hosts"
              .formatted(summary.reporting().size(), modes.fewestHosts()));
    }
    return lines;
  }

  static boolean ran(HostReport host) {
    return switch (host.getState()) {
      case HOST_RUNNING, HOST_STOPPING, HOST_FINAL -> true;
      case HOST_LOST -> host.getOpenedNs() != 0;
      case HOST_CONNECTING,
          HOST_ATTACHED,
          HOST_FAILED,
          HOST_REFUSED,
          HOST_UNREACHABLE,
          UNRECOGNIZED ->
          false;
    };
  }

  /** Whether tests or benches of the host are known, be it that there are none. */
  static boolean delivered(HostReport host) {
    return host.getState() == HostState.HOST_FINAL || host.getResultsCount() > 0;
  }

  /** Whether the host has said its last word. */
  static boolean isDone(HostState state) {
    return switch (state) {
      case HOST_FINAL, HOST_FAILED, HOST_REFUSED, HOST_UNREACHABLE, HOST_LOST -> true;
      case HOST_CONNECTING, HOST_ATTACHED, HOST_RUNNING, HOST_STOPPING, UNRECOGNIZED -> false;
    };
  }

  private static boolean all(Collection<HostReport> hosts, Failure failure) {
    return !hosts.isEmpty() && hosts.stream().allMatch(host -> host.getFailure() == failure);
  }
}
