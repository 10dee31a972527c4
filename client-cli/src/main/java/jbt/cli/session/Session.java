package jbt.cli.session;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import jbt.cli.render.Bytes;
import jbt.cli.render.Decisions;
import jbt.cli.render.FailedCalls;
import jbt.cli.render.Footer;
import jbt.cli.render.JsonRendering;
import jbt.cli.render.MapPrint;
import jbt.cli.render.Message;
import jbt.cli.render.Rendering;
import jbt.cli.render.Summary;
import jbt.server.merge.Decode;
import jbt.server.merge.MalformedException;
import jbt.server.session.ListeningTime;
import jbt.server.session.Settings;
import jbt.server.targets.FoldedNames;
import jbt.v1.Dump;
import jbt.v1.HostReport;
import jbt.v1.HostState;
import jbt.v1.LineKind;
import jbt.v1.Lines;
import jbt.v1.Mode;
import jbt.v1.Open;
import jbt.v1.Packets;
import jbt.v1.Signal;
import jbt.v1.Stop;
import jbt.v1.TraceReply;
import jbt.v1.TraceRequest;
import jbt.v1.TracerGrpc;
import jbt.v1.Value;
import org.jspecify.annotations.Nullable;

/**
 * One run, on one thread: takes replies, shows them, and ends with the exit code. {@link #stop} may
 * be called from any thread at any time.
 */
public final class Session {
  /** How long all may take once somebody wants to stop: a little more than a collector waits. */
  private static final long PATIENCE_MILLIS = 1_000 + Settings.defaults().stop().toMillis();

  /** How long a message waits for the same one of other hosts, and while some still connect. */
  private static final long FOLD_MILLIS = 150;

  private static final long FOLD_CONNECTING_MILLIS = 1000;

  private static final long TICK_MILLIS = 100;

  /** For the last of many hosts to open, once the first has. */
  private static final long OPENING_MILLIS = 1_000;

  private static final int CHUNK = 256 << 10;

  private static final TraceRequest SIGNAL =
      TraceRequest.newBuilder().setSignal(Signal.getDefaultInstance()).build();

  private final Wanted wanted;
  private final Runnable started;
  private final Rendering rendering;
  private final Screen screen;
  private final StatusLine status;
  private final Outbox outbox;
  private final Notices notices;
  private final Answer answer = new Answer();
  private final Object requestsLock = new Object();
  private @Nullable StreamObserver<TraceRequest> requests;
  private boolean stopSent;

  /** Those that came before the stream was there. */
  private int signals;

  private volatile long stopAskedAt;
  private long noticesSince;
  private final Set<String> told = new HashSet<>();

  /** Since when a host has been open; 0 until then. */
  private long openedSince;

  private boolean attachedShown;
  private boolean waitingShown;
  private boolean opened;
  private boolean running;
  private boolean notWritten;
  private final Dumps dumps = new Dumps();
  private final Captures captures;

  /** For standard output, until there is more of it or time to write it. */
  private Bytes waiting = new Bytes(4096);

  /** A chunk waits for room: what came after it must not be offered before it. */
  private boolean writing;

  public Session(Wanted wanted, Rendering rendering, Screen screen) {
    this(wanted, rendering, screen, () -> {});
  }

  /**
   * @param started told once, when the first host runs
   */
  public Session(Wanted wanted, Rendering rendering, Screen screen, Runnable started) {
    this.wanted = wanted;
    this.started = started;
    this.rendering = rendering;
    this.screen = screen;
    status = new StatusLine(screen.err(), screen.errTerminal());
    outbox = new Outbox(screen.out(), screen.err(), status::erase);
    notices = new Notices(wanted.many(), screen.errTerminal());
    captures = new Captures(wanted.script(), wanted.parameters());
  }

  /** Asks all hosts for their final result. Again changes nothing. */
  public void stop() {
    if (stopAskedAt == 0) {
      stopAskedAt = Math.max(1, millis());
    }
    synchronized (requestsLock) {
      if (requests != null && !stopSent) {
        stopSent = true;
        requests.onNext(TraceRequest.newBuilder().setStop(Stop.getDefaultInstance()).build());
      }
    }
  }

