package jbt.compiler.check;

import java.util.List;
import java.util.Optional;
import jbt.compiler.check.Checked.BinaryOp;
import jbt.compiler.check.Checked.Expr;
import jbt.compiler.check.Checked.UnaryOp;
import jbt.compiler.lang.Ast;
import jbt.compiler.lang.Diagnostic.Context;
import jbt.compiler.lang.Diagnostics;
import jbt.compiler.lang.SourceRange;
import jbt.compiler.types.Meaning;
import jbt.compiler.types.Type;
import jbt.compiler.types.TypeNames;

/** Types and folding of operators. */
final class Operators {
  private final ProbeContext context;
  private final Diagnostics diagnostics;

  Operators(ProbeContext context, Diagnostics diagnostics) {
    this.context = context;
    this.diagnostics = diagnostics;
  }

  Value unary(Ast.UnaryOp op, Value operand, SourceRange range) {
    if (op == Ast.UnaryOp.NOT) {
      return not(operand, range);
    }
    if (!integer(operand, op.symbol)) {
      return Value.unknown(range);
    }
    if (operand.expr() instanceof Expr.IntLiteral literal && operand.known()) {
      return fold(op, literal, range);
    }
    if (op == Ast.UnaryOp.PLUS) {
      return promoted(operand);
    }
    boolean minus = op == Ast.UnaryOp.MINUS;
    Type type = minus || signed(operand) ? Type.INT64 : Type.UINT64;
    UnaryOp checked = minus ? UnaryOp.NEGATE : UnaryOp.COMPLEMENT;
    Expr expr = new Expr.Unary(checked, as(type, operand.expr()), type, range);
    return new Value(expr, false, operand.hostBound());
  }

  /** A bool or a member of an enum as the number that arithmetic takes it for. */
  private static Value promoted(Value operand) {
    boolean plain = !operand.known() || (operand.type() instanceof Type.Int i && !i.named());
    Type number = signed(operand) ? Type.INT64 : Type.UINT64;
    return plain ? operand : operand.with(as(number, operand.expr()));
  }

  private Value fold(Ast.UnaryOp op, Expr.IntLiteral literal, SourceRange range) {
    Folding.Literal number = number(literal);
    return switch (op) {
      case MINUS -> literal(new Folding.Literal(number.exact().negate()), range);
      case COMPLEMENT -> literal(Folding.Literal.of(~literal.value(), unsigned(literal)), range);
      case PLUS, NOT, DEREFERENCE, ADDRESS -> literal(number, range);
    };
  }

  private Value not(Value operand, SourceRange range) {
    if (!condition(operand)) {
      return Value.unknown(range);
    }
    return operand.known() && operand.expr() instanceof Expr.IntLiteral literal
        ? Value.bool(literal.value() == 0, range)
        : truth(new Expr.Unary(UnaryOp.NOT, operand.expr(), Type.BOOL, range));
  }

  Value logical(boolean and, Value left, Value right, SourceRange range) {
    boolean leftOk = condition(left);
    if (!condition(right) || !leftOk) {
      return Value.unknown(range);
    }
    if (left.known() && left.expr() instanceof Expr.IntLiteral literal) {
      boolean decided = (literal.value() == 0) == and;
      return decided ? Value.bool(!and, range) : bool(right, range);
    }
    return truth(new Expr.Logical(and, left.expr(), right.expr(), Type.BOOL, range));
  }

  private Value bool(Value value, SourceRange range) {
    if (value.known() && value.expr() instanceof Expr.IntLiteral literal) {
      return Value.bool(literal.value() != 0, range);
    }
    return value.type() instanceof Type.Bool
        ? value
        : truth(new Expr.Cast(value.expr(), Type.BOOL, range));
  }

  /** Whether a value can be a condition; tells if not. */
  boolean condition(Value value) {
    boolean ok = value.isInteger() || value.type() instanceof Type.Pointer || !value.known();
    if (!ok) {
      diagnostics.error(
          value.range(), "A condition is an integer, bool or pointer, not " + value.described());
    }
    return ok;
  }

