package jbt.compiler.check;

import java.util.List;
import java.util.Set;
import jbt.compiler.check.Checked.BinaryOp;
import jbt.compiler.check.Checked.Expr;
import jbt.compiler.lang.Ast;
import jbt.compiler.lang.Diagnostics;
import jbt.compiler.types.Type;

/** Functions of texts and bytes. */
final class Functions {
  static final Set<String> NAMES =
      Set.of(
          "str",
          "buf",
          "strlen",
          "strcap",
          "strncmp",
          "strstr",
          "strcontains",
          "str_concat",
          "memcmp",
          "memcmp_record");

  private final ExpressionChecker expressions;
  private final Diagnostics diagnostics;
  private final StrCall strings;
  private final ProbeContext context;

  Functions(ExpressionChecker expressions, Diagnostics diagnostics, ProbeContext context) {
    this.expressions = expressions;
    this.diagnostics = diagnostics;
    this.context = context;
    this.strings = new StrCall(expressions, diagnostics, context);
  }

  Value call(Ast.Expr.Call call) {
    return switch (call.function()) {
      case "str" -> strings.check(call);
      case "buf" -> buffer(call);
      case "strlen" -> length(call);
      case "strcap" -> capacity(call);
      case "strncmp" -> compare(call);
      case "strstr" -> index(call);
      case "strcontains" -> contains(call);
      case "str_concat" -> concat(call);
      case "memcmp" -> compareMemory(call);
      case "memcmp_record" -> compareRecords(call);
      default -> throw new IllegalArgumentException(call.function());
    };
  }

  private boolean arity(Ast.Expr.Call call, int least, int most) {
    if (Calls.arity(call, least, most, diagnostics)) {
      return true;
    }
    call.arguments().forEach(expressions::value);
    return false;
  }

  /** A text, or the one that a pointer to characters leads to; unknown, with an error, else. */
  private Value text(Ast.Expr.Call call, int argument) {
    return text(call, expressions.textValue(call.arguments().get(argument)));
  }

  private Value text(Ast.Expr.Call call, Value value) {
    if (value.type() instanceof Type.ProbeName && value.expr() instanceof Expr.IntLiteral) {
      return Value.string(context.points().getFirst().name(), value.range());
    }
    if (isText(value.type()) && value.type() instanceof Type.Pointer) {
      return strings.at(value);
    }
    if (value.known() && !(value.type() instanceof Type.Str)) {
      diagnostics.error(
          value.range(),
          "%s() takes strings, not %s".formatted(call.function(), value.described()));
      return Value.unknown(value.range());
    }
    return value;
  }

  /** Whether functions of texts take it. */
  static boolean isText(Type type) {
    return type instanceof Type.Str
        || (type instanceof Type.Pointer(Type.Int to, var space) && to.bytes() == 1 && to.signed());
  }

  /** Whether it asks something of the attach point's name, which a program for one has as text. */
  static boolean asksName(Ast.Node node) {
    return node instanceof Ast.Expr.Call call
        && NAMES.contains(call.function())
        && call.arguments().stream().anyMatch(Functions::isProbe);
  }

  static boolean isProbe(Ast.Node node) {
    return Ast.isBuiltin(node, "probe");
  }

  private static int size(Value text) {
    return text.type() instanceof Type.Str(int size) ? size : 0;
  }

  private static Value made(Function function, Type type, Ast.Expr.Call call, Value... arguments) {
    List<Expr> all = List.of(arguments).stream().map(Value::expr).toList();
    return Value.of(new Expr.Call(function, all, type, call.range()));
  }

  private Value length(Ast.Expr.Call call) {
    return arity(call, 1, 1) ? length(call, text(call, 0)) : Value.unknown(call.range());
  }

  private static Value length(Ast.Expr.Call call, Value text) {
    if (!text.known()) {
      return Value.unknown(call.range());
    }
    return text.expr() instanceof Expr.StrLiteral literal
        ? Value.literal(Strings.toNul(literal.value()).length(), call.range())
        : new Value(made(Function.STRLEN, Type.INT64, call, text).expr(), true, false);
  }

