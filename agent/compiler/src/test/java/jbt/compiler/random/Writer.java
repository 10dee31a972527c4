package jbt.compiler.random;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import jbt.compiler.random.Node.Expr;
import jbt.compiler.random.Node.MapShape;
import jbt.compiler.random.Node.Stmt;
import jbt.compiler.random.Node.Target;

/** The text of a script, with no more parentheses than C needs. */
final class Writer {
  private static final int CONDITIONAL = 1;
  private static final int OR = 2;
  private static final int AND = 3;
  private static final int UNARY = 12;
  private static final int POSTFIX = 13;

  private final StringBuilder text = new StringBuilder();

  private Writer() {}

  static String write(List<Node.Probe> probes) {
    Writer writer = new Writer();
    for (Node.Probe probe : probes) {
      writer.text.append(probe.point());
      probe.predicate().ifPresent(p -> writer.text.append(" /").append(expr(p, 0)).append("/"));
      writer.text.append(" {\n");
      writer.block(probe.body(), 1);
      writer.text.append("}\n");
    }
    return writer.text.toString();
  }

  private void block(List<Stmt> statements, int depth) {
    statements.forEach(statement -> statement(statement, depth));
  }

  private void statement(Stmt statement, int depth) {
    String indent = "  ".repeat(depth);
    switch (statement) {
      case Stmt.If s -> {
        text.append(indent).append("if (").append(expr(s.condition(), 0)).append(") {\n");
        block(s.then(), depth + 1);
        if (!s.otherwise().isEmpty()) {
          text.append(indent).append("} else {\n");
          block(s.otherwise(), depth + 1);
        }
        text.append(indent).append("}\n");
      }
      case Stmt.Let s -> {
        String type = s.variable().declared();
        text.append(indent).append("let $").append(s.variable().name());
        text.append(type.isEmpty() ? "" : ": " + type);
        s.value().ifPresent(value -> text.append(" = ").append(expr(value, 0)));
        text.append(";\n");
      }
      default -> text.append(indent).append(simple(statement)).append(";\n");
    }
  }

  private static String simple(Stmt statement) {
    return switch (statement) {
      case Stmt.Assign s -> target(s.target()) + " = " + expr(s.value(), 0);
      case Stmt.Compound s -> target(s.target()) + " " + s.op().symbol + "= " + expr(s.value(), 0);
      case Stmt.Evaluate s -> (s.discarded() ? "_ = " : "") + expr(s.expr(), 0);
      case Stmt.Aggregate s -> element(s.map(), s.key()) + " = " + aggregation(s);
      case Stmt.Printf s ->
          "printf("
              + quoted(s.format())
              + s.arguments().stream().map(a -> ", " + expr(a, 0)).collect(Collectors.joining())
              + ")";
      case Stmt.PrintValue s -> "print(" + expr(s.value(), 0) + ")";
      case Stmt.PrintMap s -> "print(" + element(s.map(), s.key()) + ")";
      case Stmt.Clear s -> (s.zero() ? "zero(" : "clear(") + s.map().name() + ")";
      case Stmt.Delete s ->
          s.separate()
              ? "delete(%s, %s)".formatted(s.map().name(), alone(s.key()))
              : "delete(" + element(s.map(), s.key()) + ")";
      case Stmt.Time s -> "time()";
      case Stmt.Exit s -> "exit(" + s.code().map(code -> expr(code, 0)).orElse("") + ")";
      case Stmt.Return s -> "return";
      case Stmt.Let s -> throw new IllegalArgumentException("not simple: " + s);
      case Stmt.If s -> throw new IllegalArgumentException("not simple: " + s);
    };
  }

  private static String aggregation(Stmt.Aggregate s) {
    MapShape map = s.map();
    String function = map.use().name().toLowerCase(java.util.Locale.ROOT);
    String value = s.value().map(v -> expr(v, 0)).orElse("");
    String more =
        map.parameters().stream().map(parameter -> ", " + parameter).collect(Collectors.joining());
    return function + "(" + value + more + ")";
  }

