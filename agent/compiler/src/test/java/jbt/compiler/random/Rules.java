package jbt.compiler.random;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import jbt.compiler.random.Node.Binary;
import jbt.compiler.random.Node.Expr;
import jbt.compiler.random.Node.Target;
import jbt.compiler.random.Node.Unary;

/** The types of expressions, and the values of those that are known without running anything. */
final class Rules {
  private Rules() {}

  static Kind kind(Expr expr) {
    Optional<BigInteger> constant = constant(expr);
    return switch (expr) {
      case Expr.Literal e -> e.kind();
      case Expr.Str e -> Kinds.TEXT;
      case Expr.StrAt e -> Kinds.TEXT;
      case Expr.Given e -> e.kind();
      case Expr.Argument e -> Kinds.UINT64;
      case Expr.Local e -> e.variable().kind();
      case Expr.MapRead e -> e.map().value();
      case Expr.Apply e ->
          e.op() == Unary.NOT
              ? Kinds.TRUTH
              : constant.map(Rules::literal).orElseGet(() -> apply(e));
      case Expr.Combine e ->
          e.op().compares()
              ? Kinds.TRUTH
              : constant.map(value -> folded(e, value)).orElseGet(() -> combine(e));
      case Expr.Logical e -> Kinds.TRUTH;
      case Expr.Conditional e -> conditional(e);
      case Expr.Cast e -> cast(e, constant);
      case Expr.ToBool e -> Kinds.TRUTH;
      case Expr.Step e -> target(e.target());
      case Expr.HasKey e -> Kinds.TRUTH;
      case Expr.Keys e -> Kinds.INT64;
      case Expr.Length e -> Kinds.INT64;
      case Expr.Differ e -> Kinds.TRUTH;
      case Expr.Found e -> Kinds.INT64;
      case Expr.Contains e -> Kinds.TRUTH;
      case Expr.Joined e -> Kinds.TEXT;
      case Expr.Call e -> e.function().result().kind();
      case Expr.Part8 e -> held(e.view().bits(), e.view().signed());
      case Expr.Element e -> held(8 * e.bytes(), e.signed());
      case Expr.Tuple e -> new Kind.Tuple(e.parts().stream().map(Rules::kind).toList(), e.named());
      case Expr.Part e ->
          literalPart(e)
              .map(Rules::kind)
              .orElseGet(() -> ((Kind.Tuple) kind(e.tuple())).parts().get(e.index()).plain());
    };
  }

  /** A number that memory holds. */
  private static Kind held(int bits, boolean signed) {
    return new Kind.Int(Math.max(8, Integer.highestOneBit(bits)) / 8, signed, !signed && bits < 64);
  }

  static Kind target(Target target) {
    return switch (target) {
      case Target.Local t -> t.variable().kind();
      case Target.Element t -> t.map().value();
    };
  }

  private static Kind literal(BigInteger value) {
    return value.bitLength() > 63 ? Kinds.UINT64 : new Kind.Int(8, true, value.signum() >= 0);
  }

  private static boolean isUnsignedBits(Expr.Combine e) {
    return e.op().bitwise() && (isUnsignedWord(kind(e.left())) || isUnsignedWord(kind(e.right())));
  }

  private static Kind folded(Expr.Combine e, BigInteger value) {
    boolean unsigned = isUnsignedWord(kind(e.left())) || isUnsignedWord(kind(e.right()));
    boolean natural = value.signum() >= 0 && value.bitLength() <= 63;
    return isUnsignedBits(e) || (unsigned && e.op() != Binary.SUBTRACT && natural)
        ? new Kind.Int(8, false, natural)
        : literal(value);
  }

  static boolean isUnsignedWord(Kind kind) {
    return kind instanceof Kind.Int i && i.bytes() == 8 && !i.signed();
  }

