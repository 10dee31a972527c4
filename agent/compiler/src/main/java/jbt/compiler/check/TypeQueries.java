package jbt.compiler.check;

import java.util.List;
import java.util.Set;
import jbt.compiler.check.Checked.Expr;
import jbt.compiler.lang.Ast;
import jbt.compiler.lang.Diagnostics;
import jbt.compiler.types.Type;

/** {@code is_str(x)} and the like: what an expression is, known when the script is compiled. */
final class TypeQueries {
  static final Set<String> NAMES =
      Set.of(
          "is_str",
          "is_ptr",
          "is_array",
          "is_integer",
          "is_unsigned_integer",
          "is_literal",
          "is_scalar");

  private TypeQueries() {}

  static Value value(Ast.Expr.Call call, ExpressionChecker expressions, Diagnostics diagnostics) {
    if (!Calls.arity(call, 1, 1, diagnostics)) {
      return Value.unknown(call.range());
    }
    if (call.function().equals("is_scalar")) {
      return hasNoKey(call, expressions, diagnostics);
    }
    Value value = expressions.any(call.arguments().getFirst());
    if (!value.known()) {
      return Value.unknown(call.range());
    }
    boolean is =
        switch (call.function()) {
          case "is_str" ->
              value.type() instanceof Type.Str || value.type() instanceof Type.ProbeName;
          case "is_ptr" -> value.type() instanceof Type.Pointer;
          case "is_array" -> value.type() instanceof Type.Array;
          case "is_integer" -> value.type() instanceof Type.Int;
          case "is_unsigned_integer" -> value.type() instanceof Type.Int i && !i.signed();
          case "is_literal" ->
              value.expr() instanceof Expr.IntLiteral || value.expr() instanceof Expr.StrLiteral;
          default -> throw new IllegalArgumentException(call.function());
        };
    return Value.bool(is, call.range());
  }

  private static Value hasNoKey(
      Ast.Expr.Call call, ExpressionChecker expressions, Diagnostics diagnostics) {
    if (!(call.arguments().getFirst() instanceof Ast.Expr.MapUse use) || !use.key().isEmpty()) {
      diagnostics.error(call.range(), "is_scalar() takes a map: is_scalar(@x)");
      return Value.unknown(call.range());
    }
    List<Place> key = expressions.maps().info(use).key;
    return key == null ? Value.unknown(call.range()) : Value.bool(key.isEmpty(), call.range());
  }
}
