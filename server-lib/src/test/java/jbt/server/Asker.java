package jbt.server;

import com.google.protobuf.ByteString;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import jbt.server.merge.Cell;
import jbt.server.merge.Decode;
import jbt.server.merge.Row;
import jbt.v1.HostReport;
import jbt.v1.HostState;
import jbt.v1.Keying;
import jbt.v1.MapPartial;
import jbt.v1.Round;
import jbt.v1.Rows;
import jbt.v1.Schema;
import jbt.v1.Start;
import jbt.v1.Stop;
import jbt.v1.TraceReply;
import jbt.v1.TraceRequest;
import jbt.v1.TracerGrpc;
import org.jspecify.annotations.Nullable;

/** A client: asks for hosts, and keeps what it hears. */
public final class Asker implements StreamObserver<TraceReply> {
  private final List<TraceReply> heard = new ArrayList<>();
  private final StreamObserver<TraceRequest> requests;
  private final Consumer<TraceReply> each;
  private boolean completed;
  private @Nullable Throwable error;

  public Asker(TracerGrpc.AsyncService service, String hosts) {
    this(service, hosts, reply -> {});
  }

  /**
   * @param each hears every reply first, and may take its time
   */
  Asker(TracerGrpc.AsyncService service, String hosts, Consumer<TraceReply> each) {
    this.each = each;
    requests = service.trace(this);
    requests.onNext(
        TraceRequest.newBuilder()
            .setStart(
                Start.newBuilder()
                    .setSession(ByteString.copyFrom(new byte[16]))
                    .setScript("interval:s:1 { print(@x); clear(@x); }")
                    .setKeying(Keying.KEYING_MERGED)
                    .addHosts(hosts))
            .build());
  }

  public void stop() {
    requests.onNext(TraceRequest.newBuilder().setStop(Stop.getDefaultInstance()).build());
  }

  void giveUp() {
    requests.onError(new RuntimeException("given up"));
  }

  @Override
  public void onNext(TraceReply reply) {
    each.accept(reply);
    synchronized (this) {
      heard.add(reply);
      notifyAll();
    }
  }

  @Override
  public synchronized void onError(Throwable thrown) {
    error = thrown;
    notifyAll();
  }

  @Override
  public synchronized void onCompleted() {
    completed = true;
    notifyAll();
  }

  private synchronized void await(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (!condition.getAsBoolean()) {
      long left = (end - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        throw new AssertionError(
            "no " + what + "; heard " + heard.size() + " replies, error " + error);
      }
      try {
        wait(left);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  public void awaitEnd() {
    await("end", () -> completed);
  }

  Throwable awaitError() {
    await("error", () -> error != null);
    return Objects.requireNonNull(error);
  }

  public void awaitState(String host, HostState state) {
    await(
        host + " " + state,
        () -> {
          HostReport report = reports().get(host);
          return report != null && report.getState() == state;
        });
  }

  void awaitReports(int hosts, HostState state) {
    await(
        hosts + " hosts " + state,
        () -> reports().values().stream().filter(r -> r.getState() == state).count() == hosts);
  }

  void awaitRounds(int count) {
    await(count + " rounds", () -> rounds().size() >= count);
  }

  void awaitLine(String line) {
    await(line, () -> lines().contains(line));
  }

  /** The last report of every host. */
  synchronized Map<String, HostReport> reports() {
    Map<String, HostReport> last = new HashMap<>();
    for (TraceReply reply : heard) {
      if (reply.hasHost()) {
        last.put(reply.getHost().getHost(), reply.getHost());
      }
    }
    return last;
  }

  public HostReport report(String host) {
    return Objects.requireNonNull(reports().get(host), host);
  }

  /** What reports said in words, each once. */
  synchronized Set<String> messages() {
    return heard.stream()
        .filter(TraceReply::hasHost)
        .map(reply -> reply.getHost().getMessage())
        .filter(Predicate.not(String::isEmpty))
        .collect(Collectors.toSet());
  }

  synchronized List<Round> rounds() {
    return heard.stream().filter(TraceReply::hasRound).map(TraceReply::getRound).toList();
  }

  synchronized List<String> lines() {
    return heard.stream()
        .filter(TraceReply::hasLines)
        .map(r -> r.getLines().getHost() + " | " + r.getLines().getText().toStringUtf8())
        .toList();
  }

  synchronized List<Schema> schemas() {
    return heard.stream().filter(TraceReply::hasSchema).map(TraceReply::getSchema).toList();
  }

  public synchronized MapPartial lastPartial() {
    return heard.stream()
        .filter(TraceReply::hasPartial)
        .map(TraceReply::getPartial)
        .reduce((a, b) -> b)
        .orElseThrow();
  }

  /** The last partial of every map. */
  synchronized Collection<MapPartial> finals() {
    Map<Integer, MapPartial> last = new HashMap<>();
    heard.stream()
        .filter(TraceReply::hasPartial)
        .forEach(reply -> last.put(reply.getPartial().getMap(), reply.getPartial()));
    return last.values();
  }

  public static long word(Rows rows) {
    List<Row> decoded = Decode.rows(FakeHost.COUNT, rows);
    return decoded.isEmpty() ? 0 : ((Cell.Word) decoded.getFirst().cell()).bits();
  }
}
