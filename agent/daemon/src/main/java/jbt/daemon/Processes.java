package jbt.daemon;

import jbt.kernel.sys.ProcessEnd;
import jbt.kernel.sys.SignalAction;
import jbt.kernel.sys.SystemCallException;

/** What Java can't say or do about processes of this host. */
public final class Processes {
  private Processes() {}

  /**
   * Calls back once a process has ended, even if its parent never asks how.
   *
   * @return false if there is no such process
   */
  public static boolean awaitEnd(int process, Runnable then) {
    try {
      ProcessEnd.await(process, then);
      return true;
    } catch (SystemCallException e) {
      return false;
    }
  }

  /** Has this process ignore a signal no longer. */
  public static void hear(int signal) {
    SignalAction.setDefault(signal);
  }
}
