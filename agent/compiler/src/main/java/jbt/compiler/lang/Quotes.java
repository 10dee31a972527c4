package jbt.compiler.lang;

import java.util.ArrayList;
import java.util.List;

/** Quotes in attach points: what stands in them is no separator and no parameter. */
public final class Quotes {
  private Quotes() {}

  /** Behind the quote that closes the one at {@code start}; behind that one if none does. */
  public static int end(String text, int start) {
    int at = start + 1;
    while (at < text.length() && text.charAt(at) != '"' && text.charAt(at) != '\n') {
      at += text.charAt(at) == '\\' ? 2 : 1;
    }
    return at < text.length() && text.charAt(at) == '"' ? at + 1 : start + 1;
  }

  /** A part of an attach point without its quotes; behind a backslash stands any character. */
  public static String removed(String part) {
    StringBuilder plain = new StringBuilder();
    int at = 0;
    while (at < part.length()) {
      int end = part.charAt(at) == '"' ? end(part, at) : at;
      if (end - at < 2) {
        plain.append(part.charAt(at++));
        continue;
      }
      for (at++; at < end - 1; at++) {
        at += part.charAt(at) == '\\' ? 1 : 0;
        plain.append(part.charAt(at));
      }
      at = end;
    }
    return plain.toString();
  }

  /** What stands between colons that are not in quotes. */
  public static List<String> parts(String point) {
    List<String> parts = new ArrayList<>();
    int start = 0;
    int at = 0;
    while (at < point.length()) {
      char c = point.charAt(at);
      if (c == ':') {
        parts.add(point.substring(start, at));
        start = at + 1;
      }
      at = c == '"' ? end(point, at) : at + 1;
    }
    parts.add(point.substring(start));
    return parts;
  }
}
