package jbt.compiler.ir;

import jbt.compiler.ir.Operand.Reg;

/** What reads operands: an operation or the end of a block. */
sealed interface Reader permits Op, Terminator {
  int[] NO_REGISTERS = {};

  /** How many it reads, bases of addresses included. */
  default int operands() {
    return 0;
  }

  /** One of those that it reads. */
  default Operand operand(int place) {
    throw new IndexOutOfBoundsException(place);
  }

  /**
   * The numbers of the registers that it reads. What is asked of every operation is written out for
   * those that are many, with as few calls as can be.
   */
  default int[] registers() {
    int operands = operands();
    int count = 0;
    for (int i = 0; i < operands; i++) {
      count += operand(i) instanceof Reg ? 1 : 0;
    }
    if (count == 0) {
      return NO_REGISTERS;
    }
    int[] registers = new int[count];
    for (int i = operands - 1; count > 0; i--) {
      if (operand(i) instanceof Reg reg) {
        registers[--count] = reg.number();
      }
    }
    return registers;
  }

  static int[] registers(Operand operand) {
    return operand instanceof Reg reg ? new int[] {reg.number()} : NO_REGISTERS;
  }

  static int[] registers(Operand first, Operand second) {
    if (!(first instanceof Reg a)) {
      return registers(second);
    }
    return second instanceof Reg b ? new int[] {a.number(), b.number()} : new int[] {a.number()};
  }
}
