package jbt.server.session;

import java.util.ArrayList;
import java.util.List;
import jbt.v1.Failure;
import jbt.v1.HostReport;
import jbt.v1.HostState;
import jbt.v1.Loss;
import jbt.v1.LossSource;

/** What is known of one leaf host of the session. */
final class Host {
  final String name;

  /** As it goes up, but for the loss that this collector adds. */
  private HostReport report;

  /** What this collector has to say, beside the host itself. */
  private final List<String> notices = new ArrayList<>();

  private long sequence;
  private long dropped;
  private long droppedTold;

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

  /** Takes a report of the host in. */
  void accept(HostReport from, ClockOffset clock) {
    HostReport.Builder next = from.toBuilder().setHost(name);
    if (clock.isKnown()) {
      next.setClockOffsetNs(from.getClockOffsetNs() + clock.offsetNanos());
    }
    report = next.addAllNotices(notices).build();
  }

  /** Adds a notice of this collector. */
  void notice(String text) {
    notices.add(text);
    report = report.toBuilder().addNotices(text).build();
  }

  void end(HostState state, Failure failure, String message) {
    report = report.toBuilder().setState(state).setFailure(failure).setMessage(message).build();
  }

  void becomeSameAs(Host other, HostReport from) {
    report =
        HostReport.newBuilder()
            .setHost(name)
            .setState(HostState.HOST_FINAL)
            .setIdentity(from.getIdentity())
            .setSameAs(other.name)
            .addNotices(name + " is the same host as " + other.name + "; it is counted once")
            .build();
  }

  void drop(long events) {
    dropped += events;
  }

  boolean hasUntoldLoss() {
    return dropped != droppedTold;
  }

  /** The next report to send up. */
  HostReport toSend() {
    HostReport.Builder next = report.toBuilder().setSequence(++sequence);
    if (dropped > 0) {
      next.addLosses(
          Loss.newBuilder().setSource(LossSource.LOSS_COLLECTOR_QUEUE).setCount(dropped));
      droppedTold = dropped;
    }
    return next.build();
  }
}
