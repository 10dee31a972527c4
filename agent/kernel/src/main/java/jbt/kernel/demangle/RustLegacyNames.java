package jbt.kernel.demangle;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Rust's names as they were until its own way of mangling: those of C++, nested, with a hash at the
 * end and escapes for what C++ does not allow.
 */
final class RustLegacyNames {
  private static final int HASH = 17;

  private RustLegacyNames() {}

  /** Empty if it is a name of C++. */
  static Optional<String> demangle(String symbol) {
    if (!symbol.startsWith("_ZN")) {
      return Optional.empty();
    }
    Cursor in = new Cursor(symbol, 3);
    List<String> parts = new ArrayList<>();
    while (in.isDigit()) {
      parts.add(in.take(in.number()));
    }
    if (!in.accept("E") || parts.size() < 2 || !isHash(parts.getLast())) {
      return Optional.empty();
    }
    String rest = in.rest();
    if (!rest.isEmpty() && rest.charAt(0) != '.' && rest.charAt(0) != '@') {
      return Optional.empty();
    }
    StringBuilder text = new StringBuilder();
    for (String part : parts.subList(0, parts.size() - 1)) {
      text.append(text.isEmpty() ? "" : "::").append(unescaped(part));
    }
    return Optional.of(text.toString());
  }

  /** {@code h} and sixteen digits, of which some differ. */
  private static boolean isHash(String part) {
    return part.length() == HASH
        && part.matches("h[0-9a-f]{16}")
        && part.chars().skip(1).distinct().count() >= 5;
  }

  private static String unescaped(String part) {
    StringBuilder text = new StringBuilder();
    int at = part.startsWith("_$") ? 1 : 0;
    while (at < part.length()) {
      char c = part.charAt(at);
      if (c == '.') {
        boolean two = part.startsWith("..", at);
        text.append(two ? "::" : ".");
        at += two ? 2 : 1;
      } else if (c == '$') {
        int end = part.indexOf('$', at + 1);
        if (end < 0) {
          throw new Malformed();
        }
        text.append(escaped(part.substring(at + 1, end)));
        at = end + 1;
      } else {
        text.append(c);
        at++;
      }
    }
    return text.toString();
  }

  private static String escaped(String name) {
    return switch (name) {
      case "SP" -> "@";
      case "BP" -> "*";
      case "RF" -> "&";
      case "LT" -> "<";
      case "GT" -> ">";
      case "LP" -> "(";
      case "RP" -> ")";
      case "C" -> ",";
      default -> {
        if (!name.matches("u[0-9a-f]{1,6}")) {
          throw new Malformed();
        }
        int point = Integer.parseInt(name.substring(1), 16);
        if (!Character.isValidCodePoint(point) || Character.isISOControl(point)) {
          throw new Malformed();
        }
        yield Character.toString(point);
      }
    };
  }
}
