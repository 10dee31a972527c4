package jbt.compiler.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import jbt.compiler.check.Checked.Expr;
import jbt.compiler.lang.Ast;
import jbt.compiler.lang.Diagnostic.Context;
import jbt.compiler.lang.SourceRange;
import jbt.compiler.plan.ScriptMap;
import jbt.compiler.types.Type;
import jbt.compiler.types.TypeNames;

/** Uses of maps: keys, reading, counting. */
final class MapUses {
  private final Round round;
  private final ExpressionChecker expressions;

  MapUses(Round round, ExpressionChecker expressions) {
    this.round = round;
    this.expressions = expressions;
  }

  MapInfo info(Ast.Expr.MapUse use) {
    return round.environment().map(use.name(), use.range());
  }

  Value read(Ast.Expr.MapUse use) {
    MapInfo map = info(use);
    List<Expr> key = key(map, use.key(), use.range());
    if (map.aggregation.isPresent()) {
      return aggregated(map, map.aggregation.get(), key, use.range());
    }
    map.read = true;
    Expr expr = new Expr.MapValue(map.index, key, map.type(), use.range());
    return new Value(expr, map.values.natural(), map.values.hostBound());
  }

  private Value aggregated(MapInfo map, ScriptMap.Value held, List<Expr> key, SourceRange range) {
    Optional<Type> type = number(map, held);
    if (type.isEmpty()) {
      round
          .diagnostics()
          .error(
              range,
              "@%s holds %s and can't be read by the script"
                  .formatted(map.name, Aggregations.describe(held)));
      return Value.unknown(range);
    }
    if (map.key == null || !map.key.isEmpty()) {
      Features.need(
          round,
          Features.LOOKUP_PERCPU,
          "Reading @%s, which holds %s,".formatted(map.name, Aggregations.describe(held)),
          range);
    }
    map.read = true;
    boolean natural = held instanceof ScriptMap.Value.Count;
    return new Value(new Expr.Aggregated(map.index, key, type.get(), range), natural, false);
  }

  /** What kind of number an aggregation gives, if it gives one. */
  private static Optional<Type> number(MapInfo map, ScriptMap.Value held) {
    Type number = map.values.signed() ? Type.INT64 : Type.UINT64;
    return switch (held) {
      case ScriptMap.Value.Count c -> Optional.of(Type.INT64);
      case ScriptMap.Value.Sum s -> Optional.of(number);
      case ScriptMap.Value.Min m -> Optional.of(number);
      case ScriptMap.Value.Max m -> Optional.of(number);
      case ScriptMap.Value.Avg a -> Optional.of(number);
      default -> Optional.empty();
    };
  }

  /** The values that a loop over a map gives; empty where that is not known or not possible. */
  Optional<Value> each(MapInfo map, SourceRange range) {
    Value value =
        map.aggregation.isPresent()
            ? aggregated(map, map.aggregation.get(), List.of(), range)
            : new Value(
                new Expr.IntLiteral(0, map.type(), range),
                map.values.natural(),
                map.values.hostBound());
    return value.known() ? Optional.of(value) : Optional.empty();
  }

  Value step(Ast.Expr.Step step, Ast.Expr.MapUse use, Value by, boolean used) {
    MapInfo map = info(use);
    List<Expr> key = key(map, use.key(), use.range());
    map.read |= used;
    if (!count(map, by, step.range())) {
      return Value.unknown(step.range());
    }
    int amount = step.up() ? 1 : -1;
    Expr expr = new Expr.StepMap(map.index, key, amount, step.prefix(), map.type(), step.range());
    return new Value(expr, map.values.natural(), map.values.hostBound());
  }

  /** Notes that a map is counted up or down; false, with an error, if it can't be. */
  boolean count(MapInfo map, Value by, SourceRange range) {
    if (map.stepped.isEmpty()) {
      map.stepped = Optional.of(range);
      round.environment().learn(map);
    }
    if (map.aggregation.isPresent()) {
      mixed(map, range);
      return false;
    }
    if (!map.values.countable() || !round.environment().put(map.values, by)) {
      round
          .diagnostics()
          .error(
              range,
              "@%s holds %s: only integers can be counted up or down"
                  .formatted(map.name, TypeNames.describe(map.type())));
      return false;
    }
    return true;
  }

