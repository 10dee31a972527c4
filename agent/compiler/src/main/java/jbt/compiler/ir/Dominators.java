package jbt.compiler.ir;

import java.util.Arrays;

/**
 * Which blocks always run before others, by the iteration of Cooper, Harvey and Kennedy ("A simple,
 * fast dominance algorithm", 2001). Blocks are named by their rank in {@link
 * Routine#reversePostorder}.
 */
final class Dominators {
  private final Block[] blocks;

  /** For each block that which dominates it most closely; the entry itself. */
  private final int[] closest;

  private Dominators(Block[] blocks, int[] closest) {
    this.blocks = blocks;
    this.closest = closest;
  }

  static Dominators of(Routine routine) {
    int[] places = routine.reversePostorder();
    Block[] order = new Block[places.length];
    int[] ranks = new int[routine.blockNumbers()];
    for (int i = 0; i < order.length; i++) {
      order[i] = routine.blocks()[places[i]];
      ranks[order[i].number()] = i;
    }
    int[][] predecessors = predecessors(order, ranks);
    int[] closest = new int[order.length];
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

  private static int[][] predecessors(Block[] order, int[] ranks) {
    int[][] predecessors = new int[order.length][];
    int[] counts = new int[order.length];
    for (Block block : order) {
      for (int t = 0; t < block.targets(); t++) {
        counts[ranks[block.target(t)]]++;
      }
    }
    for (int i = 0; i < counts.length; i++) {
      predecessors[i] = new int[counts[i]];
    }
    for (int i = 0; i < counts.length; i++) {
      Block block = order[i];
      for (int t = 0; t < block.targets(); t++) {
        int to = ranks[block.target(t)];
        predecessors[to][--counts[to]] = i;
      }
    }
    return predecessors;
  }

  /** By rank; not to be changed. */
  Block[] blocks() {
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

  /** The block that dominates another most closely; the entry itself. */
  int closest(int block) {
    return closest[block];
  }

  /** The block that dominates two most closely, or one of them if it does. */
  int meet(int a, int b) {
    return meet(closest, a, b);
  }

  boolean dominates(int block, int other) {
    int at = other;
    while (at > block) {
      at = closest[at];
    }
    return at == block;
  }

  /** For {@link Routine#reversePostorder}. */
  static int[] reversePostorder(Routine routine) {
    Block[] blocks = routine.blocks();
    int[] places = new int[routine.blockNumbers()];
    Arrays.fill(places, -1);
    for (int i = 0; i < blocks.length; i++) {
      places[blocks[i].number()] = i;
    }
    int[] tried = new int[blocks.length];
    int[] path = new int[blocks.length];
    int[] order = new int[blocks.length];
    int first = order.length;
    int depth = 0;
    tried[0] = 1;
    while (depth >= 0) {
      int place = path[depth];
      Block block = blocks[place];
      int next = tried[place]++ - 1;
      if (next >= block.targets()) {
        order[--first] = place;
        depth--;
        continue;
      }
      int target = places[block.target(next)];
      if (target < 0) {
        throw new IllegalStateException("no block " + block.target(next));
      }
      if (tried[target] == 0) {
        tried[target] = 1;
        path[++depth] = target;
      }
    }
    return Arrays.copyOfRange(order, first, order.length);
  }
}
