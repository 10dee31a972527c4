package jbt.server;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import jbt.server.merge.Cell;
import jbt.server.merge.Encode;
import jbt.server.merge.Row;
import jbt.v1.Failure;
import jbt.v1.HostReport;
import jbt.v1.HostState;
import jbt.v1.Lines;
import jbt.v1.MapPartial;
import jbt.v1.MapSchema;
import jbt.v1.Open;
import jbt.v1.Pong;
import jbt.v1.PrintSite;
import jbt.v1.Round;
import jbt.v1.Schema;
import jbt.v1.Start;
import jbt.v1.StopReason;
import jbt.v1.TraceReply;
import jbt.v1.TraceRequest;
import jbt.v1.TracerGrpc;
import jbt.v1.Type;
import jbt.v1.TypeKind;
import jbt.v1.ValueKind;

/**
 * A host that tells what a test wants: one map {@code @x = count()}, printed every second. Without
 * further words it attaches, runs, and is final when asked to stop.
 */
public final class FakeHost implements TracerGrpc.AsyncService {
  static final MapSchema COUNT =
      MapSchema.newBuilder()
          .setName("@x")
          .setKind(ValueKind.VALUE_COUNT)
          .setValue(Type.newBuilder().setKind(TypeKind.TYPE_INT).setBytes(8))
          .setPrinted(true)
          .build();

  public final String name;
  public final long epoch;
  final List<TraceRequest> asked = new ArrayList<>();
  final CountDownLatch opened = new CountDownLatch(1);
  final CountDownLatch cancelled = new CountDownLatch(1);
  public final AtomicInteger dials = new AtomicInteger();
  Schema schema =
      Schema.newBuilder()
          .addMaps(COUNT)
          .addPrints(PrintSite.newBuilder().setMap(0).setPeriodNs(1_000_000_000))
          .build();
  ByteString identity;
  BiConsumer<FakeHost, Start> onStart = (host, start) -> host.attach();
  BiConsumer<FakeHost, Open> onOpen = (host, open) -> host.report(HostState.HOST_RUNNING);
  BiConsumer<FakeHost, Long> onStop = (host, count) -> host.finish(count);
  boolean answersPings = true;

  /** The cumulative count of the final partial. */
  public long count;

  private volatile StreamObserver<TraceReply> replies = none();
  private long sequence;

  public FakeHost(String name) {
    this.name = name;
    epoch = name.hashCode();
    identity = ByteString.copyFromUtf8("identity of " + name);
  }

  private static StreamObserver<TraceReply> none() {
    return new StreamObserver<>() {
      @Override
      public void onNext(TraceReply reply) {}

      @Override
      public void onError(Throwable error) {}

      @Override
      public void onCompleted() {}
    };
  }

  @Override
  public StreamObserver<TraceRequest> trace(StreamObserver<TraceReply> observer) {
    dials.incrementAndGet();
    replies = observer;
    return new StreamObserver<>() {
      @Override
      public void onNext(TraceRequest request) {
        asked.add(request);
        switch (request.getRequestCase()) {
          case START -> onStart.accept(FakeHost.this, request.getStart());
          case OPEN -> {
            onOpen.accept(FakeHost.this, request.getOpen());
            opened.countDown();
          }
          case SIGNAL, APART -> {}
          case STOP -> onStop.accept(FakeHost.this, count);
          case PING -> {
            if (answersPings) {
              Pong pong = Pong.newBuilder().setSentNs(request.getPing().getSentNs()).build();
              say(TraceReply.newBuilder().setPong(pong).build());
            }
          }
          case REQUEST_NOT_SET -> {}
        }
      }

      @Override
      public void onError(Throwable error) {
        cancelled.countDown();
      }

      @Override
      public void onCompleted() {}
    };
  }

  void say(TraceReply reply) {
    replies.onNext(reply);
  }

  void attach() {
    say(TraceReply.newBuilder().setSchema(schema).build());
    report(HostState.HOST_ATTACHED);
  }

  HostReport.Builder reporting(HostState state) {
    return HostReport.newBuilder()
        .setHost("whatever the agent is called")
        .setEpoch(epoch)
        .setSequence(++sequence)
        .setState(state)
        .setIdentity(identity);
  }

  void report(HostState state) {
    say(TraceReply.newBuilder().setHost(reporting(state)).build());
  }

  void fail(HostState state, Failure failure, String message) {
    HostReport report = reporting(state).setFailure(failure).setMessage(message).build();
    say(TraceReply.newBuilder().setHost(report).build());
    replies.onCompleted();
  }

  void round(long slot, long value) {
    say(TraceReply.newBuilder().setRound(part(slot, value)).build());
  }

  /** A print of the map before anything was counted. */
  void printNothing(long slot) {
    say(TraceReply.newBuilder().setRound(part(slot, 0).clearRows()).build());
  }

  /** What a print showed that no clear followed, which the collector may keep. */
  void print(long slot, long value) {
    Round.Builder round = part(slot, value).setSealed(false).setEvents(0);
    say(TraceReply.newBuilder().setRound(round.setSequence(++sequence)).build());
  }

  /** The same where a clear followed. */
  void printAndClear(long slot, long value) {
    Round.Builder round = part(slot, value).setSequence(++sequence);
    say(TraceReply.newBuilder().setRound(round).build());
  }

  private Round.Builder part(long slot, long value) {
    return Round.newBuilder()
        .setHost(name)
        .setEpoch(epoch)
        .setSlot(slot)
        .setHosts(1)
        .setSealed(true)
        .setEvents(value)
        .setRows(
            Encode.rows(
                schema.getMaps(0), List.of(new Row(null, List.of(), new Cell.Word(value, false)))));
  }

  void partial(long value, boolean last) {
    MapPartial partial =
        MapPartial.newBuilder()
            .setHost(name)
            .setEpoch(epoch)
            .setSequence(++sequence)
            .setHosts(1)
            .setFinal(last)
            .setRows(
                Encode.rows(
                    schema.getMaps(0),
                    List.of(new Row(null, List.of(), new Cell.Word(value, false)))))
            .build();
    say(TraceReply.newBuilder().setPartial(partial).build());
  }

  void line(String text) {
    Lines lines =
        Lines.newBuilder()
            .setHost(name)
            .setText(ByteString.copyFromUtf8(text))
            .addLength(text.length())
            .build();
    say(TraceReply.newBuilder().setLines(lines).build());
  }

  void finish(long value) {
    partial(value, true);
    end();
  }

  /** Says that everything has been said. */
  void end() {
    HostReport last =
        reporting(HostState.HOST_FINAL).setStopReason(StopReason.STOP_REQUEST).build();
    say(TraceReply.newBuilder().setHost(last).build());
    replies.onCompleted();
  }

  /** The connection breaks. */
  void die() {
    replies.onError(Status.UNAVAILABLE.withDescription("connection reset").asRuntimeException());
  }
}
