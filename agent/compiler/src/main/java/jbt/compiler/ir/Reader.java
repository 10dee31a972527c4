package jbt.compiler.ir;

/** What reads operands: an operation or the end of a block. */
sealed interface Reader permits Op, Terminator {
  /** How many it reads, bases of addresses included. */
  default int operands() {
    return 0;
  }

  /** One of those that it reads. */
  default Operand operand(int place) {
    throw new IndexOutOfBoundsException(place);
  }
}
