package jbt.compiler.ir;

import jbt.compiler.bpf.AluOperation;
import jbt.compiler.bpf.Condition;
import jbt.compiler.check.Checked.BinaryOp;
import jbt.compiler.ir.Operand.Imm;
import jbt.compiler.ir.Operand.Reg;

/** Operations on 64-bit integers. */
final class Arithmetic {
  private static final Imm ZERO = new Imm(0);
  private static final Imm ONE = new Imm(1);

  private final Body body;

  Arithmetic(Body body) {
    this.body = body;
  }

  /** The result of an operation that is no comparison. */
  Operand compute(BinaryOp op, boolean signed, Operand left, Operand right) {
    return switch (op) {
      case ADD -> body.binary(AluOperation.ADD, left, right);
      case SUBTRACT -> body.binary(AluOperation.SUB, left, right);
      case MULTIPLY -> body.binary(AluOperation.MUL, left, right);
      case DIVIDE -> divide(AluOperation.DIV, signed, left, right);
      case MODULO -> divide(AluOperation.MOD, signed, left, right);
      case SHIFT_LEFT -> body.binary(AluOperation.LSH, left, right);
      case SHIFT_RIGHT -> body.binary(signed ? AluOperation.ARSH : AluOperation.RSH, left, right);
      case AND -> body.binary(AluOperation.AND, left, right);
      case OR -> body.binary(AluOperation.OR, left, right);
      case XOR -> body.binary(AluOperation.XOR, left, right);
      case EQ, NE, LT, LE, GT, GE -> throw new IllegalArgumentException("a comparison: " + op);
    };
  }

  /** What {@link #compute}, or a comparison, comes to in the program. */
  static long result(BinaryOp op, boolean signed, long left, long right) {
    return switch (op) {
      case ADD -> left + right;
      case SUBTRACT -> left - right;
      case MULTIPLY -> left * right;
      case DIVIDE -> right == 0 ? 1 : signed ? left / right : Long.divideUnsigned(left, right);
      case MODULO -> right == 0 ? 1 : signed ? left % right : Long.remainderUnsigned(left, right);
      case SHIFT_LEFT -> left << right;
      case SHIFT_RIGHT -> signed ? left >> right : left >>> right;
      case AND -> left & right;
      case OR -> left | right;
      case XOR -> left ^ right;
      case EQ, NE, LT, LE, GT, GE -> condition(op, signed).test(left, right) ? 1 : 0;
    };
  }

  static Condition condition(BinaryOp op, boolean signed) {
    return switch (op) {
      case EQ -> Condition.EQ;
      case NE -> Condition.NE;
      case LT -> signed ? Condition.SIGNED_LT : Condition.LT;
      case LE -> signed ? Condition.SIGNED_LE : Condition.LE;
      case GT -> signed ? Condition.SIGNED_GT : Condition.GT;
      case GE -> signed ? Condition.SIGNED_GE : Condition.GE;
      case ADD, SUBTRACT, MULTIPLY, DIVIDE, MODULO, SHIFT_LEFT, SHIFT_RIGHT, AND, OR, XOR ->
          throw new IllegalArgumentException("no comparison: " + op);
    };
  }

  /** Division by zero gives 1, the remainder too, as bpftrace has it. */
  private Operand divide(AluOperation operation, boolean signed, Operand left, Operand right) {
    if (right instanceof Imm(long divisor)) {
      if (divisor == 0) {
        return ONE;
      }
      return signed ? signed(operation, left, right) : body.binary(operation, left, right);
    }
    Reg result = body.move(ONE);
    int nonzero = body.block();
    int done = body.block();
    body.branch(Condition.NE, right, ZERO, nonzero, done);
    body.place(nonzero);
    Operand quotient =
        signed ? signed(operation, left, right) : body.binary(operation, left, right);
    body.set(result, quotient);
    body.place(done);
    return result;
  }

  /**
   * Not each machine divides signed numbers, and to shift is faster: magnitudes are divided then,
   * and the result gets the sign of both (the remainder that of the left side). Done without
   * branches: with m = x >> 63, (x ^ m) - m is the magnitude of x, and the same step puts a sign
   * back.
   */
  private Operand signed(AluOperation operation, Operand left, Operand right) {
    boolean shifts = right instanceof Imm(long divisor) && Long.bitCount(Math.abs(divisor)) == 1;
    if (body.layout().dividesSigned() && !shifts) {
      boolean remainder = operation == AluOperation.MOD;
      return body.binary(remainder ? AluOperation.SMOD : AluOperation.SDIV, left, right);
    }
    Operand leftSign = body.binary(AluOperation.ARSH, left, new Imm(63));
    Operand rightSign = body.binary(AluOperation.ARSH, right, new Imm(63));
    Operand result = body.binary(operation, withSign(left, leftSign), withSign(right, rightSign));
    Operand sign =
        operation == AluOperation.MOD
            ? leftSign
            : body.binary(AluOperation.XOR, leftSign, rightSign);
    return withSign(result, sign);
  }

  private Operand withSign(Operand value, Operand sign) {
    return body.binary(AluOperation.SUB, body.binary(AluOperation.XOR, value, sign), sign);
  }

  /** 0 or 1. */
  Reg truth(Condition condition, Operand left, Operand right) {
    Reg result = body.move(ONE);
    int no = body.block();
    int done = body.block();
    body.branch(condition, left, right, done, no);
    body.place(no);
    body.set(result, ZERO);
    body.place(done);
    return result;
  }
}
