package jbt.daemon.session;

import io.grpc.stub.CallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import jbt.loss.Dropped;
import jbt.v1.Loss;
import jbt.v1.LossSource;
import jbt.v1.TraceReply;
import org.jspecify.annotations.Nullable;

/**
 * The way out of a session. What controls it goes out at once; lines, values and rounds wait in a
 * bounded queue while the receiver is slow, and those that don't fit are counted.
 */
final class Outbox {
  /** Bytes of lines and values that may wait, which as objects take several times as much. */
  static final int LIMIT = 4 << 20;

  /** Rounds can't be made again, so that more of them may wait. */
  static final int ROUNDS_LIMIT = 4 * LIMIT;

  private final StreamObserver<TraceReply> replies;
  private final Deque<TraceReply> queue = new ArrayDeque<>();
  private final Dropped dropped = new Dropped(LossSource.LOSS_AGENT_QUEUE);
  private long queued;
  private @Nullable TraceReply answer;
  private boolean held;
  private boolean closed;

  Outbox(StreamObserver<TraceReply> replies) {
    this.replies = replies;
  }

  /** What was dropped because the receiver was slow. */
  synchronized List<Loss> losses() {
    return dropped.losses();
  }

  synchronized void send(TraceReply reply) {
    if (!closed) {
      replies.onNext(reply);
    }
  }

  /** Answers a question that is asked again and again: of those that wait only the last counts. */
  synchronized void answer(TraceReply reply) {
    answer = reply;
    flush();
  }

  /** From now on lines, values and rounds wait for {@link #release}, as long as there is room. */
  synchronized void hold() {
    held = true;
  }

  synchronized void release() {
    held = false;
    flush();
  }

  /** Lines, a value or a round, in order. */
  synchronized void data(TraceReply reply) {
    if (closed) {
      return;
    }
    int bytes = reply.getSerializedSize();
    int limit = reply.hasRound() ? ROUNDS_LIMIT : LIMIT;
    // Nothing is lost only because it had to wait.
    held &= queued + bytes <= limit;
    flush();
    if (queue.isEmpty() && ready() && !held) {
      send(reply);
    } else if (queued + bytes > limit) {
      dropped.add(reply);
    } else {
      queue.add(reply);
      queued += bytes;
    }
  }

  /** Sends what waits as far as the receiver takes it; returns whether nothing waits any more. */
  synchronized boolean flush() {
    TraceReply waiting = answer;
    if (waiting != null && ready()) {
      answer = null;
      send(waiting);
    }
    while (!held && !queue.isEmpty() && ready()) {
      TraceReply next = queue.removeFirst();
      queued -= next.getSerializedSize();
      send(next);
    }
    return queue.isEmpty();
  }

  /** Gives up what still waits and counts it. */
  synchronized void drop() {
    queue.forEach(dropped::add);
    queue.clear();
    queued = 0;
  }

  synchronized boolean ready() {
    return !(replies instanceof CallStreamObserver<TraceReply> call) || call.isReady();
  }

  /** Nothing goes out any more: the receiver is gone. */
  synchronized void close() {
    closed = true;
    queue.clear();
    queued = 0;
  }

  synchronized void complete() {
    if (!closed) {
      closed = true;
      replies.onCompleted();
    }
  }
}
