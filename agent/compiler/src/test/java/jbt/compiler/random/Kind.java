package jbt.compiler.random;

import java.util.List;

/** What an expression is. */
sealed interface Kind {
  /**
   * An integer.
   *
   * @param natural known to be right as signed and as unsigned
   */
  record Int(int bytes, boolean signed, boolean natural) implements Kind {}

  record Truth(boolean natural) implements Kind {}

  record Text() implements Kind {}

  /** {@code named}: a record, whose fields are a, b and so on. */
  record Tuple(List<Kind> parts, boolean named) implements Kind {
    public Tuple {
      parts = List.copyOf(parts);
    }

    Tuple(List<Kind> parts) {
      this(parts, false);
    }
  }

  default boolean number() {
    return this instanceof Int || this instanceof Truth;
  }

  /** A bool counts as signed. */
  default boolean isSigned() {
    return !(this instanceof Int n) || n.signed;
  }

  default boolean isNatural() {
    return switch (this) {
      case Int n -> n.natural;
      case Truth t -> t.natural;
      case Text t -> false;
      case Tuple t -> t.parts.stream().allMatch(part -> part instanceof Text || part.isNatural());
    };
  }

  /** The same, of which nothing is known but the type. */
  default Kind plain() {
    return switch (this) {
      case Int n -> new Int(n.bytes, n.signed, false);
      case Truth t -> new Truth(false);
      case Text t -> t;
      case Tuple t -> t;
    };
  }
}
