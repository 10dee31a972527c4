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
    List<Flow> backwards = routine.blocks().reversed().stream().map(Flow::of).toList();
    boolean changed = true;
    while (changed) {
      changed = false;
      for (Flow flow : backwards) {
        Block block = flow.block;
        BitSet live = new BitSet();
        for (Integer target : block.end().targets()) {
          live.or(in.getOrDefault(target, new BitSet()));
        }
        out.put(block.number(), (BitSet) live.clone());
        live.andNot(flow.set);
        live.or(flow.needed);
        changed |= !live.equals(in.put(block.number(), live));
      }
    }
    return new Liveness(in, out);
  }

  /**
   * What a block does to what is live behind it.
   *
   * @param needed registers that it reads before it sets them
   */
  private record Flow(Block block, BitSet needed, BitSet set) {
    static Flow of(Block block) {
      BitSet needed = new BitSet();
      BitSet set = new BitSet();
      use(block.end().operands(), needed);
      for (Step step : block.steps().reversed()) {
        step.op().result().ifPresent(reg -> set.set(reg.number()));
        before(step.op(), needed);
      }
      return new Flow(block, needed, set);
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
