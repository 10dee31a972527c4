package jbt.compiler.ir;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import jbt.compiler.ir.Block.Step;
import jbt.compiler.ir.Terminator.Goto;
import jbt.compiler.ir.Terminator.Return;

/**
 * Removes blocks that are never reached (the verifier refuses them), jumps to jumps and jumps to
 * the only follower.
 */
final class Straighten {
  private Straighten() {}

  static Routine apply(Routine routine) {
    return merge(reachable(thread(reachable(routine))));
  }

  private static Routine reachable(Routine routine) {
    Set<Integer> reached = new HashSet<>(Dominators.reversePostorder(routine));
    return routine.withBlocks(
        routine.blocks().stream().filter(block -> reached.contains(block.number())).toList());
  }

  /** Jumps to empty blocks go where those go. */
  private static Routine thread(Routine routine) {
    Map<Integer, Terminator> empty = new HashMap<>();
    for (Block block : routine.blocks()) {
      if (block.steps().isEmpty()) {
        empty.put(block.number(), block.end());
      }
    }
    List<Block> blocks = new ArrayList<>();
    for (Block block : routine.blocks()) {
      Terminator end = block.end().withTargets(target -> last(target, empty));
      if (end instanceof Goto(int target) && empty.get(target) instanceof Return exit) {
        end = exit;
      }
      blocks.add(new Block(block.number(), block.steps(), end, block.endRange()));
    }
    return routine.withBlocks(blocks);
  }

  private static int last(int target, Map<Integer, Terminator> empty) {
    int at = target;
    int steps = 0;
    // A loop of jumps alone leads nowhere.
    while (empty.get(at) instanceof Goto(int next) && steps++ < empty.size()) {
      at = next;
    }
    return at;
  }

  private static Routine merge(Routine routine) {
    Map<Integer, Integer> entries = new HashMap<>();
    for (Block block : routine.blocks()) {
      for (Integer target : block.end().targets()) {
        entries.merge(target, 1, Integer::sum);
      }
    }
    Map<Integer, Block> left = routine.byNumber();
    List<Block> blocks = new ArrayList<>();
    int entry = routine.blocks().getFirst().number();
    for (Block block : routine.blocks()) {
      if (left.remove(block.number()) == null) {
        continue;
      }
      List<Step> steps = new ArrayList<>(block.steps());
      Block last = block;
      while (last.end() instanceof Goto(int target)
          && target != entry
          && entries.getOrDefault(target, 0) == 1
          && left.containsKey(target)) {
        last = Objects.requireNonNull(left.remove(target));
        steps.addAll(last.steps());
      }
      blocks.add(new Block(block.number(), steps, last.end(), last.endRange()));
    }
    return routine.withBlocks(blocks);
  }
}
