package jbt.compiler.ir;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import jbt.compiler.check.Checked.Expr;
import jbt.compiler.check.Checked.Probe;
import jbt.compiler.check.Checked.Stmt;

/**
 * The statements and expressions of a piece of a script, those inside others included, each before
 * what is in it. Gone through once, since much is asked about them.
 */
final class Nodes {
  private final List<Stmt> statements = new ArrayList<>();
  private final List<Expr> expressions = new ArrayList<>();

  /** Places of expressions that step a map and whose value nobody needs. */
  private final BitSet discarded = new BitSet();

  private Nodes() {}

  static Nodes of(Probe probe) {
    Nodes nodes = new Nodes();
    if (probe.predicate().isPresent()) {
      nodes.add(probe.predicate().get());
    }
    nodes.add(probe.body());
    return nodes;
  }

  static Nodes of(List<Stmt> body) {
    Nodes nodes = new Nodes();
    nodes.add(body);
    return nodes;
  }

  static Nodes of(Expr expr) {
    Nodes nodes = new Nodes();
    nodes.add(expr);
    return nodes;
  }

  private void add(List<Stmt> body) {
    for (Stmt stmt : body) {
      statements.add(stmt);
      if (stmt instanceof Stmt.Evaluate evaluate && evaluate.expr() instanceof Expr.StepMap) {
        discarded.set(expressions.size());
      }
      for (Expr expr : expressions(stmt)) {
        add(expr);
      }
      for (List<Stmt> inside : bodies(stmt)) {
        add(inside);
      }
    }
  }

  private void add(Expr expr) {
    expressions.add(expr);
    if (expr instanceof Expr.Sequence sequence) {
      add(sequence.statements());
    }
    for (Expr part : parts(expr)) {
      add(part);
    }
  }

  List<Stmt> statements() {
    return statements;
  }

  List<Expr> expressions() {
    return expressions;
  }

  /** The locals that are set, each as often as it is; those of loops are the loops' own. */
  List<Integer> assigned() {
    List<Integer> locals = new ArrayList<>();
    for (Stmt stmt : statements) {
      if (stmt instanceof Stmt.SetLocal set) {
        locals.add(set.local());
      }
    }
    for (Expr expr : expressions) {
      switch (expr) {
        case Expr.StepLocal e -> locals.add(e.local());
        case Expr.Find e -> locals.add(e.local());
        default -> {}
      }
    }
    return locals;
  }

  /** The locals that are read or set. */
  Set<Integer> locals() {
    Set<Integer> locals = new TreeSet<>(assigned());
    for (Expr expr : expressions) {
      if (expr instanceof Expr.Local e) {
        locals.add(e.local());
      }
    }
    return locals;
  }

  /** Whether an expression, by its place, steps a map and nobody needs the value. */
  boolean discarded(int expression) {
    return discarded.get(expression);
  }

  boolean any(Predicate<Expr> of) {
    for (Expr expr : expressions) {
      if (of.test(expr)) {
        return true;
      }
    }
    return false;
  }

  int count(Predicate<Expr> of) {
    int count = 0;
    for (Expr expr : expressions) {
      count += of.test(expr) ? 1 : 0;
    }
    return count;
  }

  static boolean isLoop(Stmt stmt) {
    return stmt instanceof Stmt.While
        || stmt instanceof Stmt.ForRange
        || stmt instanceof Stmt.ForMap;
  }

  /** The bodies of a statement. */
  static List<List<Stmt>> bodies(Stmt stmt) {
    return switch (stmt) {
      case Stmt.If branch -> List.of(branch.then(), branch.otherwise());
      case Stmt.While loop -> List.of(loop.body());
      case Stmt.ForRange loop -> List.of(loop.body());
      case Stmt.ForMap loop -> List.of(loop.body());
      default -> List.of();
    };
  }

  /** The expressions directly in a statement. */
  static List<Expr> expressions(Stmt stmt) {
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
      case Stmt.Return s -> s.result().stream().toList();
      case Stmt.While s -> List.of(s.condition());
      case Stmt.ForRange s -> List.of(s.from(), s.to());
      case Stmt.ForMap s -> List.of();
      case Stmt.Break s -> List.of();
      case Stmt.Continue s -> List.of();
    };
  }

  private static List<Expr> and(List<Expr> list, Expr last) {
    List<Expr> all = new ArrayList<>(list);
    all.add(last);
    return all;
  }

  /** The expressions directly in an expression, its statements' left out. */
  static List<Expr> parts(Expr expr) {
    return switch (expr) {
      case Expr.IntLiteral e -> List.of();
      case Expr.StrLiteral e -> List.of();
      case Expr.BuiltinValue e -> List.of();
      case Expr.ContextField e -> List.of();
      case Expr.ContextElement e -> List.of(e.index());
      case Expr.Memory e -> List.of(e.address());
      case Expr.ElementAddress e -> List.of(e.address(), e.index());
      case Expr.Part e -> List.of(e.of());
      case Expr.Local e -> List.of();
      case Expr.MapValue e -> e.key();
      case Expr.Aggregated e -> e.key();
      case Expr.HasKey e -> e.key();
      case Expr.Find e -> e.key();
      case Expr.DeleteKey e -> e.key();
      case Expr.Length e -> List.of();
      case Expr.Sequence e -> List.of(e.value());
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
}
