package jbt.daemon.session;

import com.google.protobuf.ByteString;
import io.grpc.stub.StreamObserver;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Predicate;
import jbt.compiler.Plans;
import jbt.compiler.plan.Attachment;
import jbt.compiler.plan.FailureCounter;
import jbt.compiler.plan.KernelMap;
import jbt.compiler.plan.LossCounter;
import jbt.compiler.plan.Plan;
import jbt.compiler.plan.ScriptMap;
import jbt.compiler.target.Target;
import jbt.daemon.Policy;
import jbt.kernel.LoadedPlan;
import jbt.kernel.sys.SystemCallException;
import jbt.kernel.sys.Wakeups;
import jbt.v1.Dump;
import jbt.v1.FailedCall;
import jbt.v1.Failure;
import jbt.v1.HostReport;
import jbt.v1.HostState;
import jbt.v1.Loss;
import jbt.v1.LossSource;
import jbt.v1.Mode;
import jbt.v1.Start;
import jbt.v1.StopReason;
import jbt.v1.TraceReply;

/**
 * One script on this host: created, compiled, loaded, attached, running, stopping, final, gone; or
 * failed from any of them. One thread goes through all of it in {@link #run}; the other methods
 * only tell it something and return at once.
 */
public final class Session implements Runnable {
  private static final int POLL_MS = 20;

  /** So that a flood of them does not hold up the rest. */
  private static final int SIGNALS_A_STEP = 100;

  private static final long PARTIALS_EVERY_NS = TimeUnit.SECONDS.toNanos(1);

  /** How long programs may be attached before the gate is opened. */
  private static final long UNOPENED_NS = TimeUnit.MINUTES.toNanos(1);

  /** What the kernel says of a map that has no room (-E2BIG). */
  private static final int MAP_FULL = -7;

  /** How long a slow receiver may take to fetch what waits when the session has ended. */
  private static final long DRAIN_NS = TimeUnit.SECONDS.toNanos(5);

  /**
   * Who this host is to the session.
   *
   * @param epoch random id of the agent process
   * @param identity the same under whatever name the host is reached
   */
  public record Host(
      String name, long epoch, ByteString identity, Target target, Plans plans, Policy policy) {}

  private final Start start;
  private final Host host;
  private final Policy policy;
  private final Outbox outbox;
  private final Consumer<String> journal;
  private final long created = System.nanoTime();
  private final HostReport.Builder report;

  private final AtomicInteger signals = new AtomicInteger();

  // Written by the threads of requests.
  private boolean openAsked;
  private long openAt;
  private long lateNs;
  private boolean stopAsked;
  private volatile boolean agentStops;
  private volatile boolean abandoned;
  private volatile Runnable wake = () -> {};

  private long deadline;
  private long nextPartials = created + PARTIALS_EVERY_NS;

  /**
   * @param journal told how the session ended, one line
   */
  public Session(
      Start start, Host host, StreamObserver<TraceReply> replies, Consumer<String> journal) {
    this.start = start;
    this.host = host;
    this.policy = host.policy().lowered(start.getLimits());
    this.outbox = new Outbox(replies);
    this.journal = journal;
    this.report =
        HostReport.newBuilder()
            .setHost(host.name())
            .setEpoch(host.epoch())
            .setIdentity(host.identity());
  }

  /**
   * Opens the gate after the delay.
   *
   * @param delayNs negative where others have been open for so long
   */
  public synchronized void open(long delayNs) {
    if (!openAsked) {
      openAsked = true;
      openAt = System.nanoTime() + delayNs;
      lateNs = Math.max(0, -delayNs);
      notifyAll();
    }
  }

  /** Runs the blocks that wait for a signal, once for each. */
  public void signal() {
    signals.incrementAndGet();
    wake.run();
  }

  /** Ends it with everything that belongs to the answer. */
  public void stop() {
    synchronized (this) {
      stopAsked = true;
      notifyAll();
    }
    wake.run();
  }

  /** The same before anybody has asked for it: the agent stops. */
  public synchronized void endEarly() {
    agentStops |= !stopAsked;
    stop();
  }

  /** Ends it without an answer: nobody is there to take it. */
  public void abandon() {
    abandoned = true;
    outbox.close();
    stop();
  }

