package jbt.compiler.random;

import java.util.List;

/** What an expression is. */
sealed interface Kind {
  /**
   * An integer.
   *
   * @param natural known to be right as signed and as unsigned
   */
  record Number(int bytes, boolean signed, boolean natural) implements Kind {}

  record Truth(boolean natural) implements Kind {}

  record Text() implements Kind {}

  record Tuple(List<Kind> parts) implements Kind {
    public Tuple {
      parts = List.copyOf(parts);
    }
  }

  Kind INT64 = new Number(8, true, false);
  Kind UINT64 = new Number(8, false, false);
  Kind TEXT = new Text();
  Kind TRUTH = new Truth(true);

  default boolean number() {
    return this instanceof Number || this instanceof Truth;
  }

  /** A bool counts as signed. */
  default boolean isSigned() {
    return !(this instanceof Number n) || n.signed;
  }

  default boolean isNatural() {
    return switch (this) {
      case Number n -> n.natural;
      case Truth t -> t.natural;
      case Text t -> false;
      case Tuple t -> false;
    };
  }

  /** The same, of which nothing is known but the type. */
  default Kind plain() {
    return switch (this) {
      case Number n -> new Number(n.bytes, n.signed, false);
      case Truth t -> new Truth(false);
      case Text t -> t;
      case Tuple t -> t;
    };
  }
}
