package jbt.compiler.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import jbt.compiler.check.Checked.BinaryOp;
import jbt.compiler.check.Checked.Expr;
import jbt.compiler.check.Checked.Stmt;
import jbt.compiler.check.Checked.UnaryOp;
import jbt.compiler.lang.Ast;
import jbt.compiler.lang.Diagnostic.Context;
import jbt.compiler.lang.Diagnostics;
import jbt.compiler.lang.SourceRange;
import jbt.compiler.types.Type;

/** Resolves and types loops. */
final class Loops {
  private static final int MOST_UNROLLED = 100;

  /** Statements that one unroll may come to, those unrolled inside of it counted each time. */
  private static final int LONGEST_UNROLLED = 2_000;

  /** What is longer is a loop where the kernel has them: no program is full of one unroll. */
  private static final int LONG_UNROLLED = 500;

  /** The same for a verifier that goes through each copy in every state it can be in. */
  private static final int LONG_UNROLLED_CAREFULLY = 10;

  private final Round round;
  private final ProbeContext context;
  private final StatementChecker statements;
  private final ExpressionChecker expressions;
  private final Diagnostics diagnostics;

  private int unrolled;

  Loops(Round round, ProbeContext context, StatementChecker statements) {
    this.round = round;
    this.context = context;
    this.statements = statements;
    this.expressions = statements.expressions();
    this.diagnostics = round.diagnostics();
  }

  List<Stmt> unroll(Ast.Stmt.Unroll unroll) {
    Optional<Long> count =
        expressions.literal(unroll.count(), "The number of unroll()", 1, MOST_UNROLLED);
    long times = count.orElse(1L);
    long length = times * length(unroll.body());
    boolean careful = round.environment().circumstances().careful();
    if (unrolled + length > (careful ? LONG_UNROLLED_CAREFULLY : LONG_UNROLLED)
        && Features.has(round, Features.LOOP)
        && !leaves(unroll.body())) {
      return loop(unroll, times);
    }
    if (unrolled + length > LONGEST_UNROLLED) {
      diagnostics.error(
          unroll.range(), "unroll() comes to more than %d statements".formatted(LONGEST_UNROLLED));
      return List.of();
    }
    List<Stmt> all = new ArrayList<>();
    for (long i = 0; i < times; i++) {
      unrolled += unroll.body().size();
      all.addAll(statements.block(unroll.body()));
    }
    return all;
  }

  /** Statements that a body comes to, those unrolled inside of it counted each time. */
  private static long length(List<Ast.Stmt> body) {
    return body.stream().mapToLong(Loops::length).sum();
  }

  private static long length(Ast.Stmt statement) {
    long times =
        statement instanceof Ast.Stmt.Unroll unroll && unroll.count() instanceof Ast.Expr.Int count
            ? Math.clamp(count.value(), 1, MOST_UNROLLED)
            : 1;
    return 1 + times * length(inside(statement));
  }

  /** Whether a body ends a round of a loop that is around it. */
  private static boolean leaves(List<Ast.Stmt> body) {
    return body.stream()
        .anyMatch(
            statement ->
                switch (statement) {
                  case Ast.Stmt.Break _, Ast.Stmt.Continue _ -> true;
                  case Ast.Stmt.While _, Ast.Stmt.ForRange _, Ast.Stmt.ForMap _ -> false;
                  default -> leaves(inside(statement));
                });
  }

  private static List<Ast.Stmt> inside(Ast.Stmt statement) {
    return Ast.children(statement).stream()
        .filter(Ast.Stmt.class::isInstance)
        .map(Ast.Stmt.class::cast)
        .toList();
  }

  /** The body as often, from one copy of its code. */
  private List<Stmt> loop(Ast.Stmt.Unroll unroll, long times) {
    SourceRange range = unroll.range();
    context.openBlock();
    ProbeContext.Variable count = context.declare("unroll " + range, range);
    Expr from = new Expr.IntLiteral(0, Type.INT64, range);
    Expr to = new Expr.IntLiteral(times, Type.INT64, range);
    round.environment().put(count.place(), new Value(from, true, false));
    List<Stmt> body = statements.block(unroll.body());
    context.closeBlock();
    return List.of(new Stmt.ForRange(count.local(), from, to, body, range));
  }

