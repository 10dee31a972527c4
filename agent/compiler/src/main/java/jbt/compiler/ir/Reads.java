package jbt.compiler.ir;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import jbt.compiler.check.Checked;
import jbt.compiler.check.Checked.Expr;
import jbt.compiler.check.Checked.Probe;
import jbt.compiler.check.Checked.Stmt;

/** What the statements and expressions of a script refer to. */
final class Reads {
  private Reads() {}

  /** Whether some expression needs the value of a map, one that steps it included. */
  static boolean of(Checked checked, int map) {
    if (checked.maps().get(map).read()) {
      return true;
    }
    boolean[] found = new boolean[1];
    for (Probe probe : checked.probes()) {
      for (Stmt stmt : statements(probe.body())) {
        boolean discards = stmt instanceof Stmt.Evaluate(Expr.StepMap step, var range);
        for (Expr expr : expressions(stmt)) {
          each(expr, e -> found[0] |= reads(e, map) && !(discards && e.equals(expr)));
        }
      }
      probe.predicate().ifPresent(p -> each(p, e -> found[0] |= reads(e, map)));
    }
    return found[0];
  }

  private static boolean reads(Expr expr, int map) {
    return switch (expr) {
      case Expr.MapValue value -> value.map() == map;
      case Expr.StepMap step -> step.map() == map;
      default -> false;
    };
  }

  /** Whether the predicate of a program reads a map. */
  static boolean inPredicate(Probe probe, int map) {
    boolean[] found = new boolean[1];
    probe.predicate().ifPresent(p -> each(p, e -> found[0] |= reads(e, map)));
    return found[0];
  }

  /** Whether an expression only looks at the event and has no effect. */
  static boolean onlyEvent(Expr expr) {
    return switch (expr) {
      case Expr.IntLiteral e -> true;
      case Expr.StrLiteral e -> true;
      case Expr.BuiltinValue e -> e.builtin() != Checked.Builtin.ELAPSED;
      case Expr.ContextField e -> e.read() == Expr.ContextField.Read.LOAD;
      case Expr.Unary e -> onlyEvent(e.operand());
      case Expr.Binary e -> onlyEvent(e.left()) && onlyEvent(e.right());
      case Expr.Logical e -> onlyEvent(e.left()) && onlyEvent(e.right());
      case Expr.Cast e -> onlyEvent(e.operand());
      default -> false;
    };
  }

  /** How many statements and expressions of a program touch a map. */
  static int touches(Probe probe, int map) {
    int[] count = new int[1];
    probe.predicate().ifPresent(p -> each(p, e -> count[0] += reads(e, map) ? 1 : 0));
    for (Stmt stmt : statements(probe.body())) {
      count[0] += mapOf(stmt) == map ? 1 : 0;
      for (Expr expr : expressions(stmt)) {
        each(expr, e -> count[0] += reads(e, map) ? 1 : 0);
      }
    }
    return count[0];
  }

  /** How many expressions of a program are a builtin. */
  static int uses(Probe probe, Checked.Builtin builtin) {
    int[] count = new int[1];
    Consumer<Expr> look =
        e -> count[0] += e instanceof Expr.BuiltinValue b && b.builtin() == builtin ? 1 : 0;
    probe.predicate().ifPresent(p -> each(p, look));
    for (Stmt stmt : statements(probe.body())) {
      expressions(stmt).forEach(expr -> each(expr, look));
    }
    return count[0];
  }

  private static int mapOf(Stmt stmt) {
    return switch (stmt) {
      case Stmt.SetMap s -> s.map();
      case Stmt.AddMap s -> s.map();
      case Stmt.Aggregate s -> s.map();
      case Stmt.PrintMap s -> s.map();
      case Stmt.Clear s -> s.map();
      case Stmt.Zero s -> s.map();
      case Stmt.Delete s -> s.map();
      case Stmt.Evaluate s -> -1;
      case Stmt.SetLocal s -> -1;
      case Stmt.If s -> -1;
      case Stmt.Printf s -> -1;
      case Stmt.Time s -> -1;
      case Stmt.PrintValue s -> -1;
      case Stmt.Exit s -> -1;
      case Stmt.Return s -> -1;
    };
  }

