package jbt.cli;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import jbt.daemon.Processes;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * Ctrl-C, SIGTERM and SIGHUP: the first asks for the result, the second gives up. SIGUSR1 is for
 * the script.
 *
 * <p>{@code sun.misc.Signal} of the module jdk.unsupported is Java's only way to hear a second
 * signal, or to go on after the first.
 */
final class Signals {
  private static final int GIVEN_UP = 130;

  /** timeout(1) and some shells send a signal to the process and again to its whole group. */
  private static final long SAME_SIGNAL_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

  /** SIGUSR1 that came before there was somebody to tell. */
  private static final AtomicInteger EARLY = new AtomicInteger();

  private Signals() {}

  /**
   * Takes SIGUSR1 from now on: it must not end a process that has not come to {@link #handle} yet.
   * Before this the launcher ignores it, which a command that is started must not inherit. SIGINT
   * ends the process until then, also where a shell that starts a command by &amp; has it ignored.
   */
  static void hold() {
    install(EARLY::incrementAndGet, List.of("USR1"), true);
    Signal interrupt = new Signal("INT");
    // Java does not touch a signal that is ignored.
    if (SignalHandler.SIG_IGN.equals(Signal.handle(interrupt, SignalHandler.SIG_DFL))) {
      Processes.hear(interrupt.getNumber());
    }
  }

  /**
   * Calls {@code first} on the first signal and ends the process on the second.
   *
   * @param user called on each SIGUSR1
   * @param beforeEnd makes the terminal clean again
   */
  static void handle(Runnable first, Runnable user, Runnable beforeEnd) {
    AtomicLong firstAt = new AtomicLong();
    Runnable onSignal =
        () -> {
          long now = Math.max(1, System.nanoTime());
          if (firstAt.compareAndSet(0, now)) {
            first.run();
          } else if (now - firstAt.get() > SAME_SIGNAL_NANOS) {
            beforeEnd.run();
            Runtime.getRuntime().halt(GIVEN_UP);
          }
        };
    install(onSignal, List.of("INT", "TERM", "HUP"), false);
    install(user, List.of("USR1"), true);
    for (int early = EARLY.getAndSet(0); early > 0; early--) {
      user.run();
    }
  }

  /**
   * @param always also where whoever started us ignores it
   */
  private static void install(Runnable onSignal, List<String> names, boolean always) {
    for (String name : names) {
      Signal signal = new Signal(name);
      SignalHandler before = Signal.handle(signal, which -> onSignal.run());
      if (SignalHandler.SIG_IGN.equals(before) && !always) {
        // nohup: who started us does not want the signal heard.
        Signal.handle(signal, SignalHandler.SIG_IGN);
      }
    }
  }
}
