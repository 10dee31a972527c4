package jbt.compiler.ir;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntUnaryOperator;
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
    return merge(reachable(thread(routine)));
  }

  static Routine reachable(Routine routine) {
    int[] reached = routine.reversePostorder();
    if (reached.length == routine.blocks().length) {
      return routine;
    }
    int[] places = reached.clone();
    Arrays.sort(places);
    List<Block> blocks = new ArrayList<>(places.length);
    for (int place : places) {
      blocks.add(routine.blocks()[place]);
    }
    return routine.with(blocks);
  }

  /** Jumps to empty blocks go where those go. */
  private static Routine thread(Routine routine) {
    Terminator[] empty = new Terminator[routine.blockNumbers()];
    boolean any = false;
    for (Block block : routine.blocks()) {
      if (block.steps().length == 0) {
        empty[block.number()] = block.end();
        any = true;
      }
    }
    if (!any) {
      return routine;
    }
    IntUnaryOperator last = target -> last(target, empty);
    List<Block> blocks = new ArrayList<>(routine.blocks().length);
    for (Block block : routine.blocks()) {
      Terminator end = block.end().withTargets(last);
      if (end instanceof Goto(int target) && empty[target] instanceof Return exit) {
        end = exit;
      }
      blocks.add(block.with(end));
    }
    return routine.with(blocks);
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

  /** The block behind one that only it leads to, if that is left. */
  private static @Nullable Block follower(Block block, @Nullable Block[] left, int[] entries) {
    return block.end() instanceof Goto(int target) && entries[target] == 1 ? left[target] : null;
  }

  private static Routine merge(Routine routine) {
    @Nullable Block[] left = routine.byNumber();
    int[] entries = routine.entries();
    List<Block> blocks = new ArrayList<>(routine.blocks().length);
    for (Block block : routine.blocks()) {
      if (left[block.number()] == null) {
        continue;
      }
      left[block.number()] = null;
      Block next = follower(block, left, entries);
      if (next == null) {
        blocks.add(block);
        continue;
      }
      List<Step> steps = new ArrayList<>(Arrays.asList(block.steps()));
      Block last = block;
      while (next != null) {
        left[next.number()] = null;
        steps.addAll(Arrays.asList(next.steps()));
        last = next;
        next = follower(last, left, entries);
      }
      blocks.add(new Block(block.number(), steps, last.end(), last.endRange()));
    }
    return blocks.size() == routine.blocks().length ? routine : routine.with(blocks);
  }
}
