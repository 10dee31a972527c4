package jbt.compiler.random;

import static java.util.stream.Collectors.joining;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
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

  static String write(List<Node.Function> functions, List<Node.Probe> probes) {
    Writer writer = new Writer();
    // What is kept with threads must not be shown.
    writer.text.append(Expressions.STRUCTS).append("config = { print_maps_on_exit = false }\n");
    functions.forEach(writer::function);
    for (Node.Probe probe : probes) {
      writer.text.append(probe.point());
      probe.predicate().ifPresent(p -> writer.text.append(" /").append(expr(p, 0)).append("/"));
      writer.text.append(" {\n");
      writer.block(probe.body(), 1);
      writer.text.append("}\n");
    }
    return writer.text.toString();
  }

  private void function(Node.Function function) {
    text.append("fn ").append(function.name()).append('(');
    text.append(function.parameters().stream().map(Writer::declared).collect(joining(", ")));
    text.append("): ").append(function.result().declared()).append(" {\n");
    block(function.body(), 1);
    text.append("}\n");
  }

  private static String declared(Node.Variable variable) {
    return "$" + variable.name() + ": " + variable.declared();
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
      case Stmt.Braces s -> nested(indent + "{\n", s.body(), depth);
      case Stmt.Unroll s -> nested(indent + "unroll (" + s.count() + ") {\n", s.body(), depth);
      case Stmt.While s ->
          nested(indent + "while (" + expr(s.condition(), 0) + ") {\n", s.body(), depth);
      case Stmt.ForRange s ->
          nested(
              "%sfor ($%s : %s..%s) {%n"
                  .formatted(
                      indent, s.variable().name(), expr(s.from(), POSTFIX), expr(s.to(), POSTFIX)),
              s.body(),
              depth);
      case Stmt.ForMap s ->
          nested(
              "%sfor ($%s : %s) {%n".formatted(indent, s.variable().name(), s.from().name()),
              s.body(),
              depth);
      default -> text.append(indent).append(simple(statement)).append(";\n");
    }
  }

  private void nested(String head, List<Stmt> body, int depth) {
    text.append(head);
    block(body, depth + 1);
    text.append("  ".repeat(depth)).append("}\n");
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
              + s.arguments().stream().map(a -> ", " + expr(a, 0)).collect(joining())
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
      case Stmt.Return s -> "return" + s.value().map(value -> " " + expr(value, 0)).orElse("");
      case Stmt.Break s -> "break";
      case Stmt.Continue s -> "continue";
      case Stmt.Let s -> throw notSimple(s);
      case Stmt.If s -> throw notSimple(s);
      case Stmt.Braces s -> throw notSimple(s);
      case Stmt.Unroll s -> throw notSimple(s);
      case Stmt.While s -> throw notSimple(s);
      case Stmt.ForRange s -> throw notSimple(s);
      case Stmt.ForMap s -> throw notSimple(s);
    };
  }

  private static IllegalArgumentException notSimple(Stmt statement) {
    return new IllegalArgumentException("not simple: " + statement);
  }

  private static String aggregation(Stmt.Aggregate s) {
    MapShape map = s.map();
    String function = map.use().name().toLowerCase(java.util.Locale.ROOT);
    String value = s.value().map(v -> expr(v, 0)).orElse("");
    String more = map.parameters().stream().map(parameter -> ", " + parameter).collect(joining());
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
    return exprs.stream().map(e -> expr(e, 0)).collect(joining(", "));
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
      case Expr.HasKey e -> POSTFIX;
      case Expr.Keys e -> UNARY;
      case Expr.Length e -> UNARY;
      case Expr.Differ e -> UNARY;
      case Expr.Found e -> UNARY;
      case Expr.Contains e -> UNARY;
      case Expr.Joined e -> POSTFIX;
      case Expr.Call e -> POSTFIX;
      case Expr.Part8 e -> e.view().text().startsWith("*") ? UNARY : POSTFIX;
      case Expr.Element e -> POSTFIX;
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
      case Expr.HasKey e -> "has_key(%s, %s)".formatted(e.map().name(), alone(e.key()));
      // What sign their results have is not written down: as here they are used.
      case Expr.Keys e -> "(int64)len(" + e.map().name() + ")";
      case Expr.Length e -> "(int64)strlen(" + expr(e.text(), 0) + ")";
      case Expr.Differ e ->
          "(bool)strncmp(%s, %s, %d)".formatted(expr(e.left(), 0), expr(e.right(), 0), e.count());
      case Expr.Found e -> "(int64)" + call("strstr", e.text(), e.part());
      case Expr.Contains e -> "(bool)" + call("strcontains", e.text(), e.part());
      case Expr.Joined e -> call("str_concat", e.left(), e.right());
      case Expr.Call e -> e.function().name() + "(" + list(e.arguments()) + ")";
      case Expr.Part8 e -> e.view().text().formatted("&" + expr(e.number(), POSTFIX));
      case Expr.Element e ->
          "((%s%d[%d])(uint64)%s)[%s]"
              .formatted(
                  e.signed() ? "int" : "uint",
                  8 * e.bytes(),
                  8 / e.bytes(),
                  expr(e.number(), UNARY),
                  expr(e.index(), 0));
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
      case Expr.Tuple e ->
          e.named() ? record(e) : "(" + list(e.parts()) + (e.parts().size() == 1 ? ",)" : ")");
      case Expr.Part e -> {
        boolean named = ((Kind.Tuple) Rules.kind(e.tuple())).named();
        yield expr(e.tuple(), POSTFIX) + "." + (named ? name(e.index()) : "" + e.index());
      }
    };
  }

  private static String record(Expr.Tuple tuple) {
    return IntStream.range(0, tuple.parts().size())
        .mapToObj(i -> name(i) + " = " + expr(tuple.parts().get(i), 0))
        .collect(joining(", ", "(", ")"));
  }

  private static String name(int field) {
    return Character.toString('a' + field);
  }

  private static String call(String function, Expr first, Expr second) {
    return "%s(%s, %s)".formatted(function, expr(first, 0), expr(second, 0));
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
