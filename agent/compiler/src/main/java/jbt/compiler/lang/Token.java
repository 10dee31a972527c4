package jbt.compiler.lang;

/**
 * A token of the script.
 *
 * @param text name without {@code $} or {@code @} for identifiers; bytes as Latin-1 characters for
 *     a string; the characters themselves for all others
 * @param number value of an integer
 * @param unsigned an integer that is unsigned by suffix or size
 */
record Token(Kind kind, SourceRange range, String text, long number, boolean unsigned) {
  enum Kind {
    IDENTIFIER("name"),
    VARIABLE("variable"),
    MAP("map"),
    INTEGER("number"),
    STRING("string"),
    /** Operators and punctuation: told apart by their text. */
    SYMBOL("symbol"),
    /** What could not be read; the error is reported already. */
    BAD("symbol"),
    END("end of script");

    final String words;

    Kind(String words) {
      this.words = words;
    }
  }

  boolean is(String symbol) {
    return kind == Kind.SYMBOL && text.equals(symbol);
  }

  boolean isWord(String word) {
    return kind == Kind.IDENTIFIER && text.equals(word);
  }

  /** How messages name it. */
  String described() {
    return switch (kind) {
      case IDENTIFIER -> "'" + text + "'";
      case VARIABLE -> "'$" + text + "'";
      case MAP -> "'@" + text + "'";
      case STRING -> "string";
      case INTEGER -> "number";
      case SYMBOL, BAD -> "'" + text + "'";
      case END -> kind.words;
    };
  }
}
