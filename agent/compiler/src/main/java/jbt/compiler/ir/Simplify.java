package jbt.compiler.ir;

import jbt.compiler.bpf.AluOperation;
import jbt.compiler.bpf.Condition;
import jbt.compiler.ir.Op.Binary;
import jbt.compiler.ir.Op.Move;
import jbt.compiler.ir.Op.Narrow;
import jbt.compiler.ir.Op.Negate;
import jbt.compiler.ir.Operand.Imm;
import jbt.compiler.ir.Operand.Reg;
import jbt.compiler.ir.Terminator.Branch;
import jbt.compiler.ir.Terminator.Goto;

/** Constant folding. */
final class Simplify {
  private Simplify() {}

  static Op fold(Op op) {
    if (op instanceof Binary binary) {
      return fold(binary);
    }
    if (op instanceof Negate(Reg target, Imm(long value))) {
      return new Move(target, new Imm(-value));
    }
    if (op instanceof Narrow(Reg target, Imm(long value), int bytes, boolean signed)) {
      return new Move(target, new Imm(narrow(value, bytes, signed)));
    }
    return op;
  }

  /** The lower {@code bytes} of a value, extended. */
  static long narrow(long value, int bytes, boolean signed) {
    int shift = 64 - 8 * bytes;
    return signed ? value << shift >> shift : value << shift >>> shift;
  }

  private static Op fold(Binary op) {
    Reg target = op.target();
    if (op.left() instanceof Imm(long left) && op.right() instanceof Imm(long right)) {
      return new Move(target, new Imm(op.operation().apply(left, right)));
    }
    if (op.left() instanceof Imm && op.operation().commutative()) {
      return fold(new Binary(target, op.operation(), op.right(), op.left()));
    }
    if (!(op.right() instanceof Imm(long right))) {
      return op;
    }
    boolean power = Long.bitCount(right) == 1;
    int log = Long.numberOfTrailingZeros(right);
    return switch (op.operation()) {
      case ADD, SUB, OR, XOR -> right == 0 ? new Move(target, op.left()) : op;
      case LSH, RSH, ARSH ->
          (right & 63) == 0
              ? new Move(target, op.left())
              : new Binary(target, op.operation(), op.left(), new Imm(right & 63));
      case MUL -> {
        if (right == 0) {
          yield new Move(target, new Imm(0));
        }
        yield power ? fold(new Binary(target, AluOperation.LSH, op.left(), new Imm(log))) : op;
      }
      case AND -> {
        if (right == 0) {
          yield new Move(target, new Imm(0));
        }
        if (right == 0xffffffffL) {
          yield new Narrow(target, op.left(), 4, false);
        }
        yield right == -1 ? new Move(target, op.left()) : op;
      }
      case DIV -> power ? fold(new Binary(target, AluOperation.RSH, op.left(), new Imm(log))) : op;
      case MOD ->
          power ? fold(new Binary(target, AluOperation.AND, op.left(), new Imm(right - 1))) : op;
      case SDIV, SMOD -> op;
      case MOV -> new Move(target, op.right());
    };
  }

  static Terminator fold(Terminator end) {
    if (!(end instanceof Branch branch)) {
      return end;
    }
    if (branch.then() == branch.otherwise()) {
      return new Goto(branch.then());
    }
    if (branch.left() instanceof Imm(long left) && branch.right() instanceof Imm(long right)) {
      long l = branch.wide() ? left : narrow(left, 4, true);
      long r = branch.wide() ? right : narrow(right, 4, true);
      return new Goto(branch.condition().test(l, r) ? branch.then() : branch.otherwise());
    }
    if (branch.left() instanceof Imm constant) {
      Condition condition = mirrored(branch.condition());
      Operand variable = branch.right();
      return new Branch(
          condition, branch.wide(), variable, constant, branch.then(), branch.otherwise());
    }
    return end;
  }

  private static Condition mirrored(Condition condition) {
    return switch (condition) {
      case EQ, NE, SET -> condition;
      case GT -> Condition.LT;
      case GE -> Condition.LE;
      case LT -> Condition.GT;
      case LE -> Condition.GE;
      case SIGNED_GT -> Condition.SIGNED_LT;
      case SIGNED_GE -> Condition.SIGNED_LE;
      case SIGNED_LT -> Condition.SIGNED_GT;
      case SIGNED_LE -> Condition.SIGNED_GE;
    };
  }
}
