package jbt.compiler.ir;

import java.util.List;
import jbt.compiler.check.Checked.BinaryOp;
import jbt.compiler.check.Checked.Expr;
import jbt.compiler.check.Checked.Stmt;
import jbt.compiler.types.Type;

/**
 * Loops over arithmetic: the verifier looks at each operation of each round once where there is one
 * way through them, and mostly not much more often where there are branches.
 */
final class StraightCode {
  private StraightCode() {}

  /** Whether a loop does nothing but arithmetic, and asks only for its results whether to go on. */
  static boolean counts(Stmt.While loop) {
    return asks(loop.condition()) && loop.body().stream().allMatch(StraightCode::simple);
  }

  /** Whether there is one way to go on. */
  private static boolean asks(Expr condition) {
    return switch (condition) {
      case Expr.Logical e -> e.and() && asks(e.left()) && asks(e.right());
      case Expr.Binary e when Expressions.comparison(e.op()) -> is(e.left()) && is(e.right());
      default -> is(condition);
    };
  }

  private static boolean simple(Stmt stmt) {
    return !Nodes.isLoop(stmt) && is(stmt);
  }

  /**
   * Where a number can only be 0 or -1, as one that is shifted to the right often enough, the
   * verifier of Linux 6.18 goes on with each of both behind {@code &} and {@code |}.
   */
  static boolean splits(Stmt loop) {
    Nodes nodes = Nodes.of(List.of(loop));
    return nodes.any(
            e -> e instanceof Expr.Binary b && b.op() == BinaryOp.SHIFT_RIGHT && signed(b.left()))
        && nodes.any(
            e -> e instanceof Expr.Binary b && (b.op() == BinaryOp.AND || b.op() == BinaryOp.OR));
  }

  private static boolean signed(Expr expr) {
    return !(expr.type() instanceof Type.Int number) || number.signed();
  }

  static boolean is(Stmt stmt) {
    return switch (stmt) {
      case Stmt.SetLocal s -> is(s.value());
      case Stmt.Evaluate s -> is(s.expr());
      case Stmt.ForRange s -> is(s.from()) && is(s.to()) && is(s.body());
      case Stmt.While s -> isBound(s.condition()) && is(s.body());
      default -> false;
    };
  }

  /** Whether a condition is about nothing but how far a loop has counted. */
  private static boolean isBound(Expr condition) {
    return condition instanceof Expr.Binary(BinaryOp op, Expr left, Expr right, _, _)
        && Expressions.comparison(op)
        && left instanceof Expr.Local
        && right instanceof Expr.IntLiteral;
  }

  private static boolean is(List<Stmt> body) {
    return body.stream().allMatch(StraightCode::is);
  }

  private static boolean is(Expr expr) {
    return own(expr)
        && Layout.scalar(expr.type())
        && Nodes.parts(expr).stream().allMatch(StraightCode::is);
  }

  /** Whether a statement only computes numbers, be it in one way or in many. */
  static boolean computes(Stmt stmt) {
    return switch (stmt) {
      case Stmt.Break s -> true;
      case Stmt.Continue s -> true;
      case Stmt.SetLocal s -> all(stmt);
      case Stmt.Evaluate s -> all(stmt);
      case Stmt.If s -> all(stmt);
      case Stmt.ForRange s -> all(stmt);
      case Stmt.While s -> all(stmt);
      default -> false;
    };
  }

  private static boolean all(Stmt stmt) {
    return Nodes.expressions(stmt).stream().allMatch(StraightCode::computes)
        && Nodes.bodies(stmt).stream()
            .allMatch(body -> body.stream().allMatch(StraightCode::computes));
  }

  private static boolean computes(Expr expr) {
    boolean operation =
        switch (expr) {
          case Expr.Binary e -> true;
          case Expr.Logical e -> true;
          case Expr.Unary e -> true;
          case Expr.Conditional e -> true;
          default -> own(expr);
        };
    return operation
        && Layout.scalar(expr.type())
        && Nodes.parts(expr).stream().allMatch(StraightCode::computes);
  }

  private static boolean own(Expr expr) {
    return switch (expr) {
      case Expr.IntLiteral e -> true;
      case Expr.BuiltinValue e -> true;
      case Expr.Local e -> true;
      case Expr.StepLocal e -> true;
      case Expr.Cast e -> e.type() instanceof Type.Int;
      case Expr.Binary e -> oneWay(e.op());
      default -> false;
    };
  }

  private static boolean oneWay(BinaryOp op) {
    return switch (op) {
      case ADD, SUBTRACT, MULTIPLY, SHIFT_LEFT, SHIFT_RIGHT, AND, OR, XOR -> true;
      case DIVIDE, MODULO, EQ, NE, LT, LE, GT, GE -> false;
    };
  }
}
