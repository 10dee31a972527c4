package jbt.compiler.check;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import jbt.compiler.check.Checked.Expr;
import jbt.compiler.check.Checked.Stmt;
import jbt.compiler.lang.Ast;
import jbt.compiler.lang.Diagnostic.Context;
import jbt.compiler.lang.SourceRange;
import jbt.compiler.plan.ScriptMap;

/** {@code @x = count()} and its kind. */
final class Aggregations {
  static final Set<String> NAMES =
      Set.of("count", "sum", "min", "max", "avg", "stats", "hist", "lhist");

  private static final int MOST_BITS = 5;
  private static final long MOST_BUCKETS = 1000;

  private final Round round;
  private final ExpressionChecker expressions;

  Aggregations(Round round, ExpressionChecker expressions) {
    this.round = round;
    this.expressions = expressions;
  }

  static String describe(ScriptMap.Value value) {
    return value.getClass().getSimpleName().toLowerCase(Locale.ROOT) + "()";
  }

  List<Stmt> assign(Ast.Expr.MapUse use, Ast.Expr.Call call, SourceRange range) {
    MapInfo map = expressions.maps().info(use);
    List<Expr> key = expressions.maps().key(map, use.key(), use.range());
    Optional<ScriptMap.Value> aggregation = aggregation(call);
    map.aggregated = map.aggregated.or(() -> Optional.of(range));
    if (aggregation.isEmpty()) {
      return List.of();
    }
    Optional<Expr> value = Optional.empty();
    if (!call.arguments().isEmpty()) {
      Value given =
          expressions.integer(
              call.arguments().getFirst(), "The argument of " + call.function() + "()");
      round.environment().put(map.values, given);
      value = Optional.of(given.expr());
    }
    return note(map, aggregation.get(), range)
        ? List.of(new Stmt.Aggregate(map.index, key, value, range))
        : List.of();
  }

  private boolean note(MapInfo map, ScriptMap.Value aggregation, SourceRange range) {
    if (map.assigned.isPresent() || map.stepped.isPresent()) {
      SourceRange other = map.assigned.or(() -> map.stepped).orElseThrow();
      if (other.start() > range.start()) {
        // The other one, which comes later, is told of.
        return false;
      }
      round
          .diagnostics()
          .error(
              range,
              "@%s is set to other values, too: it can't hold %s"
                  .formatted(map.name, describe(aggregation)),
              List.of(new Context(other, "This is the other one.")),
              List.of());
      return false;
    }
    if (map.aggregation.isEmpty()) {
      map.aggregation = Optional.of(aggregation);
      round.environment().change();
      return true;
    }
    ScriptMap.Value first = map.aggregation.get();
    if (first.equals(aggregation)) {
      return true;
    }
    if (first.getClass() != aggregation.getClass()) {
      expressions.maps().mixed(map, range);
      return false;
    }
    round
        .diagnostics()
        .error(
            range,
            "%s of one map must have the same parameters everywhere"
                .formatted(describe(aggregation)),
            List.of(new Context(map.aggregated.orElse(range), "This is the first one.")),
            List.of());
    return false;
  }

  /** What the call makes of a map; empty, with an error, if its arguments are wrong. */
  private Optional<ScriptMap.Value> aggregation(Ast.Expr.Call call) {
    return switch (call.function()) {
      case "count" -> arity(call, 0, 0, new ScriptMap.Value.Count());
      case "sum" -> arity(call, 1, 1, new ScriptMap.Value.Sum(true));
      case "min" -> arity(call, 1, 1, new ScriptMap.Value.Min(true));
      case "max" -> arity(call, 1, 1, new ScriptMap.Value.Max(true));
      case "avg" -> arity(call, 1, 1, new ScriptMap.Value.Avg(true));
      case "stats" -> arity(call, 1, 1, new ScriptMap.Value.Stats(true));
      case "hist" -> arity(call, 1, 2, new ScriptMap.Value.Hist(0)).flatMap(plain -> hist(call));
      case "lhist" ->
          arity(call, 4, 4, new ScriptMap.Value.Lhist(0, 1, 1)).flatMap(plain -> lhist(call));
      default -> throw new IllegalArgumentException(call.function());
    };
  }

  private Optional<ScriptMap.Value> hist(Ast.Expr.Call call) {
    return call.arguments().size() == 1
        ? Optional.of(new ScriptMap.Value.Hist(0))
        : expressions
            .literal(call.arguments().get(1), "The number of bits of hist()", 0, MOST_BITS)
            .map(bits -> new ScriptMap.Value.Hist(bits.intValue()));
  }

  private Optional<ScriptMap.Value> lhist(Ast.Expr.Call call) {
    List<Ast.Expr> arguments = call.arguments();
    Optional<Long> min =
        expressions.literal(arguments.get(1), "The minimum of lhist()", 0, Long.MAX_VALUE);
    Optional<Long> max =
        expressions.literal(arguments.get(2), "The maximum of lhist()", 0, Long.MAX_VALUE);
    Optional<Long> step =
        expressions.literal(arguments.get(3), "The step of lhist()", 1, Long.MAX_VALUE);
    if (min.isEmpty() || max.isEmpty() || step.isEmpty()) {
      return Optional.empty();
    }
    if (max.get() <= min.get()) {
      round
          .diagnostics()
          .error(call.range(), "The maximum of lhist() must be larger than its minimum");
      return Optional.empty();
    }
    long buckets = (max.get() - min.get()) / step.get();
    if (buckets > MOST_BUCKETS) {
      round
          .diagnostics()
          .error(
              call.range(),
              "lhist() of %d buckets; at most %d are possible".formatted(buckets, MOST_BUCKETS));
      return Optional.empty();
    }
    return Optional.of(new ScriptMap.Value.Lhist(min.get(), max.get(), step.get()));
  }

  private Optional<ScriptMap.Value> arity(
      Ast.Expr.Call call, int least, int most, ScriptMap.Value value) {
    return Calls.arity(call, least, most, round.diagnostics())
        ? Optional.of(value)
        : Optional.empty();
  }
}
