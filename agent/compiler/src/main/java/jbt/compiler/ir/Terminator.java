package jbt.compiler.ir;

import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.function.UnaryOperator;
import jbt.compiler.bpf.Condition;

/** How a block ends. Blocks are named by number. */
sealed interface Terminator {
  record Goto(int block) implements Terminator {}

  /** {@code wide}: compares 64 bits, else the lower 32. */
  record Branch(
      Condition condition, boolean wide, Operand left, Operand right, int then, int otherwise)
      implements Terminator {}

  record Return(int value) implements Terminator {}

  default int[] targets() {
    return switch (this) {
      case Goto(int block) -> new int[] {block};
      case Branch branch -> new int[] {branch.then, branch.otherwise};
      case Return end -> new int[0];
    };
  }

  default List<Operand> operands() {
    return switch (this) {
      case Goto end -> List.of();
      case Branch branch -> List.of(branch.left, branch.right);
      case Return end -> List.of();
    };
  }

  default Terminator withOperands(UnaryOperator<Operand> f) {
    return switch (this) {
      case Goto end -> end;
      case Branch(
              Condition condition,
              boolean wide,
              Operand left,
              Operand right,
              int then,
              int otherwise) ->
          new Branch(condition, wide, f.apply(left), f.apply(right), then, otherwise);
      case Return end -> end;
    };
  }

  default Terminator withTargets(IntUnaryOperator f) {
    return switch (this) {
      case Goto(int block) -> new Goto(f.applyAsInt(block));
      case Branch(
              Condition condition,
              boolean wide,
              Operand left,
              Operand right,
              int then,
              int otherwise) ->
          new Branch(condition, wide, left, right, f.applyAsInt(then), f.applyAsInt(otherwise));
      case Return end -> end;
    };
  }
}