  /** Notes that a map is set to a value; false, with an error, if it can't be. */
  boolean assign(MapInfo map, Value value, SourceRange range) {
    if (map.assigned.isEmpty()) {
      map.assigned = Optional.of(range);
      round.environment().learn(map);
    }
    if (map.aggregation.isPresent()) {
      mixed(map, range);
      return false;
    }
    if (!round.environment().put(map.values, value)) {
      List<String> names = TypeNames.apart(map.type(), value.writtenType());
      round
          .diagnostics()
          .error(
              range,
              "Type mismatch for @%s: it holds %s, not %s"
                  .formatted(map.name, names.getFirst(), names.getLast()),
              map.assigned.stream()
                  .filter(first -> !first.equals(range))
                  .map(first -> new Context(first, "This is the first assignment."))
                  .toList(),
              List.of());
      return false;
    }
    expressions.operators().warnOfSign(map.type(), value, "@" + map.name + " is", range);
    return true;
  }

  /** Tells that what is done at {@code range} does not go with the aggregation before it. */
  void mixed(MapInfo map, SourceRange range) {
    if (map.aggregated.isPresent() && map.aggregated.get().start() > range.start()) {
      // The aggregation comes later and is told of.
      return;
    }
    String aggregation = map.aggregation.map(Aggregations::describe).orElse("");
    round
        .diagnostics()
        .error(
            range,
            "@%s holds %s: no other values can go there".formatted(map.name, aggregation),
            map.aggregated.stream()
                .map(first -> new Context(first, "This is the first " + aggregation + "."))
                .toList(),
            List.of());
  }

  /** The parts of a key, as the map's key has them. */
  List<Expr> key(MapInfo map, List<Ast.Expr> written, SourceRange range) {
    List<Value> parts = parts(written);
    List<Place> places = places(map, parts.size(), range);
    if (places.size() != parts.size()) {
      round
          .diagnostics()
          .error(
              range,
              "@%s is used with %s here, but elsewhere with %s"
                  .formatted(map.name, described(parts.size()), described(places.size())),
              List.of(new Context(map.keyRange, "This is the first use.")),
              List.of());
      return List.of();
    }
    List<Expr> key = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      key.add(part(map, places.get(i), parts.get(i)));
    }
    return key;
  }

  private Expr part(MapInfo map, Place place, Value value) {
    if (!round.environment().put(place, value)) {
      List<String> names = TypeNames.apart(place.type(), value.writtenType());
      round
          .diagnostics()
          .error(
              value.range(),
              "Type mismatch for the key of @%s: it is %s, not %s"
                  .formatted(map.name, names.getFirst(), names.getLast()),
              List.of(new Context(map.keyRange, "This is the first use.")),
              List.of());
      return value.expr();
    }
    return Coercion.to(place.type(), value.expr());
  }

  /** What {@code typeof(@x)} is: empty for a map without keys, none while that is not known. */
  Optional<Type> keyType(Ast.Expr.MapUse use) {
    if (!use.key().isEmpty()) {
      return Optional.empty();
    }
    MapInfo map = info(use);
    int now = round.environment().rounds();
    if (map.key == null && map.keyAsked.orElse(now) == now) {
      // Other uses may tell before the next round.
      map.keyAsked = OptionalInt.of(now);
      round.environment().askAgain();
      return Optional.of(Type.NONE);
    }
    if (map.key == null || map.key.isEmpty()) {
      return Optional.empty();
    }
    List<Type> parts = map.key.stream().map(Place::type).toList();
    return Optional.of(
        parts.contains(Type.NONE)
            ? Type.NONE
            : parts.size() == 1 ? parts.getFirst() : new Type.Tuple(parts));
  }

  private static String described(int parts) {
    return parts == 0 ? "no key" : parts == 1 ? "a key" : "a key of " + parts + " parts";
  }

  private List<Place> places(MapInfo map, int parts, SourceRange range) {
    if (map.key == null) {
      List<Place> places = new ArrayList<>();
      for (int i = 0; i < parts; i++) {
        places.add(new Place());
      }
      map.key = places;
      map.keyRange = range;
      round.environment().learn(map);
      return places;
    }
    return map.key;
  }

  /** A single tuple is a key of several parts. */
  private List<Value> parts(List<Ast.Expr> written) {
    List<Value> values = new ArrayList<>();
    if (written.size() == 1 && written.getFirst() instanceof Ast.Expr.Tuple tuple) {
      tuple.parts().forEach(part -> values.add(expressions.value(part)));
      return values;
    }
    written.forEach(part -> values.add(expressions.value(part)));
    if (values.size() == 1
        && values.getFirst().type() instanceof Type.Tuple type
        && type.names().isEmpty()) {
      Value tuple = values.getFirst();
      return Coercion.parts(tuple.expr()).stream()
          .map(part -> new Value(part, false, tuple.hostBound()))
          .toList();
    }
    return values;
  }
}
