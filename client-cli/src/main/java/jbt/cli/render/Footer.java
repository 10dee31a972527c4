package jbt.cli.render;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import jbt.server.targets.FoldedNames;
import jbt.v1.HostReport;
import jbt.v1.HostState;

/** What stands on standard error after the result: how much of the truth it is. */
public final class Footer {
  private static final int LINES_ON_TERMINAL = 20;

  private Footer() {}

  /**
   * The lines for several hosts.
   *
   * @param verbose a line for every host as well
   */
  public static List<String> lines(Summary summary, boolean verbose) {
    List<String> lines = new ArrayList<>();
    lines.add(hosts(summary));
    if (summary.windowNanos() > 0) {
      lines.add("window: " + seconds(summary.windowNanos()));
    }
    Map<String, Long> late = summary.late();
    if (!late.isEmpty()) {
      String most = seconds(Collections.max(late.values()));
      lines.add("late by up to " + most + ": " + FoldedNames.fold(late.keySet()));
    }
    losses(lines, summary);
    joined(lines, summary);
    skipped(lines, summary, true);
    if (verbose) {
      summary.hosts().forEach(host -> lines.add(host(host)));
    }
    return lines;
  }

  /**
   * The lines for one host, where only trouble is worth a line.
   *
   * @param verbose a line for the host as well
   */
  public static List<String> oneHost(Summary summary, boolean verbose) {
    List<String> lines = new ArrayList<>();
    for (Summary.LossLine loss : summary.losses()) {
      if (loss.certain()) {
        String events = loss.known() ? number(loss.count(), "event") : "events, not known how many";
        lines.add("WARNING: Lost " + events + ": " + loss.what());
      }
    }
    joined(lines, summary);
    skipped(lines, summary, false);
    if (verbose) {
      summary.hosts().forEach(host -> lines.add(host(host)));
    }
    return lines;
  }

  /** At most so many lines that the result above them stays in sight. */
  public static List<String> forTerminal(List<String> lines) {
    if (lines.size() <= LINES_ON_TERMINAL) {
      return lines;
    }
    List<String> shown = new ArrayList<>(lines.subList(0, LINES_ON_TERMINAL - 1));
    int left = lines.size() - shown.size();
    shown.add("... and " + left + " more lines; redirect standard error to a file to see all");
    return shown;
  }

  private static String hosts(Summary summary) {
    StringBuilder line = new StringBuilder("hosts: ");
    line.append(summary.reporting().size()).append(" of ").append(summary.hosts().size());
    line.append(" reporting");
    state(line, "failed", summary.in(HostState.HOST_FAILED));
    state(line, "refused", summary.in(HostState.HOST_REFUSED));
    state(line, "unreachable", summary.in(HostState.HOST_UNREACHABLE));
    state(line, "not connected", summary.in(HostState.HOST_CONNECTING));
    state(line, "lost", summary.in(HostState.HOST_LOST));
    state(line, "unfinished", summary.unfinished());
    return line.toString();
  }

  private static void state(StringBuilder line, String name, List<String> hosts) {
    if (!hosts.isEmpty()) {
      line.append("; ").append(hosts.size()).append(' ').append(name);
      line.append(": ").append(FoldedNames.fold(hosts));
    }
  }

  private static void losses(List<String> lines, Summary summary) {
    boolean lost = false;
    for (Summary.LossLine loss : summary.losses()) {
      lost |= loss.certain();
      if (loss.known()) {
        lines.add(
            "loss: "
                + number(loss.count(), "event")
                + ", "
                + loss.what()
                + ": "
                + FoldedNames.fold(loss.hosts()));
      }
    }
    List<String> unknown = summary.withoutAccount();
    if (!lost && unknown.isEmpty() && !summary.reporting().isEmpty()) {
      lines.add("loss: none");
    }
    for (Summary.LossLine loss : summary.losses()) {
      if (!loss.known()) {
        lines.add("loss not known: " + loss.what() + ": " + FoldedNames.fold(loss.hosts()));
      }
    }
    if (!unknown.isEmpty()) {
      lines.add("loss not known: no final report: " + FoldedNames.fold(unknown));
    }
  }

  private static void joined(List<String> lines, Summary summary) {
    summary
        .joined()
        .forEach(
            (map, count) ->
                lines.add(map + ": " + number(count, "round") + " joined with the next one"));
  }

  private static void skipped(List<String> lines, Summary summary, boolean named) {
    summary
        .skipped()
        .forEach(
            (map, ticks) ->
                lines.add(
                    map
                        + ": "
                        + number(ticks.count(), "tick")
                        + " skipped by a late timer"
                        + (named ? ": " + FoldedNames.fold(ticks.hosts()) : "")));
  }

  private static String host(HostReport host) {
    StringBuilder line = new StringBuilder(host.getHost()).append(": ");
    line.append(stateName(host.getState())).append(", ").append(host.getProbes());
    line.append(host.getProbes() == 1 ? " probe" : " probes");
    List<String> others = new ArrayList<>();
    if (host.getDirectProbes() != 0) {
      others.add(host.getDirectProbes() + " as raw tracepoints");
    }
    if (host.getFunctionProbes() != 0) {
      others.add(host.getFunctionProbes() + " as fentry or fexit");
    }
    if (!others.isEmpty()) {
      line.append(" (").append(String.join(", ", others)).append(')');
    }
    if (host.getAttachNs() != 0) {
      line.append(" attached in ").append(millis(host.getAttachNs()));
      line.append(" (compiled in ").append(millis(host.getCompileNs())).append(')');
    }
    if (host.hasClockOffsetNs()) {
      line.append(", clock off by ").append(millis(host.getClockOffsetNs()));
    }
    if (host.getOpenedNs() != 0 && host.getClosedNs() != 0) {
      line.append(", ran ").append(seconds(host.getClosedNs() - host.getOpenedNs()));
    }
    return line.toString();
  }

  private static String stateName(HostState state) {
    return state.name().substring("HOST_".length()).toLowerCase(Locale.ROOT);
  }

  private static String number(long count, String of) {
    return Long.toUnsignedString(count) + " " + of + (count == 1 ? "" : "s");
  }

  private static String seconds(long nanos) {
    return String.format(Locale.ROOT, "%.3f s", nanos / 1e9);
  }

  private static String millis(long nanos) {
    return String.format(Locale.ROOT, "%.1f ms", nanos / 1e6);
  }
}