  Value binary(Ast.BinaryOp op, Value left, Value right, SourceRange range) {
    BinaryOp checked = BinaryOp.valueOf(op.name());
    boolean equality = checked == BinaryOp.EQ || checked == BinaryOp.NE;
    boolean known = left.known() && right.known();
    if (equality && known && !(numeric(left) && numeric(right))) {
      return equality(checked, left, right, range);
    }
    boolean order = compares(checked);
    boolean pointers = left.type() instanceof Type.Pointer || right.type() instanceof Type.Pointer;
    boolean numbers = maybeNumeric(left) && maybeNumeric(right);
    if (!known && (pointers || (equality && !numbers))) {
      return Value.unknown(range);
    }
    if (pointers && numeric(left) && numeric(right)) {
      if (order) {
        warnOfPointers(left, right, range);
      }
      return order
          ? compare(checked, left, right, Type.UINT64, range)
          : pointerArithmetic(op, left, right, range);
    }
    boolean leftOk = integer(left, op.symbol);
    if (!integer(right, op.symbol) || !leftOk) {
      return Value.unknown(range);
    }
    boolean divide = checked == BinaryOp.DIVIDE || checked == BinaryOp.MODULO;
    if (divide && isLiteral(right) && ((Expr.IntLiteral) right.expr()).value() == 0) {
      diagnostics.error(range, "Division by zero");
      return Value.literal(0, range);
    }
    if (isLiteral(left) && isLiteral(right)) {
      return fold(checked, (Expr.IntLiteral) left.expr(), (Expr.IntLiteral) right.expr(), range);
    }
    boolean shift = checked == BinaryOp.SHIFT_LEFT || checked == BinaryOp.SHIFT_RIGHT;
    Type shifted = signed(left) ? Type.INT64 : Type.UINT64;
    Type operands = shift ? shifted : common(checked, left, right, range);
    if (order) {
      return compare(checked, left, right, operands, range);
    }
    Type type = checked == BinaryOp.SUBTRACT ? Type.INT64 : operands;
    Expr expr =
        new Expr.Binary(
            checked,
            as(operands, left.expr()),
            shift ? right.expr() : as(operands, right.expr()),
            type,
            range);
    boolean natural =
        switch (checked) {
          case ADD, SUBTRACT, MULTIPLY, SHIFT_LEFT -> false;
          case AND -> left.natural() || right.natural();
          default -> left.natural() && right.natural();
        };
    return new Value(expr, natural, left.hostBound() || right.hostBound());
  }

  private void warnOfPointers(Value left, Value right, SourceRange range) {
    if (left.type() instanceof Type.Pointer(Type a, var space)
        && right.type() instanceof Type.Pointer(Type b, var other)
        && !a.equals(b)
        && !(a instanceof Type.None)
        && !(b instanceof Type.None)) {
      List<String> names = TypeNames.apart(a, b);
      diagnostics.warning(
          range,
          "Pointers to different types are compared: %s and %s"
              .formatted(names.getFirst(), names.getLast()));
    }
  }

  /** Where no bits are left alone a number that one of the types does not have becomes another. */
  private void warnOfSigns(BinaryOp op, Value left, Value right, SourceRange range) {
    boolean warned =
        switch (op) {
          case ADD, SUBTRACT, MULTIPLY, DIVIDE, MODULO, EQ, NE, LT, LE, GT, GE -> true;
          case SHIFT_LEFT, SHIFT_RIGHT, AND, OR, XOR -> false;
        };
    if (warned && signed(left) != signed(right) && !anySign(left) && !anySign(right)) {
      diagnostics.warning(
          range,
          "%s and %s are mixed: both are taken as int64"
              .formatted(TypeNames.describe(left.type()), TypeNames.describe(right.type())));
    }
  }

  /** Warns where a number may become another, as what holds it has the other sign. */
  void warnOfSign(Type place, Value value, String holder, SourceRange range) {
    if (place instanceof Type.Int to
        && value.type() instanceof Type.Int from
        && to.signed() != from.signed()
        && !anySign(value)) {
      diagnostics.warning(
          range,
          "%s %s: %s is taken as that"
              .formatted(holder, TypeNames.describe(to), TypeNames.describe(from)));
    }
  }

  /** Whether an integer is the same number as int64 and as uint64. */
  private static boolean anySign(Value value) {
    return value.natural()
        || !(value.type() instanceof Type.Int type)
        || (!type.signed() && type.bytes() < Long.BYTES);
  }

  private static boolean compares(BinaryOp op) {
    return switch (op) {
      case EQ, NE, LT, LE, GT, GE -> true;
      case ADD, SUBTRACT, MULTIPLY, DIVIDE, MODULO, SHIFT_LEFT, SHIFT_RIGHT, AND, OR, XOR -> false;
    };
  }

