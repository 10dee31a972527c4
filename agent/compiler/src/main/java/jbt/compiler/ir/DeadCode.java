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
  /** Where the block ends or further up. */
  private final BitSet live;

  /** Of the block, last one first. */
  private final List<Step> kept = new ArrayList<>();

  private DeadCode(int registers) {
    live = new BitSet(registers);
  }

  static Routine apply(Routine routine) {
    Liveness liveness = Liveness.of(routine);
    DeadCode pass = new DeadCode(routine.registers());
    List<Block> blocks = new ArrayList<>(routine.blocks().length);
    for (Block block : routine.blocks()) {
      pass.live.clear();
      int register = liveness.nextOut(block, 0);
      while (register >= 0) {
        pass.live.set(register);
        register = liveness.nextOut(block, register + 1);
      }
      blocks.add(pass.block(block));
    }
    return routine.with(blocks);
  }

  private Block block(Block block) {
    Terminator end = block.end();
    for (int register : end.registers()) {
      live.set(register);
    }
    kept.clear();
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
    return block.with(kept, end);
  }

  private static boolean copiesItself(Op op) {
    return op instanceof Move(Reg target, Operand source) && target.equals(source);
  }
}
