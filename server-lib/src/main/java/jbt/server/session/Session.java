package jbt.server.session;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import jbt.server.channels.Dialer;
import jbt.server.channels.Problem;
import jbt.server.merge.ExcessException;
import jbt.server.merge.MalformedException;
import jbt.server.merge.Most;
import jbt.server.targets.Inventory;
import jbt.server.targets.Selected;
import jbt.server.targets.TargetException;
import jbt.v1.Apart;
import jbt.v1.Failure;
import jbt.v1.HostReport;
import jbt.v1.HostState;
import jbt.v1.Open;
import jbt.v1.Pong;
import jbt.v1.Signal;
import jbt.v1.Start;
import jbt.v1.Stop;
import jbt.v1.StopReason;
import jbt.v1.TraceReply;
import jbt.v1.TraceRequest;
import org.jspecify.annotations.Nullable;

/**
 * One session from start to the last host's final report. Public methods may be called on any
 * thread.
 */
public final class Session implements StreamObserver<TraceRequest> {
  private static final int SESSION_BYTES = 16;
  private static final int MAX_SCRIPT = 256 << 10;
  private static final int FIRST_PINGS = 4;

  private static final TraceRequest SIGNAL =
      TraceRequest.newBuilder().setSignal(Signal.getDefaultInstance()).build();

  private final Inventory inventory;
  private final Dialer dialer;
  private final Settings settings;
  private final Executor sender;
  private final Outbox outbox;
  private final Answer answer;
  private final Runnable ended;
  private final StreamObserver<TraceReply> replies;

  private final Map<String, Downstream> targets = new LinkedHashMap<>();
  private final Names names = new Names(targets.values());
  private final long created = ListeningTime.now();
  private Start start = Start.getDefaultInstance();
  private boolean started;
  private boolean stopping;

  /** Nobody has asked for the stop. */
  private boolean early;

  private boolean finished;
  private boolean opened;
  private long openAt;
  private long stopBy;

  /** How many maps are kept apart, as those below know. */
  private int apart;

  /**
   * @param sender runs one task at a time, in order
   * @param ended told once, when nothing of the session is left
   */
  public Session(
      Inventory inventory,
      Dialer dialer,
      Settings settings,
      long epoch,
      StreamObserver<TraceReply> replies,
      Executor sender,
      Runnable ended) {
    this.inventory = inventory;
    this.dialer = dialer;
    this.settings = settings;
    this.sender = sender;
    this.replies = replies;
    this.ended = ended;
    outbox = new Outbox(replies, this::cancel);
    answer = new Answer(outbox, settings, epoch);
  }

  /** The body of the thread that writes replies. */
  public void write() {
    outbox.run();
  }

  @Override
  public synchronized void onNext(TraceRequest request) {
    switch (request.getRequestCase()) {
      case START -> start(request.getStart());
      case OPEN -> open(request.getOpen());
      case SIGNAL -> signal();
      case STOP -> stop();
      case APART -> keepApart(request.getApart());
      case PING -> outbox.put(ClockOffset.answer(request.getPing()));
      case REQUEST_NOT_SET -> {}
    }
  }

  @Override
  public void onError(Throwable error) {
    cancel();
  }

  /** The asker will say nothing more, but still listens. */
  @Override
  public synchronized void onCompleted() {
    refuseWithoutStart();
  }

  private void refuseWithoutStart() {
    if (!started && !finished) {
      refuse(Status.INVALID_ARGUMENT, "the stream has no start");
    }
  }