  private static Kind apply(Expr.Apply e) {
    Kind operand = kind(e.operand());
    return switch (e.op()) {
      case MINUS -> Kinds.INT64;
      case COMPLEMENT -> operand.isSigned() ? Kinds.INT64 : Kinds.UINT64;
      case PLUS -> operand;
      case NOT -> Kinds.TRUTH;
    };
  }

  private static Kind combine(Expr.Combine e) {
    Kind left = kind(e.left());
    Kind right = kind(e.right());
    boolean grows =
        switch (e.op()) {
          case ADD, SUBTRACT, MULTIPLY, SHIFT_LEFT -> true;
          default -> false;
        };
    boolean signed =
        e.op() == Binary.SUBTRACT
            || (e.op().shifts() ? left.isSigned() : !isUnsignedBits(e) && common(left, right));
    boolean natural =
        e.op() == Binary.AND
            ? left.isNatural() || right.isNatural()
            : left.isNatural() && right.isNatural() && !grows;
    return new Kind.Int(8, signed, natural);
  }

  /** Whether an operation of two operands, or a place for both, is a signed one. */
  static boolean common(Kind left, Kind right) {
    boolean negative =
        (left.isSigned() && !left.isNatural()) || (right.isSigned() && !right.isNatural());
    boolean unsigned =
        isUnsignedWord(left) || isUnsignedWord(right) || (!left.isSigned() && !right.isSigned());
    return negative || !unsigned;
  }

  private static Kind conditional(Expr.Conditional e) {
    Expr then = e.then().orElse(e.condition());
    Kind a = kind(then);
    Kind b = kind(e.otherwise());
    Optional<BigInteger> condition = constant(e.condition());
    boolean natural =
        condition.isEmpty()
            ? a.isNatural() && b.isNatural()
            : condition.get().signum() != 0 ? a.isNatural() : b.isNatural();
    return withNatural(join(a, b), natural);
  }

  private static Kind withNatural(Kind kind, boolean natural) {
    return switch (kind) {
      case Kind.Int n -> new Kind.Int(n.bytes(), n.signed(), natural);
      case Kind.Truth t -> new Kind.Truth(natural);
      case Kind.Text t -> t;
      case Kind.Tuple t ->
          new Kind.Tuple(
              t.parts().stream().map(part -> withNatural(part, natural)).toList(), t.named());
    };
  }

  /** The kind of a place in which values of both are put. */
  static Kind join(Kind a, Kind b) {
    if (a instanceof Kind.Tuple x && b instanceof Kind.Tuple y) {
      List<Kind> parts = new ArrayList<>();
      for (int i = 0; i < x.parts().size(); i++) {
        Kind left = withNatural(x.parts().get(i), a.isNatural());
        parts.add(join(left, withNatural(y.parts().get(i), b.isNatural())));
      }
      return new Kind.Tuple(parts, x.named());
    }
    if (!a.number() || (a instanceof Kind.Truth && b instanceof Kind.Truth)) {
      return a;
    }
    boolean signed;
    if (a instanceof Kind.Truth || b instanceof Kind.Truth) {
      signed = (a instanceof Kind.Truth ? b : a).isSigned();
    } else {
      signed = common(a, b);
    }
    return new Kind.Int(8, signed, a.isNatural() && b.isNatural());
  }

  private static Kind cast(Expr.Cast e, Optional<BigInteger> constant) {
    boolean narrow = !e.signed() && e.bytes() < 8;
    boolean natural = constant.map(value -> value.longValue() >= 0).orElse(false);
    return new Kind.Int(e.bytes(), e.signed(), narrow || natural);
  }

