package jbt.compiler.lang;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jbt.compiler.lang.Token.Kind;

/** Reads tokens from a script one by one, and attach points, which have their own characters. */
final class Lexer {
  /** By their first character; longest first, so that the first that fits is the right one. */
  private static final String[][] SYMBOLS = new String[128][];

  static {
    Stream.of(
            "<<=", ">>=", "->", "++", "--", "<<", ">>", "<=", ">=", "==", "!=", "&&", "||", "+=",
            "-=", "*=", "/=", "%=", "&=", "|=", "^=", "..", "{", "}", "(", ")", "[", "]", ";", ",",
            "?", ":", ".", "+", "-", "*", "/", "%", "&", "|", "^", "~", "!", "<", ">", "=")
        .collect(Collectors.groupingBy(symbol -> symbol.charAt(0)))
        .forEach((first, symbols) -> SYMBOLS[first] = symbols.toArray(String[]::new));
  }

  /** What texts stand in elsewhere, and on web pages. */
  private static final String OTHER_QUOTES = "'\u2018\u2019\u201c\u201d\u201e";

  /** What stands for bytes that are not UTF-8. */
  private static final int REPLACEMENT = 0xfffd;

  private final String text;
  private final Diagnostics diagnostics;
  private int at;
  private boolean endsInComment;

  Lexer(String text, Diagnostics diagnostics) {
    this.text = text;
    this.diagnostics = diagnostics;
    if (text.startsWith("#!")) {
      skipLine();
    }
  }

  /** Whether all that followed is taken for a comment. */
  boolean endsInComment() {
    return endsInComment;
  }

  /** Goes to a place of the script: tokens are read from there. */
  void moveTo(int place) {
    at = place;
  }

  Token next() {
    skipBlank();
    int start = at;
    if (at == text.length()) {
      return token(Kind.END, start, "");
    }
    char c = text.charAt(at);
    if (isNameStart(c)) {
      return token(Kind.IDENTIFIER, start, name());
    }
    if (c == '$' && peek(1) == '#') {
      at += 2;
      return token(Kind.VARIABLE, start, "#");
    }
    if (c == '$' && isNameStart(peek(1))) {
      at++;
      return token(Kind.VARIABLE, start, name());
    }
    if (c == '$' && isDigit(peek(1))) {
      at++;
      while (isDigit(peek(0))) {
        at++;
      }
      return token(Kind.VARIABLE, start, text.substring(start + 1, at));
    }
    if (c == '@') {
      at++;
      return token(Kind.MAP, start, name());
    }
    if (isDigit(c)) {
      return number(start);
    }
    if (c == '"') {
      return string(start);
    }
    if (c < SYMBOLS.length && SYMBOLS[c] != null) {
      for (String symbol : SYMBOLS[c]) {
        if (text.startsWith(symbol, at)) {
          at += symbol.length();
          return token(Kind.SYMBOL, start, symbol);
        }
      }
    }
    at += Character.charCount(text.codePointAt(at));
    List<String> hints = hints(text.codePointAt(start));
    if (OTHER_QUOTES.indexOf(text.charAt(start)) >= 0) {
      skipOtherText();
    }
    while (hints.isEmpty() && at < text.length() && isForeign(text.charAt(at))) {
      at++;
    }
    String bad = text.substring(start, at);
    boolean several = bad.codePointCount(0, bad.length()) > 1;
    diagnostics.error(
        new SourceRange(start, at),
        "syntax: invalid character%s '%s'".formatted(several ? "s" : "", DiagnosticText.shown(bad)),
        List.of(),
        hints);
    return token(Kind.BAD, start, bad);
  }

  /** Goes behind the other quote of a text that stands in other quotes, if it is in this line. */
  private void skipOtherText() {
    int end = at;
    while (end < text.length()
        && text.charAt(end) != '\n'
        && OTHER_QUOTES.indexOf(text.charAt(end)) < 0) {
      end++;
    }
    boolean ends = end < text.length() && text.charAt(end) != '\n';
    at = ends ? end + 1 : at;
  }

  /** Letters of other scripts, and what is no text at all. */
  private static boolean isForeign(char c) {
    return !isBlank(c) && (c < ' ' || (c > '~' && hints(c).isEmpty()));
  }

  /** What may be meant by characters of other languages, and of web pages. */
  private static List<String> hints(int bad) {
    return switch (bad) {
      case '\'', '\u2018', '\u2019', '\u201c', '\u201d', '\u201e' ->
          List.of("Texts stand in straight double quotes: \"text\"");
      case '\u2010', '\u2011', '\u2012', '\u2013', '\u2014', '\u2212' ->
          List.of("Minus is a hyphen: -");
      case '#' -> List.of("Comments begin with //");
      case '\\' -> List.of("Statements may go over several lines as they are");
      default -> List.of();
    };
  }

