package jbt.compiler.ir;

import java.util.function.UnaryOperator;

/**
 * A place in memory.
 *
 * @param base a {@link Operand.Reg} or {@link Operand.Frame}
 */
record Address(Operand base, int offset) {
  Address plus(int bytes) {
    return new Address(base, offset + bytes);
  }

  /** The same from another base; itself if that is the same object. */
  @SuppressWarnings("ReferenceEquality")
  Address withBase(UnaryOperator<Operand> f) {
    Operand other = f.apply(base);
    return other == base ? this : new Address(other, offset);
  }

  @Override
  public String toString() {
    return offset == 0 ? "[" + base + "]" : "[" + base + (offset < 0 ? "" : "+") + offset + "]";
  }
}
