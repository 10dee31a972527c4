package jbt.server.session;

import com.google.protobuf.MessageLite;
import io.grpc.stub.StreamObserver;
import java.util.Iterator;
import java.util.List;
import java.util.function.BiConsumer;
import jbt.server.channels.Problem;
import jbt.server.targets.Selected;
import jbt.v1.Failure;
import jbt.v1.HostState;

/**
 * One question put to many targets, a limited number at once; their replies leave one at a time.
 *
 * @param <R> reply
 */
final class FanOut<R extends MessageLite> {
  /** Makes what stands for a target that could not answer. */
  interface Failed<R> {
    R of(String host, Problem problem);
  }

  /** A reply of an agent under the name that it was asked by. */
  interface Named<R> {
    R of(R reply, String host);
  }

  private final BiConsumer<Selected, StreamObserver<R>> question;
  private final Named<R> named;
  private final Failed<R> failed;
  private final StreamObserver<R> replies;
  private final long most;

  /**
   * @param most bytes that an agent may answer
   */
  FanOut(
      BiConsumer<Selected, StreamObserver<R>> question,
      Named<R> named,
      Failed<R> failed,
      StreamObserver<R> replies,
      long most) {
    this.most = most;
    this.question = question;
    this.named = named;
    this.failed = failed;
    this.replies = replies;
  }

  private Iterator<Selected> rest = List.<Selected>of().iterator();
  private int running;
  private boolean asking;

  void run(List<Selected> targets, int limit) {
    synchronized (this) {
      rest = targets.iterator();
    }
    ask(limit);
  }

  private synchronized void ask(int limit) {
    if (asking) {
      // A target answered while it was being asked; the loop below goes on.
      return;
    }
    asking = true;
    while (running < limit && rest.hasNext()) {
      Selected next = rest.next();
      running++;
      Listener listener = new Listener(next, limit);
      try {
        question.accept(next, listener);
      } catch (RuntimeException e) {
        listener.onError(e);
      }
    }
    asking = false;
    if (running == 0 && !rest.hasNext()) {
      replies.onCompleted();
    }
  }

  private final class Listener implements StreamObserver<R> {
    private final Selected target;
    private final int limit;
    private boolean ended;
    private long bytes;

    Listener(Selected target, int limit) {
      this.target = target;
      this.limit = limit;
    }

    @Override
    public void onNext(R reply) {
      synchronized (FanOut.this) {
        if (ended) {
          return;
        }
        bytes += reply.getSerializedSize();
        if (bytes > most * target.hosts().size()) {
          fail(
              new Problem(
                  HostState.HOST_FAILED,
                  Failure.FAILURE_INTERNAL,
                  "sent more than " + (most >> 10) + " KiB"));
          return;
        }
        replies.onNext(
            target.target().isCollector() ? reply : named.of(reply, target.target().name()));
      }
    }

    @Override
    public void onError(Throwable error) {
      fail(Problem.of(error, target.target()));
    }

    private void fail(Problem problem) {
      synchronized (FanOut.this) {
        if (!ended) {
          target.hosts().forEach(host -> replies.onNext(failed.of(host, problem)));
        }
      }
      onCompleted();
    }

    @Override
    public void onCompleted() {
      synchronized (FanOut.this) {
        if (!ended) {
          ended = true;
          running--;
          ask(limit);
        }
      }
    }
  }
}
