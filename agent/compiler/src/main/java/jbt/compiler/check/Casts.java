package jbt.compiler.check;

import jbt.compiler.check.Checked.Expr;
import jbt.compiler.lang.Ast;
import jbt.compiler.lang.Diagnostics;
import jbt.compiler.lang.SourceRange;
import jbt.compiler.types.Type;
import jbt.compiler.types.TypeNames;

/** Explicit changes of a type. */
final class Casts {
  private final Diagnostics diagnostics;

  Casts(Diagnostics diagnostics) {
    this.diagnostics = diagnostics;
  }

  Value cast(Value operand, Type type, Ast.Expr.Cast cast) {
    SourceRange range = cast.range();
    boolean number = operand.isInteger() || operand.type() instanceof Type.Pointer;
    if (number && (type instanceof Type.Int || type instanceof Type.Bool)) {
      return toInteger(operand, type, range);
    }
    if (type instanceof Type.Pointer pointer) {
      if (number) {
        return toPointer(operand, pointer, range);
      }
      if (operand.expr() instanceof Expr.Memory memory && !operand.isInteger()) {
        return toPointer(Access.addressOf(memory, range), pointer, range);
      }
    }
    if (operand.isInteger()
        && type instanceof Type.Array(Type.Int element, int length)
        && element.bytes() * length == integerSize(operand.type())) {
      return operand.with(new Expr.Cast(operand.expr(), type, range));
    }
    boolean sameSize =
        Type.sizeOf(type) == Type.sizeOf(operand.type()) && Type.sizeOf(type) <= Long.BYTES;
    if (type instanceof Type.Int
        && sameSize
        && operand.expr() instanceof Expr.Memory m
        && (operand.type() instanceof Type.Array || operand.type() instanceof Type.Str)) {
      return Value.of(
          new Expr.Memory(m.address(), m.offset(), m.bits(), m.space(), false, type, range));
    }
    if (type instanceof Type.Int && sameSize && operand.type() instanceof Type.Array) {
      return Value.of(new Expr.Part(operand.expr(), 0, java.util.Optional.empty(), type, range));
    }
    diagnostics.error(
        range, "Can't cast %s to %s".formatted(TypeNames.describe(operand.type()), cast.type()));
    return Value.unknown(range);
  }

  private static int integerSize(Type type) {
    return type instanceof Type.Int i ? i.bytes() : 1;
  }

  private static Value toInteger(Value operand, Type type, SourceRange range) {
    boolean natural =
        type instanceof Type.Bool || (type instanceof Type.Int i && !i.signed() && i.bytes() < 8);
    Expr expr =
        operand.expr() instanceof Expr.IntLiteral literal
            ? new Expr.IntLiteral(narrow(literal.value(), type), type, range)
            : new Expr.Cast(operand.expr(), type, range);
    boolean nonNegative = expr instanceof Expr.IntLiteral literal && literal.value() >= 0;
    return new Value(expr, natural || nonNegative, operand.hostBound());
  }

  /** What is an address in some space stays in it. */
  private static Value toPointer(Value operand, Type.Pointer type, SourceRange range) {
    Type placed =
        operand.type() instanceof Type.Pointer(Type target, Type.AddressSpace space)
            ? Access.inSpace(type, space)
            : type;
    Expr expr =
        operand.expr() instanceof Expr.IntLiteral literal
            ? new Expr.IntLiteral(literal.value(), placed, range)
            : new Expr.Cast(operand.expr(), placed, range);
    return new Value(expr, false, true);
  }

  private static long narrow(long value, Type type) {
    if (!(type instanceof Type.Int i)) {
      return value != 0 ? 1 : 0;
    }
    int unused = 64 - 8 * i.bytes();
    return i.signed() ? value << unused >> unused : value << unused >>> unused;
  }
}
