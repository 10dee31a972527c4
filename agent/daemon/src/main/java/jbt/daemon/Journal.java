package jbt.daemon;

import java.io.PrintStream;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** One line for each start, end and refusal, for the service manager's journal. */
final class Journal {
  private static final int MOST = 4096;

  private final PrintStream to;

  Journal(PrintStream to) {
    this.to = to;
  }

  void line(String text) {
    to.println(OneLine.of(text, MOST));
  }

  /**
   * Makes what libraries log lines of this journal: only what is severe, without stack traces. What
   * a client does wrong is not severe; it is told as a refusal.
   */
  void takeLogs() {
    Logger root = LogManager.getLogManager().getLogger("");
    for (Handler handler : root.getHandlers()) {
      root.removeHandler(handler);
    }
    root.setLevel(Level.SEVERE);
    root.addHandler(
        new Handler() {
          @Override
          public void publish(LogRecord log) {
            @Nullable Throwable thrown = log.getThrown();
            line(
                log.getLoggerName()
                    + ": "
                    + log.getMessage()
                    + (thrown == null ? "" : ": " + thrown));
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        });
  }
}
