package jbt.compiler.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import jbt.compiler.check.Checked.Expr;
import jbt.compiler.types.Meaning;
import jbt.compiler.types.Type;

/**
 * Something that values are put in and whose type follows from all of them: a variable, the values
 * of a map, a part of its key.
 */
final class Place {
  /** How often a text gets longer that is not made of itself, with plenty to spare. */
  private static final int MOST_GROWTHS = 10;

  private Type type = Type.NONE;
  private int growths;
  private boolean natural = true;
  private boolean hostBound;
  private boolean declared;
  private boolean read;

  /** An argument of the probe that is put here, and whether anything else is, too. */
  private Optional<Expr.ContextField> argument = Optional.empty();

  private boolean others;
  private boolean argumentTold;

  /** Whether anything of it was told: who was told must be asked again when it changes. */
  private boolean told;

  /** The last round in which something was put here. */
  private int round = -1;

  /** Whether pointers to different types were put here in one round. */
  private boolean mixed;

  /** Of the widest integer that was put here, which is stored in 8. */
  private int bytes;

  Type type() {
    told = true;
    return type;
  }

  boolean known() {
    return !(type() instanceof Type.None);
  }

  /** Whether something depends on what is in it. */
  boolean read() {
    return read;
  }

  void noteRead() {
    read = true;
  }

  /**
   * Whether pointers are put here, or integers can be. For those who put an integer here next, or a
   * pointer: what is found out later does not change the answer then.
   */
  boolean pointer() {
    return type instanceof Type.Pointer;
  }

  boolean countable() {
    return type instanceof Type.Int || type instanceof Type.None;
  }

  boolean natural() {
    told = true;
    return natural && !declared;
  }

  boolean hostBound() {
    told = true;
    return hostBound;
  }

  /** The argument of the probe that this is, if nothing else is ever put here. */
  Optional<Expr.ContextField> argument() {
    argumentTold = true;
    return others ? Optional.empty() : argument;
  }

  /** Notes what is put here; whether somebody was told another argument than this is now. */
  private boolean noteArgument(Expr value) {
    boolean same =
        value instanceof Expr.ContextField given
            && argument.isPresent()
            && argument.get().offset() == given.offset();
    if (others || same) {
      return false;
    }
    if (value instanceof Expr.ContextField given && argument.isEmpty()) {
      argument = Optional.of(given);
    } else {
      others = true;
    }
    return argumentTold;
  }

  int bytes() {
    told = true;
    return declared && type instanceof Type.Int i ? i.bytes() : bytes;
  }

  boolean signed() {
    return !(type() instanceof Type.Int i) || i.signed();
  }

  /** Fixes the type, as {@code let $x: uint8} does. */
  void declare(Type declaredType) {
    if (!declared || !completes(declaredType, type)) {
      type = declaredType;
    }
    declared = true;
  }

  /** Fixes the type for a round: that of a loop's variable, which nothing else is put in. */
  Outcome declare(Type its, boolean bound) {
    boolean same = its.equals(type) && bound == hostBound;
    hostBound = bound;
    declare(its);
    return changed(same);
  }

  /** What putting a value in did to what was told of the place. */
  enum Outcome {
    SAME,
    CHANGED,
    MISMATCH
  }

  private Outcome changed(boolean same) {
    return same || !told ? Outcome.SAME : Outcome.CHANGED;
  }

  Outcome put(Value value, int now) {
    if (!value.known()) {
      return Outcome.SAME;
    }
    boolean bound = hostBound || value.hostBound();
    Type incoming = value.type();
    // What a pointer to a variable leads to can have been another type in the last round.
    boolean stale =
        type instanceof Type.Pointer && incoming instanceof Type.Pointer && round != now && !mixed;
    Optional<Type> joined =
        declared
            ? accepts(type, incoming)
            : type instanceof Type.None || stale
                ? Optional.of(stored(incoming))
                : join(type, natural, incoming, value.natural());
    if (joined.isEmpty()) {
      return Outcome.MISMATCH;
    }
    mixed |= type instanceof Type.Pointer && !stale && !joined.get().equals(type);
    round = now;
    if (joined.get() instanceof Type.Str longer
        && type instanceof Type.Str str
        && longer.size() > str.size()
        && ++growths > MOST_GROWTHS) {
      // As what is put together of itself and more in a loop: it would grow in every round.
      joined = Optional.of(new Type.Str(FieldType.LONGEST_STRING));
    }
    boolean bothNatural = natural && value.natural();
    int wider = Math.max(bytes, value.bytes());
    boolean same =
        joined.get().equals(type) && bothNatural == natural && bound == hostBound && wider == bytes;
    type = joined.get();
    bytes = wider;
    natural = bothNatural;
    hostBound = bound;
    return noteArgument(value.expr()) ? Outcome.CHANGED : changed(same);
  }

