package jbt.compiler.check;

import java.util.List;
import java.util.Optional;
import jbt.compiler.check.Checked.Expr;
import jbt.compiler.lang.Ast;
import jbt.compiler.lang.Diagnostics;
import jbt.compiler.lang.SourceRange;
import jbt.compiler.types.Type;

/**
 * {@code str(pointer)} and {@code str(pointer, n)}: the text at an address, of which n - 1
 * characters are kept. Of text itself n characters are kept.
 */
final class StrCall {
  private final ExpressionChecker expressions;
  private final Diagnostics diagnostics;
  private final ProbeContext context;

  StrCall(ExpressionChecker expressions, Diagnostics diagnostics, ProbeContext context) {
    this.expressions = expressions;
    this.diagnostics = diagnostics;
    this.context = context;
  }

  Value check(Ast.Expr.Call call) {
    List<Ast.Expr> arguments = call.arguments();
    if (!Calls.arity(call, 1, 2, diagnostics)) {
      return Value.unknown(call.range());
    }
    Value of = expressions.textValue(arguments.getFirst());
    Optional<Value> length =
        arguments.size() == 2
            ? Optional.of(expressions.integer(arguments.get(1), "The length of str()"))
            : Optional.empty();
    if (length.isPresent()
        && length.get().expr() instanceof Expr.IntLiteral(long n, Type type, SourceRange at)
        && type.equals(Type.INT64)
        && n < 0) {
      diagnostics.error(at, "The length of str() must be at least 0, not " + n);
      return Value.unknown(call.range());
    }
    if (!of.known()) {
      return Value.unknown(call.range());
    }
    if (of.type() instanceof Type.Str) {
      return ofText(call, of, length);
    }
    if (!(of.type() instanceof Type.Pointer) && !(of.type() instanceof Type.Int)) {
      diagnostics.error(call.range(), "str() takes a pointer or an integer, not " + of.described());
      return Value.unknown(call.range());
    }
    return ofPointer(call, of, length);
  }

  /** The text that a pointer leads to. */
  Value at(Value pointer) {
    Type text = new Type.Str(expressions.settings().maxStrlen());
    return Value.of(new Expr.Str(pointer.expr(), Optional.empty(), text, pointer.range()));
  }

  private Value ofText(Ast.Expr.Call call, Value text, Optional<Value> length) {
    if (length.isEmpty()) {
      return text;
    }
    if (text.expr() instanceof Expr.StrLiteral literal
        && length.get().expr() instanceof Expr.IntLiteral n) {
      int keep = Math.clamp(n.value(), 0, literal.value().length());
      return Value.string(literal.value().substring(0, keep), call.range());
    }
    if (!(length.get().expr() instanceof Expr.IntLiteral(long keep, Type t, SourceRange at))) {
      diagnostics.error(length.get().range(), "How much str() keeps of a text is a literal number");
      return Value.unknown(call.range());
    }
    int size = text.type() instanceof Type.Str str ? str.size() : 0;
    if (keep < 1) {
      return Value.string("", call.range());
    }
    if (keep >= size) {
      return text;
    }
    List<Expr> start = List.of(text.expr(), Value.literal(keep, at).expr());
    Type type = new Type.Str((int) keep + 1);
    return Value.of(new Expr.Call(Function.START, start, type, call.range()));
  }

  private Value ofPointer(Ast.Expr.Call call, Value of, Optional<Value> length) {
    Expr pointer = pointer(of);
    int size = expressions.settings().maxStrlen();
    if (length.isPresent() && length.get().expr() instanceof Expr.IntLiteral n) {
      if (n.value() > size) {
        diagnostics.warning(n.range(), "str() keeps at most %d characters".formatted(size));
      } else if (n.value() < 2) {
        return Value.string("", call.range());
      }
      size = (int) Math.min(size, n.value());
    }
    Expr str = new Expr.Str(pointer, length.map(Value::expr), new Type.Str(size), call.range());
    return Value.of(str);
  }

  /** An integer as the address that it is in this probe. */
  Expr pointer(Value address) {
    return address.type() instanceof Type.Pointer
        ? address.expr()
        : new Expr.Cast(
            address.expr(), new Type.Pointer(Type.NONE, context.space()), address.range());
  }
}
