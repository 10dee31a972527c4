package jbt.daemon;

import com.google.protobuf.ByteString;
import io.grpc.stub.CallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import jbt.v1.HostReport;
import jbt.v1.HostState;
import jbt.v1.Keying;
import jbt.v1.Loss;
import jbt.v1.LossSource;
import jbt.v1.MapPartial;
import jbt.v1.Open;
import jbt.v1.Round;
import jbt.v1.Start;
import jbt.v1.Stop;
import jbt.v1.TraceReply;
import jbt.v1.TraceRequest;
import jbt.v1.TracerGrpc;

/** A client in the same process that keeps everything it gets. */
final class Receiver extends CallStreamObserver<TraceReply> {
  private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(60);

  private final List<TraceReply> replies = new ArrayList<>();
  private final Predicate<TraceReply> untilReady;
  private final StreamObserver<TraceRequest> requests;
  private Runnable onReady = () -> {};
  private boolean ready;
  private boolean done;

  private Receiver(TracerGrpc.AsyncService service, Predicate<TraceReply> untilReady) {
    this.untilReady = untilReady;
    this.ready = untilReady.test(TraceReply.getDefaultInstance());
    this.requests = service.trace(this);
  }

  /** Starts a session. */
  static Receiver start(TracerGrpc.AsyncService service, Start.Builder start) {
    return slow(service, start, reply -> true);
  }

  /** Starts a session whose receiver takes no data until it has got such a reply. */
  static Receiver slow(
      TracerGrpc.AsyncService service, Start.Builder start, Predicate<TraceReply> untilReady) {
    Receiver receiver = new Receiver(service, untilReady);
    receiver.requests.onNext(TraceRequest.newBuilder().setStart(start).build());
    return receiver;
  }

  static Start.Builder script(String script) {
    byte[] id = new byte[16];
    new Random().nextBytes(id);
    return Start.newBuilder()
        .setSession(ByteString.copyFrom(id))
        .setScript(script)
        .setFile("test")
        .setKeying(Keying.KEYING_ONE_HOST);
  }

  /** Opens the gate when everything is attached, and waits until it is open. */
  Receiver open() throws InterruptedException {
    await(HostState.HOST_ATTACHED);
    requests.onNext(TraceRequest.newBuilder().setOpen(Open.getDefaultInstance()).build());
    await(HostState.HOST_RUNNING);
    return this;
  }

  void openWithoutWaiting() throws InterruptedException {
    await(HostState.HOST_ATTACHED);
    requests.onNext(TraceRequest.newBuilder().setOpen(Open.getDefaultInstance()).build());
  }

  /** Asks for the end. */
  Receiver stop() {
    requests.onNext(TraceRequest.newBuilder().setStop(Stop.getDefaultInstance()).build());
    return this;
  }

  /** Goes away without a word. */
  void vanish() {
    requests.onError(new IllegalStateException("gone"));
  }

  void send(TraceRequest request) {
    requests.onNext(request);
  }

  private synchronized void await(HostState state) throws InterruptedException {
    long until = System.nanoTime() + PATIENCE_NS;
    while (!done && reports().noneMatch(report -> report.getState().compareTo(state) >= 0)) {
      waitUntil(until);
    }
  }

  private void waitUntil(long until) throws InterruptedException {
    long left = until - System.nanoTime();
    if (left <= 0) {
      throw new IllegalStateException("nothing for a minute; so far " + replies);
    }
    TimeUnit.NANOSECONDS.timedWait(this, left);
  }

  /** Waits for the end of the stream; the last report. */
  synchronized HostReport end() throws InterruptedException {
    long until = System.nanoTime() + PATIENCE_NS;
    while (!done) {
      waitUntil(until);
    }
    return reports().reduce((first, second) -> second).orElseThrow();
  }

  synchronized Stream<HostReport> reports() {
    return replies.stream().filter(TraceReply::hasHost).map(TraceReply::getHost);
  }

  synchronized List<TraceReply> replies() {
    return List.copyOf(replies);
  }

  /** All text, in order. */
  synchronized String text() {
    StringBuilder text = new StringBuilder();
    replies.stream()
        .filter(TraceReply::hasLines)
        .forEach(reply -> text.append(reply.getLines().getText().toStringUtf8()));
    return text.toString();
  }

  synchronized long lines() {
    return replies.stream()
        .filter(TraceReply::hasLines)
        .mapToLong(reply -> reply.getLines().getLengthCount())
        .sum();
  }

  synchronized List<Round> rounds() {
    return replies.stream().filter(TraceReply::hasRound).map(TraceReply::getRound).toList();
  }

  synchronized List<MapPartial> partials(int map) {
    return replies.stream()
        .filter(TraceReply::hasPartial)
        .map(TraceReply::getPartial)
        .filter(partial -> partial.getMap() == map)
        .toList();
  }

  MapPartial lastPartial(int map) {
    return partials(map).getLast();
  }

  static long loss(HostReport report, LossSource source) {
    return report.getLossesList().stream()
        .filter(loss -> loss.getSource() == source)
        .mapToLong(Loss::getCount)
        .sum();
  }

  /** Programs, maps and links that this process holds. */
  static long kernelObjects() throws Exception {
    long objects = 0;
    try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
      for (Path fd : all.toList()) {
        String target = Files.isSymbolicLink(fd) ? Files.readSymbolicLink(fd).toString() : "";
        if (target.startsWith("anon_inode:bpf") || target.contains("perf_event")) {
          objects++;
        }
      }
    }
    return objects;
  }

  @Override
  public void onNext(TraceReply reply) {
    boolean nowReady = false;
    synchronized (this) {
      replies.add(reply);
      if (!ready && untilReady.test(reply)) {
        ready = true;
        nowReady = true;
      }
      notifyAll();
    }
    if (nowReady) {
      onReady.run();
    }
  }

  @Override
  public synchronized void onError(Throwable cause) {
    done = true;
    notifyAll();
  }

  @Override
  public synchronized void onCompleted() {
    done = true;
    notifyAll();
  }

  @Override
  public synchronized boolean isReady() {
    return ready;
  }

  @Override
  public void setOnReadyHandler(Runnable handler) {
    onReady = handler;
  }

  @Override
  public void disableAutoInboundFlowControl() {}

  @Override
  public void request(int count) {}

  @Override
  public void setMessageCompression(boolean enable) {}
}
