package jbt.compiler.ir;

/**
 * A place in memory.
 *
 * @param base a {@link Operand.Reg} or {@link Operand.Frame}
 */
record Address(Operand base, int offset) {
  Address plus(int bytes) {
    return new Address(base, offset + bytes);
  }

  @Override
  public String toString() {
    return offset == 0 ? "[" + base + "]" : "[" + base + (offset < 0 ? "" : "+") + offset + "]";
  }
}