  /** Answers a question that is no part of the session's own course. */
  public void answer(TraceReply reply) {
    outbox.answer(reply);
  }

  /** The receiver takes more again. */
  public void receiverReady() {
    wake.run();
  }

  @Override
  public void run() {
    try {
      // Whoever came by two names learns at once that they are one host.
      send(HostState.HOST_CONNECTING);
      Optional<Dump> help = Prepared.help(start, host.target(), policy);
      if (help.isPresent()) {
        finish(help.get());
        return;
      }
      long began = System.nanoTime();
      Plan plan = Prepared.compile(start, host.plans(), host.target(), policy);
      report.setCompileNs(System.nanoTime() - began);
      if (start.getDump()) {
        finish(Prepared.dump(start, host.target(), policy));
        return;
      }
      try (LoadedPlan loaded = Prepared.attach(plan, start, host.plans(), host.target(), policy)) {
        trace(loaded.plan(), loaded);
      }
      if (agentStops && report.getStopReason() == StopReason.STOP_REQUEST) {
        report.setFailure(Failure.FAILURE_CONNECTION).setMessage("the agent was stopped");
        finish(HostState.HOST_LOST);
      } else if (report.getStopReason() == StopReason.STOP_LIMIT) {
        report
            .setFailure(Failure.FAILURE_POLICY)
            .setMessage(
                "stopped after " + seconds(policy.durationNs()) + ", the limit of this host");
        finish(HostState.HOST_LOST);
      } else {
        finish(HostState.HOST_FINAL);
      }
    } catch (Failed e) {
      fail(e.failure(), String.valueOf(e.getMessage()));
    } catch (SystemCallException e) {
      fail(Failure.FAILURE_KERNEL, "ERROR: " + e.getMessage());
    } catch (OutOfMemoryError e) {
      fail(Failure.FAILURE_POLICY, "the agent has no memory left");
    } catch (RuntimeException | Error e) {
      // Even without memory, or without a file for a class: nothing stays, and the client is told.
      fail(Failure.FAILURE_INTERNAL, "internal error: " + e);
    }
  }

  private void fail(Failure failure, String message) {
    report.setFailure(failure).setMessage(message);
    finish(failure == Failure.FAILURE_POLICY ? HostState.HOST_REFUSED : HostState.HOST_FAILED);
  }

  private void finish(Dump dump) {
    outbox.send(TraceReply.newBuilder().setDump(dump).build());
    finish(HostState.HOST_FINAL);
  }

  private void finish(HostState state) {
    journal.accept(
        switch (state) {
          case HOST_FINAL -> abandoned ? "ended: the client is gone" : "ended";
          case HOST_LOST -> "ended: " + report.getMessage();
          default -> "failed: " + report.getMessage().lines().findFirst().orElse("");
        });
    send(state);
    outbox.complete();
  }

  private void send(HostState state) {
    report.setState(state).setSequence(report.getSequence() + 1);
    outbox.send(TraceReply.newBuilder().setHost(report.build()).build());
  }

  private void trace(Plan plan, LoadedPlan loaded) throws Failed {
    try (Tracing tracing = new Tracing(loaded, host, start, outbox)) {
      trace(plan, loaded, tracing);
    }
  }

  private void trace(Plan plan, LoadedPlan loaded, Tracing tracing) throws Failed {
    report
        .setProbes(plan.attachments().size())
        .setDirectProbes(count(plan, Attachment.Point.DirectTracepoint.class))
        .setFunctionProbes(count(plan, Attachment.Point.DirectFunction.class))
        .addAllNotices(plan.warnings())
        .setAttachNs(System.nanoTime() - created);
    plan.decisions()
        .forEach(
            made -> report.addDecisionsBuilder().setPlace(made.place()).setHolds(made.holds()));
    outbox.send(tracing.schema());
    TracedFiles files = new TracedFiles(plan);
    send(HostState.HOST_ATTACHED);
    if (!awaitOpen()) {
      report.setStopReason(StopReason.STOP_REQUEST);
      return;
    }
    try (Wakeups wakeups = loaded.wakeups();
        Grace grace = new Grace(loaded, wakeups)) {
      wake = wakeups::wake;
      begin(plan, loaded, tracing);
      while (report.getStopReason() == StopReason.STOP_NONE) {
        wakeups.await(POLL_MS);
        step(loaded, tracing, grace);
      }
    } finally {
      wake = () -> {};
    }
    end(loaded, tracing);
    report.addAllNotices(files.changes());
  }

