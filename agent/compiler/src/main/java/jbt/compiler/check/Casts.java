package jbt.compiler.check;

import java.util.List;
import java.util.Optional;
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
      Optional<Value> address = Access.addressOf(operand.expr(), range);
      if (address.isPresent()) {
        return toPointer(address.get(), pointer, range);
      }
    }
    if (operand.isInteger()
        && type instanceof Type.Array(Type element, int length)
        && (element instanceof Type.Int || element instanceof Type.Bool)) {
      int each = Type.sizeOf(element);
      int bytes = length == Ast.TypeName.OPEN ? integerSize(operand) : each * length;
      Optional<Expr> sized = ofSize(operand, bytes);
      if (sized.isPresent() && bytes % each == 0) {
        Type array = new Type.Array(element, bytes / each);
        return operand.with(new Expr.Cast(sized.get(), array, range));
      }
    }
    if (operand.type() instanceof Type.Str(int size)
        && type instanceof Type.Array(Type.Int element, int length)
        && (length == Ast.TypeName.OPEN ? size % element.bytes() : size - Type.sizeOf(type)) == 0) {
      return operand.with(bytesOf(operand.expr(), element, size / element.bytes(), range));
    }
    if (operand.type() instanceof Type.Str && type instanceof Type.Bool) {
      return Value.of(isText(operand.expr(), range));
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
      return Value.of(new Expr.Part(operand.expr(), 0, Optional.empty(), type, range));
    }
    if (type instanceof Type.Str wanted && operand.type() instanceof Type.Str text) {
      if (text.size() <= wanted.size()) {
        return operand.with(Coercion.to(type, operand.expr()));
      }
      diagnostics.error(
          range,
          "%s does not fit %s".formatted(TypeNames.written(text), TypeNames.written(wanted)));
      return Value.unknown(range);
    }
    boolean sizes =
        (type instanceof Type.Array && (operand.isInteger() || operand.type() instanceof Type.Str))
            || (type instanceof Type.Int && operand.type() instanceof Type.Array);
    boolean address = type instanceof Type.Struct && operand.isInteger();
    diagnostics.error(
        range,
        "Can't cast %s to %s%s"
            .formatted(
                TypeNames.describe(operand.type()),
                cast.type().of().isPresent() ? TypeNames.written(type) : cast.type(),
                sizes ? ": their sizes differ" : ""),
        List.of(),
        address
            ? List.of("For the struct at an address: (%s *)".formatted(cast.type()))
            : List.of());
    return Value.unknown(range);
  }

  /** A text as it lies in memory, with the NUL behind it. */
  private static Expr bytesOf(Expr text, Type.Int element, int length, SourceRange range) {
    Type array = new Type.Array(element, length);
    return text instanceof Expr.Memory m
        ? new Expr.Memory(m.address(), m.offset(), m.bits(), m.space(), m.direct(), array, range)
        : new Expr.Part(text, 0, Optional.empty(), array, range);
  }

  /** Whether there is something in a text. */
  private static Expr isText(Expr text, SourceRange range) {
    if (text instanceof Expr.StrLiteral literal) {
      boolean some = !literal.value().isEmpty() && literal.value().charAt(0) != 0;
      return new Expr.IntLiteral(some ? 1 : 0, Type.BOOL, range);
    }
    Expr nothing = new Expr.StrLiteral("", new Type.Str(1), range);
    return new Expr.Binary(Checked.BinaryOp.NE, text, nothing, Type.BOOL, range);
  }

  /** The least that holds a literal, which is no wider than it need be. */
  private static int integerSize(Value value) {
    if (value.expr() instanceof Expr.IntLiteral(long number, Type type, var range)
        && type.equals(Type.INT64)) {
      return number == (byte) number
          ? 1
          : number == (short) number ? 2 : number == (int) number ? 4 : 8;
    }
    return value.type() instanceof Type.Int i ? i.bytes() : 1;
  }

  /** An integer as one of so many bytes: a literal that fits, or one that has this size. */
  private static Optional<Expr> ofSize(Value value, int bytes) {
    boolean possible = bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8;
    if (value.expr() instanceof Expr.IntLiteral(long number, Type type, SourceRange at)
        && type.equals(Type.INT64)
        && possible) {
      boolean fits = integerSize(value) <= bytes || number >>> (8 * bytes) == 0;
      return fits
          ? Optional.of(new Expr.IntLiteral(number, new Type.Int(bytes, true), at))
          : Optional.empty();
    }
    return integerSize(value) == bytes ? Optional.of(value.expr()) : Optional.empty();
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

  /** What of a number is left in a type. */
  static long narrow(long value, Type type) {
    if (!(type instanceof Type.Int i)) {
      return value != 0 ? 1 : 0;
    }
    int unused = 64 - 8 * i.bytes();
    return i.signed() ? value << unused >> unused : value << unused >>> unused;
  }
}
