package jbt.cli.session;

import io.grpc.stub.ServerCallStreamObserver;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import jbt.v1.TraceReply;
import org.jspecify.annotations.Nullable;

/**
 * Replies of the service on their way to the one thread that shows them. A sender that asks {@link
 * #isReady} sheds events while that thread is behind; one that does not ask is held up at a higher
 * mark, so that a blocked standard output can never fill the memory.
 */
final class Inbox extends ServerCallStreamObserver<TraceReply> {
  private static final long READY_BELOW = 4 << 20;
  private static final long HELD_ABOVE = 16 << 20;

  private final Thread reader;
  private final ArrayDeque<TraceReply> replies = new ArrayDeque<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private long bytes;
  private boolean done;
  private boolean waitsForReady;
  private @Nullable Throwable failure;
  private @Nullable Runnable onReady;
  private volatile boolean cancelled;

  /**
   * Makes an empty one.
   *
   * @param reader the thread that takes replies; it is never held up
   */
  Inbox(Thread reader) {
    this.reader = reader;
  }

  /** The next reply, or null if none comes in time or the stream is over. */
  @Nullable TraceReply poll(long millis) throws InterruptedException {
    TraceReply reply;
    @Nullable Runnable ready = null;
    lock.lockInterruptibly();
    try {
      long left = TimeUnit.MILLISECONDS.toNanos(millis);
      while (replies.isEmpty() && !done && left > 0) {
        left = changed.awaitNanos(left);
      }
      reply = replies.poll();
      if (reply != null) {
        bytes -= size(reply);
        changed.signalAll();
      }
      if (waitsForReady && bytes < READY_BELOW / 2) {
        waitsForReady = false;
        ready = onReady;
      }
    } finally {
      lock.unlock();
    }
    if (ready != null) {
      ready.run();
    }
    return reply;
  }

  /** Whether the stream is over and everything of it has been taken. */
  boolean isOver() {
    lock.lock();
    try {
      return done && replies.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  /** Why the stream broke; null if it ended well or goes on. */
  @Nullable Throwable failure() {
    lock.lock();
    try {
      return failure;
    } finally {
      lock.unlock();
    }
  }

  /** Nothing more will be taken: senders are let go. */
  void close() {
    lock.lock();
    try {
      cancelled = true;
      replies.clear();
      bytes = 0;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void onNext(TraceReply reply) {
    lock.lock();
    try {
      while (bytes > HELD_ABOVE
          && isData(reply)
          && !cancelled
          && Thread.currentThread() != reader) {
        changed.awaitUninterruptibly();
      }
      if (!cancelled) {
        replies.add(reply);
        bytes += size(reply);
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void onError(Throwable t) {
    end(t);
  }

  @Override
  public void onCompleted() {
    end(null);
  }

  private void end(@Nullable Throwable t) {
    lock.lock();
    try {
      if (!done) {
        failure = t;
        done = true;
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean isReady() {
    lock.lock();
    try {
      boolean ready = bytes < READY_BELOW;
      waitsForReady |= !ready;
      return ready;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void setOnReadyHandler(Runnable onReadyHandler) {
    lock.lock();
    try {
      onReady = onReadyHandler;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean isCancelled() {
    return cancelled;
  }

  // The request observer's onError says it; there is no call underneath that could tell more.
  @Override
  public void setOnCancelHandler(Runnable onCancelHandler) {}

  @Override
  public void setCompression(String compression) {}

  @Override
  public void setMessageCompression(boolean enable) {}

  @Override
  public void disableAutoInboundFlowControl() {}

  @Override
  public void request(int count) {}

  /** What can be too much: reports and results are few, and waited for. */
  private static boolean isData(TraceReply reply) {
    return reply.hasLines() || reply.hasPackets() || reply.hasValue() || reply.hasRound();
  }

  private static long size(TraceReply reply) {
    return reply.getSerializedSize();
  }
}
