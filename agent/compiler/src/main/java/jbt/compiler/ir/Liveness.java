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
      in[number] = new BitSet(routine.registers());
      result.out[number] = new BitSet(routine.registers());
      needed[number] = new BitSet(routine.registers());
      set[number] = new BitSet(routine.registers());
      flow(block, needed[number], set[number]);
    }
    BitSet live = new BitSet(routine.registers());
    boolean changed = true;
    while (changed) {
      changed = false;
      for (Block block : backwards) {
        int number = block.number();
        live.clear();
        for (int t = 0; t < block.end().targets(); t++) {
          live.or(in[block.end().target(t)]);
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
    use(block.end(), needed);
    List<Step> steps = block.steps();
    for (int i = steps.size() - 1; i >= 0; i--) {
      Op op = steps.get(i).op();
      int result = op.result();
      if (result != Op.NONE) {
        set.set(result);
        needed.clear(result);
      }
      use(op, needed);
    }
  }

  static void use(Reader reader, BitSet live) {
    for (int i = 0; i < reader.operands(); i++) {
      if (reader.operand(i) instanceof Reg reg) {
        live.set(reg.number());
      }
    }
  }

  /** Not to be changed. */
  BitSet liveOut(Block block) {
    return out[block.number()];
  }

  /** Takes out registers that the code no longer has. */
  void remove(BitSet registers) {
    for (BitSet live : out) {
      if (live != null) {
        live.andNot(registers);
      }
    }
  }
}
