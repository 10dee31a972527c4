package jbt.compiler.check;

import java.math.BigInteger;
import java.util.Optional;
import jbt.compiler.check.Checked.BinaryOp;

/**
 * Arithmetic on literals, exact: what does not fit 64 bits is an error, not another number. Only a
 * shift to the left drops bits, as masks are made that way.
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
          case SHIFT_LEFT -> shiftLeft(a, b.intValue());
          case SHIFT_RIGHT -> a.shiftRight(b.intValue());
          case AND -> a.and(b);
          case OR -> bits(a.or(b));
          case XOR -> bits(a.xor(b));
          case EQ -> truth(a.equals(b));
          case NE -> truth(!a.equals(b));
          case LT -> truth(a.compareTo(b) < 0);
          case LE -> truth(a.compareTo(b) <= 0);
          case GT -> truth(a.compareTo(b) > 0);
          case GE -> truth(a.compareTo(b) >= 0);
        };
    return Optional.of(new Literal(result));
  }

  /** Signed stays signed, where it fits that; what is not negative stays so. */
  private static BigInteger shiftLeft(BigInteger number, int bits) {
    BigInteger all = number.shiftLeft(bits);
    return new Literal(all).fits() ? all : Literal.of(all.longValue(), number.signum() >= 0).exact;
  }

  /** Of a negative number and of an unsigned one that is too large to be signed. */
  private static BigInteger bits(BigInteger number) {
    return new Literal(number).fits() ? number : Literal.of(number.longValue(), true).exact;
  }

  private static BigInteger truth(boolean value) {
    return value ? BigInteger.ONE : BigInteger.ZERO;
  }
}