  private void start(Start asked) {
    if (started || finished) {
      return;
    }
    started = true;
    if (asked.getSession().size() != SESSION_BYTES) {
      refuse(Status.INVALID_ARGUMENT, "a session id has " + SESSION_BYTES + " bytes");
      return;
    } else if (asked.getScriptBytes().size() > MAX_SCRIPT) {
      refuse(Status.INVALID_ARGUMENT, "the script is larger than " + MAX_SCRIPT + " bytes");
      return;
    } else if (Passed.tooMany(asked.getPassed())) {
      refuse(Passed.refusal());
      return;
    }
    try {
      for (Selected selected : inventory.select(asked.getHostsList())) {
        targets.put(selected.target().name(), new Downstream(selected, sender));
      }
    } catch (TargetException e) {
      refuse(Status.NOT_FOUND, String.valueOf(e.getMessage()));
      return;
    }
    start = asked;
    boolean above = targets.values().stream().anyMatch(t -> t.target.isCollector());
    answer.begin(asked.getKeying(), asked.getRoundPatienceNs(), above);
    for (Downstream target : targets.values()) {
      target.hosts.forEach(answer::report);
    }
    dialMore(ListeningTime.now());
  }

  private void refuse(Status status, String text) {
    refuse(status.withDescription(text).asRuntimeException());
  }

  private void refuse(StatusRuntimeException why) {
    finished = true;
    outbox.abandon();
    replies.onError(why);
    ended.run();
  }

  private void dialMore(long now) {
    long dialling =
        targets.values().stream().filter(t -> t.phase == Downstream.Phase.DIALLED).count();
    for (Downstream target : targets.values()) {
      if (dialling >= settings.dials()) {
        return;
      } else if (target.phase == Downstream.Phase.WAITING) {
        dialling++;
        target.phase = Downstream.Phase.DIALLED;
        target.dialledAt = now;
        target.heardAt = now;
        target.pingedAt = now;
        Start.Builder forwarded = start.toBuilder().clearHosts().setPassed(start.getPassed() + 1);
        if (target.target.isCollector()) {
          target.hosts.forEach(host -> forwarded.addHosts(host.name));
          // What is below must give up on a late host before we give up on what is below.
          forwarded.setRoundPatienceNs(answer.patienceBelow());
        }
        target.dial(
            dialer,
            new Listener(target),
            TraceRequest.newBuilder().setStart(forwarded).build(),
            TraceRequest.newBuilder().setPing(ClockOffset.ping()).build());
        target.keepApart(answer.apart());
        for (; target.signals > 0; target.signals--) {
          target.send(SIGNAL);
        }
      }
    }
  }

  private void open(Open open) {
    if (!opened) {
      opened = true;
      openAt = System.nanoTime() + open.getDelayNs();
      targets.values().forEach(this::openIfReady);
    }
  }

  private void keepApart(Apart apart) {
    try {
      answer.keepApart(apart.getMapsList());
      tellApart();
    } catch (ExcessException e) {
      cancel();
    }
  }

  /** Before the gate opens: what has been added up below can't be taken apart here. */
  private void tellApart() {
    if (answer.apart().size() > apart) {
      apart = answer.apart().size();
      for (Downstream target : targets.values()) {
        switch (target.phase) {
          case DIALLED, ANSWERED -> target.keepApart(answer.apart());
          case WAITING, ENDED -> {}
        }
      }
    }
  }

  /** A collector opens its late hosts itself; an agent must be attached first. */
  private void openIfReady(Downstream target) {
    boolean ready =
        target.target.isCollector()
            ? target.phase == Downstream.Phase.ANSWERED
            : target.isAttached();
    if (opened && ready && !target.opened && !target.isDone()) {
      target.opened = true;
      long left = openAt - System.nanoTime();
      // What it takes to get there is not known well of a host that has just come.
      long delay = left > 0 ? Math.max(0, left - target.clock.oneWayNanos()) : left;
      target.send(TraceRequest.newBuilder().setOpen(Open.newBuilder().setDelayNs(delay)).build());
    }
  }

  /** Each host has to hear of it once, whenever it is dialled. */
  private void signal() {
    for (Downstream target : targets.values()) {
      switch (target.phase) {
        case WAITING -> target.signals++;
        case DIALLED, ANSWERED -> target.send(SIGNAL);
        case ENDED -> {}
      }
    }
  }

