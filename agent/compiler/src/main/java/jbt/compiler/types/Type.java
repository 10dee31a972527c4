package jbt.compiler.types;

import java.util.List;

/** Type of a value of the language. */
public sealed interface Type {
  /** The type of calls without a value. */
  record None() implements Type {}

  /** An integer of 1, 2, 4 or 8 bytes. All arithmetic is done in 8. */
  record Int(int bytes, boolean signed) implements Type {}

  record Bool() implements Type {}

  /**
   * Text of at most {@code size} bytes, padded with NUL to exactly {@code size} in keys and map
   * values. A text that fills it whole has no NUL.
   */
  record Str(int size) implements Type {}

  /** An address; what it points to is known by {@code target} where that matters. */
  record Pointer(Type target, AddressSpace space) implements Type {}

  record Array(Type element, int length) implements Type {}

  record Tuple(List<Type> parts) implements Type {
    public Tuple {
      parts = List.copyOf(parts);
    }
  }

  /**
   * The text of the attach point that fired. In kernel memory 8 bytes: the place in {@link
   * jbt.compiler.plan.Plan#attachPointNames}; text everywhere else.
   */
  record ProbeName() implements Type {}

  enum AddressSpace {
    KERNEL,
    USER
  }

  Type NONE = new None();
  Type BOOL = new Bool();
  Type INT64 = new Int(8, true);
  Type UINT64 = new Int(8, false);
  Type UINT32 = new Int(4, false);
  Type INT32 = new Int(4, true);
  Type PROBE_NAME = new ProbeName();

  /**
   * Bytes in a map key or value: integers their own width, but every part of a tuple and every lone
   * value starts at a multiple of 8 and fills it up (sign- or zero-extended).
   */
  default int storedSize() {
    return switch (this) {
      case None none -> 0;
      case Int i -> 8;
      case Bool bool -> 8;
      case Pointer pointer -> 8;
      case ProbeName probeName -> 8;
      case Str str -> (str.size + 7) & ~7;
      case Array array ->
          (array.length * (array.element instanceof Int i ? i.bytes : array.element.storedSize())
                  + 7)
              & ~7;
      case Tuple tuple -> tuple.parts.stream().mapToInt(Type::storedSize).sum();
    };
  }
}
