package jbt.compiler.ir;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import jbt.compiler.ir.Block.Step;
import jbt.compiler.ir.Operand.Reg;

/**
 * Replaces an operation by the result of an equal one that has certainly run before it: one call
 * for {@code pid} and {@code tid}, one address of the processor's memory.
 */
final class CommonSubexpressions {
  private static final Reg NO_RESULT = new Reg(-1);

  private final Definitions definitions;
  private final Map<Integer, Block> blocks;
  private final Map<Integer, List<Integer>> children = new HashMap<>();
  private final Map<Integer, Block> rewritten = new HashMap<>();

  private CommonSubexpressions(Routine routine) {
    this.definitions = Definitions.of(routine);
    this.blocks = routine.byNumber();
  }

  static Routine apply(Routine routine) {
    CommonSubexpressions pass = new CommonSubexpressions(routine);
    int entry = routine.blocks().getFirst().number();
    for (Map.Entry<Integer, Integer> e : Dominators.of(routine).entrySet()) {
      if (e.getKey() != entry) {
        pass.children.computeIfAbsent(e.getValue(), parent -> new ArrayList<>()).add(e.getKey());
      }
    }
    pass.visit(entry);
    return routine.withBlocks(
        routine.blocks().stream().map(b -> pass.rewritten.getOrDefault(b.number(), b)).toList());
  }

  /** A block with what is available in it; the tree of dominators can be deep, so no recursion. */
  private record Visit(int block, Map<Op, Reg> available) {}

  private void visit(int entry) {
    List<Visit> open = new ArrayList<>(List.of(new Visit(entry, new HashMap<>())));
    while (!open.isEmpty()) {
      Visit visit = open.removeLast();
      Map<Op, Reg> available = visit.available;
      rewritten.put(visit.block, rewrite(block(visit.block), available));
      List<Integer> below = children.getOrDefault(visit.block, List.of());
      for (int i = 0; i < below.size(); i++) {
        boolean last = i == below.size() - 1;
        open.add(new Visit(below.get(i), last ? available : new HashMap<>(available)));
      }
    }
  }

  private Block block(int number) {
    Block block = blocks.get(number);
    if (block == null) {
      throw new IllegalStateException("no block " + number);
    }
    return block;
  }

  private Block rewrite(Block block, Map<Op, Reg> available) {
    List<Step> steps = new ArrayList<>();
    for (Step step : block.steps()) {
      steps.add(new Step(rewrite(step.op(), available), step.range()));
    }
    return new Block(block.number(), steps, block.end(), block.endRange());
  }

  private Op rewrite(Op op, Map<Op, Reg> available) {
    if (!op.repeatable() || op.result().isEmpty()) {
      return op;
    }
    Reg result = op.result().get();
    boolean stable = definitions.single(result);
    for (Operand operand : op.operands()) {
      stable &= !(operand instanceof Reg reg) || definitions.single(reg);
    }
    if (!stable) {
      return op;
    }
    Reg earlier = available.putIfAbsent(op.withResult(NO_RESULT), result);
    return earlier == null ? op : new Op.Move(result, earlier);
  }
}