  private Value capacity(Ast.Expr.Call call) {
    if (!arity(call, 1, 1)) {
      return Value.unknown(call.range());
    }
    Value of = expressions.textValue(call.arguments().getFirst());
    Value text = text(call, of);
    return text.known() && of.type() instanceof Type.Str
        ? Value.literal(size(text), call.range())
        : length(call, text);
  }

  private Value compare(Ast.Expr.Call call) {
    if (!arity(call, 3, 3)) {
      return Value.unknown(call.range());
    }
    Value left = text(call, 0);
    Value right = text(call, 1);
    var count =
        expressions.literal(
            call.arguments().get(2), "The length of strncmp()", 0, FieldType.LONGEST_STRING);
    if (!left.known() || !right.known() || count.isEmpty()) {
      return Value.unknown(call.range());
    }
    if (left.expr() instanceof Expr.StrLiteral a && right.expr() instanceof Expr.StrLiteral b) {
      boolean same = start(a, count.get()).equals(start(b, count.get()));
      return Value.literal(same ? 0 : 1, call.range());
    }
    Value limit = Value.literal(count.get(), call.arguments().get(2).range());
    return new Value(
        made(Function.STRNCMP, Type.INT64, call, left, right, limit).expr(), true, false);
  }

  private static String start(Expr.StrLiteral literal, long count) {
    String text = Strings.toNul(literal.value());
    return text.substring(0, (int) Math.min(count, text.length()));
  }

  private Value index(Ast.Expr.Call call) {
    if (!arity(call, 2, 2)) {
      return Value.unknown(call.range());
    }
    Value text = text(call, 0);
    Value part = text(call, 1);
    if (!text.known() || !part.known()) {
      return Value.unknown(call.range());
    }
    if (text.expr() instanceof Expr.StrLiteral a && part.expr() instanceof Expr.StrLiteral b) {
      int place = Strings.toNul(a.value()).indexOf(Strings.toNul(b.value()));
      return Value.literal(place, call.range());
    }
    return made(Function.STRSTR, Type.INT64, call, text, part);
  }

  private Value contains(Ast.Expr.Call call) {
    Value place = index(call);
    if (!place.known()) {
      return place;
    }
    return place.expr() instanceof Expr.IntLiteral literal
        ? Value.bool(literal.value() >= 0, call.range())
        : new Value(
            new Expr.Binary(
                BinaryOp.GE,
                place.expr(),
                Value.literal(0, call.range()).expr(),
                Type.BOOL,
                call.range()),
            true,
            false);
  }

  private Value concat(Ast.Expr.Call call) {
    if (!arity(call, 2, 2)) {
      return Value.unknown(call.range());
    }
    Value first = text(call, 0);
    Value second = text(call, 1);
    if (!first.known() || !second.known()) {
      return Value.unknown(call.range());
    }
    if (first.expr() instanceof Expr.StrLiteral a && second.expr() instanceof Expr.StrLiteral b) {
      String both = Strings.toNul(a.value()) + Strings.toNul(b.value());
      int keep = Math.min(both.length(), FieldType.LONGEST_STRING);
      return Value.string(both.substring(0, keep), call.range());
    }
    int size = Math.min(FieldType.LONGEST_STRING, size(first) + size(second));
    return made(Function.CONCAT, new Type.Str(size), call, first, second);
  }