  /** Asks all hosts for their final result. Again changes nothing. */
  public synchronized void stop() {
    if (stopping || finished || !started) {
      return;
    }
    stopping = true;
    stopBy = ListeningTime.now() + settings.stop().toNanos();
    for (Downstream target : List.copyOf(targets.values())) {
      switch (target.phase) {
        case WAITING, DIALLED ->
            lose(
                target,
                new Problem(
                    HostState.HOST_UNREACHABLE,
                    Failure.FAILURE_CONNECTION,
                    "had not answered before the stop (" + target.target.place() + ")"));
        case ANSWERED ->
            target.send(TraceRequest.newBuilder().setStop(Stop.getDefaultInstance()).build());
        case ENDED -> {}
      }
    }
    finishIfDone();
  }

  /** The same before anybody has asked for it: the collector stops. */
  public synchronized void endEarly() {
    early |= !stopping;
    stop();
  }

  /** Gives everything up, here and on the hosts. */
  public void cancel() {
    synchronized (this) {
      if (finished) {
        return;
      }
      finished = true;
      outbox.abandon();
      for (Downstream target : targets.values()) {
        target.phase = Downstream.Phase.ENDED;
        target.cancel("given up");
      }
    }
    ended.run();
  }

  /** What is due by time; to be called a few dozen times a second. */
  public synchronized void tick() {
    long now = ListeningTime.now();
    if (finished) {
      return;
    } else if (!started) {
      if (now - created >= settings.answer().toNanos()) {
        refuseWithoutStart();
      }
      return;
    }
    for (Downstream target : List.copyOf(targets.values())) {
      tick(target, now);
    }
    if (stopping && now - stopBy >= 0) {
      String text = "no final result within " + settings.stop().toSeconds() + " s of the stop";
      for (Downstream target : List.copyOf(targets.values())) {
        lose(target, new Problem(HostState.HOST_LOST, Failure.FAILURE_CONNECTION, text));
      }
    }
    dialMore(now);
    if (!finishIfDone()) {
      answer.tick(now);
    }
  }

  private void tick(Downstream target, long now) {
    switch (target.phase) {
      case DIALLED -> {
        if (target.isSilent(now, settings.answer().toNanos())) {
          lose(target, Problem.silent(target.target, settings.answer().toSeconds()));
        }
      }
      case ANSWERED -> {
        if (target.clock.isKnown() && now - target.heardAt >= settings.silence().toNanos()) {
          long seconds = settings.silence().toSeconds();
          lose(target, Problem.silent(target.target, seconds));
        } else if (now - target.pingedAt >= settings.ping().toNanos()) {
          target.pingedAt = now;
          target.send(TraceRequest.newBuilder().setPing(ClockOffset.ping()).build());
        }
      }
      case WAITING, ENDED -> {}
    }
    target.hosts.stream().filter(Host::hasUntoldLoss).forEach(answer::reportSoon);
  }

  /** Ends a target that has not ended well. */
  private void lose(Downstream target, Problem problem) {
    if (target.phase == Downstream.Phase.ENDED) {
      return;
    }
    target.phase = Downstream.Phase.ENDED;
    target.cancel(problem.text());
    String text =
        target.target.isCollector()
            ? "collector " + target.name() + ": " + problem.text()
            : problem.text();
    List<Host> changed = new ArrayList<>();
    for (Host host : target.hosts) {
      if (!host.isDone()) {
        boolean lost = host.isAttached();
        host.end(lost ? HostState.HOST_LOST : problem.state(), problem.failure(), text);
        changed.add(host);
      }
    }
    settled(target, changed);
  }

  /** Sends reports up, and before the last one of all everything that still waits. */
  private void settled(Downstream target, List<Host> changed) {
    List<Host> reported = new ArrayList<>(changed);
    reported.addAll(names.settle());
    answer.expect(target);
    if (targets.values().stream().allMatch(Downstream::isDone)) {
      answer.finish();
      // Rounds of hosts that ended long ago may have been dropped only now.
      targets.values().stream()
          .flatMap(each -> each.hosts.stream())
          .filter(host -> host.hasUntoldLoss() && !reported.contains(host))
          .forEach(reported::add);
    }
    reported.forEach(answer::report);
  }

