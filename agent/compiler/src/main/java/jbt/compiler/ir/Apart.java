package jbt.compiler.ir;

import java.util.ArrayList;
import java.util.List;
import jbt.compiler.check.Checked;
import jbt.compiler.check.Checked.Expr;
import jbt.compiler.check.Checked.Probe;
import jbt.compiler.check.Checked.Stmt;
import jbt.compiler.lang.SourceRange;
import jbt.compiler.target.Target;
import jbt.compiler.types.Type;

/**
 * Makes parts of programs that a verifier did not finish with. Each is a loop of one round: the
 * verifier looks at what the kernel calls with nothing known of what went before, so that the ways
 * through one part do not multiply with those through the next.
 */
final class Apart {
  /** The kernel takes 256 routines, loops among them. */
  private static final int MOST_PARTS = 150;

  private static final int DEEPEST = 3;

  /** Of parts and loops in each other: the kernel takes 8 calls, with the program's. */
  private static final int MOST_CALLS = 6;

  private final int local;

  /**
   * @param local counts the rounds
   */
  private Apart(int local) {
    this.local = local;
  }

  static Checked apply(Checked checked, Target target) {
    return checked.circumstances().careful()
            && target.feature(Target.Feature.LOOP) == Target.Answer.YES
        ? checked.with(checked.probes().stream().map(Apart::inParts).toList())
        : checked;
  }

  private static Probe inParts(Probe probe) {
    List<Type> locals = new ArrayList<>(probe.locals());
    locals.add(Type.INT64);
    int depth = Math.min(DEEPEST, MOST_CALLS - loops(probe.body()));
    while (depth > 1 && count(probe.body(), depth) > MOST_PARTS) {
      depth--;
    }
    return probe.with(new Apart(probe.locals().size()).parts(probe.body(), depth), locals);
  }

  /** How many loops are in each other, those of functions too. */
  private static int loops(List<Stmt> body) {
    int most = 0;
    for (Stmt stmt : body) {
      int inside = Nodes.bodies(stmt).stream().mapToInt(Apart::loops).max().orElse(0);
      for (Expr expr : Nodes.expressions(stmt)) {
        inside = Math.max(inside, loops(expr));
      }
      most = Math.max(most, inside + (Nodes.isLoop(stmt) ? 1 : 0));
    }
    return most;
  }

  private static int loops(Expr expr) {
    int most = expr instanceof Expr.Sequence e ? loops(e.statements()) : 0;
    for (Expr part : Nodes.parts(expr)) {
      most = Math.max(most, loops(part));
    }
    return most;
  }

  /** How many parts there are if they are so deep in each other. */
  private static int count(List<Stmt> body, int depth) {
    int count = body.size();
    for (Stmt stmt : body) {
      if (depth > 1 && stmt instanceof Stmt.If branch) {
        count += count(branch.then(), depth - 1) + count(branch.otherwise(), depth - 1);
      }
    }
    return count;
  }

  private List<Stmt> parts(List<Stmt> body, int depth) {
    if (depth <= 0 || body.isEmpty()) {
      return body;
    }
    int size = Math.ceilDiv(body.size(), MOST_PARTS);
    List<Stmt> parts = new ArrayList<>();
    for (int i = 0; i < body.size(); i += size) {
      List<Stmt> part =
          body.subList(i, Math.min(body.size(), i + size)).stream()
              .map(stmt -> parts(stmt, depth - 1))
              .toList();
      SourceRange range = part.getFirst().range();
      Expr from = new Expr.IntLiteral(0, Type.INT64, range);
      Expr to = new Expr.IntLiteral(1, Type.INT64, range);
      parts.add(new Stmt.ForRange(local, from, to, part, range));
    }
    return parts;
  }

  private Stmt parts(Stmt stmt, int depth) {
    return stmt instanceof Stmt.If(Expr condition, var then, var otherwise, SourceRange range)
        ? new Stmt.If(condition, parts(then, depth), parts(otherwise, depth), range)
        : stmt;
  }
}
