package jbt.compiler.lang;

import java.util.Arrays;

/** A script's text and the name that diagnostics give it. */
public final class Source {
  private final String name;
  private final String text;
  private final int[] lineStarts;

  public Source(String name, String text) {
    this.name = name;
    this.text = text;
    this.lineStarts = lineStarts(text);
  }

  private static int[] lineStarts(String text) {
    int[] starts = new int[16];
    int count = 1;
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) == '\n') {
        if (count == starts.length) {
          starts = Arrays.copyOf(starts, 2 * count);
        }
        starts[count++] = i + 1;
      }
    }
    return Arrays.copyOf(starts, count);
  }

  public String name() {
    return name;
  }

  public String text() {
    return text;
  }

  /** Number of the line that holds an offset, from 1. */
  public int line(int offset) {
    int place = Arrays.binarySearch(lineStarts, offset);
    return place >= 0 ? place + 1 : -place - 1;
  }

  /** Column of an offset, from 1. */
  public int column(int offset) {
    return offset - lineStarts[line(offset) - 1] + 1;
  }

  /** The text of a line, without its end. */
  public String lineText(int line) {
    int start = lineStarts[line - 1];
    int end = line < lineStarts.length ? lineStarts[line] - 1 : text.length();
    return end > start && text.charAt(end - 1) == '\r'
        ? text.substring(start, end - 1)
        : text.substring(start, end);
  }

  public String text(SourceRange range) {
    return text.substring(range.start(), Math.min(range.end(), text.length()));
  }
}
