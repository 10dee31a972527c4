package jbt.compiler.c;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import jbt.compiler.c.CToken.Kind;
import jbt.compiler.lang.SourceRange;

/**
 * Takes a text apart as C does. What C does not know, as {@code $} and {@code @}, is a symbol of
 * one character; nothing is an error here.
 */
final class CLexer {
  /** Longest first. */
  private static final List<String> SYMBOLS =
      List.of(
          "...", "<<=", ">>=", "##", "->", "++", "--", "<<", ">>", "<=", ">=", "==", "!=", "&&",
          "||");

  /** What may stand in front of the quote of a text or character of another width. */
  private static final Set<String> WIDTHS = Set.of("L", "u", "U", "u8");

  private final String text;
  private final int end;
  private final List<CToken> tokens = new ArrayList<>();
  private int at;
  private boolean first = true;

  private CLexer(String text, int start, int end) {
    this.text = text;
    this.at = start;
    this.end = end;
  }

  /** The tokens from one offset of a text to another; comments are left out. */
  static List<CToken> read(String text, int start, int end) {
    CLexer lexer = new CLexer(text, start, end);
    while (lexer.at < end) {
      lexer.one();
    }
    return lexer.tokens;
  }

  private void one() {
    char c = text.charAt(at);
    if (c == '\n') {
      first = true;
      at++;
    } else if (Character.isWhitespace(c)) {
      at++;
    } else if (c == '\\' && lineEnd(at + 1) > 0) {
      at = lineEnd(at + 1);
    } else if (c == '/' && text.startsWith("//", at)) {
      int line = text.indexOf('\n', at);
      at = line < 0 ? end : Math.min(line, end);
    } else if (c == '/' && text.startsWith("/*", at) && text.indexOf("*/", at + 2) >= 0) {
      at = Math.min(end, text.indexOf("*/", at + 2) + 2);
    } else {
      token(c);
      first = false;
    }
  }

  /** The offset behind a line's end that is here, or 0. */
  private int lineEnd(int from) {
    int next = from < end && text.charAt(from) == '\r' ? from + 1 : from;
    return next < end && text.charAt(next) == '\n' ? next + 1 : 0;
  }

  private void token(char c) {
    int start = at;
    if (isName(c)) {
      boolean digit = c >= '0' && c <= '9';
      while (at < end && isName(text.charAt(at))) {
        at++;
      }
      if (!WIDTHS.contains(text.substring(start, at)) || !quoted(start)) {
        add(digit ? Kind.NUMBER : Kind.NAME, start, start, at);
      }
    } else if (!quoted(start)) {
      at = Math.min(end, start + symbol());
      add(Kind.SYMBOL, start, start, at);
    }
  }

  /** Takes the text or character that begins here, if one does. */
  private boolean quoted(int start) {
    char c = at < end ? text.charAt(at) : ' ';
    boolean quote = (c == '"' || c == '\'') && quoteEnd(c) > 0;
    if (quote) {
      int from = at + 1;
      at = quoteEnd(c);
      add(c == '"' ? Kind.STRING : Kind.CHARACTER, start, from, at - 1);
    }
    return quote;
  }

  /** Length of the symbol that begins here. */
  private int symbol() {
    for (String symbol : SYMBOLS) {
      if (text.startsWith(symbol, at)) {
        return symbol.length();
      }
    }
    return 1;
  }

  /** The offset behind the quote that ends what begins here, or 0 if the line has none. */
  private int quoteEnd(char quote) {
    for (int i = at + 1; i < end && text.charAt(i) != '\n'; i++) {
      if (text.charAt(i) == '\\') {
        i++;
      } else if (text.charAt(i) == quote) {
        return i + 1;
      }
    }
    return 0;
  }

  private void add(Kind kind, int start, int from, int to) {
    tokens.add(new CToken(kind, text.substring(from, to), first, new SourceRange(start, at)));
  }

  private static boolean isName(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  }
}
