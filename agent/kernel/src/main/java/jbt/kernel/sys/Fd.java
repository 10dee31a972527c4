package jbt.kernel.sys;

import java.util.concurrent.atomic.AtomicInteger;

/** An open file descriptor. */
public final class Fd implements AutoCloseable {
  private static final int CLOSED = -1;

  private final AtomicInteger number;

  Fd(long number) {
    this.number = new AtomicInteger(Math.toIntExact(number));
  }

  /** Stands for a file that is not needed. */
  public static Fd none() {
    return new Fd(CLOSED);
  }

  /** The number; throws when it is closed, so that it can't name a stranger's file. */
  public int number() {
    int n = number.get();
    if (n == CLOSED) {
      throw new SystemCallException("closed file descriptor", SystemCallException.EBADF);
    }
    return n;
  }

  @Override
  public void close() {
    int n = number.getAndSet(CLOSED);
    if (n != CLOSED) {
      // Linux gives the number back whatever close returns.
      Libc.close(n);
    }
  }
}
