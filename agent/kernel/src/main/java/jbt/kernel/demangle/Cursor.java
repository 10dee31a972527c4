package jbt.kernel.demangle;

/** A place in a mangled name. */
final class Cursor {
  /** Deeper than any name that a person wrote. */
  private static final int DEEPEST = 256;

  private final String text;
  private int at;
  private int depth;

  Cursor(String text, int at) {
    this.text = text;
    this.at = at;
  }

  int place() {
    return at;
  }

  void moveTo(int place) {
    at = place;
  }

  boolean atEnd() {
    return at >= text.length();
  }

  /** The character so many places on; NUL behind the end. */
  char peek(int distance) {
    return at + distance < text.length() ? text.charAt(at + distance) : 0;
  }

  char peek() {
    return peek(0);
  }

  char take() {
    if (atEnd()) {
      throw new Malformed();
    }
    return text.charAt(at++);
  }

  String take(int length) {
    if (length < 0 || length > text.length() - at) {
      throw new Malformed();
    }
    at += length;
    return text.substring(at - length, at);
  }

  boolean accept(String expected) {
    if (text.startsWith(expected, at)) {
      at += expected.length();
      return true;
    }
    return false;
  }

  void expect(String expected) {
    if (!accept(expected)) {
      throw new Malformed();
    }
  }

  boolean isDigit() {
    return peek() >= '0' && peek() <= '9';
  }

  /** Decimal digits, at least one. */
  int number() {
    if (!isDigit()) {
      throw new Malformed();
    }
    long number = 0;
    while (isDigit()) {
      number = 10 * number + take() - '0';
      if (number > 1 << 20) {
        throw new Malformed();
      }
    }
    return (int) number;
  }

  String rest() {
    return text.substring(at);
  }

  String from(int place) {
    return text.substring(place, at);
  }

  void enter() {
    if (++depth > DEEPEST) {
      throw new Malformed();
    }
  }

  void leave() {
    depth--;
  }
}