  /** Passes a signal on to the script: its blocks run once on every host. */
  public void signal() {
    synchronized (requestsLock) {
      if (requests != null) {
        requests.onNext(SIGNAL);
      } else {
        signals++;
      }
    }
  }

  /** Takes the status line away, for a process that ends now. */
  public void erase() {
    status.erase();
  }

  /** Runs to the end and returns the exit code of the process. */
  public int run(TracerGrpc.AsyncService service) throws InterruptedException {
    Inbox inbox = new Inbox(Thread.currentThread());
    start(service, inbox);
    try {
      loop(inbox);
      return finish(inbox);
    } finally {
      inbox.close();
      synchronized (requestsLock) {
        if (requests != null && inbox.isOver()) {
          requests.onCompleted();
        } else if (requests != null) {
          requests.onError(Status.CANCELLED.withDescription("given up").asException());
        }
        requests = null;
      }
    }
  }

  private void start(TracerGrpc.AsyncService service, Inbox inbox) {
    UUID id = UUID.randomUUID();
    byte[] session =
        ByteBuffer.allocate(16)
            .putLong(id.getMostSignificantBits())
            .putLong(id.getLeastSignificantBits())
            .array();
    StreamObserver<TraceRequest> stream = service.trace(inbox);
    synchronized (requestsLock) {
      requests = stream;
      stream.onNext(
          TraceRequest.newBuilder()
              .setStart(wanted.start().setSession(ByteString.copyFrom(session)))
              .build());
      for (; signals > 0; signals--) {
        stream.onNext(SIGNAL);
      }
    }
    if (stopAskedAt != 0) {
      stop();
    }
  }

  private void loop(Inbox inbox) throws InterruptedException {
    Buffering buffering = wanted.modes().buffering();
    while (!isGivenUp()) {
      boolean wait = buffering.due(waiting) == 0;
      @Nullable TraceReply reply = inbox.poll(wait ? TICK_MILLIS : 0);
      if (reply != null) {
        show(reply);
      }
      boolean all = waiting.length() > CHUNK || (reply == null && inbox.isOver());
      writeWaiting(all ? waiting.length() : reply == null ? buffering.due(waiting) : 0);
      tick();
      if (reply == null && inbox.isOver()) {
        return;
      }
    }
  }

  /** Whether a reply has something that the script prints. */
  private static boolean isOutput(TraceReply reply) {
    return switch (reply.getReplyCase()) {
      case LINES, PACKETS, VALUE, ROUND -> true;
      case HOST, SCHEMA, PARTIAL, DUMP, PONG, REPLY_NOT_SET -> false;
    };
  }

  private void lines(Lines lines) throws InterruptedException {
    if (lines.getKind() == LineKind.LINE_WARNING && !wanted.modes().warnings()) {
      return;
    }
    if (rendering.isTrouble(lines.getKind())) {
      Bytes text = new Bytes();
      rendering.lines(text, lines);
      tell(text);
    } else {
      rendering.lines(waiting, lines);
    }
  }

  private void show(TraceReply reply) throws InterruptedException {
    if (wanted.modes().dryRun() && isOutput(reply)) {
      return;
    }
    switch (reply.getReplyCase()) {
      case HOST -> host(reply.getHost());
      case SCHEMA -> answer.add(reply.getSchema());
      case LINES -> lines(reply.getLines());
      case PACKETS -> packets(reply.getPackets());
      case VALUE -> value(reply.getValue());
      case PARTIAL -> answer.add(reply.getPartial());
      case ROUND -> {
        try {
          @Nullable MapPrint print = answer.print(reply.getRound(), expected());
          if (print != null) {
            rendering.map(waiting, print);
          }
        } catch (MalformedException | IndexOutOfBoundsException e) {
          malformed(reply.getRound().getHost(), e);
        }
      }
      case DUMP -> dump(reply.getDump());
      case PONG, REPLY_NOT_SET -> {}
    }
  }