  /** Whether a declaration leaves open what is put there: how a stack or a time is written. */
  private static boolean completes(Type declaredType, Type incoming) {
    return declaredType instanceof Type.Symbolic(Meaning open)
        && incoming instanceof Type.Symbolic(Meaning whole)
        && switch (open) {
          case Meaning.Stack(boolean user, var mode, int limit) ->
              limit == 0 && whole instanceof Meaning.Stack other && other.user() == user;
          case Meaning.Timestamp time ->
              time.format().isEmpty()
                  && (whole instanceof Meaning.Timestamp
                      || whole instanceof Meaning.MixedTimestamp);
          default -> false;
        };
  }

  /** The declared type if values of the other type can be put there. */
  private static Optional<Type> accepts(Type declaredType, Type incoming) {
    boolean fits =
        switch (declaredType) {
          case Type.Int i -> incoming instanceof Type.Int || incoming instanceof Type.Bool;
          case Type.Bool b -> incoming instanceof Type.Int || incoming instanceof Type.Bool;
          case Type.Str str -> incoming instanceof Type.Str other && other.size() <= str.size();
          case Type.None n -> false;
          case Type.Pointer p -> incoming instanceof Type.Pointer;
          case Type.Array a -> alike(a, incoming);
          case Type.Struct s -> s.equals(incoming);
          case Type.Tuple t ->
              incoming instanceof Type.Tuple
                  && join(t, false, incoming, false).filter(t::equals).isPresent();
          case Type.ProbeName p -> false;
          case Type.Buffer b -> incoming instanceof Type.Buffer other && other.size() <= b.size();
          case Type.Symbolic s -> s.equals(incoming);
        };
    if (completes(declaredType, incoming)) {
      return Optional.of(incoming);
    }
    return declaredType instanceof Type.Symbolic
        ? join(declaredType, false, incoming, false)
        : fits ? Optional.of(declaredType) : Optional.empty();
  }

  /** Whether arrays differ only in what is known of where their pointers point. */
  private static boolean alike(Type a, Type b) {
    return switch (a) {
      case Type.Array(Type element, int length)
          when b instanceof Type.Array(Type other, int others) ->
          length == others && alike(element, other);
      case Type.Pointer(Type target, var space)
          when b instanceof Type.Pointer(Type other, var otherSpace) ->
          alike(target, other);
      default -> a.equals(b);
    };
  }

