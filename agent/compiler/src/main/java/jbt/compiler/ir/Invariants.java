package jbt.compiler.ir;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import jbt.compiler.ir.Block.Step;
import jbt.compiler.ir.Operand.Reg;
import jbt.compiler.ir.Terminator.Goto;

/**
 * Moves what is the same in all rounds of a loop in front of it: of what every round does, not of
 * what only some do. Out of loops in loops it comes one loop at a time.
 */
final class Invariants {
  private static final int NONE = -1;

  /** Operations that come out of one loop: what they give takes a register all through it. */
  private static final int MOST = 8;

  private final Dominators dominators;
  private final Definitions definitions;

  /** By rank, as in {@link Dominators}; what is moved is not in them any more. */
  private final Block[] blocks;

  /** Of blocks by number. */
  private final int[] ranks;

  /** The rank of the block that sets a register. */
  private final int[] setIn;

  private Invariants(Routine routine) {
    dominators = Dominators.of(routine);
    definitions = Definitions.of(routine);
    blocks = dominators.blocks().clone();
    ranks = new int[routine.blockNumbers()];
    setIn = new int[routine.registers()];
    for (int i = 0; i < blocks.length; i++) {
      ranks[blocks[i].number()] = i;
      for (Step step : blocks[i].steps()) {
        if (step.result() != Op.NONE) {
          setIn[step.result()] = i;
        }
      }
    }
  }

  /** The same routine if there is nothing to move. */
  static Routine apply(Routine routine) {
    if (!jumpsBack(routine)) {
      return routine;
    }
    Invariants pass = new Invariants(routine);
    int[] lasts = pass.lasts();
    List<List<Step>> moved = new ArrayList<>();
    boolean any = false;
    for (int first = 0; first < lasts.length; first++) {
      moved.add(lasts[first] == NONE ? List.of() : pass.move(first, lasts[first]));
      any |= !moved.get(first).isEmpty();
    }
    return any ? pass.with(routine, moved) : routine;
  }

  private static boolean jumpsBack(Routine routine) {
    boolean[] passed = new boolean[routine.blockNumbers()];
    for (int place : routine.reversePostorder()) {
      Block block = routine.blocks()[place];
      passed[block.number()] = true;
      for (int t = 0; t < block.targets(); t++) {
        if (passed[block.target(t)]) {
          return true;
        }
      }
    }
    return false;
  }

  /** For the first block of each loop, the last one that all its rounds go through; else NONE. */
  private int[] lasts() {
    int[] lasts = new int[blocks.length];
    Arrays.fill(lasts, NONE);
    for (int i = 0; i < blocks.length; i++) {
      for (int t = 0; t < blocks[i].targets(); t++) {
        int first = ranks[blocks[i].target(t)];
        if (dominators.dominates(first, i)) {
          lasts[first] = lasts[first] == NONE ? i : dominators.meet(lasts[first], i);
        }
      }
    }
    return lasts;
  }

  /** Takes out of a loop what need not be in it. */
  private List<Step> move(int first, int last) {
    Deque<Integer> path = new ArrayDeque<>();
    for (int at = last; at != first; at = dominators.closest(at)) {
      path.push(at);
    }
    path.push(first);
    List<Step> moved = new ArrayList<>();
    Map<Expression, Reg> known = new HashMap<>();
    for (int at : path) {
      List<Step> left = new ArrayList<>();
      for (Step step : blocks[at].steps()) {
        Expression expression =
            invariant(step, first) ? Expression.of(step.op(), definitions) : null;
        Reg same = expression == null ? null : known.get(expression);
        if (same != null) {
          left.add(step.with(new Op.Move(new Reg(step.result()), same)));
        } else if (expression != null && moved.size() < MOST) {
          setIn[step.result()] = dominators.closest(first);
          known.put(expression, new Reg(step.result()));
          moved.add(step);
        } else {
          left.add(step);
        }
      }
      blocks[at] = blocks[at].with(left, blocks[at].end());
    }
    return moved;
  }

  private boolean invariant(Step step, int first) {
    // What is loaded may only be there behind a test.
    if (!step.op().repeatable()
        || step.op() instanceof Op.Load
        || !definitions.single(step.result())) {
      return false;
    }
    for (int register : step.reads()) {
      if (!definitions.single(register)
          || setIn[register] == first
          || !dominators.dominates(setIn[register], first)) {
        return false;
      }
    }
    return true;
  }

  /** Puts a block with what was moved in front of each loop. */
  private Routine with(Routine routine, List<List<Step>> moved) {
    List<Block> all = new ArrayList<>();
    for (Block old : routine.blocks()) {
      int rank = ranks[old.number()];
      if (!moved.get(rank).isEmpty()) {
        Goto loop = new Goto(old.number());
        all.add(new Block(front(rank), moved.get(rank), loop, old.endRange()));
      }
      IntUnaryOperator to =
          target -> {
            int first = ranks[target];
            return moved.get(first).isEmpty() || dominators.dominates(first, rank)
                ? target
                : front(first);
          };
      all.add(blocks[rank].with(blocks[rank].end().withTargets(to)));
    }
    return routine.with(all);
  }

  /** The number of the block in front of a loop. */
  private int front(int first) {
    return ranks.length + first;
  }
}
