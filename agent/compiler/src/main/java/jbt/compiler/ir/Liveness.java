package jbt.compiler.ir;

import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import jbt.compiler.ir.Block.Step;
import jbt.compiler.ir.Operand.Reg;

/** Which registers hold a value that is still needed, where blocks begin and end. */
record Liveness(Map<Integer, BitSet> in, Map<Integer, BitSet> out) {
  static Liveness of(Routine routine) {
    Map<Integer, BitSet> in = new HashMap<>();
    Map<Integer, BitSet> out = new HashMap<>();
    for (Block block : routine.blocks()) {
      in.put(block.number(), new BitSet());
      out.put(block.number(), new BitSet());
    }
    List<Block> blocks = routine.blocks();
    boolean changed = true;
    while (changed) {
      changed = false;
      for (int i = blocks.size() - 1; i >= 0; i--) {
        Block block = blocks.get(i);
        BitSet live = new BitSet();
        for (Integer target : block.end().targets()) {
          live.or(in.getOrDefault(target, new BitSet()));
        }
        out.put(block.number(), (BitSet) live.clone());
        backwards(block, live);
        changed |= !live.equals(in.put(block.number(), live));
      }
    }
    return new Liveness(in, out);
  }

  private static void backwards(Block block, BitSet live) {
    use(block.end().operands(), live);
    List<Step> steps = block.steps();
    for (int i = steps.size() - 1; i >= 0; i--) {
      before(steps.get(i).op(), live);
    }
  }

  /** From what is live behind an operation to what is live before it. */
  static void before(Op op, BitSet live) {
    op.result().ifPresent(reg -> live.clear(reg.number()));
    use(op.operands(), live);
  }

  static void use(List<Operand> operands, BitSet live) {
    for (Operand operand : operands) {
      if (operand instanceof Reg(int number)) {
        live.set(number);
      }
    }
  }

  BitSet liveOut(Block block) {
    return (BitSet) out.getOrDefault(block.number(), new BitSet()).clone();
  }
}
