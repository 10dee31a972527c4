package jbt.kernel.demangle;

import java.util.ArrayList;
import java.util.List;

/** Rust's own mangling (v0, RFC 2603). Hashes of crates are left out. */
final class RustNames {
  private static final int LONGEST = 1 << 16;

  private final String symbol;
  private final Cursor in;
  private StringBuilder out = new StringBuilder();

  /** Lifetimes that {@code for<...>} around this place has bound. */
  private int lifetimes;

  private RustNames(String symbol) {
    this.symbol = symbol;
    this.in = new Cursor(symbol, 2);
  }

  static String demangle(String symbol) {
    RustNames names = new RustNames(symbol);
    if (names.in.isDigit()) {
      throw new Malformed();
    }
    names.path(true);
    if (!names.in.atEnd() && Character.isUpperCase(names.in.peek())) {
      // The crate that a generic function was made in.
      StringBuilder shown = names.out;
      names.out = new StringBuilder();
      names.path(false);
      names.out = shown;
    }
    if (!names.in.atEnd() && names.in.peek() != '.' && names.in.peek() != '@') {
      throw new Malformed();
    }
    // What LLVM puts behind a name says nothing to people.
    return names.out.toString();
  }

  private void put(String text) {
    out.append(text);
    if (out.length() > LONGEST) {
      throw new Malformed();
    }
  }

  /** In expressions, arguments stand behind {@code ::}. */
  private void path(boolean value) {
    in.enter();
    char kind = in.take();
    switch (kind) {
      case 'C' -> {
        disambiguator();
        put(identifier());
      }
      case 'N' -> nested(value);
      case 'M', 'X' -> {
        disambiguator();
        quietly();
        put("<");
        type();
        if (kind == 'X') {
          put(" as ");
          path(false);
        }
        put(">");
      }
      case 'Y' -> {
        put("<");
        type();
        put(" as ");
        path(false);
        put(">");
      }
      case 'I' -> {
        path(value);
        put(value ? "::<" : "<");
        arguments();
        put(">");
      }
      case 'B' -> back(() -> path(value));
      default -> throw new Malformed();
    }
    in.leave();
  }

  /** The path of an impl block: where it stands is not shown. */
  private void quietly() {
    StringBuilder shown = out;
    out = new StringBuilder();
    path(false);
    out = shown;
  }

  private void nested(boolean value) {
    char space = in.take();
    path(value);
    long number = disambiguator();
    String name = identifier();
    if (Character.isUpperCase(space)) {
      String what = space == 'C' ? "closure" : space == 'S' ? "shim" : String.valueOf(space);
      put("::{" + what + (name.isEmpty() ? "" : ":" + name) + "#" + number + "}");
    } else if (!name.isEmpty()) {
      put("::" + name);
    }
  }

  private void arguments() {
    boolean first = true;
    while (!in.accept("E")) {
      put(first ? "" : ", ");
      first = false;
      if (in.accept("L")) {
        lifetime(base62());
      } else if (in.accept("K")) {
        constant();
      } else {
        type();
      }
    }
  }

  private void back(Runnable reader) {
    int before = in.place() - 1;
    long place = base62() + 2;
    if (place < 2 || place >= before) {
      throw new Malformed();
    }
    int after = in.place();
    in.moveTo((int) place);
    reader.run();
    in.moveTo(after);
  }

  private void lifetime(long index) {
    if (index == 0) {
      put("'_");
      return;
    }
    long depth = lifetimes - index;
    if (index < 0 || depth < 0) {
      throw new Malformed();
    }
    put(depth < 26 ? "'" + (char) ('a' + depth) : "'_" + depth);
  }

  /** {@code for<'a, 'b> }, around what the reader reads. */
  private void bound(Runnable reader) {
    long count = in.accept("G") ? base62() + 1 : 0;
    if (count < 0 || count > 64) {
      throw new Malformed();
    }
    int outer = lifetimes;
    if (count > 0) {
      put("for<");
      for (int i = 0; i < count; i++) {
        lifetimes++;
        put(i > 0 ? ", " : "");
        lifetime(1);
      }
      put("> ");
    }
    reader.run();
    lifetimes = outer;
  }