  /** So are spaces that do not break, as web pages have them, and marks of the order of bytes. */
  private static boolean isBlank(char c) {
    return Character.isWhitespace(c) || c == '\u00a0' || c == '\ufeff';
  }

  /**
   * The attach point that begins here: up to white space, a comma or an opening brace, or up to the
   * slash of a predicate, that is any slash but those of a path, which begins right behind a colon
   * with a slash or with {@code ./} or {@code ../}, and those of names as {@code net/http.Get}.
   * White space around colons and in front of and behind the plus of an offset is no part of it.
   */
  Token attachPoint() {
    skipBlank();
    int start = at;
    StringBuilder written = new StringBuilder();
    pieceOfAttachPoint(written);
    while (continued(written)) {
      pieceOfAttachPoint(written);
    }
    return token(Kind.SYMBOL, start, written.toString());
  }

  /** Goes over the white space behind a piece of an attach point, if another follows. */
  private boolean continued(StringBuilder written) {
    int end = at;
    skipBlank();
    boolean between = peek(0) == ':' || peek(0) == '+';
    boolean part = isNameStart(peek(0)) || isDigit(peek(0)) || "*\"$".indexOf(peek(0)) >= 0;
    boolean open = ":+".indexOf(written.charAt(written.length() - 1)) >= 0;
    boolean more = at > end && (between || (part && open));
    at = more ? at : end;
    return more;
  }

  private void pieceOfAttachPoint(StringBuilder written) {
    int start = at;
    boolean path = false;
    boolean named = false;
    while (at < text.length()) {
      char c = text.charAt(at);
      if (isBlank(c) || c == ',' || c == '{' || c == '}' || c == ';') {
        break;
      }
      if (c == '/') {
        path |= isBehind(start, ":") || isBehind(start, ":.") || isBehind(start, ":..");
        named = named || (!path && slashOfName());
        if (!path && !named) {
          break;
        }
      } else if (c == ':') {
        path = false;
      }
      at = c == '"' ? Quotes.end(text, at) : at + 1;
    }
    written.append(text, start, at);
  }

  /**
   * Whether this slash is no predicate's: behind white space the block, its predicate or another
   * attach point follows, where a predicate would go on or would have ended with a slash.
   */
  private boolean slashOfName() {
    int end = at;
    int open = 0;
    while (end < text.length()
        && !isBlank(text.charAt(end))
        && ",{};".indexOf(text.charAt(end)) < 0) {
      char c = text.charAt(end);
      open += "([".indexOf(c) >= 0 ? 1 : ")]".indexOf(c) >= 0 ? -1 : 0;
      end = c == '"' ? Quotes.end(text, end) : end + 1;
    }
    int next = behindBlanks(end);
    boolean ends = next == text.length() || ",{".indexOf(text.charAt(next)) >= 0;
    boolean predicate = text.startsWith("/", next) && !text.startsWith("{", behindBlanks(next + 1));
    return open == 0 && text.charAt(end - 1) != '/' && (ends || predicate);
  }

  private boolean isBehind(int start, String before) {
    int place = at - before.length();
    return place >= start && text.startsWith(before, place);
  }

  private int behindBlanks(int from) {
    int place = from;
    while (place < text.length() && isBlank(text.charAt(place))) {
      place++;
    }
    return place;
  }

  private void skipBlank() {
    while (at < text.length()) {
      char c = text.charAt(at);
      if (isBlank(c)) {
        at++;
      } else if (c != '/') {
        return;
      } else if (text.startsWith("//", at)) {
        skipLine();
      } else if (text.startsWith("/*", at)) {
        int end = text.indexOf("*/", at + 2);
        if (end < 0) {
          endsInComment = true;
          diagnostics.error(new SourceRange(at, at + 2), "syntax: comment without end");
        }
        at = end < 0 ? text.length() : end + 2;
      } else {
        return;
      }
    }
  }

  private void skipLine() {
    int end = text.indexOf('\n', at);
    at = end < 0 ? text.length() : end;
  }

  private Token number(int start) {
    while (isNameStart(peek(0)) || isDigit(peek(0))) {
      at++;
    }
    SourceRange range = new SourceRange(start, at);
    String written = text.substring(start, at);
    return switch (NumberText.read(written)) {
      case NumberText.Value value ->
          new Token(Kind.INTEGER, range, written, value.number(), value.unsigned());
      case NumberText.Wrong wrong -> {
        diagnostics.error(range, "syntax: " + wrong.message());
        yield new Token(Kind.INTEGER, range, written, 0, false);
      }
    };
  }

