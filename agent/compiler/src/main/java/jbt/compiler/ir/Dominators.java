package jbt.compiler.ir;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Immediate dominators, by the iteration of Cooper, Harvey and Kennedy ("A simple, fast dominance
 * algorithm", 2001).
 */
final class Dominators {
  private Dominators() {}

  /** For each reachable block the block that dominates it most closely; the entry itself. */
  static Map<Integer, Integer> of(Routine routine) {
    List<Integer> order = reversePostorder(routine);
    Map<Integer, Integer> rank = new HashMap<>();
    for (int i = 0; i < order.size(); i++) {
      rank.put(order.get(i), i);
    }
    int[][] predecessors = predecessors(routine, rank);
    int[] dominator = new int[order.size()];
    Arrays.fill(dominator, -1);
    dominator[0] = 0;
    boolean changed = true;
    while (changed) {
      changed = false;
      for (int i = 1; i < dominator.length; i++) {
        int closest = -1;
        for (int p : predecessors[i]) {
          if (dominator[p] >= 0) {
            closest = closest < 0 ? p : meet(dominator, p, closest);
          }
        }
        changed |= dominator[i] != closest;
        dominator[i] = closest;
      }
    }
    Map<Integer, Integer> result = new HashMap<>();
    for (int i = 0; i < dominator.length; i++) {
      result.put(order.get(i), order.get(dominator[i]));
    }
    return result;
  }

  private static int meet(int[] dominator, int a, int b) {
    int x = a;
    int y = b;
    while (x != y) {
      while (x > y) {
        x = dominator[x];
      }
      while (y > x) {
        y = dominator[y];
      }
    }
    return x;
  }

  private static int[][] predecessors(Routine routine, Map<Integer, Integer> rank) {
    List<List<Integer>> lists = new ArrayList<>();
    for (int i = 0; i < rank.size(); i++) {
      lists.add(new ArrayList<>());
    }
    for (Block block : routine.blocks()) {
      Integer from = rank.get(block.number());
      if (from != null) {
        for (Integer target : block.end().targets()) {
          lists.get(rank.getOrDefault(target, 0)).add(from);
        }
      }
    }
    return lists.stream()
        .map(list -> list.stream().mapToInt(Integer::intValue).toArray())
        .toArray(int[][]::new);
  }

  /** The reachable blocks, each before its successors where there are no loops. */
  static List<Integer> reversePostorder(Routine routine) {
    record Visit(int block, Deque<Integer> left) {}
    Map<Integer, Block> blocks = routine.byNumber();
    List<Integer> postorder = new ArrayList<>();
    Set<Integer> seen = new HashSet<>();
    Deque<Visit> path = new ArrayDeque<>();
    int entry = routine.blocks().getFirst().number();
    seen.add(entry);
    path.push(new Visit(entry, new ArrayDeque<>(routine.blocks().getFirst().end().targets())));
    while (!path.isEmpty()) {
      Visit visit = path.element();
      Integer next = visit.left.poll();
      if (next == null) {
        postorder.add(visit.block);
        path.pop();
      } else if (seen.add(next)) {
        Block block = blocks.get(next);
        if (block == null) {
          throw new IllegalStateException("no block " + next);
        }
        path.push(new Visit(next, new ArrayDeque<>(block.end().targets())));
      }
    }
    Collections.reverse(postorder);
    return postorder;
  }
}
