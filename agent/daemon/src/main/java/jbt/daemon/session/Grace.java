package jbt.daemon.session;

import jbt.kernel.LoadedPlan;
import jbt.kernel.sys.Wakeups;

/** Waits for grace periods beside the session's thread, which goes on reading meanwhile. */
final class Grace implements AutoCloseable {
  private final LoadedPlan loaded;
  private final Output output;
  private final Wakeups wakeups;
  private final Thread thread = Thread.ofPlatform().daemon().name("grace").unstarted(this::run);
  private boolean wanted;
  private boolean closed;

  Grace(LoadedPlan loaded, Output output, Wakeups wakeups) {
    this.loaded = loaded;
    this.output = output;
    this.wakeups = wakeups;
  }

  /** Begins a grace period; none may be under way. */
  synchronized void begin() {
    output.graceBegins();
    wanted = true;
    if (thread.getState() == Thread.State.NEW) {
      thread.start();
    }
    notifyAll();
  }

  private synchronized boolean awaitWanted() {
    try {
      while (!wanted && !closed) {
        wait();
      }
      wanted = false;
      return !closed;
    } catch (InterruptedException e) {
      return false;
    }
  }

  private void run() {
    while (awaitWanted()) {
      loaded.gracePeriod();
      output.graceEnded();
      wakeups.wake();
    }
  }

  /** Returns when no grace period is under way any more. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      notifyAll();
    }
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