  private void host(HostReport report) throws InterruptedException {
    if (!answer.add(report)) {
      return;
    }
    if (report.getState() == HostState.HOST_ATTACHED && wanted.opens() && !opened) {
      opened = open();
    }
    if (wanted.modes().warnings()) {
      report.getNoticesList().forEach(notice -> note(report.getHost(), notice));
    }
    note(
        report.getHost(),
        Broken.told(wanted.many(), report.getHost(), report.getFailure(), report.getMessage()));
    if (openedSince == 0 && Outcome.ran(report)) {
      openedSince = millis();
    }
    showAttached();
    if (report.getState() == HostState.HOST_RUNNING && !running) {
      running = true;
      started.run();
      if (wanted.modes().dryRun()) {
        stop();
      }
    }
  }

  /** What the hosts do not do alike, once for each set of them. */
  private Bytes differences() {
    Bytes out = new Bytes();
    if (wanted.many() && !wanted.quiet()) {
      Stream.concat(Decisions.lines(answer.hosts()).stream(), answer.typesApart().stream())
          .filter(told::add)
          .forEach(line -> Message.print(out, false, screen.errTerminal(), List.of(), line));
    }
    return out;
  }

  /**
   * Whoever reads it may rely on the hosts: their gates are open. One that hangs holds nothing up.
   */
  private void showAttached() throws InterruptedException {
    boolean goesOn = opened || stopAskedAt == 0;
    if (attachedShown || !goesOn || openedSince == 0) {
      return;
    }
    if (millis() - openedSince >= OPENING_MILLIS
        || answer.hosts().stream().noneMatch(h -> h.getState() == HostState.HOST_ATTACHED)) {
      attachedShown = true;
      attached();
    }
  }

  private int expected() {
    return wanted.expected() - answer.otherNames();
  }

  private boolean isConnecting() {
    return answer.hosts().size() < expected()
        || answer.hosts().stream().anyMatch(h -> h.getState() == HostState.HOST_CONNECTING);
  }

  private void attached() throws InterruptedException {
    List<Integer> probes =
        answer.hosts().stream()
            .filter(h -> h.getState() != HostState.HOST_CONNECTING && h.getProbes() > 0)
            .map(HostReport::getProbes)
            .sorted()
            .toList();
    if (probes.isEmpty() || wanted.dump() || wanted.modes().mode() != Mode.MODE_TRACE) {
      return;
    }
    rendering.attached(waiting, probes.stream().mapToInt(Integer::intValue).sum());
    // One host's JSON tells it on standard output, as bpftrace's does.
    if (wanted.quiet() || (rendering instanceof JsonRendering && !wanted.many())) {
      return;
    }
    int most = probes.getLast();
    String count = probes.getFirst() == most ? "" + most : probes.getFirst() + "-" + most;
    String line = "Attached " + count + (most == 1 ? " probe" : " probes");
    tell(Bytes.of(line + (wanted.many() ? on(probes.size()) : "") + "\n"));
    tell(differences());
    boolean showsMaps = !wanted.modes().dryRun();
    if (wanted.many() && !wanted.perHost() && showsMaps && !answer.workingState().isEmpty()) {
      tell(
          Bytes.of(
              "not shown: "
                  + String.join(", ", answer.workingState())
                  + ", which each host keeps for itself (--per-host shows it)\n"));
    }
  }

  private static String on(int hosts) {
    return hosts == 1 ? " on 1 host" : " on each of " + hosts + " hosts";
  }

  private void value(Value value) {
    try {
      var type = answer.schema().getValues(value.getSite()).getType();
      rendering.value(waiting, value.getHost(), Decode.value(type, value.getValue()));
    } catch (MalformedException | IndexOutOfBoundsException e) {
      malformed(value.getHost(), e);
    }
  }

  private void packets(Packets packets) {
    if (notWritten) {
      return;
    }
    try {
      captures.add(packets);
    } catch (MalformedException e) {
      malformed(packets.getHost(), e);
    } catch (IOException e) {
      noPackets(packets.getHost(), e);
      stop();
    }
  }

  private void captured() {
    try {
      captures.close();
    } catch (IOException e) {
      noPackets("", e);
    }
    if (answer.hosts().stream().anyMatch(Outcome::ran) && !notWritten) {
      captures
          .untouched()
          .forEach(file -> note("", "skboutput: there were no packets for " + file));
    }
  }

