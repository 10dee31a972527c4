package jbt.compiler.ir;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import jbt.compiler.check.Checked.Builtin;
import jbt.compiler.check.Checked.Expr;
import jbt.compiler.check.Checked.Stmt;

/**
 * The locals whose value depends on the way that a program takes. The verifier would follow each
 * value that one has in a register through all rounds of a loop, and each branch of each round can
 * double their number.
 */
final class Ways {
  private final Set<Integer> locals = new TreeSet<>();

  private Ways() {}

  static Set<Integer> locals(Nodes program) {
    Ways ways = new Ways();
    program.statements().forEach(ways::add);
    program.expressions().forEach(ways::add);
    return ways.locals;
  }

  private void add(Stmt stmt) {
    switch (stmt) {
      case Stmt.If branch ->
          Nodes.bodies(branch).forEach(body -> locals.addAll(Nodes.of(body).assigned()));
      case Stmt.While loop -> addIfCutShort(loop.body());
      case Stmt.ForRange loop -> addIfCutShort(loop.body());
      case Stmt.ForMap loop -> addIfCutShort(loop.body());
      case Stmt.SetLocal set when !StraightCode.is(set) && !isRead(set.value()) ->
          locals.add(set.local());
      default -> {}
    }
  }

  /** Texts that the kernel puts in their place: of the value the verifier knows nothing. */
  private static boolean isRead(Expr value) {
    return value instanceof Expr.Str
        || (value instanceof Expr.BuiltinValue name && name.builtin() == Builtin.COMM);
  }

  private void add(Expr expr) {
    switch (expr) {
      case Expr.Logical e -> locals.addAll(Nodes.of(e).assigned());
      case Expr.Conditional e -> locals.addAll(Nodes.of(e).assigned());
      case Expr.OrElse e -> locals.addAll(Nodes.of(e).assigned());
      case Expr.Find e -> locals.add(e.local());
      default -> {}
    }
  }

  private void addIfCutShort(List<Stmt> round) {
    Nodes nodes = Nodes.of(round);
    if (nodes.statements().stream().anyMatch(Stmt.Continue.class::isInstance)) {
      locals.addAll(nodes.assigned());
    }
  }
}
