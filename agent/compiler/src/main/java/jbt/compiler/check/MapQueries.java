package jbt.compiler.check;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import jbt.compiler.check.Checked.Expr;
import jbt.compiler.check.Checked.Stmt;
import jbt.compiler.lang.Ast;
import jbt.compiler.lang.SourceRange;
import jbt.compiler.plan.ScriptMap;
import jbt.compiler.types.Meaning;
import jbt.compiler.types.Type;
import jbt.compiler.types.TypeNames;

/** Calls about the keys of a map that have a value: {@code has_key}, {@code find} and so on. */
final class MapQueries {
  static final Set<String> NAMES = Set.of("has_key", "find", "delete", "len", "stack_len");

  private static final String LENGTH_OF = "len() takes a map that has keys, or a stack";

  private final Round round;
  private final ProbeContext context;
  private final ExpressionChecker expressions;

  MapQueries(Round round, ProbeContext context, ExpressionChecker expressions) {
    this.round = round;
    this.context = context;
    this.expressions = expressions;
  }

  /** A map and the key that a call names. */
  private record Keyed(MapInfo map, List<Expr> key) {}

  Value value(Ast.Expr.Call call) {
    SourceRange range = call.range();
    return switch (call.function()) {
      case "has_key" ->
          keyed(call, 2, 2)
              .filter(at -> !histogram(call, at.map))
              .map(at -> new Expr.HasKey(at.map.index, at.key, Type.BOOL, range))
              .map(MapQueries::truth)
              .orElse(Value.unknown(range));
      case "delete" ->
          keyed(call, 1, 2)
              .map(
                  at -> {
                    at.map.deleted = true;
                    return new Expr.DeleteKey(at.map.index, at.key, Type.BOOL, range);
                  })
              .map(MapQueries::truth)
              .orElse(Value.unknown(range));
      case "find" -> find(call);
      case "len" -> length(call);
      case "stack_len" -> stackLength(call);
      default -> throw new IllegalArgumentException(call.function());
    };
  }

  /** Whether a map holds histograms, whose keys are not those of the script; tells if so. */
  private boolean histogram(Ast.Expr.Call call, MapInfo map) {
    if (buckets(map)) {
      round
          .diagnostics()
          .error(
              call.range(),
              "%s() is not possible for @%s, which holds %s"
                  .formatted(
                      call.function(),
                      map.name,
                      map.aggregation.map(Aggregations::describe).orElse("")),
              List.of(),
              List.of("Keep its keys in a map of their own, too: @keys[key] = 1"));
    }
    return buckets(map);
  }

  private static boolean buckets(MapInfo map) {
    return map.aggregation
        .map(
            held ->
                held instanceof ScriptMap.Value.Hist
                    || held instanceof ScriptMap.Value.Lhist
                    || held instanceof ScriptMap.Value.Tseries)
        .orElse(false);
  }

  private static Value truth(Expr expr) {
    return new Value(expr, true, false);
  }

  /** The map and key of a call: {@code f(@m, key)}, or {@code f(@m[key])} where one is enough. */
  private Optional<Keyed> keyed(Ast.Expr.Call call, int least, int most) {
    if (!Calls.arity(call, least, most, round.diagnostics())) {
      return Optional.empty();
    }
    boolean separate = call.arguments().size() > 1;
    if (!(call.arguments().getFirst() instanceof Ast.Expr.MapUse use)
        || (separate && !use.key().isEmpty())) {
      round
          .diagnostics()
          .error(
              call.range(),
              "%s() takes a map and a key: %s(@x, key)"
                  .formatted(call.function(), call.function()));
      return Optional.empty();
    }
    MapInfo map = expressions.maps().info(use);
    List<Ast.Expr> written = separate ? List.of(call.arguments().get(1)) : use.key();
    return Optional.of(new Keyed(map, expressions.maps().key(map, written, call.range())));
  }

  private Value find(Ast.Expr.Call call) {
    Optional<Keyed> at = keyed(call, 3, 3);
    if (at.isEmpty()) {
      return Value.unknown(call.range());
    }
    if (!(call.arguments().get(2) instanceof Ast.Expr.Variable written)) {
      round
          .diagnostics()
          .error(call.arguments().get(2).range(), "find() puts the value into a variable");
      return Value.unknown(call.range());
    }
    MapInfo map = at.get().map;
    if (histogram(call, map)) {
      return Value.unknown(call.range());
    }
    if (map.aggregation.isPresent()) {
      round
          .diagnostics()
          .error(
              call.range(),
              "find() of @%s, which holds %s; read it with has_key() and @%s[key]"
                  .formatted(map.name, Aggregations.describe(map.aggregation.get()), map.name));
      return Value.unknown(call.range());
    }
    map.read = true;
    Expr typed = new Expr.IntLiteral(0, map.type(), call.range());
    Optional<ProbeContext.Variable> known = context.find(written.name());
    known.ifPresent(context::noteSet);
    ProbeContext.Variable variable =
        known.orElseGet(() -> context.declare(written.name(), written.range()));
    Value value = new Value(typed, map.values.natural(), map.values.hostBound());
    if (!round.environment().put(variable.place(), value)
        || (map.values.known() && !holds(variable.place().type(), map.type()))) {
      round
          .diagnostics()
          .error(
              written.range(),
              "$%s holds %s, but @%s holds %s"
                  .formatted(
                      written.name(),
                      TypeNames.describe(variable.place().type()),
                      map.name,
                      TypeNames.describe(map.type())));
      return Value.unknown(call.range());
    }
    Expr find = new Expr.Find(map.index, at.get().key, variable.local(), Type.BOOL, call.range());
    if (known.isPresent()) {
      return truth(find);
    }
    Stmt first =
        new Stmt.SetLocal(variable.local(), Coercion.zero(map.type(), call.range()), call.range());
    return truth(new Expr.Sequence(List.of(first), find, Type.BOOL, call.range()));
  }

  /** Whether what a map has can be copied to a variable as it is. */
  private static boolean holds(Type variable, Type inMap) {
    return variable.equals(inMap)
        || (variable instanceof Type.Int a
            && inMap instanceof Type.Int b
            && a.bytes() == b.bytes());
  }

  private Value length(Ast.Expr.Call call) {
    if (!Calls.arity(call, 1, 1, round.diagnostics())) {
      return Value.unknown(call.range());
    }
    if (!(call.arguments().getFirst() instanceof Ast.Expr.MapUse use) || !use.key().isEmpty()) {
      return stackLength(call);
    }
    MapInfo map = expressions.maps().info(use);
    boolean scalar = map.key != null && map.key.isEmpty();
    if (scalar && !buckets(map)) {
      return stackLength(call);
    }
    if (scalar) {
      round.diagnostics().error(call.range(), LENGTH_OF);
      return Value.unknown(call.range());
    }
    if (histogram(call, map)) {
      return Value.unknown(call.range());
    }
    return truth(new Expr.Length(map.index, Type.INT64, call.range()));
  }

  private Value stackLength(Ast.Expr.Call call) {
    if (!Calls.arity(call, 1, 1, round.diagnostics())) {
      return Value.unknown(call.range());
    }
    Value stack = expressions.value(call.arguments().getFirst());
    if (stack.type() instanceof Type.Symbolic(Meaning.Stack s)) {
      Expr length =
          new Expr.Call(Function.STACK_LENGTH, List.of(stack.expr()), Type.INT64, call.range());
      return truth(length);
    }
    if (stack.known()) {
      round.diagnostics().error(call.range(), LENGTH_OF);
    }
    return Value.unknown(call.range());
  }
}