  /** All statements, those inside others included. */
  private static List<Stmt> statements(List<Stmt> body) {
    List<Stmt> all = new ArrayList<>();
    for (Stmt stmt : body) {
      all.add(stmt);
      if (stmt instanceof Stmt.If branch) {
        all.addAll(statements(branch.then()));
        all.addAll(statements(branch.otherwise()));
      }
    }
    return all;
  }

  /** The expressions directly in a statement. */
  private static List<Expr> expressions(Stmt stmt) {
    return switch (stmt) {
      case Stmt.Evaluate s -> List.of(s.expr());
      case Stmt.SetLocal s -> List.of(s.value());
      case Stmt.SetMap s -> and(s.key(), s.value());
      case Stmt.AddMap s -> and(s.key(), s.value());
      case Stmt.Aggregate s -> s.value().map(value -> and(s.key(), value)).orElse(s.key());
      case Stmt.If s -> List.of(s.condition());
      case Stmt.Printf s -> s.arguments();
      case Stmt.Time s -> List.of();
      case Stmt.PrintValue s -> List.of(s.value());
      case Stmt.PrintMap s -> s.key();
      case Stmt.Clear s -> List.of();
      case Stmt.Zero s -> List.of();
      case Stmt.Delete s -> s.key();
      case Stmt.Exit s -> List.of(s.code());
      case Stmt.Return s -> List.of();
    };
  }

  private static List<Expr> and(List<Expr> list, Expr last) {
    List<Expr> all = new ArrayList<>(list);
    all.add(last);
    return all;
  }

  /** An expression and all inside it. */
  private static void each(Expr expr, Consumer<Expr> f) {
    f.accept(expr);
    parts(expr).forEach(part -> each(part, f));
  }

  /** The expressions directly in an expression. */
  static List<Expr> parts(Expr expr) {
    return switch (expr) {
      case Expr.IntLiteral e -> List.of();
      case Expr.StrLiteral e -> List.of();
      case Expr.BuiltinValue e -> List.of();
      case Expr.ContextField e -> List.of();
      case Expr.ContextElement e -> List.of(e.index());
      case Expr.Local e -> List.of();
      case Expr.MapValue e -> e.key();
      case Expr.Unary e -> List.of(e.operand());
      case Expr.Binary e -> List.of(e.left(), e.right());
      case Expr.Logical e -> List.of(e.left(), e.right());
      case Expr.Conditional e -> List.of(e.condition(), e.then(), e.otherwise());
      case Expr.OrElse e -> List.of(e.value(), e.otherwise());
      case Expr.StepLocal e -> List.of();
      case Expr.StepMap e -> e.key();
      case Expr.Tuple e -> e.parts();
      case Expr.TuplePart e -> List.of(e.tuple());
      case Expr.Str e -> e.length().map(n -> List.of(e.pointer(), n)).orElse(List.of(e.pointer()));
      case Expr.Call e -> e.arguments();
      case Expr.Cast e -> List.of(e.operand());
    };
  }

  /** Whether evaluating an expression changes something. */
  static boolean steps(Expr expr) {
    boolean[] found = new boolean[1];
    each(expr, e -> found[0] |= e instanceof Expr.StepLocal || e instanceof Expr.StepMap);
    return found[0];
  }

  /** How many registers an expression needs when its parts are evaluated in the best order. */
  static int registers(Expr expr) {
    int most = 1;
    int ties = 0;
    for (Expr part : parts(expr)) {
      int needs = registers(part);
      ties = needs == most ? ties + 1 : needs > most ? 1 : ties;
      most = Math.max(most, needs);
    }
    return ties > 1 ? most + 1 : most;
  }
}
