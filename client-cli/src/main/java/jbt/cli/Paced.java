package jbt.cli;

import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.UnaryOperator;
import jbt.v1.DescribeReply;
import jbt.v1.DescribeRequest;
import jbt.v1.ListProbesReply;
import jbt.v1.ListProbesRequest;
import jbt.v1.TraceReply;
import jbt.v1.TraceRequest;
import jbt.v1.TracerGrpc;
import org.jspecify.annotations.Nullable;

/**
 * A service of another process, whose replies to a trace are handed over on a thread of their own.
 * A reader that holds that thread up stops the other side from sending more, but never the
 * network's own thread, which the stop must still get through.
 *
 * @param told turns an error of the transport into what a person should read
 */
record Paced(TracerGrpc.AsyncService service, UnaryOperator<Throwable> told)
    implements TracerGrpc.AsyncService {
  /** Replies that may be on their way; each is a batch of many events when there are many. */
  private static final int AHEAD = 32;

  @Override
  public StreamObserver<TraceRequest> trace(StreamObserver<TraceReply> replies) {
    Pump pump = new Pump(replies, told);
    StreamObserver<TraceRequest> requests = service.trace(pump);
    Thread.ofPlatform().daemon().name("replies").start(pump::run);
    return requests;
  }

  @Override
  public void listProbes(ListProbesRequest request, StreamObserver<ListProbesReply> replies) {
    service.listProbes(request, new Told<>(replies, told));
  }

  @Override
  public void describe(DescribeRequest request, StreamObserver<DescribeReply> replies) {
    service.describe(request, new Told<>(replies, told));
  }

  /** Replies as they come, and an error as a person should read it. */
  private record Told<R>(StreamObserver<R> replies, UnaryOperator<Throwable> told)
      implements StreamObserver<R> {
    @Override
    public void onNext(R reply) {
      replies.onNext(reply);
    }

    @Override
    public void onError(Throwable failure) {
      replies.onError(told.apply(failure));
    }

    @Override
    public void onCompleted() {
      replies.onCompleted();
    }
  }

  /** How a stream goes on: with a reply, or to its end. */
  private record Step(@Nullable TraceReply reply, @Nullable Throwable failure) {}

  private static final class Pump implements ClientResponseObserver<TraceRequest, TraceReply> {
    private final StreamObserver<TraceReply> replies;
    private final UnaryOperator<Throwable> told;
    private final LinkedBlockingQueue<Step> steps = new LinkedBlockingQueue<>();
    private @Nullable ClientCallStreamObserver<TraceRequest> call;

    Pump(StreamObserver<TraceReply> replies, UnaryOperator<Throwable> told) {
      this.replies = replies;
      this.told = told;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<TraceRequest> started) {
      started.disableAutoRequestWithInitial(AHEAD);
      call = started;
    }

    @Override
    public void onNext(TraceReply reply) {
      steps.add(new Step(reply, null));
    }

    @Override
    public void onError(Throwable t) {
      steps.add(new Step(null, told.apply(t)));
    }

    @Override
    public void onCompleted() {
      steps.add(new Step(null, null));
    }

    void run() {
      try {
        while (true) {
          Step step = steps.take();
          if (step.reply() != null) {
            replies.onNext(step.reply());
            if (call != null) {
              call.request(1);
            }
          } else if (step.failure() != null) {
            replies.onError(step.failure());
            return;
          } else {
            replies.onCompleted();
            return;
          }
        }
      } catch (InterruptedException e) {
        throw new IllegalStateException("nobody interrupts this thread", e);
      }
    }
  }
}
