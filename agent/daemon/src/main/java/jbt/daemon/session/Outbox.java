package jbt.daemon.session;

import io.grpc.stub.CallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.ArrayDeque;
import java.util.Deque;
import jbt.v1.TraceReply;

/**
 * The way out of a session. What controls it always goes out at once; lines and values wait in a
 * bounded queue while the receiver is slow, and those that don't fit are counted.
 */
final class Outbox implements Output.Sink {
  /** Bytes that may wait: a second of a fast printf. */
  private static final int LIMIT = 8 << 20;

  private record Waiting(TraceReply reply, int events, int bytes) {}

  private final StreamObserver<TraceReply> replies;
  private final Deque<Waiting> queue = new ArrayDeque<>();
  private int queued;
  private long dropped;
  private boolean closed;

  Outbox(StreamObserver<TraceReply> replies) {
    this.replies = replies;
  }

  /** Events that were dropped because the receiver was slow. */
  synchronized long dropped() {
    return dropped;
  }

  synchronized void send(TraceReply reply) {
    if (!closed) {
      replies.onNext(reply);
    }
  }

  @Override
  public void round(TraceReply reply) {
    send(reply);
  }

  @Override
  public synchronized void data(TraceReply reply, int events) {
    flush();
    if (queue.isEmpty() && ready()) {
      send(reply);
      return;
    }
    int bytes = reply.getSerializedSize();
    if (queued + bytes > LIMIT) {
      dropped += events;
      return;
    }
    queue.add(new Waiting(reply, events, bytes));
    queued += bytes;
  }

  /** Sends what waits as far as the receiver takes it; returns whether nothing waits any more. */
  synchronized boolean flush() {
    while (!queue.isEmpty() && ready()) {
      Waiting next = queue.removeFirst();
      queued -= next.bytes;
      send(next.reply);
    }
    return queue.isEmpty();
  }

  /** Gives up what still waits and counts it. */
  synchronized void drop() {
    for (Waiting waiting : queue) {
      dropped += waiting.events;
    }
    queue.clear();
    queued = 0;
  }

  synchronized boolean ready() {
    return !(replies instanceof CallStreamObserver<TraceReply> call) || call.isReady();
  }

  /** Nothing goes out any more: the receiver is gone. */
  synchronized void close() {
    closed = true;
  }

  synchronized void complete() {
    if (!closed) {
      closed = true;
      replies.onCompleted();
    }
  }
}
