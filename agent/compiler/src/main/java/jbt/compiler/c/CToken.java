package jbt.compiler.c;

import jbt.compiler.lang.SourceRange;

/**
 * A token of C, or of what a script mixes with it.
 *
 * @param text as written; of a string without its quotes, escapes as they are
 * @param first the first of its line; lines that a backslash ends go on
 * @param range of a token that a macro made, that of the macro's use
 */
record CToken(Kind kind, String text, boolean first, SourceRange range) {
  enum Kind {
    NAME,
    NUMBER,
    STRING,
    CHARACTER,
    SYMBOL,
    PACK
  }

  /** Between declarations: what {@code #pragma pack} says. */
  static CToken pack(int most, SourceRange range) {
    return new CToken(Kind.PACK, Integer.toString(most), true, range);
  }

  boolean is(String symbol) {
    return kind == Kind.SYMBOL && text.equals(symbol);
  }

  boolean isWord(String word) {
    return kind == Kind.NAME && text.equals(word);
  }

  CToken at(SourceRange place) {
    return new CToken(kind, text, false, place);
  }
}
