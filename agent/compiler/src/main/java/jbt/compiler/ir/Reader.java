package jbt.compiler.ir;

import java.util.Arrays;
import jbt.compiler.ir.Operand.Reg;

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

  /** The numbers of the registers that it reads. */
  default int[] registers() {
    int operands = operands();
    int[] registers = new int[operands];
    int count = 0;
    for (int i = 0; i < operands; i++) {
      if (operand(i) instanceof Reg reg) {
        registers[count++] = reg.number();
      }
    }
    return count == operands ? registers : Arrays.copyOf(registers, count);
  }
}