  /** As in C, bits of which some are unsigned in all 64 are all so. */
  private static boolean unsignedBits(BinaryOp op, Expr left, Expr right) {
    boolean bits = op == BinaryOp.AND || op == BinaryOp.OR || op == BinaryOp.XOR;
    return bits && (wide(left) || wide(right));
  }

  private static boolean wide(Expr expr) {
    return Place.wide(integerType(expr.type()));
  }

  private static Value compare(
      BinaryOp op, Value left, Value right, Type operands, SourceRange range) {
    return truth(
        new Expr.Binary(
            op, as(operands, left.expr()), as(operands, right.expr()), Type.BOOL, range));
  }

  private Value fold(BinaryOp op, Expr.IntLiteral left, Expr.IntLiteral right, SourceRange range) {
    Optional<Folding.Literal> result = Folding.fold(op, number(left), number(right));
    if (result.isEmpty()) {
      diagnostics.error(range, "A shift is by 0 to 63 bits");
      return Value.literal(0, range);
    }
    if (compares(op)) {
      return Value.bool(result.get().exact().signum() != 0, range);
    }
    Value value = literal(result.get(), range);
    // What a cast made unsigned has 8 bytes, however small it is.
    boolean unsigned = op != BinaryOp.SUBTRACT && (wide(left) || wide(right));
    return value.expr() instanceof Expr.IntLiteral(long number, var own, var at)
            && (unsignedBits(op, left, right) || (unsigned && number >= 0))
        ? new Value(new Expr.IntLiteral(number, Type.UINT64, range), number >= 0, false)
        : value;
  }

  private Value literal(Folding.Literal number, SourceRange range) {
    if (!number.fits()) {
      diagnostics.error(range, "The constant " + number.exact() + " does not fit 64 bits");
      return Value.literal(0, range);
    }
    long value = number.exact().longValue();
    return number.unsigned()
        ? Value.of(new Expr.IntLiteral(value, Type.UINT64, range))
        : Value.literal(value, range);
  }

  /** {@code ==} and {@code !=} of what is not a number on both sides. */
  private Value equality(BinaryOp op, Value left, Value right, SourceRange range) {
    if (left.expr() instanceof Expr.StrLiteral a && right.expr() instanceof Expr.StrLiteral b) {
      return Value.bool(
          Strings.toNul(a.value()).equals(Strings.toNul(b.value())) == (op == BinaryOp.EQ), range);
    }
    if (left.type() instanceof Type.Str && right.type() instanceof Type.Str) {
      return truth(new Expr.Binary(op, left.expr(), right.expr(), Type.BOOL, range));
    }
    if (left.type() instanceof Type.ProbeName && right.type() instanceof Type.ProbeName) {
      return truth(new Expr.Binary(op, left.expr(), right.expr(), Type.BOOL, range));
    }
    if (left.type() instanceof Type.ProbeName && right.expr() instanceof Expr.StrLiteral name) {
      return probeName(op, left, name, range);
    }
    if (right.type() instanceof Type.ProbeName && left.expr() instanceof Expr.StrLiteral name) {
      return probeName(op, right, name, range);
    }
    if (left.type() instanceof Type.Symbolic(Meaning meaning)
        && right.expr() instanceof Expr.StrLiteral name
        && meaning instanceof Meaning.Id) {
      return symbolicName(op, left, meaning, name, range);
    }
    if (left.type() instanceof Type.Symbolic(Meaning meaning)
        && left.type().equals(right.type())
        && isNumber(meaning)) {
      return truth(new Expr.Binary(op, left.expr(), right.expr(), Type.BOOL, range));
    }
    if (left.type() instanceof Type.Tuple a
        && right.type() instanceof Type.Tuple b
        && Place.sameFields(a, b)) {
      return tuples(op, left, right, range);
    }
    if (left.type() instanceof Type.Array a
        && right.type() instanceof Type.Array b
        && ofSameNumbers(a, b)) {
      return bytes(op, left, right, Type.sizeOf(a), range);
    }
    if (left.type() instanceof Type.Buffer && right.type() instanceof Type.Buffer) {
      // Their lengths are compared with their bytes.
      int count = Math.max(left.type().storedSize(), right.type().storedSize());
      return bytes(op, left, right, count, range);
    }
    if (left.type() instanceof Type.Symbolic(Meaning meaning)
        && left.type().equals(right.type())
        && isWords(meaning)) {
      return bytes(op, left, right, (long) meaning.words() * Long.BYTES, range);
    }
    List<String> names = TypeNames.apart(left.writtenType(), right.writtenType());
    diagnostics.error(
        range,
        "Can't compare %s with %s".formatted(names.getFirst(), names.getLast()),
        List.of(
            new Context(left.range(), "left (%s)".formatted(TypeNames.written(left.writtenType()))),
            new Context(
                right.range(), "right (%s)".formatted(TypeNames.written(right.writtenType())))),
        List.of());
    return Value.unknown(range);
  }

