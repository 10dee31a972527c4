package jbt.daemon;

import java.io.PrintStream;

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
}
