package jbt.kernel.sys;

/** What a signal does to this process. */
public final class SignalAction {
  private static final long SIG_DFL = 0;

  private SignalAction() {}

  /** Ignores it no longer. */
  public static void setDefault(int signal) {
    Libc.signal(signal, SIG_DFL);
  }
}
