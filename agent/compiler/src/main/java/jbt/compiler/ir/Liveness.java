package jbt.compiler.ir;

import java.util.BitSet;
import java.util.List;
import jbt.compiler.ir.Block.Step;
import jbt.compiler.ir.Operand.Reg;

/** Which registers hold a value that is still needed, where blocks end. All blocks are reached. */
final class Liveness {
  /** By number of the block. */
  private final BitSet[] out;

  private Liveness(int blocks) {
    out = new BitSet[blocks];
  }

  static Liveness of(Routine routine) {
    Liveness result = new Liveness(routine.blockNumbers());
    List<Block> backwards = Dominators.reversePostorder(routine).reversed();
    // What is live where a block begins, what it needs and what it sets.
    BitSet[] in = new BitSet[result.out.length];
    BitSet[] needed = new BitSet[in.length];
    BitSet[] set = new BitSet[in.length];
    for (Block block : backwards) {
      int number = block.number();
      in[number] = new BitSet();
      result.out[number] = new BitSet();
      needed[number] = new BitSet();
      set[number] = new BitSet();
      flow(block, needed[number], set[number]);
    }
    BitSet live = new BitSet();
    boolean changed = true;
    while (changed) {
      changed = false;
      for (Block block : backwards) {
        int number = block.number();
        live.clear();
        for (int target : block.end().targets()) {
          live.or(in[target]);
        }
        result.out[number].or(live);
        live.andNot(set[number]);
        live.or(needed[number]);
        if (!live.equals(in[number])) {
          in[number].or(live);
          changed = true;
        }
      }
    }
    return result;
  }

  /** What a block reads before it sets it, and what it sets. */
  private static void flow(Block block, BitSet needed, BitSet set) {
    use(block.end().operands(), needed);
    List<Step> steps = block.steps();
    for (int i = steps.size() - 1; i >= 0; i--) {
      Op op = steps.get(i).op();
      if (op.result() != Op.NONE) {
        set.set(op.result());
      }
      before(op, needed);
    }
  }

  /** From what is live behind an operation to what is live before it. */
  static void before(Op op, BitSet live) {
    if (op.result() != Op.NONE) {
      live.clear(op.result());
    }
    use(op.operands(), live);
  }

  static void use(List<Operand> operands, BitSet live) {
    for (int i = 0; i < operands.size(); i++) {
      if (operands.get(i) instanceof Reg reg) {
        live.set(reg.number());
      }
    }
  }

  BitSet liveOut(Block block) {
    return (BitSet) out[block.number()].clone();
  }
}
