package jbt.compiler.check;

import java.util.List;
import java.util.Optional;
import jbt.compiler.lang.Ast;
import jbt.compiler.lang.Ast.Expr;
import jbt.compiler.lang.Ast.Script;
import jbt.compiler.lang.Rewriting;

/**
 * Makes literals of what is known of texts when the script is compiled: of a macro that gives
 * nothing but a literal, of literals that are joined by {@code +}, cut by {@code + 3} or compared,
 * and of {@code str(5 + 1)}, which is a text as {@code str($1)} is.
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
    return Optional.of(literal(inner).orElse(inner));
  }

  private static Optional<Expr> literal(Ast.Node node) {
    return switch (node) {
      case Expr.Sequence(var statements, var value, var range)
          when statements.isEmpty() && value.isPresent() && value.get() instanceof Expr.Str text ->
          Optional.of(new Expr.Str(text.value(), range));
      case Expr.Comptime(Expr.Str text, var range) ->
          Optional.of(new Expr.Str(text.value(), range));
      case Expr.Binary(var op, Expr.Str left, Expr.Str right, var range) ->
          op == Ast.BinaryOp.ADD
              ? Optional.of(new Expr.Str(left.value() + right.value(), range))
              : order(op, left.value().compareTo(right.value()))
                  .map(holds -> new Expr.Bool(holds, range));
      case Expr.Binary(var op, Expr.Str text, Expr.Int cut, var range)
          when op == Ast.BinaryOp.ADD ->
          Optional.of(new Expr.Str(end(text.value(), cut.value()), range));
      case Expr.Binary(var op, Expr.Int cut, Expr.Str text, var range)
          when op == Ast.BinaryOp.ADD ->
          Optional.of(new Expr.Str(end(text.value(), cut.value()), range));
      case Expr.Call(String name, var arguments, var range) when name.equals("str") ->
          start(arguments).map(text -> new Expr.Str(text, range));
      default -> Optional.empty();
    };
  }

  /** What {@code str()} is of literals. */
  private static Optional<String> start(List<Expr> arguments) {
    Optional<String> text =
        switch (arguments.isEmpty() ? null : arguments.getFirst()) {
          case Expr.Str literal -> Optional.of(literal.value());
          case Expr.Int number -> Optional.of(Long.toUnsignedString(number.value()));
          case Expr.Unary unary -> number(unary).map(known -> known.exact().toString());
          case Expr.Binary binary -> number(binary).map(known -> known.exact().toString());
          case null, default -> Optional.empty();
        };
    return switch (arguments.size()) {
      case 1 -> text;
      case 2 ->
          arguments.get(1) instanceof Expr.Int keep
              ? text.map(all -> all.substring(0, shorter(keep.value(), all)))
              : Optional.empty();
      default -> Optional.empty();
    };
  }

  /** What literals come to; empty where that is no matter of literals, or no number. */
  private static Optional<Folding.Literal> number(Expr expr) {
    return switch (expr) {
      case Expr.Int(long value, boolean unsigned, var range) ->
          Optional.of(Folding.Literal.of(value, unsigned));
      case Expr.Unary(var op, Expr operand, var range) when op == Ast.UnaryOp.MINUS ->
          number(operand).map(known -> new Folding.Literal(known.exact().negate()));
      case Expr.Binary(var op, Expr left, Expr right, var range) when !compares(op) ->
          number(left)
              .flatMap(
                  a ->
                      number(right)
                          .flatMap(b -> Folding.fold(Checked.BinaryOp.valueOf(op.name()), a, b)))
              .filter(Folding.Literal::fits);
      default -> Optional.empty();
    };
  }

  private static boolean compares(Ast.BinaryOp op) {
    return switch (op) {
      case EQ, NE, LT, LE, GT, GE -> true;
      default -> false;
    };
  }

  private static int shorter(long length, String text) {
    return Long.compareUnsigned(length, text.length()) < 0 ? (int) length : text.length();
  }

  /** What is left behind so many bytes. */
  private static String end(String text, long cut) {
    return text.substring(shorter(cut, text));
  }

  /** Texts hold bytes as Latin-1 characters, so that these are in the order of the bytes. */
  private static Optional<Boolean> order(Ast.BinaryOp op, int comparison) {
    return switch (op) {
      case LT -> Optional.of(comparison < 0);
      case LE -> Optional.of(comparison <= 0);
      case GT -> Optional.of(comparison > 0);
      case GE -> Optional.of(comparison >= 0);
      default -> Optional.empty();
    };
  }
}
