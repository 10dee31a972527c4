package jbt.compiler.ir;

import java.util.List;
import jbt.compiler.lang.SourceRange;

/** Operations that run one after another, and where the program goes then. */
final class Block {
  private static final Step[] NONE = {};

  private final int number;
  private final Step[] steps;
  private final Terminator end;
  private final SourceRange endRange;

  Block(int number, List<Step> steps, Terminator end, SourceRange endRange) {
    this(number, steps.toArray(NONE), end, endRange);
  }

  private Block(int number, Step[] steps, Terminator end, SourceRange endRange) {
    this.number = number;
    this.steps = steps;
    this.end = end;
    this.endRange = endRange;
  }

  /** The same with another end. */
  Block with(Terminator other) {
    return new Block(number, steps, other, endRange);
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
