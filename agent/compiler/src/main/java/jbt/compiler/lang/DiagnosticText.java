package jbt.compiler.lang;

import jbt.compiler.lang.Diagnostic.Context;
import jbt.compiler.lang.Diagnostic.Severity;

/** How a diagnostic looks: place and message, the line, a marker below it, hints. */
final class DiagnosticText {
  /** A longer line is cut around the marker. */
  private static final int LONGEST_LINE = 240;

  private static final int BEFORE_MARKER = 60;

  /** All characters before it have one column, as in Latin scripts. */
  private static final char FIRST_MARK = '\u0300';

  private DiagnosticText() {}

  static void append(StringBuilder out, Source source, Diagnostic diagnostic) {
    String severity = diagnostic.severity().name();
    appendPlace(out, source, diagnostic.range(), severity, diagnostic.message());
    for (Context context : diagnostic.contexts()) {
      append(out, source, diagnostic.severity(), context);
    }
    for (String hint : diagnostic.hints()) {
      out.append("HINT: ").append(hint).append('\n');
    }
  }

  static void append(StringBuilder out, Source source, Severity severity, Context context) {
    appendPlace(out, source, context.range(), severity.name(), context.message());
  }

  private static void appendPlace(
      StringBuilder out, Source source, SourceRange range, String severity, String message) {
    if (range.equals(SourceRange.NOWHERE)) {
      out.append(severity).append(": ").append(message).append('\n');
      return;
    }
    int firstLine = source.line(range.start());
    int lastLine = source.line(Math.max(range.start(), range.end() - 1));
    int number = source.lineInFile(range.start());
    out.append(source.path(range.start())).append(':').append(number);
    if (firstLine == lastLine) {
      int first = source.column(range.start());
      int last = first + range.end() - range.start();
      out.append(':').append(first).append('-').append(last);
      out.append(": ").append(severity).append(": ").append(message).append('\n');
      appendMarked(out, shown(source.lineText(firstLine)), first - 1, last - 1);
    } else {
      out.append('-').append(number + lastLine - firstLine);
      out.append(": ").append(severity).append(": ").append(message).append('\n');
      for (int line = firstLine; line <= lastLine; line++) {
        out.append(cut(shown(source.lineText(line)).replace("\t", "    "))).append('\n');
      }
    }
  }

  private static void appendMarked(StringBuilder out, String line, int from, int to) {
    int start = 0;
    int end = line.length();
    if (end > LONGEST_LINE) {
      start = Math.max(0, from - BEFORE_MARKER);
      end = Math.min(end, start + LONGEST_LINE);
    }
    StringBuilder marker = new StringBuilder();
    if (start > 0) {
      out.append("...");
      marker.append("   ");
    }
    for (int i = start; i < end; i++) {
      char c = line.charAt(i);
      int width = width(c);
      out.repeat(c == '\t' ? ' ' : c, c == '\t' ? width : 1);
      marker.repeat(i < from ? ' ' : '~', i < to ? width : 0);
    }
    out.append(end < line.length() ? "..." : "").append('\n');
    // An error at the end of a line or of the script points behind its last character.
    marker.repeat(" ", Math.max(0, from - Math.max(end, start)));
    if (to <= from || from >= end) {
      marker.append('~');
    }
    out.append(marker).append('\n');
  }

  /** A text without characters that a terminal takes for commands. */
  static String shown(String text) {
    StringBuilder shown = new StringBuilder(text);
    for (int i = 0; i < text.length(); i++) {
      if (isCommand(text.charAt(i))) {
        shown.setCharAt(i, '\ufffd');
      }
    }
    return shown.toString();
  }

  private static boolean isCommand(char c) {
    return Character.isISOControl(c) && c != '\t';
  }

  /** How many columns a terminal gives a character; the halves of others have one each. */
  private static int width(char c) {
    if (c == '\t') {
      return 4;
    } else if (c < FIRST_MARK) {
      return 1;
    } else if (Character.getType(c) == Character.NON_SPACING_MARK) {
      return 0;
    }
    boolean wide =
        switch (Character.UnicodeScript.of(c)) {
          case HAN, HIRAGANA, KATAKANA, HANGUL -> true;
          default -> c >= '\uff01' && c <= '\uff60';
        };
    return wide ? 2 : 1;
  }

  private static String cut(String line) {
    return line.length() > LONGEST_LINE ? line.substring(0, LONGEST_LINE) + "..." : line;
  }
}
