package jbt.compiler.check;

import java.util.Optional;
import jbt.compiler.lang.Ast;
import jbt.compiler.lang.Ast.Expr;
import jbt.compiler.lang.Ast.Script;
import jbt.compiler.lang.Rewriting;

/**
 * Makes literals of texts that are known when the script is compiled: of a macro that gives nothing
 * but a literal, and of literals that are joined by {@code +}.
 */
final class LiteralTexts {
  private static final Rewriting REWRITING = new Rewriting(LiteralTexts::made);

  private LiteralTexts() {}

  static Script make(Script script) {
    return script.withBlocks(
        script.blocks().stream()
            .map(
                block ->
                    Ast.any(block, node -> literal(node).isPresent())
                        ? REWRITING.block(block)
                        : block)
            .toList());
  }

  private static Optional<Expr> made(Expr expr) {
    Expr inner = REWRITING.inside(expr);
    return Optional.of(literal(inner).map(Expr.class::cast).orElse(inner));
  }

  private static Optional<Expr.Str> literal(Ast.Node node) {
    return switch (node) {
      case Expr.Sequence(var statements, var value, var range)
          when statements.isEmpty() && value.isPresent() && value.get() instanceof Expr.Str text ->
          Optional.of(new Expr.Str(text.value(), range));
      case Expr.Comptime(Expr.Str text, var range) ->
          Optional.of(new Expr.Str(text.value(), range));
      case Expr.Binary(var op, Expr.Str left, Expr.Str right, var range)
          when op == Ast.BinaryOp.ADD ->
          Optional.of(new Expr.Str(left.value() + right.value(), range));
      default -> Optional.empty();
    };
  }
}