  /** Whether integers of one size, as many on both sides, can be compared by their bytes. */
  private static boolean ofSameNumbers(Type.Array a, Type.Array b) {
    return a.length() == b.length()
        && switch (a.element()) {
          case Type.Array inner -> b.element() instanceof Type.Array o && ofSameNumbers(inner, o);
          case Type.Int i -> b.element() instanceof Type.Int other && i.bytes() == other.bytes();
          default -> false;
        };
  }

  private static Value bytes(BinaryOp op, Value left, Value right, long count, SourceRange range) {
    List<Expr> all = List.of(left.expr(), right.expr(), Value.literal(count, range).expr());
    Expr differ = new Expr.Call(Function.MEMCMP, all, Type.INT64, range);
    return truth(new Expr.Binary(op, differ, Value.literal(0, range).expr(), Type.BOOL, range));
  }

  /** Whether it is several numbers, and of two that are not equal the texts differ as a rule. */
  private static boolean isWords(Meaning meaning) {
    return switch (meaning) {
      case Meaning.UserSymbol symbol -> true;
      case Meaning.InternetAddress address -> true;
      case Meaning.Stack stack -> true;
      case Meaning.KernelSymbol symbol -> false;
      case Meaning.Id id -> false;
      case Meaning.Timestamp time -> false;
      case Meaning.MixedTimestamp time -> false;
      case Meaning.CgroupPath path -> false;
    };
  }

  /** Whether it is one number, and of two that are not equal the texts differ as a rule. */
  private static boolean isNumber(Meaning meaning) {
    return switch (meaning) {
      case Meaning.KernelSymbol symbol -> true;
      case Meaning.Id id -> true;
      case Meaning.UserSymbol symbol -> false;
      case Meaning.InternetAddress address -> false;
      case Meaning.Stack stack -> false;
      case Meaning.Timestamp time -> false;
      case Meaning.MixedTimestamp time -> false;
      case Meaning.CgroupPath path -> false;
    };
  }

  /** A probe's name is held as its number: the literal becomes one, too. */
  private Value probeName(BinaryOp op, Value probe, Expr.StrLiteral name, SourceRange range) {
    Optional<Integer> cookie = context.cookie(name.value());
    boolean possible =
        switch (probe.expr()) {
          case Expr.IntLiteral only -> cookie.filter(c -> c == only.value()).isPresent();
          case Expr.BuiltinValue here -> cookie.filter(context.cookiesHere()::contains).isPresent();
          default -> cookie.isPresent();
        };
    if (!possible || probe.expr() instanceof Expr.IntLiteral) {
      return Value.bool(possible == (op == BinaryOp.EQ), range);
    }
    Expr literal = new Expr.IntLiteral(cookie.get(), Type.PROBE_NAME, name.range());
    return truth(new Expr.Binary(op, probe.expr(), literal, Type.BOOL, range));
  }

  /** Names of numbers that are known to the compiler are compared as numbers. */
  private Value symbolicName(
      BinaryOp op, Value value, Meaning meaning, Expr.StrLiteral name, SourceRange range) {
    Optional<Long> number = SymbolCalls.number(meaning, name.value());
    if (number.isEmpty()) {
      diagnostics.error(
          range, "Can't compare %s with \"%s\"".formatted(meaning.description(), name.value()));
      return Value.unknown(range);
    }
    Expr literal = new Expr.IntLiteral(number.get(), value.type(), name.range());
    return truth(new Expr.Binary(op, value.expr(), literal, Type.BOOL, range));
  }

