package jbt.compiler.check;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import jbt.compiler.check.Checked.Expr;
import jbt.compiler.lang.SourceRange;
import jbt.compiler.types.Meaning;
import jbt.compiler.types.Type;

/** Gives expressions the type of the place that they are put in. */
final class Coercion {
  private Coercion() {}

  /** The expression with another type that {@link Place#join} found to hold its values. */
  static Expr to(Type type, Expr expr) {
    if (type.equals(expr.type()) || type instanceof Type.None || expr.type() instanceof Type.None) {
      return expr;
    }
    if (expr.type() instanceof Type.Symbolic(Meaning.Timestamp(String format))
        && getsFormat(type, expr.type())) {
      Expr number =
          new Expr.IntLiteral(Meaning.MixedTimestamp.number(format), Type.INT64, expr.range());
      return new Expr.Call(Function.TIME_OF_FORMAT, List.of(expr, number), type, expr.range());
    }
    return switch (expr) {
      case Expr.IntLiteral literal when !(type instanceof Type.Bool) && !narrow(type) ->
          new Expr.IntLiteral(literal.value(), type, literal.range());
      case Expr.StrLiteral literal -> new Expr.StrLiteral(literal.value(), type, literal.range());
      case Expr e
          when type instanceof Type.Tuple wanted
              && e.type() instanceof Type.Tuple given
              && differ(wanted, given) ->
          new Expr.Tuple(each(wanted, comparable(e, wanted)), wanted, e.range());
      case Expr.Tuple tuple when type instanceof Type.Tuple wanted ->
          new Expr.Tuple(each(wanted, tuple.parts()), type, tuple.range());
      case Expr.Conditional c ->
          new Expr.Conditional(
              c.condition(), to(type, c.then()), to(type, c.otherwise()), type, c.range());
      // Whether it is zero is asked before it is made narrow.
      case Expr.OrElse c when !narrow(type) ->
          new Expr.OrElse(to(type, c.value()), to(type, c.otherwise()), type, c.range());
      case Expr.Sequence s ->
          new Expr.Sequence(s.statements(), to(type, s.value()), type, s.range());
      default -> ofType(type, expr);
    };
  }

  /** Whether more than the widths of parts is other than wanted. */
  private static boolean differ(Type.Tuple wanted, Type.Tuple given) {
    return !wanted.names().equals(given.names())
        || IntStream.range(0, wanted.parts().size())
            .anyMatch(i -> differ(wanted.parts().get(i), given.parts().get(i)));
  }

  private static boolean differ(Type wanted, Type given) {
    return (wanted instanceof Type.Tuple tuple && given instanceof Type.Tuple other)
        ? differ(tuple, other)
        : getsFormat(wanted, given);
  }

  private static boolean getsFormat(Type wanted, Type given) {
    return wanted instanceof Type.Symbolic(Meaning.MixedTimestamp mixed)
        && given instanceof Type.Symbolic(Meaning.Timestamp one);
  }

  private static Expr ofType(Type type, Expr expr) {
    return switch (type) {
      case Type.Int i -> narrow(i) ? new Expr.Cast(expr, type, expr.range()) : expr;
      case Type.Bool b -> new Expr.Cast(expr, type, expr.range());
      case Type.Pointer p -> new Expr.Cast(expr, type, expr.range());
      case Type.Tuple t -> expr;
      case Type.Str s -> expr;
      case Type.None n -> expr;
      case Type.Array a -> expr;
      case Type.Struct s -> expr;
      case Type.ProbeName p -> expr;
      case Type.Buffer b -> expr;
      case Type.Symbolic s -> expr;
    };
  }

  private static boolean narrow(Type type) {
    return type instanceof Type.Int i && i.bytes() < 8;
  }

  private static List<Expr> each(Type.Tuple wanted, List<Expr> parts) {
    List<Expr> all = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      all.add(to(wanted.parts().get(i), parts.get(i)));
    }
    return all;
  }

  /**
   * The parts of an expression whose type is a tuple. Where they are parts of one expression, that
   * is evaluated once, with the first of them.
   */
  static List<Expr> parts(Expr expr) {
    if (expr instanceof Expr.Tuple tuple) {
      return tuple.parts();
    }
    return partsOf(expr);
  }

  private static List<Expr> partsOf(Expr expr) {
    List<Expr> parts = new ArrayList<>();
    if (expr instanceof Expr.Sequence sequence) {
      // Evaluated with the first part, before the others.
      parts.addAll(parts(sequence.value()));
      Expr first = parts.getFirst();
      parts.set(0, new Expr.Sequence(sequence.statements(), first, first.type(), sequence.range()));
      return parts;
    }
    List<Type> types = ((Type.Tuple) expr.type()).parts();
    for (int i = 0; i < types.size(); i++) {
      parts.add(new Expr.TuplePart(expr, i, types.get(i), expr.range()));
    }
    return parts;
  }

  /**
   * The parts of a tuple that is compared with another. A comparison ends with the first parts that
   * differ: what does more than look something up is left in one piece, so that all of it is done.
   */
  static List<Expr> comparable(Expr expr) {
    return expr instanceof Expr.Tuple tuple && !tuple.parts().stream().allMatch(Coercion::simple)
        ? partsOf(expr)
        : parts(expr);
  }

  /** The same, in the order of another record's fields. */
  static List<Expr> comparable(Expr expr, Type.Tuple order) {
    List<String> names = ((Type.Tuple) expr.type()).names();
    List<Expr> parts = comparable(expr);
    return names.equals(order.names())
        ? parts
        : order.names().stream().map(name -> parts.get(names.indexOf(name))).toList();
  }

  private static boolean simple(Expr expr) {
    return expr instanceof Expr.IntLiteral
        || expr instanceof Expr.StrLiteral
        || expr instanceof Expr.Local
        || expr instanceof Expr.BuiltinValue
        || expr instanceof Expr.ContextField;
  }

  /** What a variable of a type holds before it is set. */
  static Expr zero(Type type, SourceRange range) {
    return switch (type) {
      case Type.Str str -> new Expr.StrLiteral("", str, range);
      case Type.Tuple tuple ->
          new Expr.Tuple(tuple.parts().stream().map(p -> zero(p, range)).toList(), tuple, range);
      case Type.Int i -> new Expr.IntLiteral(0, type, range);
      case Type.Bool b -> new Expr.IntLiteral(0, type, range);
      case Type.Pointer p -> new Expr.IntLiteral(0, type, range);
      case Type.Array a -> new Expr.IntLiteral(0, type, range);
      case Type.Struct s -> new Expr.IntLiteral(0, type, range);
      case Type.None n -> new Expr.IntLiteral(0, type, range);
      case Type.ProbeName p -> new Expr.IntLiteral(0, type, range);
      case Type.Buffer b -> new Expr.IntLiteral(0, Type.NONE, range);
      case Type.Symbolic s -> new Expr.IntLiteral(0, Type.NONE, range);
    };
  }
}
