package jbt.compiler.check;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import jbt.compiler.check.Checked.Expr;
import jbt.compiler.lang.Ast;
import jbt.compiler.lang.Diagnostics;
import jbt.compiler.lang.SourceRange;
import jbt.compiler.types.Origin;
import jbt.compiler.types.Type;
import jbt.compiler.types.TypeNames;

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

  /**
   * {@code typeinfo(x)}: the number of the type among the kernel's, 0 if it is none of these, what
   * kind of type it is, and its name.
   */
  static Value info(
      Ast.Expr.TypeInfo written, ExpressionChecker expressions, Diagnostics diagnostics) {
    SourceRange range = written.range();
    Configuration.permit(
        expressions.settings().typeinfo(),
        "typeinfo()",
        Configuration.TYPEINFO,
        range,
        diagnostics);
    Optional<String> aggregation = written.of().flatMap(of -> aggregation(of, expressions));
    if (aggregation.isPresent()) {
      return info(0, aggregation.get(), aggregation.get(), range);
    }
    Type type =
        expressions.types().typeOrExpression(written.type(), written.of()).orElse(Type.NONE);
    if (type instanceof Type.None) {
      return Value.unknown(range);
    }
    boolean ofKernel =
        type instanceof Type.Struct struct && !struct.origin().source().equals(Origin.SCRIPT);
    int id = ofKernel ? ((Type.Struct) type).origin().id() : 0;
    return info(id, TypeNames.kind(type), TypeNames.written(type), range);
  }

  private static Optional<String> aggregation(Ast.Expr of, ExpressionChecker expressions) {
    return of instanceof Ast.Expr.MapUse use && expressions.maps().keyType(use).isEmpty()
        ? expressions
            .maps()
            .info(use)
            .aggregation
            .map(held -> held.getClass().getSimpleName().toLowerCase(Locale.ROOT) + "_t")
        : Optional.empty();
  }

  private static Value info(int id, String kind, String name, SourceRange range) {
    List<Expr> parts =
        List.of(
            Value.literal(id, range).expr(),
            Value.string(kind, range).expr(),
            Value.string(name, range).expr());
    List<String> names = List.of("btf_id", "base_type", "full_type");
    return Value.of(Expr.Tuple.record(names, parts, range));
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