  private Value tuples(BinaryOp op, Value left, Value right, SourceRange range) {
    List<Expr> a = Coercion.comparable(left.expr());
    List<Expr> b = Coercion.comparable(right.expr(), (Type.Tuple) left.type());
    Value all = Value.bool(true, range);
    for (int i = 0; i < a.size(); i++) {
      // Whether they are the same does not depend on their signs.
      Value same = binary(Ast.BinaryOp.EQ, ofAnySign(a.get(i)), ofAnySign(b.get(i)), range);
      all = logical(true, all, same, range);
    }
    return op == BinaryOp.EQ ? all : not(all, range);
  }

  private static Value ofAnySign(Expr expr) {
    return new Value(expr, true, false);
  }

  private Value pointerArithmetic(Ast.BinaryOp op, Value left, Value right, SourceRange range) {
    boolean sum = op == Ast.BinaryOp.ADD || op == Ast.BinaryOp.SUBTRACT;
    boolean first = left.type() instanceof Type.Pointer;
    Value pointer = first ? left : right;
    Value offset = first ? right : left;
    boolean distance = offset.type() instanceof Type.Pointer;
    boolean order = first || op == Ast.BinaryOp.ADD;
    int size = pointer.type() instanceof Type.Pointer(Type target, var s) ? Type.sizeOf(target) : 0;
    if (offset.isInteger() && Access.ofNumber(pointer).isPresent()) {
      // Of uptr(number) and kptr(number): a number with an address space.
      Value number = Value.of(Access.ofNumber(pointer).get());
      Value moved = first ? binary(op, number, offset, range) : binary(op, offset, number, range);
      return sum && order
          ? pointer.with(new Expr.Cast(moved.expr(), pointer.type(), range))
          : moved;
    }
    if (!sum || distance || !order || size == 0) {
      diagnostics.error(
          range, "Only 'pointer + integer' and 'pointer - integer' of known size are possible");
      return Value.unknown(range);
    }
    Value scaled =
        size == 1
            ? offset
            : binary(Ast.BinaryOp.MULTIPLY, offset, Value.literal(size, range), range);
    BinaryOp checked = BinaryOp.valueOf(op.name());
    Expr address = as(Type.UINT64, pointer.expr());
    Expr result =
        new Expr.Binary(checked, address, as(Type.UINT64, scaled.expr()), Type.UINT64, range);
    return new Value(new Expr.Cast(result, pointer.type(), range), false, true);
  }

  /** The type that both operands are brought to. */
  Type common(BinaryOp op, Value left, Value right, SourceRange range) {
    warnOfSigns(op, left, right, range);
    return unsignedBits(op, left.expr(), right.expr())
        ? Type.UINT64
        : Place.joinIntegers(
            integerType(left.type()), left.natural(), integerType(right.type()), right.natural());
  }

  /** What is not known yet counts as the literal 0: the other operand decides. */
  private static Type.Int integerType(Type type) {
    return type instanceof Type.Int i ? i : new Type.Int(Long.BYTES, true);
  }

  private boolean integer(Value value, String operator) {
    boolean ok = value.isInteger() || !value.known();
    if (!ok) {
      diagnostics.error(
          value.range(),
          "The operator '%s' needs integers, not %s".formatted(operator, value.described()));
    }
    return ok;
  }

  private static boolean maybeNumeric(Value value) {
    return !value.known() || numeric(value);
  }

  private static boolean numeric(Value value) {
    return value.isInteger() || value.type() instanceof Type.Pointer;
  }

  private static boolean isLiteral(Value value) {
    return value.expr() instanceof Expr.IntLiteral && value.isInteger();
  }

  private static boolean signed(Value value) {
    return integerType(value.type()).signed();
  }

  private static Folding.Literal number(Expr.IntLiteral literal) {
    return Folding.Literal.of(literal.value(), unsigned(literal));
  }

  /** A member of an enum is a plain number, as in C. */
  private static boolean unsigned(Expr.IntLiteral literal) {
    return literal.type() instanceof Type.Int i
        && !i.signed()
        && !(i.named() && literal.value() >= 0);
  }

  /** The value as an operand of a 64-bit type. */
  static Expr as(Type type, Expr expr) {
    return expr.type().equals(type)
        ? expr
        : expr instanceof Expr.IntLiteral literal
            ? new Expr.IntLiteral(literal.value(), type, literal.range())
            : new Expr.Cast(expr, type, expr.range());
  }

  /** An integer with the type of the place that it stands in, though nothing is to be done. */
  static Expr ofType(Type type, Expr expr) {
    return type instanceof Type.Int ? as(type, expr) : expr;
  }

  private static Value truth(Expr expr) {
    return new Value(expr, true, false);
  }
}