  /** The value of what the compiler takes for a literal. */
  static Optional<BigInteger> constant(Expr expr) {
    return switch (expr) {
      case Expr.Literal e -> Optional.of(exact(e.value(), e.kind().isSigned()));
      case Expr.Apply e -> constant(e.operand()).map(value -> apply(e, value));
      case Expr.Combine(Binary op, Expr a, Expr b)
          when literalText(a).isPresent() && literalText(b).isPresent() ->
          Optional.of(truth(literalText(a).equals(literalText(b)) == (op == Binary.EQ)));
      case Expr.Combine(Binary op, Expr.Tuple a, Expr.Tuple b) ->
          simple(a) && simple(b)
              ? equal(a.parts(), b.parts())
                  .map(same -> op == Binary.EQ ? same : truth(same.signum() == 0))
              : Optional.empty();
      case Expr.Combine e -> {
        Optional<BigInteger> left = constant(e.left());
        Optional<BigInteger> right = constant(e.right());
        yield left.isPresent() && right.isPresent()
            ? fold(e.op(), left.get(), right.get())
                .map(value -> isUnsignedBits(e) ? exact(value.longValue(), false) : value)
            : Optional.empty();
      }
      case Expr.Logical e -> {
        Optional<BigInteger> left = constant(e.left());
        if (left.isEmpty()) {
          yield Optional.empty();
        }
        boolean decided = (left.get().signum() == 0) == e.and();
        yield decided
            ? Optional.of(truth(!e.and()))
            : constant(e.right()).map(value -> truth(value.signum() != 0));
      }
      case Expr.Conditional e ->
          constant(e.condition())
              .flatMap(
                  value ->
                      constant(
                          value.signum() != 0 ? e.then().orElse(e.condition()) : e.otherwise()))
              .map(value -> exact(value.longValue(), conditional(e).isSigned()));
      case Expr.Cast e ->
          constant(e.operand())
              .map(value -> exact(narrow(value.longValue(), e.bytes(), e.signed()), e.signed()));
      case Expr.ToBool e -> constant(e.operand()).map(value -> truth(value.signum() != 0));
      case Expr.Str e -> Optional.empty();
      case Expr.StrAt e -> Optional.empty();
      case Expr.Given e -> Optional.empty();
      case Expr.Argument e -> Optional.empty();
      case Expr.Local e -> Optional.empty();
      case Expr.MapRead e -> Optional.empty();
      case Expr.Step e -> Optional.empty();
      case Expr.HasKey e -> Optional.empty();
      case Expr.Keys e -> Optional.empty();
      case Expr.Length e -> Optional.empty();
      case Expr.Differ e -> Optional.empty();
      case Expr.Found e -> Optional.empty();
      case Expr.Contains e -> Optional.empty();
      case Expr.Joined e -> Optional.empty();
      case Expr.Call e -> Optional.empty();
      case Expr.Part8 e -> Optional.empty();
      case Expr.Element e -> Optional.empty();
      case Expr.Tuple e -> Optional.empty();
      case Expr.Part e -> literalPart(e).flatMap(Rules::constant);
    };
  }

  /** A part of a tuple whose parts are all literals. */
  private static Optional<Expr> literalPart(Expr.Part part) {
    return chosen(part.tuple()) instanceof Expr.Tuple tuple && isLiteral(tuple)
        ? Optional.of(tuple.parts().get(part.index()))
        : Optional.empty();
  }

  private static boolean isLiteral(Expr expr) {
    Expr chosen = chosen(expr);
    return chosen instanceof Expr.Tuple tuple
        ? tuple.parts().stream().allMatch(Rules::isLiteral)
        : literalText(chosen).isPresent() || constant(chosen).isPresent();
  }

  /** What is left of a conditional expression whose condition is known. */
  private static Expr chosen(Expr expr) {
    if (!(expr instanceof Expr.Conditional e)) {
      return expr;
    }
    return constant(e.condition())
        .map(value -> value.signum() != 0 ? e.then().orElse(e.condition()) : e.otherwise())
        .map(Rules::chosen)
        .orElse(expr);
  }

  /** No text of a script is the name of the host. */
  private static Optional<String> literalText(Expr expr) {
    return switch (expr) {
      case Expr.Str e -> Optional.of(e.value());
      case Expr.Given e -> e.text().equals("host") ? Optional.of("host name") : Optional.empty();
      default -> Optional.empty();
    };
  }

