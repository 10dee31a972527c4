package jbt.compiler.ir;

import java.util.List;
import jbt.compiler.lang.SourceRange;

/** Operations that run one after another, and where the program goes then. */
record Block(int number, List<Step> steps, Terminator end, SourceRange endRange) {
  Block {
    steps = List.copyOf(steps);
  }

  /** An operation and the piece of the script it comes from. */
  record Step(Op op, SourceRange range) {
    @SuppressWarnings("ReferenceEquality")
    Step with(Op other) {
      return other == op ? this : new Step(other, range);
    }
  }
}
