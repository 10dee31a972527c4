package jbt.compiler.ir;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import jbt.compiler.ir.Block.Step;
import jbt.compiler.ir.Op.Binary;
import jbt.compiler.ir.Op.MapValueAddress;
import jbt.compiler.ir.Op.Move;
import jbt.compiler.ir.Operand.Reg;
import jbt.compiler.plan.KernelMap;
import org.jspecify.annotations.Nullable;

/**
 * Puts in what is known of the values of operands: constants, registers that they are copies of,
 * and for an operation the result of an equal one that has certainly run before it. So there is one
 * call for {@code pid} and {@code tid}, and one address of the processor's memory.
 *
 * <p>Blocks are visited behind those that dominate them; so a register that is set at one place is
 * known at all places that read it. All blocks are reached.
 */
final class Values {
  /** The result of an operation, and the block that it stands in. */
  private record Earlier(Reg result, int block) {}

  private final FrameWords frame;
  private final Dominators dominators;
  private final Definitions definitions;
  private final Map<Expression, Earlier> available = new HashMap<>();

  /** What registers with one definition are copies of, everywhere. */
  private final @Nullable Operand[] everywhere;

  /** What registers are copies of at this place of the block, and which have an entry. */
  private final @Nullable Operand[] here;

  private final List<Reg> inHere = new ArrayList<>();

  /** Registers with a place in the scratch memory of the first processor. */
  private final BitSet scratch = new BitSet();

  private final List<Step> steps = new ArrayList<>();
  private final UnaryOperator<Operand> known = this::known;

  private Values(Routine routine) {
    dominators = Dominators.of(routine);
    definitions = Definitions.of(routine);
    frame = new FrameWords(definitions);
    everywhere = new Operand[routine.registers()];
    here = new Operand[routine.registers()];
  }

  static Routine apply(Routine routine) {
    Values pass = new Values(routine);
    Block[] rewritten = new Block[routine.blockNumbers()];
    for (int rank : pass.dominators.depthFirst()) {
      Block block = pass.dominators.blocks()[rank];
      rewritten[block.number()] = pass.block(block, rank);
    }
    List<Block> blocks = new ArrayList<>(routine.blocks().length);
    for (Block block : routine.blocks()) {
      blocks.add(rewritten[block.number()]);
    }
    // A branch on what is known may have left blocks without a way to them.
    return Straighten.reachable(routine.with(blocks));
  }

  private Block block(Block block, int rank) {
    for (Reg reg : inHere) {
      here[reg.number()] = null;
    }
    inHere.clear();
    frame.clear();
    steps.clear();
    for (Step step : block.steps()) {
      Op op = step.op();
      if (anyKnown(step.reads())) {
        op = op.withOperands(known);
      }
      op = frame.apply(Simplify.fold(op));
      int result = step.result();
      if (result != Op.NONE) {
        op = known(op, result, rank);
        forget(result);
      }
      if (op instanceof Move(Reg target, Operand source) && !target.equals(source)) {
        learn(target, source);
      }
      steps.add(step.with(op));
    }
    Terminator end = Simplify.fold(block.end().withOperands(known));
    return block.with(steps, end);
  }

  private boolean anyKnown(int[] registers) {
    for (int register : registers) {
      if (here[register] != null || everywhere[register] != null) {
        return true;
      }
    }
    return false;
  }

  private Operand known(Operand operand) {
    if (!(operand instanceof Reg reg)) {
      return operand;
    }
    Operand local = here[reg.number()];
    if (local != null) {
      return local;
    }
    Operand global = everywhere[reg.number()];
    return global == null ? operand : global;
  }

  private Op known(Op op, int result, int rank) {
    if (!definitions.single(result) || !op.repeatable()) {
      return op;
    }
    Expression expression = inScratch(op, result) ? null : Expression.of(op, definitions);
    if (expression == null) {
      return op;
    }
    Reg target = new Reg(result);
    Earlier earlier = available.get(expression);
    if (earlier != null && dominators.dominates(earlier.block, rank)) {
      return new Move(target, earlier.result);
    }
    available.put(expression, new Earlier(target, rank));
    return op;
  }

  /**
   * Whether it makes an address in scratch memory. Each is made again where it is needed: what
   * lives long is the first to lose its register, and long copies go by these addresses.
   */
  private boolean inScratch(Op op, int result) {
    if (op instanceof MapValueAddress address && address.map() == KernelMap.SCRATCH) {
      scratch.set(result);
      return false;
    }
    return op instanceof Binary sum
        && sum.left() instanceof Reg start
        && scratch.get(start.number());
  }

  private void learn(Reg target, Operand source) {
    boolean fixed = !(source instanceof Reg reg) || definitions.single(reg);
    if (fixed && definitions.single(target)) {
      everywhere[target.number()] = source;
    } else {
      here[target.number()] = source;
      inHere.add(target);
    }
  }

  private void forget(int changed) {
    here[changed] = null;
    if (!definitions.single(changed)) { // else there was no copy of it yet
      for (Reg copy : inHere) {
        if (here[copy.number()] instanceof Reg source && source.number() == changed) {
          here[copy.number()] = null;
        }
      }
    }
  }
}
