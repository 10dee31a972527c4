package jbt.compiler.ir;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import jbt.compiler.check.Checked.Expr;
import jbt.compiler.check.Checked.Stmt;

/**
 * What a program asks of one value again and again. The verifier remembers each answer, and follows
 * a program once for every set of answers on which something further on depends: a loop behind
 * tests of a few variables, many times.
 */
final class Tests {
  /** Sets of answers that the verifier can follow, through a loop and without one. */
  private static final long MOST_IN_LOOPS = 32;

  private static final long MOST = 1024;

  private final Routines routines;

  /** What is tested, and how often; what a loop tests it asks again in each round. */
  private final Map<String, Integer> times = new HashMap<>();

  private final Map<String, Set<String>> tests = new HashMap<>();

  private Tests(Routines routines) {
    this.routines = routines;
  }

  /** Whether there are so many that the verifier must not learn from them. */
  static boolean many(Nodes program, Routines routines) {
    long most = routines.loops() ? MOST_IN_LOOPS : MOST;
    // Each at most doubles the sets.
    if (atMost(program) <= Long.numberOfTrailingZeros(most)) {
      return false;
    }
    Tests all = new Tests(routines);
    all.add(program, 1);
    for (Stmt stmt : program.statements()) {
      if (Nodes.isLoop(stmt)) {
        Nodes.bodies(stmt).forEach(body -> all.add(Nodes.of(body), 1));
      }
    }
    long ways = 1;
    for (Map.Entry<String, Set<String>> each : all.tests.entrySet()) {
      if (all.times.getOrDefault(each.getKey(), 0) > 1) {
        ways = Math.min(MOST + 1, ways * (each.getValue().size() + 1));
      }
    }
    return ways > most;
  }

  /** More tests than these are not in a program. */
  private static int atMost(Nodes program) {
    int tests = 0;
    for (Stmt stmt : program.statements()) {
      tests += stmt instanceof Stmt.If ? 1 : 0;
    }
    for (Expr expr : program.expressions()) {
      tests +=
          switch (expr) {
            case Expr.Binary e -> Expressions.comparison(e.op()) ? 1 : 0;
            case Expr.Logical e -> 2;
            case Expr.Conditional e -> 1;
            default -> 0;
          };
    }
    return tests;
  }

  private void add(Nodes nodes, int count) {
    for (Stmt stmt : nodes.statements()) {
      if (stmt instanceof Stmt.If branch) {
        addTruth(branch.condition(), count);
      }
    }
    for (Expr expr : nodes.expressions()) {
      switch (expr) {
        case Expr.Binary e when Expressions.comparison(e.op()) -> {
          if (e.right() instanceof Expr.IntLiteral with) {
            name(e.left()).ifPresent(name -> add(name, e.op() + " " + with.value(), count));
          }
        }
        case Expr.Logical e -> {
          addTruth(e.left(), count);
          addTruth(e.right(), count);
        }
        case Expr.Conditional e -> addTruth(e.condition(), count);
        default -> {}
      }
    }
  }

  private void addTruth(Expr condition, int count) {
    if (!(condition instanceof Expr.Binary e && Expressions.comparison(e.op()))) {
      name(condition).ifPresent(name -> add(name, "", count));
    }
  }

  private void add(String name, String test, int count) {
    times.merge(name, count, Integer::sum);
    tests.computeIfAbsent(name, n -> new HashSet<>()).add(test);
  }

  /** The same for two expressions whose value is computed once; empty for what memory holds. */
  private Optional<String> name(Expr expr) {
    return switch (expr) {
      case Expr.IntLiteral e -> Optional.of(Long.toString(e.value()));
      case Expr.Local e when !routines.shared(e.local()) -> Optional.of("$" + e.local());
      case Expr.ContextField e -> Optional.of("args " + e.offset());
      case Expr.BuiltinValue e -> Optional.of(e.builtin().name());
      case Expr.Cast e -> name(e.operand()).map(of -> "(" + e.type() + ")" + of);
      case Expr.Binary e -> name(List.of(e.left(), e.right()), e.op().name());
      default -> Optional.empty();
    };
  }

  private Optional<String> name(List<Expr> operands, String op) {
    Optional<String> left = name(operands.get(0));
    Optional<String> right = name(operands.get(1));
    return left.isPresent() && right.isPresent()
        ? Optional.of("(" + left.get() + " " + op + " " + right.get() + ")")
        : Optional.empty();
  }
}
