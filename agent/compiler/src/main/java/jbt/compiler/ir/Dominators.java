package jbt.compiler.ir;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which blocks always run before others, by the iteration of Cooper, Harvey and Kennedy ("A simple,
 * fast dominance algorithm", 2001). Blocks are named by their rank in {@link #reversePostorder}.
 */
final class Dominators {
  private final List<Block> blocks;

  /** For each block that which dominates it most closely; the entry itself. */
  private final int[] closest;

  private Dominators(List<Block> blocks, int[] closest) {
    this.blocks = blocks;
    this.closest = closest;
  }

  static Dominators of(Routine routine) {
    List<Block> order = reversePostorder(routine);
    int[] ranks = new int[routine.blockNumbers()];
    for (int i = 0; i < order.size(); i++) {
      ranks[order.get(i).number()] = i;
    }
    int[][] predecessors = predecessors(order, ranks);
    int[] closest = new int[order.size()];
    Arrays.fill(closest, -1);
    closest[0] = 0;
    boolean changed = true;
    while (changed) {
      changed = false;
      for (int i = 1; i < closest.length; i++) {
        int found = -1;
        for (int p : predecessors[i]) {
          if (closest[p] >= 0) {
            found = found < 0 ? p : meet(closest, p, found);
          }
        }
        changed |= closest[i] != found;
        closest[i] = found;
      }
    }
    return new Dominators(order, closest);
  }

  private static int meet(int[] closest, int a, int b) {
    int x = a;
    int y = b;
    while (x != y) {
      while (x > y) {
        x = closest[x];
      }
      while (y > x) {
        y = closest[y];
      }
    }
    return x;
  }

  private static int[][] predecessors(List<Block> order, int[] ranks) {
    int[][] predecessors = new int[order.size()][];
    int[] counts = new int[order.size()];
    for (Block block : order) {
      Terminator end = block.end();
      for (int t = 0; t < end.targets(); t++) {
        counts[ranks[end.target(t)]]++;
      }
    }
    for (int i = 0; i < counts.length; i++) {
      predecessors[i] = new int[counts[i]];
    }
    for (int i = 0; i < counts.length; i++) {
      Terminator end = order.get(i).end();
      for (int t = 0; t < end.targets(); t++) {
        int to = ranks[end.target(t)];
        predecessors[to][--counts[to]] = i;
      }
    }
    return predecessors;
  }

  List<Block> blocks() {
    return blocks;
  }

  /**
   * All blocks, each behind the one that dominates it most closely and before what that one does
   * not dominate.
   */
  int[] depthFirst() {
    int[] sizes = new int[closest.length];
    for (int i = closest.length - 1; i > 0; i--) {
      sizes[closest[i]] += ++sizes[i];
    }
    // Where the next block goes that one dominates; ranks grow away from the entry.
    int[] next = new int[closest.length];
    int[] order = new int[closest.length];
    next[0] = 1;
    for (int i = 1; i < closest.length; i++) {
      int at = next[closest[i]];
      next[closest[i]] += sizes[i];
      order[at] = i;
      next[i] = at + 1;
    }
    return order;
  }

  boolean dominates(int block, int other) {
    int at = other;
    while (at > block) {
      at = closest[at];
    }
    return at == block;
  }

  /** The blocks that are reached, each before its successors where there are no loops. */
  static List<Block> reversePostorder(Routine routine) {
    @Nullable Block[] blocks = routine.byNumber();
    int[] tried = new int[blocks.length];
    Block[] path = new Block[blocks.length];
    Block[] order = new Block[blocks.length];
    int first = order.length;
    int depth = 0;
    path[0] = routine.blocks().getFirst();
    tried[path[0].number()] = 1;
    while (depth >= 0) {
      Block block = path[depth];
      int next = tried[block.number()]++ - 1;
      if (next >= block.end().targets()) {
        order[--first] = block;
        depth--;
        continue;
      }
      int number = block.end().target(next);
      if (tried[number] == 0) {
        Block target = blocks[number];
        if (target == null) {
          throw new IllegalStateException("no block " + number);
        }
        tried[target.number()] = 1;
        path[++depth] = target;
      }
    }
    return Arrays.asList(Arrays.copyOfRange(order, first, order.length));
  }
}