  private Token string(int start) {
    StringBuilder bytes = new StringBuilder();
    at++;
    while (peek(0) != '"') {
      char c = peek(0);
      if (at == text.length() || c == '\n') {
        return unended(start);
      }
      if (c == '\\') {
        escape(bytes);
      } else if (c < 128) {
        bytes.append(c);
        at++;
      } else {
        int codePoint = text.codePointAt(at);
        if (codePoint == REPLACEMENT) {
          SourceRange here = new SourceRange(at, at + 1);
          diagnostics.error(here, "syntax: not UTF-8: write such bytes as \\xNN");
        }
        at += Character.charCount(codePoint);
        byte[] utf8 = Character.toString(codePoint).getBytes(StandardCharsets.UTF_8);
        bytes.append(new String(utf8, StandardCharsets.ISO_8859_1));
      }
    }
    at++;
    return token(Kind.STRING, start, bytes.toString());
  }

  /** A string that does not end in its line: it goes on in others, or its last quote is missing. */
  private Token unended(int start) {
    String message = "syntax: string without end";
    SourceRange inLine = new SourceRange(start, at);
    int quote = oddQuote(at);
    if (quote >= 0 && (quote + 1 == text.length() || endsPiece(text.charAt(quote + 1)))) {
      diagnostics.error(
          inLine, message, List.of(), List.of("A string ends in its line; \\n makes a new one"));
      at = quote + 1;
      return token(Kind.STRING, start, "");
    }
    // What closes brackets at the end of the line was hardly meant to be in it.
    while (at > start + 1 && endsPiece(text.charAt(at - 1))) {
      at--;
    }
    // Blocks that begin in it end in it.
    long open = text.substring(start, at).chars().map(c -> c == '{' ? 1 : c == '}' ? -1 : 0).sum();
    int close = text.indexOf('}', at);
    while (open > 0 && close >= 0 && close < inLine.end()) {
      at = close + 1;
      open--;
      close = text.indexOf('}', at);
    }
    diagnostics.error(new SourceRange(start, at), message);
    return token(Kind.BAD, start, text.substring(start, at));
  }

  /** The first quote of the first line behind a place that has an odd number of them, or -1. */
  private int oddQuote(int place) {
    int first = -1;
    int quotes = 0;
    for (int i = place + 1; i <= text.length(); i++) {
      char c = i == text.length() ? '\n' : text.charAt(i);
      if (c == '\n' && quotes % 2 == 1) {
        return first;
      } else if (c == '\n') {
        quotes = 0;
      } else if (c == '\\') {
        i++;
      } else if (c == '"') {
        first = quotes++ == 0 ? i : first;
      }
    }
    return -1;
  }

  private static boolean endsPiece(char c) {
    return isBlank(c) || ")]};,{".indexOf(c) >= 0;
  }

  private void escape(StringBuilder bytes) {
    int start = at;
    at += 2;
    char c = start + 1 < text.length() ? text.charAt(start + 1) : '\n';
    switch (c) {
      case 'n' -> bytes.append('\n');
      case 't' -> bytes.append('\t');
      case 'r' -> bytes.append('\r');
      case '"', '\\' -> bytes.append(c);
      case 'x', 'X' -> byteOf(start, 16, 2, bytes);
      case '0', '1', '2', '3', '4', '5', '6', '7' -> {
        at--;
        byteOf(start, 8, 3, bytes);
      }
      default -> {
        at = c == '\n' ? start + 1 : at;
        badEscape(start);
      }
    }
  }

  private void byteOf(int start, int radix, int mostDigits, StringBuilder bytes) {
    int first = at;
    int value = 0;
    while (at - first < mostDigits && peek(0) < 128 && Character.digit(peek(0), radix) >= 0) {
      value = value * radix + Character.digit(peek(0), radix);
      at++;
    }
    if (at == first || value > 255) {
      badEscape(start);
    } else {
      bytes.append((char) value);
    }
  }

  private void badEscape(int start) {
    String written = text.substring(start, at);
    diagnostics.error(
        new SourceRange(start, at), "syntax: invalid escape sequence '" + written + "'");
  }

  private String name() {
    int start = at;
    while (isNameStart(peek(0)) || isDigit(peek(0))) {
      at++;
    }
    return text.substring(start, at);
  }

  private Token token(Kind kind, int start, String value) {
    return new Token(kind, new SourceRange(start, at), value, 0, false);
  }

  private char peek(int ahead) {
    return at + ahead < text.length() ? text.charAt(at + ahead) : 0;
  }

  private static boolean isNameStart(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
