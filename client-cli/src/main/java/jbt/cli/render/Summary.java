package jbt.cli.render;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import jbt.v1.HostReport;
import jbt.v1.HostState;
import jbt.v1.Loss;
import jbt.v1.LossSource;
import jbt.v1.SkippedTicks;

/**
 * What the answer stands for: the last report of every host, and what became of the rounds.
 *
 * @param joined rounds without rows of their own, because a clear had to wait, by map
 */
public record Summary(List<HostReport> hosts, Map<String, Long> joined) {

  /** Less is what it takes to tell them. */
  private static final long LATE_NS = 100_000_000;

  /** One line of loss: which events, how many, where. */
  record LossLine(
      LossSource source, String detail, boolean known, long count, SortedSet<String> hosts) {
    /** Something was lost, even if it is not known how much: the kernel may not have lost any. */
    boolean certain() {
      return known
          ? count != 0
          : source == LossSource.LOSS_AGENT_QUEUE || source == LossSource.LOSS_COLLECTOR_QUEUE;
    }

    /** What is lost, as a person reads it. */
    String what() {
      return detail.isEmpty() ? cause() : cause() + " (" + detail + ")";
    }

    /** The source as a person reads it. */
    String cause() {
      return switch (source) {
        case LOSS_RING_FULL -> "ring buffer full";
        case LOSS_CONTROL_RING_FULL -> "control ring full";
        case LOSS_AGENT_QUEUE -> "agent queue full";
        case LOSS_COLLECTOR_QUEUE -> "collector queue full";
        case LOSS_MAP_FULL -> "map full";
        case LOSS_UPDATE_REFUSED -> "map update refused";
        case LOSS_RECURSION -> "recursion";
        case LOSS_THROTTLED -> "samples throttled";
        case LOSS_SKIPPED_RUNS -> "runs skipped by the kernel";
        case LOSS_UNKNOWN, UNRECOGNIZED -> "unknown cause";
      };
    }
  }

  /** Ticks that timers of hosts never ran. */
  record Skipped(long count, SortedSet<String> hosts) {}

  public Summary {
    hosts = List.copyOf(hosts);
    joined = new TreeMap<>(joined);
  }

  /** Hosts whose everything is in the answer. */
  public List<String> reporting() {
    return names(state -> state == HostState.HOST_FINAL);
  }

  /** Hosts in one of these states. */
  List<String> in(HostState wanted) {
    return names(state -> state == wanted);
  }

  /** Hosts that were attached and never said that they had sent everything. */
  List<String> unfinished() {
    return names(
        state ->
            state == HostState.HOST_ATTACHED
                || state == HostState.HOST_RUNNING
                || state == HostState.HOST_STOPPING);
  }

  /** Hosts that traced and never said what they lost. */
  List<String> withoutAccount() {
    return hosts.stream()
        .filter(host -> host.getOpenedNs() != 0 && host.getClosedNs() == 0)
        .map(HostReport::getHost)
        .sorted()
        .toList();
  }

  /** Hosts that began so much later than the others that a reader must know, in nanoseconds. */
  public Map<String, Long> late() {
    Map<String, Long> late = new TreeMap<>();
    for (HostReport host : hosts) {
      if (host.getLateNs() >= LATE_NS) {
        late.put(host.getHost(), host.getLateNs());
      }
    }
    return late;
  }

  /** From the first gate that opened to the last that closed, in nanoseconds; 0 if none did. */
  long windowNanos() {
    long opened = Long.MAX_VALUE;
    long closed = 0;
    for (HostReport host : hosts) {
      if (host.getOpenedNs() != 0) {
        opened = Math.min(opened, host.getOpenedNs());
        closed = Math.max(closed, host.getClosedNs());
      }
    }
    return Math.max(0, closed - opened);
  }

  /** Whether something happened that a reader of the answer must know. */
  public boolean isClean() {
    return reporting().size() == hosts.size()
        && late().isEmpty()
        && joined.isEmpty()
        && skipped().isEmpty()
        && losses().stream().noneMatch(LossLine::certain);
  }

  /** How many events are lost, at least. */
  public long lost() {
    return losses().stream()
        .filter(LossLine::certain)
        .mapToLong(loss -> loss.known ? loss.count : 1)
        .sum();
  }

  /** By source and detail; known ones that are zero are left out. */
  List<LossLine> losses() {
    Map<String, LossLine> lines = new TreeMap<>();
    for (HostReport host : hosts) {
      for (Loss loss : host.getLossesList()) {
        if (loss.hasCount() && loss.getCount() == 0) {
          continue;
        }
        String key = loss.getSourceValue() + " " + loss.getDetail() + " " + loss.hasCount();
        LossLine line =
            lines.computeIfAbsent(
                key,
                k ->
                    new LossLine(
                        loss.getSource(), loss.getDetail(), loss.hasCount(), 0, new TreeSet<>()));
        line.hosts.add(host.getHost());
        lines.put(
            key,
            new LossLine(
                line.source, line.detail, line.known, line.count + loss.getCount(), line.hosts));
      }
    }
    return new ArrayList<>(lines.values());
  }

  /** Ticks of intervals that were not run, by the map that they print. */
  Map<String, Skipped> skipped() {
    Map<String, Skipped> skipped = new TreeMap<>();
    for (HostReport host : hosts) {
      for (SkippedTicks of : host.getSkippedList()) {
        Skipped before = skipped.getOrDefault(of.getMap(), new Skipped(0, new TreeSet<>()));
        before.hosts.add(host.getHost());
        skipped.put(of.getMap(), new Skipped(before.count + of.getTicks(), before.hosts));
      }
    }
    return skipped;
  }

  private List<String> names(Predicate<HostState> wanted) {
    return hosts.stream()
        .filter(host -> wanted.test(host.getState()))
        .map(HostReport::getHost)
        .sorted()
        .toList();
  }

  static long sum(Collection<Long> counts) {
    return counts.stream().mapToLong(Long::longValue).sum();
  }
}
