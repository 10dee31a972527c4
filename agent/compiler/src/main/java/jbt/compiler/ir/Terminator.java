package jbt.compiler.ir;

import java.util.function.IntUnaryOperator;
import java.util.function.UnaryOperator;
import jbt.compiler.bpf.Condition;

/** How a block ends. Blocks are named by number. */
@SuppressWarnings("ReferenceEquality") // What has not changed is the same object.
sealed interface Terminator extends Reader {
  record Goto(int block) implements Terminator {
    @Override
    public Terminator withTargets(IntUnaryOperator f) {
      int other = f.applyAsInt(block);
      return other == block ? this : new Goto(other);
    }
  }

  /** {@code wide}: compares 64 bits, else the lower 32. */
  record Branch(
      Condition condition, boolean wide, Operand left, Operand right, int then, int otherwise)
      implements Terminator {
    @Override
    public int operands() {
      return 2;
    }

    @Override
    public Operand operand(int place) {
      return place == 0 ? left : right;
    }

    @Override
    public int[] registers() {
      return Reader.registers(left, right);
    }

    @Override
    public Terminator withTargets(IntUnaryOperator f) {
      int t = f.applyAsInt(then);
      int o = f.applyAsInt(otherwise);
      return t == then && o == otherwise ? this : new Branch(condition, wide, left, right, t, o);
    }

    @Override
    public Terminator withOperands(UnaryOperator<Operand> f) {
      Operand l = f.apply(left);
      Operand r = f.apply(right);
      return l == left && r == right ? this : new Branch(condition, wide, l, r, then, otherwise);
    }
  }

  record Return(int value) implements Terminator {}

  /** The same with every operand replaced; itself if none has changed. */
  default Terminator withOperands(UnaryOperator<Operand> f) {
    return this;
  }

  /** The same with every target replaced; itself if none has changed. */
  default Terminator withTargets(IntUnaryOperator f) {
    return this;
  }
}
