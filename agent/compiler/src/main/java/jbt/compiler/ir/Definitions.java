package jbt.compiler.ir;

import jbt.compiler.ir.Block.Step;
import jbt.compiler.ir.Operand.Reg;

/** How often each register is set in a routine. */
final class Definitions {
  private final int[] counts;

  private Definitions(int[] counts) {
    this.counts = counts;
  }

  static Definitions of(Routine routine) {
    int[] counts = new int[routine.registers()];
    for (Block block : routine.blocks()) {
      for (Step step : block.steps()) {
        int result = step.result();
        if (result != Op.NONE) {
          counts[result]++;
        }
      }
    }
    return new Definitions(counts);
  }

  boolean single(Reg reg) {
    return single(reg.number());
  }

  boolean single(int register) {
    return counts[register] == 1;
  }
}
