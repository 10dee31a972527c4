package jbt.daemon.session;

import jbt.kernel.LoadedPlan;
import jbt.kernel.sys.Wakeups;

/** Waits for grace periods beside the session's thread, which goes on reading meanwhile. */
final class Grace implements AutoCloseable {
  private enum State {
    IDLE,
    WANTED,
    WAITING,
    PASSED,
    CLOSED
  }

  private final LoadedPlan loaded;
  private final Wakeups wakeups;
  private final Thread thread = Thread.ofPlatform().daemon().name("grace").unstarted(this::run);
  private State state = State.IDLE;

  Grace(LoadedPlan loaded, Wakeups wakeups) {
    this.loaded = loaded;
    this.wakeups = wakeups;
  }

  synchronized boolean isIdle() {
    return state == State.IDLE;
  }

  /** Begins a grace period; must be idle. */
  synchronized void begin() {
    state = State.WANTED;
    if (thread.getState() == Thread.State.NEW) {
      thread.start();
    }
    notifyAll();
  }

  /** Whether one has passed, once; idle afterwards. */
  synchronized boolean takePassed() {
    if (state == State.PASSED) {
      state = State.IDLE;
      return true;
    }
    return false;
  }

  private synchronized boolean awaitWanted() {
    try {
      while (state != State.WANTED && state != State.CLOSED) {
        wait();
      }
    } catch (InterruptedException e) {
      return false;
    }
    boolean wanted = state == State.WANTED;
    if (wanted) {
      state = State.WAITING;
    }
    return wanted;
  }

  private synchronized void pass() {
    if (state == State.WAITING) {
      state = State.PASSED;
    }
  }

  private void run() {
    while (awaitWanted()) {
      loaded.gracePeriod();
      pass();
      wakeups.wake();
    }
  }

  /** Returns when no grace period is under way any more. */
  @Override
  public void close() {
    synchronized (this) {
      state = State.CLOSED;
      notifyAll();
    }
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
