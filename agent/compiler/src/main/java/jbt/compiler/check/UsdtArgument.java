package jbt.compiler.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jbt.compiler.check.Checked.BinaryOp;
import jbt.compiler.check.Checked.Expr;
import jbt.compiler.check.Checked.Expr.ContextField.Read;
import jbt.compiler.lang.SourceRange;
import jbt.compiler.types.Type;
import org.jspecify.annotations.Nullable;

/**
 * Where a statically defined probe has an argument. Notes say it in the assembler's words: {@code
 * 4@%eax}, {@code -8@-16(%rbp)}, {@code 4@$12}, {@code 8@(%rdi,%rsi,4)}, {@code 4@counter(%rip)}.
 *
 * @param base offset of a register in the context, or empty
 * @param index the same, for the register that is multiplied by {@code scale}
 */
record UsdtArgument(
    Type.Int type,
    Place place,
    Optional<Integer> base,
    Optional<Integer> index,
    int scale,
    long number) {
  enum Place {
    REGISTER,
    MEMORY,
    CONSTANT,
    /** Said in words that are not understood. */
    UNKNOWN
  }

  private static final UsdtArgument NOT_UNDERSTOOD =
      new UsdtArgument(
          new Type.Int(8, true), Place.UNKNOWN, Optional.empty(), Optional.empty(), 1, 0);

  private static final Pattern ARGUMENT =
      Pattern.compile(
          "(?:(-?)([1248])f?@)?(?:\\$(-?\\w+)|%(\\w+)|(-?\\w*)\\((?:%(\\w+))?(?:,%(\\w+)(?:,([1248]))?)?\\))");

  /** A variable of the program, and perhaps a number of bytes behind it. */
  private static final Pattern VARIABLE =
      Pattern.compile("(?:(-?)([1248])f?@)?([a-zA-Z_.$][\\w.$]*)([+-]\\w+)?\\(%rip\\)");

  /**
   * The arguments of a note.
   *
   * @param distance how far behind the probe a variable is
   */
  static List<UsdtArgument> parse(String note, Function<String, OptionalLong> distance) {
    List<UsdtArgument> found = new ArrayList<>();
    for (String text : note.strip().split("\\s+", -1)) {
      if (!text.isEmpty()) {
        found.add(one(text).or(() -> variable(text, distance)).orElse(NOT_UNDERSTOOD));
      }
    }
    return found;
  }

  private static Optional<UsdtArgument> one(String text) {
    Matcher matcher = ARGUMENT.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    Type.Int type = type(matcher);
    try {
      if (matcher.group(3) != null) {
        long number = number(matcher.group(3));
        return Optional.of(
            new UsdtArgument(type, Place.CONSTANT, Optional.empty(), Optional.empty(), 1, number));
      }
      if (matcher.group(4) != null) {
        Optional<Integer> register = register(matcher.group(4));
        boolean high = matcher.group(4).matches("[abcd]h");
        return register.map(
            r ->
                new UsdtArgument(
                    type, Place.REGISTER, Optional.of(high ? r + 1 : r), Optional.empty(), 1, 0));
      }
      Optional<Integer> base = register(matcher.group(6));
      Optional<Integer> index = register(matcher.group(7));
      boolean strange =
          (matcher.group(6) != null && base.isEmpty())
              || (matcher.group(7) != null && index.isEmpty())
              || (base.isEmpty() && index.isEmpty());
      int scale = matcher.group(8) == null ? 1 : Integer.parseInt(matcher.group(8));
      long distance = matcher.group(5).isEmpty() ? 0 : number(matcher.group(5));
      return strange
          ? Optional.empty()
          : Optional.of(new UsdtArgument(type, Place.MEMORY, base, index, scale, distance));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  private static Optional<UsdtArgument> variable(
      String text, Function<String, OptionalLong> distance) {
    Matcher matcher = VARIABLE.matcher(text);
    OptionalLong start =
        matcher.matches() ? distance.apply(matcher.group(3)) : OptionalLong.empty();
    if (start.isEmpty()) {
      return Optional.empty();
    }
    try {
      long behind = matcher.group(4) == null ? 0 : number(matcher.group(4));
      return Optional.of(
          new UsdtArgument(
              type(matcher),
              Place.MEMORY,
              Registers.offset("ip"),
              Optional.empty(),
              1,
              start.getAsLong() + behind));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** By the first groups: eight signed bytes if nothing is said. */
  private static Type.Int type(Matcher matcher) {
    int bytes = matcher.group(2) == null ? 8 : Integer.parseInt(matcher.group(2));
    return new Type.Int(bytes, matcher.group(1) == null || !matcher.group(1).isEmpty());
  }

  private static long number(String text) {
    return Long.decode(text);
  }

  /** Offset in the context of a register by any of its names: rax, eax, ax, al; r8, r8d. */
  private static Optional<Integer> register(@Nullable String name) {
    if (name == null) {
      return Optional.empty();
    }
    String whole =
        name.matches("r[0-9]+[dwb]?")
            ? name.replaceFirst("[dwb]$", "")
            : name.matches("[abcd][lh]")
                ? name.charAt(0) + "x"
                : name.matches("(si|di|bp|sp)l")
                    ? name.substring(0, 2)
                    : name.matches("[re](ax|bx|cx|dx|si|di|bp|sp|ip)") ? name.substring(1) : name;
    return whole.matches("ip") ? Optional.empty() : Registers.offset(whole);
  }

  /** What a program reads to have it. */
  Value value(SourceRange range) {
    return switch (place) {
      // The assembler writes those without a sign as signed numbers, too: 4@$-1 is 4294967295.
      case CONSTANT -> Value.literal(Casts.narrow(number, type), range);
      case REGISTER -> {
        int at = base.orElseThrow();
        Expr field = new Expr.ContextField(at & ~7, 8, Read.LOAD, Type.UINT64, range);
        if ((at & 7) != 0) {
          Expr eight = new Expr.IntLiteral(8, Type.UINT64, range);
          field = new Expr.Binary(BinaryOp.SHIFT_RIGHT, field, eight, Type.UINT64, range);
        }
        yield typed(
            type.bytes() == 8 && !type.signed() ? field : new Expr.Cast(field, type, range));
      }
      case UNKNOWN -> Value.unknown(range);
      case MEMORY ->
          typed(
              new Expr.Memory(
                  address(range),
                  number,
                  Optional.empty(),
                  Type.AddressSpace.USER,
                  false,
                  type,
                  range));
    };
  }

  private Expr address(SourceRange range) {
    Expr zero = new Expr.IntLiteral(0, Type.UINT64, range);
    Expr start = base.map(at -> load(at, range)).orElse(zero);
    Expr sum = index.map(at -> plus(start, times(load(at, range), range), range)).orElse(start);
    return new Expr.Cast(sum, new Type.Pointer(Type.NONE, Type.AddressSpace.USER), range);
  }

  private Expr times(Expr distance, SourceRange range) {
    Expr factor = new Expr.IntLiteral(scale, Type.UINT64, range);
    return new Expr.Binary(BinaryOp.MULTIPLY, distance, factor, Type.UINT64, range);
  }

  private static Expr plus(Expr a, Expr b, SourceRange range) {
    return new Expr.Binary(BinaryOp.ADD, a, b, Type.UINT64, range);
  }

  private static Expr load(int at, SourceRange range) {
    return new Expr.ContextField(at, 8, Read.LOAD, Type.UINT64, range);
  }

  private Value typed(Expr expr) {
    return new Value(expr, !type.signed() && type.bytes() < 8, false);
  }
}