  List<Stmt> whileLoop(Ast.Stmt.While loop) {
    Features.need(round, Features.LOOP, "while", loop.range());
    Value condition = expressions.condition(loop.condition());
    List<Stmt> body = body(loop.body());
    Expr goesOn = condition.expr();
    // A round that begins with the question whether to leave is one that does not begin.
    while (!body.isEmpty()
        && body.getFirst() instanceof Stmt.If(Expr leave, var then, var otherwise, var range)
        && then.size() == 1
        && then.getFirst() instanceof Stmt.Break
        && otherwise.isEmpty()) {
      Expr stays = opposite(leave);
      goesOn =
          goesOn instanceof Expr.IntLiteral(long always, _, _) && always != 0
              ? stays
              : new Expr.Logical(true, goesOn, stays, Type.BOOL, goesOn.range());
      body = body.subList(1, body.size());
    }
    return List.of(new Stmt.While(goesOn, body, loop.range()));
  }

  private static Expr opposite(Expr condition) {
    if (condition
        instanceof Expr.Binary(BinaryOp op, Expr left, Expr right, Type type, var range)) {
      Optional<BinaryOp> other =
          switch (op) {
            case EQ -> Optional.of(BinaryOp.NE);
            case NE -> Optional.of(BinaryOp.EQ);
            case LT -> Optional.of(BinaryOp.GE);
            case GE -> Optional.of(BinaryOp.LT);
            case GT -> Optional.of(BinaryOp.LE);
            case LE -> Optional.of(BinaryOp.GT);
            default -> Optional.empty();
          };
      if (other.isPresent()) {
        return new Expr.Binary(other.get(), left, right, type, range);
      }
    }
    return new Expr.Unary(UnaryOp.NOT, condition, Type.BOOL, condition.range());
  }

  List<Stmt> range(Ast.Stmt.ForRange loop) {
    Value from = expressions.integer(loop.from(), "The start of a range");
    Value to = expressions.integer(loop.to(), "The end of a range");
    boolean known = from.expr() instanceof Expr.IntLiteral && to.expr() instanceof Expr.IntLiteral;
    if (!known) {
      Features.need(round, Features.LOOP, "a loop over a range", loop.range());
    }
    context.openBlock();
    Optional<ProbeContext.Variable> variable = variable(loop.variable());
    List<Stmt> result = List.of();
    if (variable.isPresent()) {
      Type type = expressions.operators().common(BinaryOp.LT, from, to, loop.range());
      boolean natural = from.natural() && to.natural();
      Expr number = new Expr.IntLiteral(0, type, loop.variable().range());
      round.environment().put(variable.get().place(), new Value(number, natural, false));
      result =
          List.of(
              new Stmt.ForRange(
                  variable.get().local(),
                  Operators.as(type, from.expr()),
                  Operators.as(type, to.expr()),
                  body(loop.body()),
                  loop.range()));
    }
    context.closeBlock();
    return result;
  }

  List<Stmt> map(Ast.Stmt.ForMap loop) {
    if (!loop.map().key().isEmpty()) {
      diagnostics.error(loop.map().range(), "A loop is over a whole map, without a key");
      return List.of();
    }
    MapInfo map = expressions.maps().info(loop.map());
    map.read |= map.aggregation.isEmpty();
    if (map.key != null && map.key.isEmpty()) {
      diagnostics.error(
          loop.map().range(),
          "@%s has no keys: a loop can't go over it".formatted(map.name),
          List.of(new Context(map.keyRange, "This is the first use.")),
          List.of());
      return List.of();
    }
    Optional<Value> value = expressions.maps().each(map, loop.map().range());
    context.openBlock();
    Optional<ProbeContext.Variable> variable = variable(loop.variable());
    List<Stmt> result = List.of();
    if (variable.isPresent()) {
      if (value.isPresent() && map.key != null) {
        Type pair = new Type.Tuple(List.of(keyType(map.key), value.get().type()));
        boolean bound = map.key.stream().anyMatch(Place::hostBound) || value.get().hostBound();
        round.environment().declare(variable.get().place(), pair, bound);
      }
      result =
          List.of(
              new Stmt.ForMap(variable.get().local(), map.index, body(loop.body()), loop.range()));
    }
    context.closeBlock();
    return result;
  }

  private static Type keyType(List<Place> key) {
    List<Type> parts = key.stream().map(Place::type).toList();
    return parts.size() == 1 ? parts.getFirst() : new Type.Tuple(parts);
  }

  List<Stmt> leave(Stmt stmt, String word) {
    if (!context.inLoop()) {
      diagnostics.error(stmt.range(), "'%s' is possible in a loop only".formatted(word));
    }
    return List.of(stmt);
  }

  private Optional<ProbeContext.Variable> variable(Ast.Expr.Variable written) {
    return statements.fresh(written.name(), written.range(), written.range());
  }

  private List<Stmt> body(List<Ast.Stmt> body) {
    context.openLoop();
    List<Stmt> all = statements.block(body);
    context.closeLoop();
    return all;
  }
}
