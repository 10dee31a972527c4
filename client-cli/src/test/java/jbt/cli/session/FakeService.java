package jbt.cli.session;

import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import jbt.v1.HostReport;
import jbt.v1.HostState;
import jbt.v1.Start;
import jbt.v1.TraceReply;
import jbt.v1.TraceRequest;
import jbt.v1.TracerGrpc;
import org.jspecify.annotations.Nullable;

/** A service that does what a test says when it gets a start and a stop. */
final class FakeService implements TracerGrpc.AsyncService, StreamObserver<TraceRequest> {
  /** What the test does with the replies. */
  interface Act {
    void with(StreamObserver<TraceReply> replies);
  }

  final List<TraceRequest> requests = new ArrayList<>();
  final CountDownLatch stopped = new CountDownLatch(1);
  private final Act onStart;
  private final Act onStop;
  private @Nullable StreamObserver<TraceReply> replies;

  FakeService(Act onStart, Act onStop) {
    this.onStart = onStart;
    this.onStop = onStop;
  }

  /** Everything at once after the start. */
  static FakeService that(Act onStart) {
    return new FakeService(
        replies -> {
          onStart.with(replies);
          replies.onCompleted();
        },
        replies -> {});
  }

  static TraceReply host(String name, HostState state) {
    return reply(HostReport.newBuilder().setHost(name).setState(state).setProbes(1));
  }

  static TraceReply reply(HostReport.Builder report) {
    return TraceReply.newBuilder().setHost(report).build();
  }

  synchronized Start start() {
    return requests.getFirst().getStart();
  }

  boolean awaitStop() throws InterruptedException {
    return stopped.await(10, TimeUnit.SECONDS);
  }

  @Override
  public StreamObserver<TraceRequest> trace(StreamObserver<TraceReply> observer) {
    replies = observer;
    return this;
  }

  @Override
  public void onNext(TraceRequest request) {
    synchronized (this) {
      requests.add(request);
    }
    StreamObserver<TraceReply> to = replies;
    if (to == null) {
      throw new IllegalStateException("a request before the stream");
    }
    if (request.hasStart()) {
      Thread.ofPlatform().daemon().start(() -> onStart.with(to));
    } else if (request.hasStop()) {
      stopped.countDown();
      Thread.ofPlatform().daemon().start(() -> onStop.with(to));
    }
  }

  @Override
  public void onError(Throwable t) {}

  @Override
  public void onCompleted() {}
}