  /** Waits until the gate is to be opened; false if the session is stopped before that is asked. */
  private synchronized boolean awaitOpen() throws Failed {
    long until = System.nanoTime() + UNOPENED_NS;
    try {
      while (!stopAsked) {
        long left = (openAsked ? openAt : until) - System.nanoTime();
        if (openAsked && left <= 0) {
          return true;
        } else if (left <= 0) {
          throw new Failed(Failure.FAILURE_POLICY, "nobody has opened the session for a minute");
        }
        TimeUnit.NANOSECONDS.timedWait(this, Math.max(left, 1));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return openAsked && !abandoned;
  }

  private static int count(Plan plan, Class<? extends Attachment.Point> kind) {
    return (int) plan.attachments().stream().filter(a -> kind.isInstance(a.point())).count();
  }

  private void begin(Plan plan, LoadedPlan loaded, Tracing tracing) throws Failed {
    loaded.runBegin();
    // Whoever is told that the host runs may rely on the gate; it is told before all that is
    // printed.
    outbox.hold();
    tracing.readAll();
    report.setOpenedNs(wallClock()).setLateNs(late());
    boolean iterators = has(plan, point -> point instanceof Attachment.Point.Iterator);
    boolean alone = start.getMode() != Mode.MODE_TRACE;
    // A command that was started with the script is let run in any case.
    boolean events = (has(plan, Session::happensLater) || start.getCommand() != 0) && !alone;
    if ((events || iterators || alone) && !tracing.exited()) {
      long opened = loaded.openGate();
      tracing.opened(opened, Math.max(0, System.nanoTime() - asked()));
      deadline = System.nanoTime() + policy.durationNs();
    }
    send(HostState.HOST_RUNNING);
    outbox.release();
    if ((iterators || alone) && !tracing.exited()) {
      loaded.iterate();
      tracing.readAll();
      report.addAllResults(
          Alone.run(start.getMode(), NameFilter.of(start.getProbeFilter()), loaded, tracing));
    }
    if (!events || tracing.exited()) {
      // Nothing can happen any more.
      report.setStopReason(StopReason.STOP_EXIT);
    }
  }

  private static boolean has(Plan plan, Predicate<Attachment.Point> which) {
    return plan.attachments().stream().map(Attachment::point).anyMatch(which);
  }

  private static boolean happensLater(Attachment.Point point) {
    return !(point instanceof Attachment.Point.Begin
        || point instanceof Attachment.Point.End
        || point instanceof Attachment.Point.Test
        || point instanceof Attachment.Point.Bench
        || point instanceof Attachment.Point.Iterator);
  }

  private void step(LoadedPlan loaded, Tracing tracing, Grace grace) {
    for (int i = 0; i < SIGNALS_A_STEP && signals.get() > 0; i++) {
      signals.decrementAndGet();
      loaded.runSignal();
    }
    tracing.read();
    tracing.settle(grace);
    outbox.flush();
    long now = System.nanoTime();
    if (now - nextPartials >= 0) {
      nextPartials = now + PARTIALS_EVERY_NS;
      if (outbox.ready()) {
        tracing.sendPartials(false);
        losses(loaded, tracing);
        send(HostState.HOST_RUNNING);
      }
    }
    if (tracing.exited()) {
      report.setStopReason(StopReason.STOP_EXIT);
    } else if (stopped()) {
      report.setStopReason(StopReason.STOP_REQUEST);
    } else if (now - deadline >= 0) {
      boolean asked = policy.durationNs() == start.getLimits().getDurationNs();
      report.setStopReason(asked ? StopReason.STOP_DURATION : StopReason.STOP_LIMIT);
    }
  }

  /** When the gate was to be opened. */
  private synchronized long asked() {
    return openAt;
  }

  private synchronized long late() {
    return lateNs;
  }

  private synchronized boolean stopped() {
    return stopAsked;
  }

  private void end(LoadedPlan loaded, Tracing tracing) {
    long closed = loaded.closeGate();
    long closedAt = wallClock();
    if (!abandoned) {
      send(HostState.HOST_STOPPING);
    }
    loaded.gracePeriod();
    loaded.detach();
    tracing.readAll();
    // What END does to a map shows in no print before it.
    tracing.settleAll();
    loaded.runEnd();
    tracing.readAll();
    if (abandoned) {
      return;
    }
    tracing.settleAll();
    tracing.awaitCommands();
    tracing.closed(closed);
    awaitReceiver();
    tracing.sendPartials(true);
    losses(loaded, tracing);
    report.setClosedNs(closedAt).setExitCode(loaded.exitCode());
  }

  private void awaitReceiver() {
    long until = System.nanoTime() + DRAIN_NS;
    try {
      while (!outbox.flush() && System.nanoTime() - until < 0 && !abandoned) {
        TimeUnit.MILLISECONDS.sleep(1);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    outbox.drop();
  }

  private void losses(LoadedPlan loaded, Tracing tracing) {
    report.clearLosses().clearFailedCalls().clearSkipped();
    tracing
        .skipped()
        .forEach((map, ticks) -> report.addSkippedBuilder().setMap(map).setTicks(ticks));
    List<LossCounter> counters = loaded.plan().lossCounters();
    long[] counts = loaded.losses();
    for (int i = 0; i < counts.length; i++) {
      if (counts[i] != 0) {
        report.addLosses(
            Loss.newBuilder()
                .setSource(
                    switch (counters.get(i).source()) {
                      case RING_FULL -> LossSource.LOSS_RING_FULL;
                      case CONTROL_RING_FULL -> LossSource.LOSS_CONTROL_RING_FULL;
                      case MAP_FULL -> LossSource.LOSS_MAP_FULL;
                      case UPDATE_REFUSED -> LossSource.LOSS_UPDATE_REFUSED;
                    })
                .setDetail(counters.get(i).detail())
                .setCount(counts[i]));
        if (!counters.get(i).warning().isEmpty()) {
          report.addFailedCalls(
              FailedCall.newBuilder()
                  .setText(counters.get(i).warning())
                  .setHelper("map_update_elem")
                  .setCode(MAP_FULL)
                  .setCount(counts[i]));
        }
      }
    }
    List<FailureCounter> failing = loaded.plan().failureCounters();
    long[] failures = loaded.failures();
    for (int i = 0; i < failures.length; i++) {
      if (failures[i] != 0) {
        FailureCounter at = failing.get(i);
        report.addFailedCalls(
            FailedCall.newBuilder()
                .setText(at.text())
                .setHelper(at.helper())
                .setCode(at.code())
                .setCount(failures[i]));
      }
    }
    evictions(loaded.plan());
    report.addAllLosses(outbox.losses());
    Loss.Builder recursion = Loss.newBuilder().setSource(LossSource.LOSS_RECURSION);
    loaded.recursionMisses().ifPresent(recursion::setCount);
    report.addLosses(recursion);
    if (loaded.sampled()) {
      // The kernel throttles without telling the owner of an event that nobody maps.
      report.addLosses(Loss.newBuilder().setSource(LossSource.LOSS_THROTTLED));
    }
  }

  /** Where old keys make room the kernel does not count what goes with them. */
  private void evictions(Plan plan) {
    for (ScriptMap map : plan.scriptMaps()) {
      if (map.storage() instanceof ScriptMap.Storage.Hash hash && evicts(plan, hash)) {
        report.addLosses(
            Loss.newBuilder()
                .setSource(LossSource.LOSS_MAP_FULL)
                .setDetail(map.name() + ", old keys make room"));
      }
    }
  }

  private static boolean evicts(Plan plan, ScriptMap.Storage.Hash hash) {
    KernelMap.Kind kind = plan.maps().get(hash.kernelMap()).kind();
    return kind == KernelMap.Kind.LRU_HASH || kind == KernelMap.Kind.LRU_PERCPU_HASH;
  }

  private static String seconds(long nanos) {
    return BigDecimal.valueOf(nanos, 9).stripTrailingZeros().toPlainString() + " s";
  }

  private static long wallClock() {
    return TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
  }
}
