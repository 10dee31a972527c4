package jbt.compiler.ir;

import jbt.compiler.lang.SourceRange;

/** Lines of a script for listings. */
final class SourceLines {
  private SourceLines() {}

  /** Number and text of the line that a piece of the script begins in. */
  static String at(String script, SourceRange range) {
    int start = Math.min(range.start(), script.length());
    long number = 1 + script.substring(0, start).chars().filter(c -> c == '\n').count();
    int from = script.lastIndexOf('\n', start - 1) + 1;
    int to = script.indexOf('\n', start);
    return number + ": " + script.substring(from, to < 0 ? script.length() : to).strip();
  }
}