  private static String alone(List<Expr> key) {
    return key.size() == 1 ? expr(key.getFirst(), 0) : expr(new Expr.Tuple(key), 0);
  }

  private static String target(Target target) {
    return switch (target) {
      case Target.Local t -> "$" + t.variable().name();
      case Target.Element t -> element(t.map(), t.key());
    };
  }

  private static String element(MapShape map, List<Expr> key) {
    return map.name() + (key.isEmpty() ? "" : "[" + list(key) + "]");
  }

  private static String list(List<Expr> exprs) {
    return exprs.stream().map(e -> expr(e, 0)).collect(Collectors.joining(", "));
  }

  /** In parentheses if it binds less tightly than its place demands. */
  private static String expr(Expr expr, int least) {
    String written = bare(expr);
    return precedence(expr) < least ? "(" + written + ")" : written;
  }

  private static int precedence(Expr expr) {
    return switch (expr) {
      case Expr.Conditional e -> CONDITIONAL;
      case Expr.Logical e -> e.and() ? AND : OR;
      case Expr.Combine e -> e.op().precedence;
      case Expr.Apply e -> UNARY;
      case Expr.Cast e -> UNARY;
      case Expr.ToBool e -> UNARY;
      case Expr.Step e -> e.prefix() ? UNARY : POSTFIX;
      case Expr.Literal e -> e.text().startsWith("-") ? UNARY : POSTFIX;
      case Expr.Given e -> e.text().contains(" ") ? 0 : POSTFIX;
      case Expr.Str e -> POSTFIX;
      case Expr.StrAt e -> POSTFIX;
      case Expr.Argument e -> POSTFIX;
      case Expr.Local e -> POSTFIX;
      case Expr.MapRead e -> POSTFIX;
      case Expr.Tuple e -> POSTFIX;
      case Expr.Part e -> POSTFIX;
    };
  }

  private static String bare(Expr expr) {
    return switch (expr) {
      case Expr.Literal e -> e.text();
      case Expr.Str e -> quoted(e.value());
      case Expr.Given e -> e.text();
      case Expr.StrAt e ->
          "str(" + e.pointer() + e.length().map(n -> ", " + expr(n, 0)).orElse("") + ")";
      case Expr.Argument e -> "args.args[" + expr(e.index(), 0) + "]";
      case Expr.Local e -> "$" + e.variable().name();
      case Expr.MapRead e -> element(e.map(), e.key());
      case Expr.Apply e -> unary(e.op().symbol, e.operand());
      case Expr.Cast e -> unary("(" + e.type() + ")", e.operand());
      case Expr.ToBool e -> unary("(bool)", e.operand());
      case Expr.Combine e ->
          expr(e.left(), e.op().precedence)
              + " "
              + e.op().symbol
              + " "
              + expr(e.right(), e.op().precedence + 1);
      case Expr.Logical e -> {
        int own = e.and() ? AND : OR;
        yield expr(e.left(), own) + (e.and() ? " && " : " || ") + expr(e.right(), own + 1);
      }
      case Expr.Conditional e -> conditional(e);
      case Expr.Step e -> {
        String step = e.up() ? "++" : "--";
        yield e.prefix() ? step + target(e.target()) : target(e.target()) + step;
      }
      case Expr.Tuple e -> "(" + list(e.parts()) + (e.parts().size() == 1 ? ",)" : ")");
      case Expr.Part e -> expr(e.tuple(), POSTFIX) + "." + e.index();
    };
  }

  private static String conditional(Expr.Conditional e) {
    Optional<Expr> then = e.then();
    return expr(e.condition(), OR)
        + then.map(t -> " ? " + expr(t, 0) + " : ").orElse(" ?: ")
        + expr(e.otherwise(), CONDITIONAL);
  }

  private static String unary(String operator, Expr operand) {
    String written = expr(operand, UNARY);
    char last = operator.charAt(operator.length() - 1);
    // Two signs in a row would be a step.
    return written.charAt(0) == last ? operator + "(" + written + ")" : operator + written;
  }

  private static String quoted(String text) {
    return '"'
        + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n").replace("\t", "\\t")
        + '"';
  }
}
