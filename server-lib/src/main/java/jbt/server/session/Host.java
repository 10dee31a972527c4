package jbt.server.session;

import java.util.List;
import jbt.loss.Dropped;
import jbt.v1.Failure;
import jbt.v1.HostReport;
import jbt.v1.HostState;
import jbt.v1.LossSource;
import jbt.v1.Round;
import jbt.v1.TraceReply;
import org.jspecify.annotations.Nullable;

/** What is known of one leaf host of the session. */
final class Host {
  final String name;

  /** As it goes up, but for the loss that this collector adds. */
  private HostReport report;

  private long sequence;
  private final Dropped dropped = new Dropped(LossSource.LOSS_COLLECTOR_QUEUE);
  private boolean untoldLoss;
  private @Nullable HostReport held;

  Host(String name) {
    this.name = name;
    report = HostReport.newBuilder().setHost(name).build();
  }

  HostState state() {
    return report.getState();
  }

  HostReport last() {
    return report;
  }

  /** Nothing follows from it. */
  boolean isDone() {
    return switch (report.getState()) {
      case HOST_FINAL, HOST_FAILED, HOST_REFUSED, HOST_UNREACHABLE, HOST_LOST -> true;
      case HOST_CONNECTING, HOST_ATTACHED, HOST_RUNNING, HOST_STOPPING, UNRECOGNIZED -> false;
    };
  }

  /** Its gate is, was or can be opened. */
  boolean isAttached() {
    return switch (report.getState()) {
      case HOST_ATTACHED, HOST_RUNNING, HOST_STOPPING -> true;
      case HOST_CONNECTING,
          HOST_FINAL,
          HOST_FAILED,
          HOST_REFUSED,
          HOST_UNREACHABLE,
          HOST_LOST,
          UNRECOGNIZED ->
          false;
    };
  }

  /**
   * Takes a report of the host in.
   *
   * @param maps places of its maps in the common schema
   */
  void accept(HostReport from, List<Integer> maps, ClockOffset clock) {
    HostReport.Builder next = from.toBuilder().setHost(name).clearMaps().addAllMaps(maps);
    if (clock.isKnown()) {
      next.setClockOffsetNs(from.getClockOffsetNs() + clock.offsetNanos());
    }
    report = next.build();
    held = null;
  }

  /** Keeps a report that counts only if no other host turns out to be this one. */
  void hold(HostReport from) {
    held = from;
  }

  @Nullable HostReport held() {
    return held;
  }

  void end(HostState state, Failure failure, String message) {
    report = report.toBuilder().setState(state).setFailure(failure).setMessage(message).build();
  }

  void becomeSameAs(Host other, HostReport from) {
    held = null;
    report =
        HostReport.newBuilder()
            .setHost(name)
            .setState(HostState.HOST_FINAL)
            .setIdentity(from.getIdentity())
            .setSameAs(other.name)
            .addNotices(name + " is the same host as " + other.name + "; it is counted once")
            .build();
  }

  /** Counts what this collector could not pass on. */
  void drop(TraceReply reply) {
    dropped.add(reply);
    untoldLoss = true;
  }

  /** Counts this host's part of a round that this collector could not pass on. */
  void drop(Round part) {
    dropped.add(part);
    untoldLoss = true;
  }

  boolean hasUntoldLoss() {
    return untoldLoss;
  }

  /** The next report to send up. */
  HostReport toSend() {
    untoldLoss = false;
    return report.toBuilder().setSequence(++sequence).addAllLosses(dropped.losses()).build();
  }
}