  /** Whether evaluating it does nothing else. */
  private static boolean simple(Expr.Tuple tuple) {
    return tuple.parts().stream()
        .allMatch(
            part ->
                part instanceof Expr.Str
                    || part instanceof Expr.Local
                    || part instanceof Expr.Given
                    || constant(part).isPresent());
  }

  /** Parts are compared from left to right up to the first that decides. */
  private static Optional<BigInteger> equal(List<Expr> a, List<Expr> b) {
    Optional<BigInteger> all = Optional.of(truth(true));
    for (int i = 0; i < a.size() && all.isPresent() && all.get().signum() != 0; i++) {
      all = constant(new Expr.Combine(Binary.EQ, a.get(i), b.get(i)));
    }
    return all;
  }

  private static BigInteger exact(long value, boolean signed) {
    return signed ? BigInteger.valueOf(value) : new BigInteger(Long.toUnsignedString(value));
  }

  private static BigInteger truth(boolean value) {
    return value ? BigInteger.ONE : BigInteger.ZERO;
  }

  private static BigInteger apply(Expr.Apply e, BigInteger value) {
    return switch (e.op()) {
      case MINUS -> value.negate();
      case PLUS -> value;
      case NOT -> truth(value.signum() == 0);
      case COMPLEMENT -> exact(~value.longValue(), kind(e.operand()).isSigned());
    };
  }

  /** Exact; empty where the script would be refused for it. */
  static Optional<BigInteger> fold(Binary op, BigInteger a, BigInteger b) {
    boolean divides = op == Binary.DIVIDE || op == Binary.MODULO;
    if ((divides && b.signum() == 0)
        || (op.shifts() && (b.signum() < 0 || b.compareTo(BigInteger.valueOf(63)) > 0))) {
      return Optional.empty();
    }
    return Optional.of(
        switch (op) {
          case OR -> a.or(b);
          case XOR -> a.xor(b);
          case AND -> a.and(b);
          case EQ -> truth(a.equals(b));
          case NE -> truth(!a.equals(b));
          case LT -> truth(a.compareTo(b) < 0);
          case LE -> truth(a.compareTo(b) <= 0);
          case GT -> truth(a.compareTo(b) > 0);
          case GE -> truth(a.compareTo(b) >= 0);
          case SHIFT_LEFT -> a.shiftLeft(b.intValue());
          case SHIFT_RIGHT -> a.shiftRight(b.intValue());
          case ADD -> a.add(b);
          case SUBTRACT -> a.subtract(b);
          case MULTIPLY -> a.multiply(b);
          case DIVIDE -> a.divide(b);
          case MODULO -> a.remainder(b);
        });
  }

  static long narrow(long value, int bytes, boolean signed) {
    int unused = 64 - 8 * bytes;
    return signed ? value << unused >> unused : value << unused >>> unused;
  }

  /** The value of an operation on 64-bit numbers when the script runs. */
  static long compute(Binary op, boolean signed, long a, long b) {
    int order = signed ? Long.compare(a, b) : Long.compareUnsigned(a, b);
    return switch (op) {
      case OR -> a | b;
      case XOR -> a ^ b;
      case AND -> a & b;
      case EQ -> a == b ? 1 : 0;
      case NE -> a != b ? 1 : 0;
      case LT -> order < 0 ? 1 : 0;
      case LE -> order <= 0 ? 1 : 0;
      case GT -> order > 0 ? 1 : 0;
      case GE -> order >= 0 ? 1 : 0;
      case SHIFT_LEFT -> a << b;
      case SHIFT_RIGHT -> signed ? a >> b : a >>> b;
      case ADD -> a + b;
      case SUBTRACT -> a - b;
      case MULTIPLY -> a * b;
      case DIVIDE -> b == 0 ? 1 : signed ? a / b : Long.divideUnsigned(a, b);
      case MODULO -> b == 0 ? 1 : signed ? a % b : Long.remainderUnsigned(a, b);
    };
  }
}
