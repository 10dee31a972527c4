package jbt.compiler.c;

import java.util.List;
import jbt.compiler.c.CToken.Kind;
import jbt.compiler.lang.SourceRange;

/** A place in a list of tokens. */
final class Cursor {
  /** Stands behind the last one. */
  private final CToken none;

  private final List<CToken> tokens;
  private int at;

  Cursor(List<CToken> tokens, SourceRange end) {
    this.tokens = tokens;
    none = new CToken(Kind.SYMBOL, "", false, tokens.isEmpty() ? end : tokens.getLast().range());
  }

  CToken current() {
    return ahead(0);
  }

  CToken ahead(int count) {
    return at + count < tokens.size() ? tokens.get(at + count) : none;
  }

  boolean atEnd() {
    return at >= tokens.size();
  }

  int place() {
    return at;
  }

  void moveTo(int place) {
    at = place;
  }

  CToken take() {
    CToken token = current();
    at++;
    return token;
  }

  boolean accept(String symbol) {
    boolean there = current().is(symbol);
    at += there ? 1 : 0;
    return there;
  }

  boolean acceptWord(String word) {
    boolean there = current().isWord(word);
    at += there ? 1 : 0;
    return there;
  }

  CToken expect(String symbol) throws CError {
    if (!current().is(symbol)) {
      throw unexpected("expected '" + symbol + "'");
    }
    return take();
  }

  CToken expectName(String what) throws CError {
    if (current().kind() != Kind.NAME) {
      throw unexpected("expected " + what);
    }
    return take();
  }

  CError unexpected(String expected) {
    String found = atEnd() ? "the end" : "'" + current().text() + "'";
    return new CError(current().range(), "syntax: " + expected + ", not " + found);
  }

  /** Goes behind the bracket that closes the one that is the current token. */
  void skipBrackets() {
    int depth = 0;
    do {
      CToken token = take();
      depth += token.is("(") || token.is("{") || token.is("[") ? 1 : 0;
      depth -= token.is(")") || token.is("}") || token.is("]") ? 1 : 0;
    } while (depth > 0 && !atEnd());
  }
}