  /** The type that values of both types can be held in. */
  static Optional<Type> join(Type a, boolean aNatural, Type b, boolean bNatural) {
    Type left = stored(a);
    Type right = stored(b);
    if (left.equals(right)) {
      return Optional.of(left);
    }
    return switch (left) {
      case Type.Int i when right instanceof Type.Int other ->
          Optional.of(joinIntegers(i, aNatural, other, bNatural));
      case Type.Int i when right instanceof Type.Bool -> Optional.of(i);
      case Type.Bool bool when right instanceof Type.Int other -> Optional.of(other);
      case Type.Buffer buffer when right instanceof Type.Buffer other ->
          Optional.of(buffer.size() >= other.size() ? buffer : other);
      case Type.Str str when right instanceof Type.Str other ->
          Optional.of(str.size() >= other.size() ? str : other);
      case Type.Pointer pointer
          when right instanceof Type.Pointer other && differ(pointer.target(), other.target()) ->
          Optional.empty();
      case Type.Pointer pointer when right instanceof Type.Pointer other ->
          Optional.of(
              new Type.Pointer(
                  pointer.target().equals(other.target()) ? other.target() : Type.NONE,
                  pointer.space() == other.space() ? other.space() : Type.AddressSpace.NONE));
      case Type.Tuple tuple when right instanceof Type.Tuple other ->
          joinTuples(tuple, aNatural, other, bNatural);
      case Type.Int i -> Optional.empty();
      case Type.Bool bool -> Optional.empty();
      case Type.Str str -> Optional.empty();
      case Type.Pointer pointer -> Optional.empty();
      case Type.Tuple tuple -> Optional.empty();
      case Type.Array array ->
          Access.isOfMemory(array) && ofRecords(right) ? Optional.of(right) : Optional.empty();
      case Type.Struct struct -> ofRecords(right) ? Optional.of(right) : Optional.empty();
      case Type.ProbeName probeName -> Optional.empty();
      case Type.Buffer buffer -> Optional.empty();
      case Type.Symbolic(Meaning meaning) when right instanceof Type.Symbolic(Meaning other) ->
          Meaning.MixedTimestamp.of(meaning, other).map(Type.Symbolic::new);
      case Type.Symbolic symbolic -> Optional.empty();
      case Type.None none -> Optional.of(right);
    };
  }

  /** Whether they are structs of other names: a pointer to one is none to the other. */
  private static boolean differ(Type a, Type b) {
    return a instanceof Type.Struct first
        && b instanceof Type.Struct second
        && !first.name().equals(second.name());
  }

  /** Whether two tuples have as many parts, or two records the same fields in any order. */
  static boolean sameFields(Type.Tuple a, Type.Tuple b) {
    return a.parts().size() == b.parts().size()
        && a.names().size() == b.names().size()
        && b.names().containsAll(a.names());
  }

  /** What structs, or arrays of them, become where they are not held as they lie in memory. */
  static boolean ofRecords(Type type) {
    return (type instanceof Type.Tuple tuple && !tuple.names().isEmpty())
        || (type instanceof Type.Array(Type element, int length) && ofRecords(element));
  }

  /** Signed where one of both may be negative; else unsigned where one need be, or both are. */
  static Type joinIntegers(Type.Int a, boolean aNatural, Type.Int b, boolean bNatural) {
    boolean negative = (a.signed() && !aNatural) || (b.signed() && !bNatural);
    boolean unsigned = wide(a) || wide(b) || !(a.signed() || b.signed());
    return unsigned && !negative ? Type.UINT64 : Type.INT64;
  }

  /** Whether it is unsigned and int64 does not have all its numbers. */
  static boolean wide(Type.Int type) {
    return !type.signed() && type.bytes() == Long.BYTES;
  }

  /** The fields of a record have the order in which they were first written. */
  private static Optional<Type> joinTuples(
      Type.Tuple a, boolean aNatural, Type.Tuple b, boolean bNatural) {
    if (!sameFields(a, b)) {
      return Optional.empty();
    }
    List<Type> parts = new ArrayList<>();
    for (int i = 0; i < a.parts().size(); i++) {
      int other = a.names().isEmpty() ? i : b.names().indexOf(a.names().get(i));
      Optional<Type> part = join(a.parts().get(i), aNatural, b.parts().get(other), bNatural);
      if (part.isEmpty()) {
        return Optional.empty();
      }
      parts.add(part.get());
    }
    return Optional.of(a.with(parts));
  }

  /** Integers are stored in 8 bytes; which sign a narrow one gets matters to nobody. */
  private static Type stored(Type type) {
    return switch (type) {
      case Type.Int i -> new Type.Int(Long.BYTES, i.signed(), i.enumeration());
      case Type.Tuple tuple -> tuple.with(tuple.parts().stream().map(Place::stored).toList());
      case Type.None none -> none;
      case Type.Bool bool -> bool;
      case Type.Str str -> str;
      case Type.Pointer pointer -> pointer;
      case Type.Array array -> array;
      case Type.Struct struct -> struct;
      case Type.ProbeName probeName -> probeName;
      case Type.Buffer buffer -> buffer;
      case Type.Symbolic symbolic -> symbolic;
    };
  }
}