  private Value buffer(Ast.Expr.Call call) {
    if (!arity(call, 1, 2)) {
      return Value.unknown(call.range());
    }
    Value given = Access.bytes(expressions.any(call.arguments().getFirst()));
    if (!given.known()) {
      return Value.unknown(call.range());
    }
    int whole =
        switch (given.type()) {
          case Type.Array array when given.expr() instanceof Expr.ContextField field ->
              field.size();
          case Type.Array array when array.length() > 0 -> Type.sizeOf(array);
          case Type.Str str -> str.size();
          default -> -1;
        };
    Value of =
        given.expr() instanceof Expr.Memory array && given.type() instanceof Type.Array
            ? Access.addressOf(array, given.range())
            : given;
    boolean address = of.type() instanceof Type.Pointer || of.type() instanceof Type.Int;
    if (whole < 0 && !address) {
      diagnostics.error(of.range(), "buf() takes an array or a pointer, not " + of.described());
      return Value.unknown(call.range());
    }
    if (call.arguments().size() == 1) {
      if (whole < 0) {
        diagnostics.error(call.range(), "buf() of a pointer needs a length: buf(pointer, length)");
        return Value.unknown(call.range());
      }
      int size = Math.min(whole, FieldType.LONGEST_STRING);
      Value length = Value.literal(size, call.range());
      return made(Function.BUFFER, new Type.Buffer(size), call, of, length);
    }
    Value length = expressions.integer(call.arguments().get(1), "The length of buf()");
    if (!length.known()) {
      return Value.unknown(call.range());
    }
    boolean text = of.expr() instanceof Expr.StrLiteral;
    int most =
        address || text ? FieldType.LONGEST_STRING : Math.min(whole, FieldType.LONGEST_STRING);
    if (length.expr() instanceof Expr.IntLiteral literal) {
      if (literal.value() < 0 || literal.value() > most) {
        diagnostics.error(
            length.range(),
            "The length of buf() must be from 0 to %d, not %d".formatted(most, literal.value()));
        return Value.unknown(call.range());
      }
      most = (int) Math.max(1, literal.value());
    }
    Value start = address ? of.with(strings.pointer(of)) : of;
    if (of.expr() instanceof Expr.StrLiteral literal && most > whole) {
      // There are zeros behind it.
      start = of.with(new Expr.StrLiteral(literal.value(), new Type.Str(most), of.range()));
    }
    return made(Function.BUFFER, new Type.Buffer(most), call, start, length);
  }

  private Value compareMemory(Ast.Expr.Call call) {
    if (!arity(call, 3, 3)) {
      return Value.unknown(call.range());
    }
    Value left = address(call, 0);
    Value right = address(call, 1);
    var count =
        expressions.literal(
            call.arguments().get(2), "The length of memcmp()", 1, FieldType.LONGEST_STRING);
    if (!left.known() || !right.known() || count.isEmpty()) {
      return Value.unknown(call.range());
    }
    Value limit = Value.literal(count.get(), call.arguments().get(2).range());
    return new Value(
        made(Function.MEMCMP, Type.INT64, call, left, right, limit).expr(), true, false);
  }

  Expr address(Value value) {
    return strings.pointer(value);
  }

  private Value address(Ast.Expr.Call call, int argument) {
    Value value = expressions.any(call.arguments().get(argument));
    if (!value.known()) {
      return value;
    }
    boolean held =
        value.type() instanceof Type.Str
            || (value.type() instanceof Type.Array && Access.canBeHeld(value.type()));
    if (held) {
      return value;
    }
    if (!(value.type() instanceof Type.Pointer) && !(value.type() instanceof Type.Int)) {
      diagnostics.error(
          value.range(),
          "%s() takes pointers, strings and arrays, not %s"
              .formatted(call.function(), value.described()));
      return Value.unknown(value.range());
    }
    return value.with(strings.pointer(value));
  }

  /** {@code memcmp_record(a, b)}: 0 if all parts of two records or tuples are equal, else 1. */
  private Value compareRecords(Ast.Expr.Call call) {
    if (!arity(call, 2, 2)) {
      return Value.unknown(call.range());
    }
    Value left = expressions.value(call.arguments().get(0));
    Value right = expressions.value(call.arguments().get(1));
    if (!left.known() || !right.known()) {
      return Value.unknown(call.range());
    }
    Value differ = expressions.operators().binary(Ast.BinaryOp.NE, left, right, call.range());
    return differ.known()
        ? new Value(new Expr.Cast(differ.expr(), Type.INT64, call.range()), true, false)
        : differ;
  }
}
