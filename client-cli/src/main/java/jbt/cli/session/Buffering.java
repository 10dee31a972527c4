package jbt.cli.session;

import jbt.cli.render.Bytes;

/** When output is written. All of it is at the end. */
public enum Buffering {
  /** Up to the end of a line; more only if that is long. */
  LINE,
  /** When there is much of it. */
  FULL,
  /** At once. */
  NONE;

  /** Bytes that wait at most, while there is time to write them. */
  private static final int MOST = 4096;

  /** How many of the bytes that wait are to be written now. */
  int due(Bytes waiting) {
    int all = waiting.length();
    return switch (this) {
      case LINE -> {
        int least = Math.max(0, all - MOST);
        int end = all;
        while (end > least && waiting.at(end - 1) != '\n') {
          end--;
        }
        yield end == least && least > 0 ? all : end;
      }
      case FULL -> all < MOST ? 0 : all;
      case NONE -> all;
    };
  }
}
