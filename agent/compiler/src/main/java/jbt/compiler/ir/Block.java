package jbt.compiler.ir;

import java.util.List;
import jbt.compiler.ir.Terminator.Branch;
import jbt.compiler.ir.Terminator.Goto;
import jbt.compiler.ir.Terminator.Return;
import jbt.compiler.lang.SourceRange;

/** Operations that run one after another, and where the program goes then. */
final class Block {
  private final int number;
  private final Step[] steps;
  private final Terminator end;
  private final SourceRange endRange;

  Block(int number, List<Step> steps, Terminator end, SourceRange endRange) {
    // Of the right size: Java is slow to make arrays by their class.
    this(number, steps.toArray(new Step[steps.size()]), end, endRange);
  }

  private Block(int number, Step[] steps, Terminator end, SourceRange endRange) {
    this.number = number;
    this.steps = steps;
    this.end = end;
    this.endRange = endRange;
  }

  /** How many blocks it may lead to. */
  int targets() {
    return end instanceof Branch ? 2 : end instanceof Goto ? 1 : 0;
  }

  /** One of the blocks that it may lead to. */
  int target(int place) {
    return switch (end) {
      case Branch branch -> place == 0 ? branch.then() : branch.otherwise();
      case Goto jump -> jump.block();
      case Return exit -> throw new IndexOutOfBoundsException(place);
    };
  }

  boolean leadsTo(int block) {
    for (int i = 0; i < targets(); i++) {
      if (target(i) == block) {
        return true;
      }
    }
    return false;
  }

  /** Whether it may lead to the same blocks as another, in the same order. */
  @SuppressWarnings("ReferenceEquality")
  boolean leadsWhere(Block other) {
    if (end == other.end) {
      return true;
    }
    if (targets() != other.targets()) {
      return false;
    }
    for (int i = 0; i < targets(); i++) {
      if (target(i) != other.target(i)) {
        return false;
      }
    }
    return true;
  }

  /** The same with another end; itself if that has not changed. */
  @SuppressWarnings("ReferenceEquality")
  Block with(Terminator other) {
    return other == end ? this : new Block(number, steps, other, endRange);
  }

  /** The same with other steps and another end; itself if none has changed. */
  Block with(List<Step> other, Terminator otherEnd) {
    if (!same(other)) {
      return new Block(number, other, otherEnd, endRange);
    }
    return with(otherEnd);
  }

  @SuppressWarnings("ReferenceEquality")
  private boolean same(List<Step> other) {
    if (other.size() != steps.length) {
      return false;
    }
    for (int i = 0; i < steps.length; i++) {
      if (other.get(i) != steps[i]) {
        return false;
      }
    }
    return true;
  }

  int number() {
    return number;
  }

  /** Not to be changed. An array, since all passes go through it. */
  Step[] steps() {
    return steps;
  }

  Terminator end() {
    return end;
  }

  /** The piece of the script that the end comes from. */
  SourceRange endRange() {
    return endRange;
  }

  /**
   * An operation and the piece of the script it comes from. What it sets and reads is kept at hand,
   * since all passes ask for that.
   */
  static final class Step {
    private final Op op;
    private final SourceRange range;
    private final int result;
    private final int[] reads;

    Step(Op op, SourceRange range) {
      this.op = op;
      this.range = range;
      this.result = op.result();
      this.reads = op.registers();
    }

    Op op() {
      return op;
    }

    SourceRange range() {
      return range;
    }

    /** The number of the register that it sets, or {@link Op#NONE}. */
    int result() {
      return result;
    }

    /** The numbers of the registers that it reads, not to be changed. */
    int[] reads() {
      return reads;
    }

    @SuppressWarnings("ReferenceEquality")
    Step with(Op other) {
      return other == op ? this : new Step(other, range);
    }
  }
}
