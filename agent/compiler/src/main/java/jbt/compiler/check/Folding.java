package jbt.compiler.check;

import java.math.BigInteger;
import java.util.Optional;
import jbt.compiler.check.Checked.BinaryOp;

/**
 * Arithmetic on literals, exact: what does not fit 64 bits is an error, not another number. Only a
 * shift to the left, | and ^ keep what fits, as masks are made that way.
 */
final class Folding {
  /** A literal number: signed, or unsigned if it is larger than that. */
  record Literal(BigInteger exact) {
    static Literal of(long value, boolean unsigned) {
      return new Literal(
          unsigned ? new BigInteger(Long.toUnsignedString(value)) : BigInteger.valueOf(value));
    }

    boolean fits() {
      return exact.bitLength() <= 63 || (exact.signum() >= 0 && exact.bitLength() <= 64);
    }

    boolean unsigned() {
      return exact.bitLength() == 64 && exact.signum() > 0;
    }
  }

  private Folding() {}

  /** The result, which may not {@link Literal#fits fit}; empty if there is none. */
  static Optional<Literal> fold(BinaryOp op, Literal left, Literal right) {
    BigInteger a = left.exact;
    BigInteger b = right.exact;
    boolean shift = op == BinaryOp.SHIFT_LEFT || op == BinaryOp.SHIFT_RIGHT;
    boolean divide = op == BinaryOp.DIVIDE || op == BinaryOp.MODULO;
    if ((divide && b.signum() == 0) || (shift && (b.signum() < 0 || b.bitLength() > 6))) {
      return Optional.empty();
    }
    BigInteger result =
        switch (op) {
          case ADD -> a.add(b);
          case SUBTRACT -> a.subtract(b);
          case MULTIPLY -> a.multiply(b);
          case DIVIDE -> a.divide(b);
          case MODULO -> a.remainder(b);
          case SHIFT_LEFT -> bits(a.shiftLeft(b.intValue()), a.signum() >= 0);
          case SHIFT_RIGHT -> a.shiftRight(b.intValue());
          case AND -> a.and(b);
          case OR -> bits(a.or(b), true);
          case XOR -> bits(a.xor(b), true);
          case EQ -> truth(a.equals(b));
          case NE -> truth(!a.equals(b));
          case LT -> truth(a.compareTo(b) < 0);
          case LE -> truth(a.compareTo(b) <= 0);
          case GT -> truth(a.compareTo(b) > 0);
          case GE -> truth(a.compareTo(b) >= 0);
        };
    return Optional.of(new Literal(result));
  }

  /** Its bits, where it does not fit them as a number. */
  private static BigInteger bits(BigInteger number, boolean unsigned) {
    return new Literal(number).fits() ? number : Literal.of(number.longValue(), unsigned).exact;
  }

  private static BigInteger truth(boolean value) {
    return value ? BigInteger.ONE : BigInteger.ZERO;
  }
}
