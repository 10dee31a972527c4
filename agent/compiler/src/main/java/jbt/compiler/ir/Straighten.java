package jbt.compiler.ir;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import jbt.compiler.ir.Block.Step;
import jbt.compiler.ir.Terminator.Goto;
import jbt.compiler.ir.Terminator.Return;
import org.jspecify.annotations.Nullable;

/**
 * Removes blocks that are never reached (the verifier refuses them), jumps to jumps and jumps to
 * the only follower.
 */
final class Straighten {
  private Straighten() {}

  static Routine apply(Routine routine) {
    return merge(reachable(thread(reachable(routine))));
  }

  static Routine reachable(Routine routine) {
    List<Block> reached = Dominators.reversePostorder(routine);
    if (reached.size() == routine.blocks().size()) {
      return routine;
    }
    BitSet numbers = new BitSet();
    for (Block block : reached) {
      numbers.set(block.number());
    }
    List<Block> blocks = new ArrayList<>(routine.blocks());
    blocks.removeIf(block -> !numbers.get(block.number()));
    return routine.withBlocks(blocks);
  }

  /** Jumps to empty blocks go where those go. */
  private static Routine thread(Routine routine) {
    Terminator[] empty = new Terminator[routine.blockNumbers()];
    boolean any = false;
    for (Block block : routine.blocks()) {
      if (block.steps().isEmpty()) {
        empty[block.number()] = block.end();
        any = true;
      }
    }
    if (!any) {
      return routine;
    }
    List<Block> blocks = new ArrayList<>();
    for (Block block : routine.blocks()) {
      Terminator end = block.end().withTargets(target -> last(target, empty));
      if (end instanceof Goto(int target) && empty[target] instanceof Return exit) {
        end = exit;
      }
      blocks.add(new Block(block.number(), block.steps(), end, block.endRange()));
    }
    return routine.withBlocks(blocks);
  }

  private static int last(int target, @Nullable Terminator[] empty) {
    int at = target;
    int steps = 0;
    // A loop of jumps alone leads nowhere.
    while (empty[at] instanceof Goto(int next) && steps++ < empty.length) {
      at = next;
    }
    return at;
  }

  private static Routine merge(Routine routine) {
    @Nullable Block[] left = routine.byNumber();
    int[] entries = new int[left.length];
    entries[routine.blocks().getFirst().number()] = 1;
    for (Block block : routine.blocks()) {
      for (int target : block.end().targets()) {
        entries[target]++;
      }
    }
    List<Block> blocks = new ArrayList<>();
    for (Block block : routine.blocks()) {
      if (left[block.number()] == null) {
        continue;
      }
      left[block.number()] = null;
      List<Step> steps = new ArrayList<>(block.steps());
      Block last = block;
      while (last.end() instanceof Goto(int target) && entries[target] == 1) {
        Block next = left[target];
        if (next == null) {
          break;
        }
        left[target] = null;
        steps.addAll(next.steps());
        last = next;
      }
      blocks.add(new Block(block.number(), steps, last.end(), last.endRange()));
    }
    return blocks.size() == routine.blocks().size() ? routine : routine.withBlocks(blocks);
  }
}
