package jbt.compiler.ir;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import jbt.compiler.ir.Block.Step;
import jbt.compiler.ir.Op.Call;
import jbt.compiler.ir.Op.Move;
import jbt.compiler.ir.Operand.Reg;

/** Removes operations whose result nobody needs. */
final class DeadCode {
  private DeadCode() {}

  static Routine apply(Routine routine) {
    Liveness liveness = Liveness.of(routine);
    BitSet live = new BitSet(routine.registers());
    List<Block> blocks = new ArrayList<>();
    for (Block block : routine.blocks()) {
      live.clear();
      int register = liveness.nextOut(block, 0);
      while (register >= 0) {
        live.set(register);
        register = liveness.nextOut(block, register + 1);
      }
      blocks.add(block(block, live));
    }
    return routine.withBlocks(blocks);
  }

  /** {@code live}: where it ends; changed. */
  private static Block block(Block block, BitSet live) {
    Terminator end = block.end();
    for (int register : end.registers()) {
      live.set(register);
    }
    List<Step> kept = new ArrayList<>(block.steps().length);
    for (int i = block.steps().length - 1; i >= 0; i--) {
      Step step = block.steps()[i];
      Op op = step.op();
      int result = step.result();
      boolean needed = result == Op.NONE || live.get(result);
      if ((!needed && op.removable()) || copiesItself(op)) {
        continue;
      }
      if (!needed && op instanceof Call call) {
        kept.add(step.with(new Call(Optional.empty(), call.callee(), call.arguments())));
      } else {
        kept.add(step);
      }
      if (result != Op.NONE) {
        live.clear(result);
      }
      for (int register : step.reads()) {
        live.set(register);
      }
    }
    Collections.reverse(kept);
    return new Block(block.number(), kept, end, block.endRange());
  }

  private static boolean copiesItself(Op op) {
    return op instanceof Move(Reg target, Operand source) && target.equals(source);
  }
}