  private void type() {
    in.enter();
    char c = in.peek();
    String basic = basic(c);
    if (!basic.isEmpty()) {
      in.take();
      put(basic);
    } else {
      switch (c) {
        case 'A', 'S' -> {
          in.take();
          put("[");
          type();
          if (c == 'A') {
            put("; ");
            constant();
          }
          put("]");
        }
        case 'T' -> tuple();
        case 'R', 'Q' -> {
          in.take();
          put("&");
          if (in.accept("L")) {
            long index = base62();
            if (index != 0) {
              lifetime(index);
              put(" ");
            }
          }
          put(c == 'Q' ? "mut " : "");
          type();
        }
        case 'P', 'O' -> {
          in.take();
          put(c == 'P' ? "*const " : "*mut ");
          type();
        }
        case 'F' -> {
          in.take();
          bound(this::signature);
        }
        case 'D' -> object();
        case 'B' -> {
          in.take();
          back(this::type);
        }
        default -> path(false);
      }
    }
    in.leave();
  }

  private void tuple() {
    in.take();
    put("(");
    int count = 0;
    while (!in.accept("E")) {
      put(count++ > 0 ? ", " : "");
      type();
    }
    put(count == 1 ? ",)" : ")");
  }

  private void signature() {
    if (in.accept("U")) {
      put("unsafe ");
    }
    if (in.accept("K")) {
      String convention = in.accept("C") ? "C" : identifier().replace('_', '-');
      put("extern \"" + convention + "\" ");
    }
    put("fn(");
    int count = 0;
    while (!in.accept("E")) {
      put(count++ > 0 ? ", " : "");
      type();
    }
    put(")");
    if (!in.accept("u")) {
      put(" -> ");
      type();
    }
  }

  private void object() {
    in.take();
    put("dyn ");
    bound(
        () -> {
          int count = 0;
          while (!in.accept("E")) {
            put(count++ > 0 ? " + " : "");
            trait();
          }
        });
    in.expect("L");
    long index = base62();
    if (index != 0) {
      put(" + ");
      lifetime(index);
    }
  }

  /** A trait whose arguments and associated types share their angle brackets. */
  private void trait() {
    boolean open = openPath();
    while (in.accept("p")) {
      put(open ? ", " : "<");
      open = true;
      put(identifier() + " = ");
      type();
    }
    put(open ? ">" : "");
  }

  private boolean openPath() {
    if (in.accept("B")) {
      boolean[] open = new boolean[1];
      back(() -> open[0] = openPath());
      return open[0];
    }
    if (in.accept("I")) {
      path(false);
      put("<");
      arguments();
      return true;
    }
    path(false);
    return false;
  }

  private void constant() {
    in.enter();
    if (in.accept("B")) {
      back(this::constant);
    } else if (in.accept("p")) {
      put("_");
    } else {
      char type = in.take();
      switch (type) {
        case 'h', 't', 'm', 'y', 'o', 'j' -> put(magnitude(hexadecimal()));
        case 'a', 's', 'l', 'x', 'n', 'i' -> {
          put(in.accept("n") ? "-" : "");
          put(magnitude(hexadecimal()));
        }
        case 'b' -> put(hexadecimal().equals("1") ? "true" : "false");
        case 'c' -> {
          int point = Integer.parseInt("0" + hexadecimal(), 16);
          put("'" + escaped(point) + "'");
        }
        default -> throw new Malformed();
      }
    }
    in.leave();
  }

  private static String escaped(int point) {
    return switch (point) {
      case '\'' -> "\\'";
      case '\\' -> "\\\\";
      case '\n' -> "\\n";
      case '\t' -> "\\t";
      case '\r' -> "\\r";
      default -> {
        if (!Character.isValidCodePoint(point)) {
          throw new Malformed();
        }
        yield Character.isISOControl(point)
            ? "\\u{" + Integer.toHexString(point) + "}"
            : Character.toString(point);
      }
    };
  }

