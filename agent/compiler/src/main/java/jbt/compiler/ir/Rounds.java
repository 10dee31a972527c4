package jbt.compiler.ir;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import jbt.compiler.check.Checked.BinaryOp;
import jbt.compiler.check.Checked.Expr;
import jbt.compiler.check.Checked.Stmt;
import jbt.compiler.types.Type;

/** How many rounds a loop has at most, where the script itself says so. */
final class Rounds {
  /** Where that is not known. */
  static final long MANY = Long.MAX_VALUE;

  private Rounds() {}

  /** Of a loop between constants. */
  static long of(Stmt.ForRange loop) {
    return loop.from() instanceof Expr.IntLiteral from && loop.to() instanceof Expr.IntLiteral to
        ? Math.max(0, to.value() - from.value())
        : MANY;
  }

  /**
   * Of a loop that counts a variable up or down to a constant ({@code $i = 0; while ($i < 10) { ...
   * $i++; }}).
   *
   * @param before the statements in front of it
   */
  static long of(Stmt.While loop, List<Stmt> before) {
    for (Expr part : conjuncts(loop.condition())) {
      Optional<Bound> bound = Bound.of(part);
      if (bound.isPresent()) {
        long step = step(loop, bound.get().local);
        OptionalLong first = first(before, bound.get().local);
        if (step != 0 && first.isPresent()) {
          return bound.get().rounds(first.getAsLong(), step);
        }
      }
    }
    return MANY;
  }

  /** Whether a condition is about nothing but how far a loop has counted. */
  static boolean isBound(Expr condition) {
    return Bound.of(condition).isPresent();
  }

  private static List<Expr> conjuncts(Expr condition) {
    if (!(condition instanceof Expr.Logical both) || !both.and()) {
      return List.of(condition);
    }
    List<Expr> all = new ArrayList<>(conjuncts(both.left()));
    all.addAll(conjuncts(both.right()));
    return all;
  }

  /** A variable that is less than a number, or with {@code up} false more than it. */
  private record Bound(int local, boolean up, long last) {
    static Optional<Bound> of(Expr condition) {
      return condition instanceof Expr.Binary compared && compared.left().type().equals(Type.INT64)
          ? switch (compared.op()) {
            case LT -> of(compared.left(), true, compared.right(), -1);
            case LE -> of(compared.left(), true, compared.right(), 0);
            case GT -> of(compared.left(), false, compared.right(), 1);
            case GE -> of(compared.left(), false, compared.right(), 0);
            default -> Optional.empty();
          }
          : Optional.empty();
    }

    private static Optional<Bound> of(Expr left, boolean up, Expr right, int more) {
      return left instanceof Expr.Local local
              && right instanceof Expr.IntLiteral to
              && near(to.value())
          ? Optional.of(new Bound(local.local(), up, to.value() + more))
          : Optional.empty();
    }

    long rounds(long first, long step) {
      if (step > 0 != up || !near(first) || !near(step)) {
        return MANY;
      }
      long distance = up ? last - first : first - last;
      return distance < 0 ? 0 : distance / Math.abs(step) + 1;
    }
  }

  /** So that nothing comes near to where numbers begin again. */
  private static boolean near(long number) {
    return -Integer.MAX_VALUE <= number && number <= Integer.MAX_VALUE;
  }

  /** What each round adds to a variable; 0 if that is not always the same. */
  private static long step(Stmt.While loop, int local) {
    long step = loop.body().stream().mapToLong(stmt -> step(stmt, local)).sum();
    Nodes body = Nodes.of(loop.body());
    boolean once = changes(body, local) + changes(Nodes.of(loop.condition()), local) == 1;
    boolean whole = body.statements().stream().noneMatch(Stmt.Continue.class::isInstance);
    return once && whole ? step : 0;
  }

  private static long step(Stmt stmt, int local) {
    return switch (stmt) {
      case Stmt.Evaluate(Expr.StepLocal e, var range) when e.local() == local -> e.by();
      case Stmt.SetLocal(
              int set,
              Expr.Binary(BinaryOp op, Expr.Local from, Expr.IntLiteral by, _, _),
              _)
          when set == local && from.local() == local ->
          op == BinaryOp.ADD ? by.value() : op == BinaryOp.SUBTRACT ? -by.value() : 0;
      default -> 0;
    };
  }

  private static OptionalLong first(List<Stmt> before, int local) {
    for (Stmt stmt : before.reversed()) {
      if (stmt instanceof Stmt.SetLocal(int set, Expr.IntLiteral to, _) && set == local) {
        return OptionalLong.of(to.value());
      }
      if (changes(Nodes.of(List.of(stmt)), local) > 0) {
        return OptionalLong.empty();
      }
    }
    return OptionalLong.empty();
  }

  private static long changes(Nodes nodes, int local) {
    return nodes.assigned().stream().filter(assigned -> assigned == local).count();
  }
}