  private void noPackets(String host, IOException e) {
    notWritten = true;
    boolean bare = e instanceof FileSystemException file && file.getReason() == null;
    note(host, "ERROR: cannot write packets: " + (bare ? "no access to " : "") + e.getMessage());
  }

  private void dump(Dump dump) {
    dumps.add(dump);
    if (dumps.size() >= expected()) {
      stop();
    }
  }

  private void malformed(String host, RuntimeException e) {
    note(host, "it sent what does not fit its own description: " + e.getMessage());
    stop();
  }

  private void note(String host, String text) {
    if (notices.isEmpty()) {
      noticesSince = millis();
    }
    notices.add(host, text);
  }

  private void tick() throws InterruptedException {
    showAttached();
    if (!notices.isEmpty()) {
      long wait = isConnecting() ? FOLD_CONNECTING_MILLIS : FOLD_MILLIS;
      if (!wanted.many() || millis() - noticesSince >= wait) {
        tell(notices.take());
      }
    }
    if (outbox.failure() != null && stopAskedAt == 0) {
      stop();
    }
    if (stopAskedAt != 0 && outbox.failure() == null && millis() - stopAskedAt > 500) {
      List<String> hosts = waitingFor();
      String text = hosts.isEmpty() ? "" : waitingText(hosts);
      status.show(text);
      if (!screen.errTerminal() && !text.isEmpty() && !waitingShown) {
        waitingShown = true;
        tell(Bytes.of(text).add('\n'));
      }
    } else if (stopAskedAt == 0 && !attachedShown && wanted.many()) {
      int connected =
          (int)
              answer.hosts().stream()
                  .filter(h -> h.getState() != HostState.HOST_CONNECTING)
                  .count();
      status.show("attaching: " + connected + " of " + expected() + " hosts");
    }
  }

  private String waitingText(List<String> hosts) {
    return wanted.many()
        ? "waiting for " + hosts.size() + " of " + expected() + ": " + FoldedNames.fold(hosts)
        : "waiting for the final result";
  }

  private List<String> waitingFor() {
    return names(answer.hosts().stream().filter(host -> !Outcome.isDone(host.getState())).toList());
  }

  private static List<String> names(Collection<HostReport> hosts) {
    return hosts.stream().map(HostReport::getHost).toList();
  }

  /** Whoever still reads our output, however slowly, is waited for. */
  private boolean isGivenUp() {
    long taken = TimeUnit.NANOSECONDS.toMillis(outbox.takenAt());
    return stopAskedAt != 0 && millis() - Math.max(stopAskedAt, taken) > PATIENCE_MILLIS;
  }

  /** Standard error takes it behind what was printed before. */
  private void tell(Bytes message) throws InterruptedException {
    if (!message.isEmpty()) {
      if (!writing) {
        writeWaiting(waiting.length());
      }
      outbox.note(message);
    }
  }

  private void writeWaiting(int length) throws InterruptedException {
    if (length > 0) {
      Bytes due = waiting;
      waiting = due.cut(length);
      write(due);
    }
  }

  private void write(Bytes chunk) throws InterruptedException {
    writing = true;
    while (!outbox.offer(chunk, TICK_MILLIS)) {
      tick();
      if (isGivenUp()) {
        break;
      }
    }
    writing = false;
  }

  /** Everything that was waiting for the end of the stream. */
  private int finish(Inbox inbox) throws InterruptedException {
    status.erase();
    boolean cutShort = !inbox.isOver();
    List<String> unanswered = waitingFor();
    Summary summary = answer.summary();
    boolean dumped = wanted.dump() || dumps.size() > 0;
    if (dumped) {
      outbox.offer(dumps.print(wanted.many()), PATIENCE_MILLIS);
    } else if (answer.hosts().stream().anyMatch(Outcome::ran) && !wanted.modes().dryRun()) {
      write(wanted.modes().mode() == Mode.MODE_TRACE ? result(summary) : results(summary));
    }
    captured();
    failedCalls();
    outbox.note(differences());
    outbox.note(notices.take());
    // Only then it is known whether all of it could be written.
    awaitWritten();
    int code = failure(inbox, cutShort ? unanswered : List.of(), summary);
    if (outbox.failure() == null && !dumped) {
      outbox.note(footer(summary));
    }
    return !awaitWritten() && unread() ? Outcome.USAGE : code;
  }

