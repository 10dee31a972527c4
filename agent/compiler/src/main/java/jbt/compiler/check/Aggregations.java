package jbt.compiler.check;

import java.time.Duration;
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
import jbt.compiler.plan.ScriptMap.Value.Tseries.Fold;

/** {@code @x = count()} and its kind. */
final class Aggregations {
  static final Set<String> NAMES =
      Set.of("count", "sum", "min", "max", "avg", "stats", "hist", "lhist", "tseries");

  private static final Duration LONGEST_INTERVAL = Duration.ofDays(1);

  /** What is shown of each is a line, and sent whenever one changes. */
  private static final int MOST_INTERVALS = 1000;

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
      round.environment().learn(map);
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
      case "tseries" ->
          Calls.arity(call, 3, 4, round.diagnostics()) ? series(call) : Optional.empty();
      default -> throw new IllegalArgumentException(call.function());
    };
  }

  /** {@code tseries(value, interval, number of intervals[, how])}. */
  private Optional<ScriptMap.Value> series(Ast.Expr.Call call) {
    Configuration.permit(
        expressions.settings().tseries(),
        "tseries()",
        Configuration.TSERIES,
        call.range(),
        round.diagnostics());
    List<Ast.Expr> arguments = call.arguments();
    Optional<Long> interval =
        expressions.literal(
            arguments.get(1), "The interval of tseries()", 1, LONGEST_INTERVAL.toNanos());
    Optional<Long> slots =
        expressions.literal(
            arguments.get(2), "The number of intervals of tseries()", 1, MOST_INTERVALS);
    Optional<Fold> fold = arguments.size() == 3 ? Optional.of(Fold.LAST) : fold(arguments.get(3));
    return interval.isEmpty() || slots.isEmpty()
        ? Optional.empty()
        : fold.map(
            how -> new ScriptMap.Value.Tseries(interval.get(), slots.get().intValue(), how, true));
  }

  private Optional<Fold> fold(Ast.Expr written) {
    Optional<Fold> fold =
        switch (written) {
          case Ast.Expr.Str(String name, var range) when name.equals("sum") ->
              Optional.of(Fold.SUM);
          case Ast.Expr.Str(String name, var range) when name.equals("avg") ->
              Optional.of(Fold.AVG);
          case Ast.Expr.Str(String name, var range) when name.equals("min") ->
              Optional.of(Fold.MIN);
          case Ast.Expr.Str(String name, var range) when name.equals("max") ->
              Optional.of(Fold.MAX);
          default -> Optional.empty();
        };
    if (fold.isEmpty()) {
      round
          .diagnostics()
          .error(written.range(), "tseries() takes one of \"avg\", \"max\", \"min\" and \"sum\"");
    }
    return fold;
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
