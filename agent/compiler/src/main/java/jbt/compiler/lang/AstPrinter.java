package jbt.compiler.lang;

import java.util.List;
import java.util.stream.Collectors;
import jbt.compiler.lang.Ast.Expr;
import jbt.compiler.lang.Ast.Stmt;

/** The syntax tree as text: a node a line, with the line of the script where it begins. */
public final class AstPrinter {
  private final Source source;
  private final StringBuilder out = new StringBuilder();

  private AstPrinter(Source source) {
    this.source = source;
  }

  public static String print(Ast.Script script, Source source) {
    AstPrinter printer = new AstPrinter(source);
    for (Ast.Block block : script.blocks()) {
      printer.block(block);
    }
    return printer.out.toString();
  }

  private void block(Ast.Block block) {
    for (Ast.AttachPoint point : block.attachPoints()) {
      line(point.range(), 0, "probe " + source.text(point.range()));
    }
    block
        .predicate()
        .ifPresent(
            predicate -> {
              line(predicate.range(), 1, "predicate");
              expr(predicate, 2);
            });
    block.body().forEach(stmt -> stmt(stmt, 1));
  }

  private void stmt(Stmt stmt, int depth) {
    SourceRange range = stmt.range();
    switch (stmt) {
      case Stmt.Evaluate evaluate -> line(range, depth, "evaluate");
      case Stmt.Assign assign ->
          line(range, depth, assign.op().map(op -> op.symbol).orElse("") + "=");
      case Stmt.Let let ->
          line(
              range,
              depth,
              "let $"
                  + let.variable().name()
                  + let.type().map(type -> ": " + source.text(type.range())).orElse(""));
      case Stmt.If branch -> {
        line(range, depth, "if");
        expr(branch.condition(), depth + 1);
        line(range, depth, "then");
        branch.then().forEach(inner -> stmt(inner, depth + 1));
        if (!branch.otherwise().isEmpty()) {
          line(branch.otherwise().getFirst().range(), depth, "else");
          branch.otherwise().forEach(inner -> stmt(inner, depth + 1));
        }
        return;
      }
      case Stmt.Return leave -> line(range, depth, "return");
      case Stmt.Braces braces -> line(range, depth, "braces");
      case Stmt.Unroll unroll -> line(range, depth, "unroll");
      case Stmt.While loop -> line(range, depth, "while");
      case Stmt.ForRange loop -> line(range, depth, "for $" + loop.variable().name() + " in range");
      case Stmt.ForMap loop -> line(range, depth, "for $" + loop.variable().name() + " in map");
      case Stmt.Break leave -> line(range, depth, "break");
      case Stmt.Continue next -> line(range, depth, "continue");
    }
    children(Ast.children(stmt), depth + 1);
  }

  private void children(List<? extends Ast.Node> children, int depth) {
    for (Ast.Node child : children) {
      if (child instanceof Stmt inner) {
        stmt(inner, depth);
      } else {
        expr((Expr) child, depth);
      }
    }
  }

  private void expr(Expr expr, int depth) {
    line(expr.range(), depth, label(expr));
    children(Ast.children(expr), depth + 1);
  }

  private static String label(Expr expr) {
    return switch (expr) {
      case Expr.Int i -> i.unsigned() ? Long.toUnsignedString(i.value()) : "" + i.value();
      case Expr.Bool bool -> "" + bool.value();
      case Expr.Str str -> quoted(str.value());
      case Expr.Name name -> name.name();
      case Expr.Variable variable -> "$" + variable.name();
      case Expr.MapUse use -> "@" + use.name() + (use.key().isEmpty() ? "" : "[]");
      case Expr.Unary unary -> unary.op().symbol;
      case Expr.Binary binary -> binary.op().symbol;
      case Expr.Logical logical -> logical.and() ? "&&" : "||";
      case Expr.Conditional conditional -> "?:";
      case Expr.Step step -> (step.up() ? "++" : "--") + (step.prefix() ? " before" : " after");
      case Expr.Tuple tuple -> "tuple";
      case Expr.Record parts -> "record " + String.join(", ", parts.names());
      case Expr.Sequence sequence -> "block";
      case Expr.Comptime known -> "comptime";
      case Expr.Member member -> "." + member.field();
      case Expr.Index index -> "[]";
      case Expr.Cast cast -> "(" + cast.type() + ")";
      case Expr.SizeOf sizeOf -> "sizeof " + sizeOf.type().map(Ast.TypeName::toString).orElse("");
      case Expr.TypeInfo info -> "typeinfo " + info.type().map(Ast.TypeName::toString).orElse("");
      case Expr.OfType of -> "type " + of.type();
      case Expr.OffsetOf offsetOf -> "offsetof " + String.join(".", offsetOf.fields());
      case Expr.ContainerOf of -> "container_of " + of.type() + " " + String.join(".", of.fields());
      case Expr.Call call -> call.function() + "()";
    };
  }

  /** A string as it could stand in a script. */
  public static String quoted(String bytes) {
    return bytes
        .chars()
        .mapToObj(
            c ->
                switch (c) {
                  case '\n' -> "\\n";
                  case '\t' -> "\\t";
                  case '\r' -> "\\r";
                  case '"' -> "\\\"";
                  case '\\' -> "\\\\";
                  default -> c < ' ' || c > '~' ? "\\x%02x".formatted(c) : "" + (char) c;
                })
        .collect(Collectors.joining("", "\"", "\""));
  }

  private void line(SourceRange range, int depth, String text) {
    out.append("%4d  ".formatted(source.line(range.start())));
    out.repeat("  ", depth).append(text).append('\n');
  }
}