  /** Whoever reads our output may take his time; false if he has taken too much. */
  private boolean awaitWritten() throws InterruptedException {
    while (!outbox.awaitWritten(TICK_MILLIS)) {
      if (isGivenUp()) {
        return false;
      }
    }
    return true;
  }

  /** Whether what nobody has read is part of the answer; says so. */
  private boolean unread() {
    boolean left = outbox.giveUp();
    if (left) {
      screen.say("ERROR: cannot write the output: nobody reads it");
    }
    return left;
  }

  private void failedCalls() throws InterruptedException {
    if (!wanted.modes().warnings()) {
      return;
    }
    Bytes text = new Bytes();
    FailedCalls.of(answer.hosts()).forEach(failed -> rendering.failed(text, failed));
    if (rendering.isTrouble(LineKind.LINE_WARNING)) {
      outbox.note(text);
    } else {
      write(text);
    }
  }

  private Bytes results(Summary summary) {
    Bytes out = new Bytes();
    rendering.results(
        out, wanted.modes().mode(), answer.hosts().stream().filter(Outcome::delivered).toList());
    rendering.summary(out, summary);
    return out;
  }

  private Bytes result(Summary summary) {
    Bytes out = new Bytes(4096);
    rendering.beforeFinal(out);
    try {
      List<MapPrint> finals = answer.finals(expected());
      finals.forEach(print -> rendering.map(out, print));
      draw(finals);
    } catch (MalformedException | IndexOutOfBoundsException e) {
      note("", "a final map does not fit its description: " + e.getMessage());
    }
    rendering.summary(out, summary);
    return out;
  }

  private void draw(List<MapPrint> finals) {
    Graphs graphs = wanted.modes().graphs();
    if (!graphs.wanted()) {
      return;
    }
    try {
      if (!graphs.write(wanted.file(), finals.stream().map(MapPrint::table).toList())) {
        note("", "no map has stacks in its keys: there is nothing to draw");
      }
    } catch (IOException e) {
      notWritten = true;
      note("", "ERROR: cannot write the flame graph: " + e.getMessage());
    }
  }

  private Bytes footer(Summary summary) {
    Bytes out = new Bytes();
    if ((wanted.quiet() && summary.isClean()) || summary.hosts().isEmpty()) {
      return out;
    }
    List<String> lines =
        wanted.many()
            ? Footer.lines(summary, wanted.verbose())
            : Footer.oneHost(summary, wanted.verbose());
    (screen.errTerminal() ? Footer.forTerminal(lines) : lines)
        .forEach(line -> out.add(line).add('\n'));
    return out;
  }

  private int failure(Inbox inbox, List<String> unanswered, Summary summary) {
    @Nullable Throwable broken = inbox.failure();
    if (broken != null) {
      return Broken.report(outbox, broken, answer.hosts().isEmpty());
    }
    if (!unanswered.isEmpty()) {
      outbox.note(Bytes.of("gave up " + waitingText(unanswered) + "\n"));
    }
    if (outbox.noteFailure() || notWritten) {
      return Outcome.USAGE;
    }
    if (answer.hosts().stream().anyMatch(Outcome::ran)) {
      Outcome.unwanted(summary, wanted.modes()).forEach(line -> outbox.note(Bytes.of(line + "\n")));
    }
    return Outcome.of(answer.hosts(), summary, wanted);
  }

  /** Lets the script begin; not any more if it is to stop, which the host has heard first. */
  private boolean open() {
    synchronized (requestsLock) {
      if (requests == null || stopSent) {
        return false;
      }
      requests.onNext(TraceRequest.newBuilder().setOpen(Open.getDefaultInstance()).build());
      return true;
    }
  }

  private static long millis() {
    return TimeUnit.NANOSECONDS.toMillis(ListeningTime.now());
  }
}
