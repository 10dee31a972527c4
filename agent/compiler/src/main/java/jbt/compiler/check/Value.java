package jbt.compiler.check;

import jbt.compiler.check.Checked.Expr;
import jbt.compiler.lang.SourceRange;
import jbt.compiler.types.Type;
import jbt.compiler.types.TypeNames;

/**
 * A checked expression and what else is known of it.
 *
 * @param natural an integer known to be in 0 to 2^63 - 1, which is right as signed and as unsigned;
 *     a tuple whose integers are all so
 * @param hostBound means something on one host only: it derives from a process id or an address
 */
record Value(Expr expr, boolean natural, boolean hostBound) {
  static Value of(Expr expr) {
    return new Value(expr, false, false);
  }

  /** Stands for an expression with errors, and for what is not known in this round. */
  static Value unknown(SourceRange range) {
    return new Value(new Expr.IntLiteral(0, Type.NONE, range), true, false);
  }

  static Value literal(long value, SourceRange range) {
    return new Value(new Expr.IntLiteral(value, Type.INT64, range), value >= 0, false);
  }

  static Value bool(boolean value, SourceRange range) {
    return new Value(new Expr.IntLiteral(value ? 1 : 0, Type.BOOL, range), true, false);
  }

  /** One byte wider than the text: a text that fills its type counts as cut off. */
  static Value string(String bytes, SourceRange range) {
    return of(new Expr.StrLiteral(bytes, new Type.Str(bytes.length() + 1), range));
  }

  Value with(Expr other) {
    return new Value(other, natural, hostBound);
  }

  Type type() {
    return expr.type();
  }

  /** As the script has it: a record that was made of a struct is that. */
  Type writtenType() {
    return expr instanceof Expr.Tuple tuple
        ? tuple.struct().<Type>map(struct -> struct).orElse(type())
        : type();
  }

  /** Its type as messages name it. */
  String described() {
    return TypeNames.describe(writtenType());
  }

  SourceRange range() {
    return expr.range();
  }

  boolean known() {
    return !(type() instanceof Type.None);
  }

  boolean isInteger() {
    return type() instanceof Type.Int || type() instanceof Type.Bool;
  }

  /** Of an integer; of a literal the least that holds it. */
  int bytes() {
    if (expr instanceof Expr.IntLiteral literal && type().equals(Type.INT64)) {
      long number = literal.value();
      return number >>> 8 == 0 ? 1 : number >>> 16 == 0 ? 2 : number >>> 32 == 0 ? 4 : 8;
    }
    return type() instanceof Type.Int i ? i.bytes() : 1;
  }
}
