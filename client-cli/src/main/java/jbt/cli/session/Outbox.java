package jbt.cli.session;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import jbt.cli.render.Bytes;
import jbt.server.session.ListeningTime;
import org.jspecify.annotations.Nullable;

/**
 * Standard output and standard error, written in order by a thread of their own: whoever reads them
 * may stop reading at any time, and that must hold up nothing but the output.
 */
final class Outbox {
  private static final long FULL_ABOVE = 4 << 20;

  /** What is written at once: whoever reads slowly is seen to read. */
  private static final int PIECE = 64 << 10;

  private record Chunk(Bytes bytes, boolean error) {}

  private final OutputStream out;
  private final OutputStream err;
  private final Runnable beforeWrite;
  private final ArrayDeque<Chunk> chunks = new ArrayDeque<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private long bytes;
  private @Nullable Chunk writing;
  private @Nullable IOException failure;

  /** When somebody has taken something for the last time. */
  private volatile long takenAt = ListeningTime.now();

  /**
   * Starts the thread.
   *
   * @param beforeWrite run just before each write, to take the status line away
   */
  Outbox(OutputStream out, OutputStream err, Runnable beforeWrite) {
    this.out = out;
    this.err = err;
    this.beforeWrite = beforeWrite;
    Thread.ofPlatform().daemon().name("output").start(this::write);
  }

  /** Queues whole lines for standard output; false if there is no room in time. */
  boolean offer(Bytes lines, long millis) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = TimeUnit.MILLISECONDS.toNanos(millis);
      while (bytes > FULL_ABOVE && failure == null) {
        if (left <= 0) {
          return false;
        }
        left = changed.awaitNanos(left);
      }
      add(lines, false);
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Queues whole lines for standard error, at once: they are few. */
  void note(Bytes lines) {
    lock.lock();
    try {
      add(lines, true);
    } finally {
      lock.unlock();
    }
  }

  /** Waits until everything is written; false if that takes longer. */
  boolean awaitWritten(long millis) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = TimeUnit.MILLISECONDS.toNanos(millis);
      while (!chunks.isEmpty() || writing != null) {
        if (left <= 0) {
          return false;
        }
        left = changed.awaitNanos(left);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Says why standard output did not take everything, unless its reader has gone. */
  boolean noteFailure() {
    @Nullable IOException broken = failure();
    if (broken == null || Screen.isReaderGone(broken)) {
      return false;
    }
    note(Bytes.of("ERROR: cannot write the output: " + broken.getMessage() + "\n"));
    return true;
  }

  /**
   * Writes everything, however long whoever reads it takes.
   *
   * @param code the exit code if that is possible
   */
  int finish(int code) throws InterruptedException {
    awaitAllWritten();
    if (!noteFailure()) {
      return code;
    }
    awaitAllWritten();
    return Outcome.USAGE;
  }

  private void awaitAllWritten() throws InterruptedException {
    while (!awaitWritten(1000)) {
      // It takes its time.
    }
  }

  /**
   * Waits no longer: what was for standard error is written there at once, and nothing else.
   *
   * @return whether something for standard output is left that nobody has read
   */
  boolean giveUp() {
    List<Chunk> errors = List.of();
    boolean left;
    lock.lock();
    try {
      @Nullable Chunk now = writing;
      left = (now != null && !now.error) || chunks.stream().anyMatch(chunk -> !chunk.error);
      if (now == null || !now.error) {
        errors = chunks.stream().filter(Chunk::error).toList();
      }
      chunks.clear();
    } finally {
      lock.unlock();
    }
    for (Chunk chunk : errors) {
      try {
        chunk.bytes.writeTo(err);
      } catch (IOException e) {
        // Nobody is left to tell.
      }
    }
    return left;
  }

  /** {@link ListeningTime} at which somebody has read something for the last time. */
  long takenAt() {
    return takenAt;
  }

  /** Why standard output takes no more; null while it does. */
  @Nullable IOException failure() {
    lock.lock();
    try {
      return failure;
    } finally {
      lock.unlock();
    }
  }

  private void add(Bytes lines, boolean error) {
    if (lines.isEmpty() || (failure != null && !error)) {
      return;
    }
    chunks.add(new Chunk(lines, error));
    bytes += lines.length();
    changed.signalAll();
  }

  private void write() {
    while (true) {
      Chunk chunk = take();
      beforeWrite.run();
      @Nullable IOException broken = null;
      try {
        for (int at = 0; at < chunk.bytes.length(); at += PIECE) {
          int count = Math.min(PIECE, chunk.bytes.length() - at);
          chunk.bytes.writeTo(chunk.error ? err : out, at, count);
          takenAt = ListeningTime.now();
        }
      } catch (IOException e) {
        broken = e;
      }
      written(chunk, broken);
    }
  }

  private Chunk take() {
    lock.lock();
    try {
      while (chunks.isEmpty()) {
        changed.awaitUninterruptibly();
      }
      Chunk chunk = chunks.remove();
      writing = chunk;
      bytes -= chunk.bytes.length();
      changed.signalAll();
      return chunk;
    } finally {
      lock.unlock();
    }
  }

  private void written(Chunk chunk, @Nullable IOException broken) {
    lock.lock();
    try {
      writing = null;
      if (broken != null && !chunk.error && failure == null) {
        failure = broken;
        chunks.removeIf(waiting -> !waiting.error);
        bytes = chunks.stream().mapToLong(waiting -> waiting.bytes.length()).sum();
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
