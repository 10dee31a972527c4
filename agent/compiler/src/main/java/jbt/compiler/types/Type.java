package jbt.compiler.types;

import java.util.List;

/** Type of a value of the language. */
public sealed interface Type {
  /** The type of calls without a value. */
  record None() implements Type {
    @Override
    public int storedSize() {
      return 0;
    }
  }

  /**
   * An integer of 1, 2, 4 or 8 bytes. All arithmetic is done in 8.
   *
   * @param enumeration what its numbers are called, as text
   */
  record Int(int bytes, boolean signed, Enumeration enumeration) implements Type {
    public Int(int bytes, boolean signed) {
      this(bytes, signed, Enumeration.NONE);
    }

    /** Whether its numbers have names. */
    public boolean named() {
      return !enumeration.names().isEmpty();
    }

    /** Short where it has no names, as most have none. */
    @Override
    public String toString() {
      String names = named() ? ", enumeration=" + enumeration : "";
      return "Int[bytes=" + bytes + ", signed=" + signed + names + "]";
    }

    @Override
    public int storedSize() {
      return 8;
    }
  }

  record Bool() implements Type {
    @Override
    public int storedSize() {
      return 8;
    }
  }

  /**
   * Text of at most {@code size} bytes, padded with NUL to exactly {@code size} in keys and map
   * values. A text that fills it whole has no NUL.
   */
  record Str(int size) implements Type {
    @Override
    public int storedSize() {
      return (size + 7) & ~7;
    }
  }

  /** An address of a {@code target}; NONE if that is not known. */
  record Pointer(Type target, AddressSpace space) implements Type {
    @Override
    public int storedSize() {
      return 8;
    }
  }

  /** Elements lie as C has them in memory: {@link #sizeOf} each. */
  record Array(Type element, int length) implements Type {
    @Override
    public int storedSize() {
      return (sizeOf(this) + 7) & ~7;
    }
  }

  /** {@code names} of a record's fields, one for each part; empty for a tuple. */
  record Tuple(List<Type> parts, List<String> names) implements Type {
    public Tuple {
      parts = List.copyOf(parts);
      names = List.copyOf(names);
    }

    public Tuple(List<Type> parts) {
      this(parts, List.of());
    }

    /** The same fields with other types. */
    public Tuple with(List<Type> others) {
      return new Tuple(others, names);
    }

    @Override
    public int storedSize() {
      return parts.stream().mapToInt(Type::storedSize).sum();
    }
  }

  /**
   * The text of the attach point that fired. In kernel memory 8 bytes: the place in {@link
   * jbt.compiler.plan.Plan#namesByCookie}; text everywhere else.
   */
  record ProbeName() implements Type {
    @Override
    public int storedSize() {
      return 8;
    }
  }

  /** Bytes: their number in 8 bytes, then room for {@code size} of them. */
  record Buffer(int size) implements Type {
    @Override
    public int storedSize() {
      return 8 + ((size + 7) & ~7);
    }
  }

  /** Numbers in kernel memory, text everywhere else. */
  record Symbolic(Meaning meaning) implements Type {
    @Override
    public int storedSize() {
      return 8 * meaning.words();
    }
  }

  /**
   * A struct or union, by its name and where it is defined; its members are asked of {@link
   * Definitions}.
   *
   * @param size in bytes, 0 if only the name is known
   */
  record Struct(String name, boolean union, int size, Origin origin) implements Type {
    @Override
    public int storedSize() {
      return (size + 7) & ~7;
    }
  }

  enum AddressSpace {
    KERNEL,
    USER,
    /** Told by the address. */
    NONE
  }

  Type NONE = new None();
  Type BOOL = new Bool();
  Type INT64 = new Int(8, true);
  Type UINT64 = new Int(8, false);
  Type UINT32 = new Int(4, false);
  Type INT32 = new Int(4, true);
  Type PROBE_NAME = new ProbeName();

  /**
   * Bytes in a map key or value: every part of a tuple and every lone value starts at a multiple of
   * 8 and fills it up (sign- or zero-extended).
   */
  int storedSize();

  /** Whether values lie in a map or variable, and can be shown, as they do in memory. */
  static boolean isPlain(Type type) {
    return switch (type) {
      case Int i -> true;
      case Bool b -> true;
      case Pointer p -> true;
      case Str s -> true;
      case Array array -> isPlain(array.element);
      case Struct s -> false;
      case Tuple t -> false;
      case ProbeName p -> false;
      case Buffer b -> false;
      case Symbolic s -> false;
      case None n -> false;
    };
  }

  /** Bytes in memory of the traced side, as sizeof gives them; 0 where that is not known. */
  static int sizeOf(Type type) {
    return switch (type) {
      case Int i -> i.bytes;
      case Bool b -> 1;
      case Str str -> str.size;
      case Pointer p -> 8;
      case Array array -> array.length * sizeOf(array.element);
      case Struct struct -> struct.size;
      case Tuple tuple -> tuple.storedSize();
      case ProbeName name -> 8;
      case Buffer buffer -> buffer.size;
      case Symbolic symbolic -> symbolic.storedSize();
      case None none -> 0;
    };
  }
}