  private static String magnitude(String digits) {
    return digits.length() > 16
        ? "0x" + digits
        : Long.toUnsignedString(Long.parseUnsignedLong("0" + digits, 16));
  }

  private String hexadecimal() {
    int start = in.place();
    while (!in.accept("_")) {
      if ("0123456789abcdef".indexOf(in.take()) < 0) {
        throw new Malformed();
      }
    }
    return symbol.substring(start, in.place() - 1);
  }

  private static String basic(char c) {
    return switch (c) {
      case 'a' -> "i8";
      case 'b' -> "bool";
      case 'c' -> "char";
      case 'd' -> "f64";
      case 'e' -> "str";
      case 'f' -> "f32";
      case 'h' -> "u8";
      case 'i' -> "isize";
      case 'j' -> "usize";
      case 'l' -> "i32";
      case 'm' -> "u32";
      case 'n' -> "i128";
      case 'o' -> "u128";
      case 's' -> "i16";
      case 't' -> "u16";
      case 'u' -> "()";
      case 'v' -> "...";
      case 'x' -> "i64";
      case 'y' -> "u64";
      case 'z' -> "!";
      case 'p' -> "_";
      default -> "";
    };
  }

  private long disambiguator() {
    return in.accept("s") ? base62() + 1 : 0;
  }

  /** Hashes fill all bits. */
  private long base62() {
    if (in.accept("_")) {
      return 0;
    }
    long number = 0;
    while (!in.accept("_")) {
      char c = in.take();
      int digit =
          c >= '0' && c <= '9'
              ? c - '0'
              : c >= 'a' && c <= 'z' ? c - 'a' + 10 : c >= 'A' && c <= 'Z' ? c - 'A' + 36 : -1;
      if (digit < 0) {
        throw new Malformed();
      }
      number = 62 * number + digit;
    }
    return number + 1;
  }

  private String identifier() {
    boolean encoded = in.accept("u");
    int length = in.accept("0") ? 0 : in.number();
    in.accept("_");
    String text = in.take(length);
    return encoded ? decoded(text) : text;
  }

  /** Punycode (RFC 3492), with {@code _} where that has {@code -}. */
  private static String decoded(String text) {
    int dash = text.lastIndexOf('_');
    List<Integer> points = new ArrayList<>();
    for (int i = 0; i < Math.max(0, dash); i++) {
      points.add((int) text.charAt(i));
    }
    int at = dash + 1;
    long point = 128;
    long place = 0;
    int bias = 72;
    boolean first = true;
    while (at < text.length()) {
      long before = place;
      long weight = 1;
      for (int k = 36; ; k += 36) {
        if (at == text.length()) {
          throw new Malformed();
        }
        char c = text.charAt(at++);
        int digit = c >= 'a' && c <= 'z' ? c - 'a' : c >= '0' && c <= '9' ? c - '0' + 26 : -1;
        if (digit < 0 || place > 1 << 24 || weight > 1 << 24) {
          throw new Malformed();
        }
        place += digit * weight;
        int limit = Math.clamp(k - bias, 1, 26);
        if (digit < limit) {
          break;
        }
        weight *= 36 - limit;
      }
      int count = points.size() + 1;
      bias = bias(place - before, count, first);
      first = false;
      point += place / count;
      place %= count;
      if (!Character.isValidCodePoint((int) point)) {
        throw new Malformed();
      }
      points.add((int) place++, (int) point);
    }
    StringBuilder decoded = new StringBuilder();
    points.forEach(decoded::appendCodePoint);
    return decoded.toString();
  }

  private static int bias(long distance, int count, boolean first) {
    long delta = first ? distance / 700 : distance / 2;
    delta += delta / count;
    int k = 0;
    while (delta > 35 * 26 / 2) {
      delta /= 35;
      k += 36;
    }
    return (int) (k + 36 * delta / (delta + 38));
  }
}
