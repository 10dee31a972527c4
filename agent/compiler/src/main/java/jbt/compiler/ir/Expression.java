package jbt.compiler.ir;

import jbt.compiler.bpf.Helper;
import jbt.compiler.ir.Op.Argument;
import jbt.compiler.ir.Op.Binary;
import jbt.compiler.ir.Op.Call;
import jbt.compiler.ir.Op.Context;
import jbt.compiler.ir.Op.Load;
import jbt.compiler.ir.Op.MapValueAddress;
import jbt.compiler.ir.Op.Narrow;
import jbt.compiler.ir.Op.Negate;
import jbt.compiler.ir.Operand.Frame;
import jbt.compiler.ir.Operand.Imm;
import jbt.compiler.ir.Operand.MapRef;
import jbt.compiler.ir.Operand.Reg;
import jbt.compiler.ir.Operand.RoutineRef;
import jbt.compiler.ir.Operand.Spilled;
import jbt.compiler.ir.Operand.VariableRef;
import org.jspecify.annotations.Nullable;

/**
 * What an operation computes, apart from where the result goes, packed into numbers: it is looked
 * up for every operation of a program.
 *
 * @param what the operation, and of which kind its operands are
 */
record Expression(int what, long left, long right) {
  private static final int KIND_BITS = 3;

  /**
   * Of an operation that is repeatable; null if an operand is a register that changes, or there are
   * too many of them.
   */
  static @Nullable Expression of(Op op, Definitions definitions) {
    for (int i = 0; i < op.operands(); i++) {
      if (op.operand(i) instanceof Reg reg && !definitions.single(reg)) {
        return null;
      }
    }
    return switch (op) {
      case Context o -> new Expression(1, 0, 0);
      case Argument o -> new Expression(2, o.number(), 0);
      case Binary o -> binary(o);
      case Negate o -> new Expression(what(4, 0, o.source()), bits(o.source()), 0);
      case Narrow o ->
          new Expression(
              what(5, o.bytes() << 1 | (o.signed() ? 1 : 0), o.source()), bits(o.source()), 0);
      case MapValueAddress o -> new Expression(6, o.map(), o.offset());
      case Load o ->
          new Expression(
              what(7, o.size().bytes(), o.address().base()),
              bits(o.address().base()),
              o.address().offset());
      case Call o when o.callee() instanceof Helper helper && o.arguments().isEmpty() ->
          new Expression(what(8, helper.id(), new Imm(0)), 0, 0);
      case Call o when o.callee() instanceof Helper helper && o.arguments().size() == 1 ->
          new Expression(
              what(9, helper.id(), o.arguments().getFirst()), bits(o.arguments().getFirst()), 0);
      // The thread is always the current one.
      case Call o when o.callee() == Helper.TASK_STORAGE_GET ->
          new Expression(what(10, 0, o.arguments().getFirst()), bits(o.arguments().getFirst()), 0);
      default -> null;
    };
  }

  private static Expression binary(Binary o) {
    int what = what(3, o.operation().number() << KIND_BITS | kind(o.right()), o.left());
    long left = bits(o.left());
    long right = bits(o.right());
    boolean swap = left > right && o.operation().commutative() && kind(o.left()) == kind(o.right());
    return swap ? new Expression(what, right, left) : new Expression(what, left, right);
  }

  private static int what(int operation, int detail, Operand operand) {
    return (operation | detail << 4) << KIND_BITS | kind(operand);
  }

  private static int kind(Operand operand) {
    return switch (operand) {
      case Reg o -> 0;
      case Imm o -> 1;
      case Frame o -> 2;
      case MapRef o -> 3;
      case RoutineRef o -> 4;
      case Spilled o -> 5;
      case VariableRef o -> 6;
    };
  }

  private static long bits(Operand operand) {
    return switch (operand) {
      case Reg o -> o.number();
      case Imm o -> o.value();
      case Frame o -> o.offset();
      case MapRef o -> o.map();
      case RoutineRef o -> o.routine();
      case Spilled o -> o.offset();
      case VariableRef o -> o.typeId();
    };
  }

  // Written out: what Java makes is slow until the best of its compilers has come to it.
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Expression o && o.what == what && o.left == left && o.right == right;
  }

  @Override
  public int hashCode() {
    return (what * 31 + Long.hashCode(left)) * 31 + Long.hashCode(right);
  }
}
