package jbt.compiler.lang;

import java.util.regex.Pattern;

/**
 * A token of the script.
 *
 * @param text name without {@code $} or {@code @} for identifiers; bytes as Latin-1 characters for
 *     a string; the characters themselves for all others
 * @param number value of an integer
 * @param unsigned an integer that is unsigned by suffix or size
 */
record Token(Kind kind, SourceRange range, String text, long number, boolean unsigned) {
  /** Words of the language, which name nothing else. */
  private static final Pattern RESERVED =
      Pattern.compile(
          "break|config|continue|else|for|if|import|let|macro|offsetof|return|sizeof|unroll|while"
              + "|fn|comptime|true|false|struct|union|enum|typeof|typeinfo");

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

  /** This, if a script may name something so. */
  Token unreserved() throws SyntaxError {
    if (RESERVED.matcher(text).matches()) {
      throw new SyntaxError(range, "'%s' is a word of the language".formatted(text));
    }
    return this;
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
