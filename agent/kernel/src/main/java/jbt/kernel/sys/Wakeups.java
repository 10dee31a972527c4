package jbt.kernel.sys;

import com.sun.jna.Native;
import java.util.List;

/**
 * Waits until the kernel asks for attention on one of some file descriptors, or {@link #wake} is
 * called.
 */
public final class Wakeups implements AutoCloseable {
  private static final int EPOLL_CLOEXEC = 0x80000;
  private static final int EPOLL_CTL_ADD = 1;
  private static final int EFD_FLAGS = 0x80000 | 0x800;
  private static final int EPOLLIN = 1;
  private static final int EINTR = 4;

  /**
   * Edge triggered: a ring buffer that holds records is always readable, and a level-triggered wait
   * would return at once for each of those that came without a wakeup.
   */
  private static final int EPOLLET = 1 << 31;

  private static final int EVENTS = 4;

  private final Fd epoll;
  private final Fd own;
  private final Block events = new Block(EVENTS * 16);
  private boolean closed;
  private boolean ownClosed;

  public Wakeups(List<Fd> fds) {
    epoll = new Fd(SystemCallException.check("epoll_create1", Libc.epoll_create1(EPOLL_CLOEXEC)));
    try {
      own = new Fd(SystemCallException.check("eventfd", Libc.eventfd(0, EFD_FLAGS)));
    } catch (SystemCallException e) {
      epoll.close();
      throw e;
    }
    try (Block event = new Block(16)) {
      event.set(0, EPOLLIN | EPOLLET);
      for (Fd fd : fds) {
        add(fd, event);
      }
      add(own, event);
    } catch (SystemCallException e) {
      close();
      throw e;
    }
  }

  private void add(Fd fd, Block event) {
    SystemCallException.check(
        "epoll_ctl", Libc.epoll_ctl(epoll.number(), EPOLL_CTL_ADD, fd.number(), event.memory()));
  }

  /** Returns after a wakeup, or after the time at the latest; at once when this is closed. */
  public void await(int timeoutMs) {
    synchronized (events) {
      if (closed) {
        return;
      }
      long got = Libc.epoll_wait(epoll.number(), events.memory(), EVENTS, timeoutMs);
      if (got < 0 && Native.getLastError() != EINTR) {
        SystemCallException.check("epoll_wait", got);
      }
    }
  }

  /** Makes a running or the next {@link #await} return at once. */
  public void wake() {
    synchronized (own) {
      if (ownClosed) {
        return;
      }
      try (Block one = new Block(8)) {
        one.set(0, 1L);
        // Only a counter that is full refuses: then nobody need be woken.
        Libc.write(own.number(), one.memory(), 8);
      }
    }
  }

  @Override
  public void close() {
    synchronized (events) {
      if (!closed) {
        closed = true;
        // A lock of its own: whoever wakes must not wait for whoever waits.
        synchronized (own) {
          ownClosed = true;
          own.close();
        }
        epoll.close();
        events.close();
      }
    }
  }
}