  private boolean finishIfDone() {
    if (!finished && started && targets.values().stream().allMatch(Downstream::isDone)) {
      finished = true;
      answer.finish();
      outbox.complete();
      for (Downstream target : targets.values()) {
        if (target.phase != Downstream.Phase.ENDED) {
          target.phase = Downstream.Phase.ENDED;
          target.close();
        }
      }
      ended.run();
    }
    return finished;
  }

  private synchronized void reply(Downstream target, TraceReply reply) {
    if (target.phase == Downstream.Phase.ENDED || finished) {
      return;
    }
    long now = ListeningTime.now();
    target.heardAt = now;
    if (target.phase == Downstream.Phase.DIALLED) {
      target.phase = Downstream.Phase.ANSWERED;
      openIfReady(target);
      dialMore(now);
    }
    try {
      switch (reply.getReplyCase()) {
        case HOST -> host(target, reply.getHost());
        case PONG -> pong(target, reply.getPong());
        case SCHEMA -> {
          answer.accept(target, reply, now);
          tellApart();
        }
        case LINES, PACKETS, VALUE, PARTIAL, ROUND, DUMP -> answer.accept(target, reply, now);
        case REPLY_NOT_SET -> {}
      }
    } catch (MalformedException e) {
      distrust(target, "sent nonsense: " + e.getMessage());
    } catch (ExcessException e) {
      distrust(target, "sent " + e.getMessage());
    }
    finishIfDone();
  }

  private void distrust(Downstream target, String text) {
    lose(target, new Problem(HostState.HOST_FAILED, Failure.FAILURE_INTERNAL, text));
  }

  /** The first pings are slow for reasons of their own; the quickest of a few says the truth. */
  private static void pong(Downstream target, Pong pong) {
    if (target.clock.accept(pong) < FIRST_PINGS) {
      target.send(TraceRequest.newBuilder().setPing(ClockOffset.ping()).build());
    }
  }

  private void host(Downstream target, HostReport report) {
    Host host = target.host(report.getHost());
    Most.bytes(report.getSerializedSize(), Most.REPORT, "reports");
    if (host.isDone()) {
      return;
    }
    List<Host> changed = names.accept(target, host, early ? cutShort(report) : report);
    boolean another = host.held() != null || !host.last().getSameAs().isEmpty();
    if (another && !target.target.isCollector()) {
      target.phase = Downstream.Phase.ENDED;
      target.close();
    }
    settled(target, changed);
    openIfReady(target);
  }

  /** What a host calls final because we have stopped it. */
  private static HostReport cutShort(HostReport report) {
    if (report.getState() != HostState.HOST_FINAL
        || report.getStopReason() != StopReason.STOP_REQUEST) {
      return report;
    }
    return report.toBuilder()
        .setState(HostState.HOST_LOST)
        .setFailure(Failure.FAILURE_CONNECTION)
        .setMessage("the collector was stopped")
        .build();
  }

  private synchronized void streamEnded(Downstream target, @Nullable Throwable error) {
    if (target.phase == Downstream.Phase.ENDED || finished) {
      return;
    }
    lose(
        target,
        error != null
            ? Problem.of(error, target.target)
            : new Problem(
                HostState.HOST_FAILED,
                Failure.FAILURE_CONNECTION,
                "ended without a final result (" + target.target.place() + ")"));
    dialMore(ListeningTime.now());
    finishIfDone();
  }

  /** What one target says. */
  private final class Listener implements ClientResponseObserver<TraceRequest, TraceReply> {
    private final Downstream target;

    Listener(Downstream target) {
      this.target = target;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<TraceRequest> call) {
      target.connects();
      call.setOnReadyHandler(target::asked);
    }

    @Override
    public void onNext(TraceReply reply) {
      reply(target, reply);
    }

    @Override
    public void onError(Throwable error) {
      streamEnded(target, error);
    }

    @Override
    public void onCompleted() {
      streamEnded(target, null);
    }
  }
}
