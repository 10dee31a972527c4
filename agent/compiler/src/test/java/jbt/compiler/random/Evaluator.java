package jbt.compiler.random;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import jbt.compiler.random.Node.Binary;
import jbt.compiler.random.Node.Expr;
import jbt.compiler.random.Node.MapShape;
import jbt.compiler.random.Node.Stmt;
import jbt.compiler.random.Node.Target;
import jbt.compiler.random.Node.Variable;

/**
 * Does what a script says, after the rules of the language: operands from left to right, a value
 * before the key of the place that it is put in.
 */
final class Evaluator {
  private static final int LONGEST_TEXT = 1023;
  private static final int ARGUMENTS = 6;

  private final Map<String, Map<List<Object>, Object>> maps = new TreeMap<>();
  private final List<List<Object>> data = new ArrayList<>();
  private final List<List<Object>> control = new ArrayList<>();
  private final Map<Variable, Object> locals = new HashMap<>();
  private Map<String, Object> given = Map.of();
  private List<Long> arguments = List.of();
  private boolean exited;

  /** What the function gives that has ended last. */
  private Object returned = 0L;

  Map<String, Map<List<Object>, Object>> maps() {
    return maps;
  }

  List<List<Object>> data() {
    return data;
  }

  List<List<Object>> control() {
    return control;
  }

  boolean exited() {
    return exited;
  }

  /**
   * Runs a probe.
   *
   * @param values what builtins and fields are, by their text: Long or String
   * @param registers the arguments of the system call
   */
  void run(Node.Probe probe, Map<String, Object> values, List<Long> registers) {
    given = values;
    arguments = registers;
    locals.clear();
    if (probe.predicate().map(this::truth).orElse(true)) {
      block(probe.body());
    }
  }

  /** What comes after a statement. */
  private enum Flow {
    NEXT,
    BREAK,
    CONTINUE,
    LEAVE
  }

  private Flow block(List<Stmt> statements) {
    for (Stmt statement : statements) {
      Flow flow = statement(statement);
      if (flow != Flow.NEXT) {
        return flow;
      }
    }
    return Flow.NEXT;
  }

  private Flow statement(Stmt statement) {
    switch (statement) {
      case Stmt.Let s ->
          locals.put(
              s.variable(),
              s.value()
                  .map(value -> converted(s.variable().kind(), value(value)))
                  .orElse(zero(s.variable().kind())));
      case Stmt.Assign s -> {
        Object value = value(s.value());
        put(s.target(), key(s.target()), value);
      }
      case Stmt.Compound s -> compound(s);
      case Stmt.Evaluate s -> value(s.expr());
      case Stmt.Aggregate s -> {
        Object value = first(s);
        map(s.map()).merge(key(s.map(), s.key()), value, (a, b) -> merged(s.map(), a, b));
      }
      case Stmt.If s -> {
        return block(truth(s.condition()) ? s.then() : s.otherwise());
      }
      case Stmt.Printf s -> data.add(values(s.arguments()));
      case Stmt.PrintValue s -> data.add(List.of(value(s.value())));
      case Stmt.Time s -> data.add(List.of());
      case Stmt.PrintMap s -> {
        List<Object> rest = new ArrayList<>(key(s.map(), s.key()));
        if (!rest.isEmpty() && s.map().readable()) {
          rest.add(Optional.ofNullable(map(s.map()).get(List.copyOf(rest))));
        }
        record("Print", s.map().name(), rest);
      }
      case Stmt.Clear s -> {
        record(s.zero() ? "Zero" : "Clear", s.map().name(), List.of());
        map(s.map()).clear();
      }
      case Stmt.Delete s -> map(s.map()).remove(key(s.map(), s.key()));
      case Stmt.Exit s -> {
        record("Exit", "", List.of(s.code().map(this::number).orElse(0L)));
        exited = true;
        return Flow.LEAVE;
      }
      case Stmt.Return s -> {
        s.value().ifPresent(value -> returned = value(value));
        return Flow.LEAVE;
      }
      case Stmt.Break s -> {
        return Flow.BREAK;
      }
      case Stmt.Continue s -> {
        return Flow.CONTINUE;
      }
      case Stmt.Braces s -> {
        return block(s.body());
      }
      case Stmt.Unroll s -> {
        for (int i = 0; i < s.count(); i++) {
          Flow flow = block(s.body());
          if (flow != Flow.NEXT) {
            return flow;
          }
        }
      }
      case Stmt.While s -> {
        while (truth(s.condition())) {
          Flow flow = block(s.body());
          if (flow == Flow.BREAK) {
            break;
          }
          if (flow == Flow.LEAVE) {
            return flow;
          }
        }
      }
      case Stmt.ForRange s -> {
        long from = number(s.from());
        long to = number(s.to());
        for (long i = from; i < to; i++) {
          locals.put(s.variable(), i);
          Flow flow = block(s.body());
          if (flow == Flow.BREAK) {
            break;
          }
          if (flow == Flow.LEAVE) {
            return flow;
          }
        }
      }
      case Stmt.ForMap s -> {
        for (Map.Entry<List<Object>, Object> each : Map.copyOf(map(s.from())).entrySet()) {
          List<Object> key = each.getKey();
          locals.put(
              s.variable(), List.of(key.size() == 1 ? key.getFirst() : key, each.getValue()));
          block(s.body());
        }
      }
    }
    return Flow.NEXT;
  }

  private void record(String site, String map, List<Object> rest) {
    List<Object> all = new ArrayList<>(List.of(site, map));
    all.addAll(rest);
    control.add(all);
  }

  private void compound(Stmt.Compound s) {
    Expr target =
        switch (s.target()) {
          case Target.Local t -> new Expr.Local(t.variable());
          case Target.Element t -> new Expr.MapRead(t.map(), t.key());
        };
    boolean adds = s.op() == Binary.ADD || s.op() == Binary.SUBTRACT;
    if (adds && s.target() instanceof Target.Element) {
      // The map is added to: what it holds is not looked at before.
      long by = number(s.value());
      List<Object> key = key(s.target());
      long old = number(get(s.target(), key));
      put(s.target(), key, s.op() == Binary.ADD ? old + by : old - by);
      return;
    }
    Object value = value(new Expr.Combine(s.op(), target, s.value()));
    put(s.target(), key(s.target()), value);
  }

  private List<Object> key(Target target) {
    return target instanceof Target.Element e ? key(e.map(), e.key()) : List.of();
  }

  /** One tuple stands for all parts of a key. */
  private List<Object> key(MapShape map, List<Expr> written) {
    List<Object> parts = values(written);
    return map.key().size() > 1 && parts.size() == 1
        ? List.copyOf((List<?>) parts.getFirst())
        : parts;
  }

  private void put(Target target, List<Object> key, Object value) {
    switch (target) {
      case Target.Local t -> locals.put(t.variable(), converted(t.variable().kind(), value));
      case Target.Element t -> map(t.map()).put(key, converted(t.map().value(), value));
    }
  }

  private Object get(Target target, List<Object> key) {
    return switch (target) {
      case Target.Local t -> local(t.variable());
      case Target.Element t -> element(t.map(), key);
    };
  }

  private Object local(Variable variable) {
    Object value = locals.get(variable);
    if (value == null) {
      throw new IllegalStateException("not set: $" + variable.name());
    }
    return value;
  }

  private Object element(MapShape map, List<Object> key) {
    return map(map).getOrDefault(key, zero(map.value()));
  }

  private Map<List<Object>, Object> map(MapShape map) {
    return maps.computeIfAbsent(map.name(), name -> new HashMap<>());
  }

  /** A value as a place of some kind holds it. */
  private static Object converted(Kind kind, Object value) {
    return switch (kind) {
      case Kind.Int n -> Rules.narrow(number(value), n.bytes(), n.signed());
      case Kind.Truth t -> number(value) != 0 ? 1L : 0L;
      case Kind.Text t -> value;
      case Kind.Tuple t -> value;
    };
  }

  private static Object zero(Kind kind) {
    return switch (kind) {
      case Kind.Int n -> 0L;
      case Kind.Truth t -> 0L;
      case Kind.Text t -> "";
      case Kind.Tuple t -> t.parts().stream().map(Evaluator::zero).toList();
    };
  }

  private static long number(Object value) {
    return (Long) value;
  }

  private long number(Expr expr) {
    return (Long) value(expr);
  }

  private boolean truth(Expr expr) {
    return number(expr) != 0;
  }

  private List<Object> values(List<Expr> exprs) {
    List<Object> all = new ArrayList<>();
    exprs.forEach(e -> all.add(value(e)));
    return all;
  }

  private Object value(Expr expr) {
    Optional<BigInteger> constant = Rules.constant(expr);
    if (constant.isPresent()) {
      return constant.get().longValue();
    }
    return switch (expr) {
      case Expr.Literal e -> e.value();
      case Expr.Str e -> e.value();
      case Expr.Given e -> known(e.text());
      case Expr.StrAt e -> {
        String text = (String) known(e.pointer());
        long room = e.length().map(this::number).orElse(LONGEST_TEXT + 1L);
        yield text.substring(0, Math.clamp(room - 1, 0, text.length()));
      }
      case Expr.Argument e -> {
        long index = number(e.index());
        yield index >= 0 && index < ARGUMENTS ? arguments.get((int) index) : 0L;
      }
      case Expr.Local e -> local(e.variable());
      case Expr.MapRead e -> element(e.map(), key(e.map(), e.key()));
      case Expr.Apply e -> {
        long operand = number(e.operand());
        yield switch (e.op()) {
          case MINUS -> -operand;
          case COMPLEMENT -> ~operand;
          case PLUS -> operand;
          case NOT -> operand == 0 ? 1L : 0L;
        };
      }
      case Expr.Combine e -> combine(e);
      case Expr.Logical e ->
          truth(e.left()) == e.and() ? (truth(e.right()) ? 1L : 0L) : e.and() ? 0L : 1L;
      case Expr.Conditional e -> {
        if (e.then().isPresent()) {
          yield truth(e.condition()) ? value(e.then().get()) : value(e.otherwise());
        }
        Object condition = value(e.condition());
        yield number(condition) != 0 ? condition : value(e.otherwise());
      }
      case Expr.Cast e -> Rules.narrow(number(e.operand()), e.bytes(), e.signed());
      case Expr.ToBool e -> truth(e.operand()) ? 1L : 0L;
      case Expr.Step e -> {
        List<Object> key = key(e.target());
        long old = number(get(e.target(), key));
        put(e.target(), key, old + (e.up() ? 1 : -1));
        yield e.prefix() ? get(e.target(), key) : (Long) old;
      }
      case Expr.HasKey e -> map(e.map()).containsKey(key(e.map(), e.key())) ? 1L : 0L;
      case Expr.Keys e -> (long) map(e.map()).size();
      case Expr.Length e -> (long) text(e.text()).length();
      case Expr.Differ e -> {
        String left = text(e.left());
        String right = text(e.right());
        yield start(left, e.count()).equals(start(right, e.count())) ? 0L : 1L;
      }
      case Expr.Found e -> (long) text(e.text()).indexOf(text(e.part()));
      case Expr.Contains e -> text(e.text()).contains(text(e.part())) ? 1L : 0L;
      case Expr.Joined e -> text(e.left()) + text(e.right());
      case Expr.Call e -> {
        List<Object> values = values(e.arguments());
        for (int i = 0; i < values.size(); i++) {
          Variable parameter = e.function().parameters().get(i);
          locals.put(parameter, converted(parameter.kind(), values.get(i)));
        }
        block(e.function().body());
        yield converted(e.function().result().kind(), returned);
      }
      case Expr.Part8 e ->
          bits(number(e.number()), e.view().at(), e.view().bits(), e.view().signed());
      case Expr.Element e -> {
        long held = number(e.number());
        long index = number(e.index());
        yield index >= 0 && index < 8 / e.bytes()
            ? bits(held, 8 * e.bytes() * (int) index, 8 * e.bytes(), e.signed())
            : 0L;
      }
      case Expr.Tuple e -> values(e.parts());
      case Expr.Part e -> ((List<?>) value(e.tuple())).get(e.index());
    };
  }

  private static long bits(long from, int at, int bits, boolean signed) {
    long top = from << (64 - at - bits);
    return signed ? top >> (64 - bits) : top >>> (64 - bits);
  }

  private String text(Expr expr) {
    return (String) value(expr);
  }

  private static String start(String text, int count) {
    return text.substring(0, Math.min(count, text.length()));
  }

  private Object known(String text) {
    Object value = given.get(text);
    if (value == null) {
      throw new IllegalStateException("no value for " + text);
    }
    return value;
  }

  private Object combine(Expr.Combine e) {
    Object left = value(e.left());
    Object right = value(e.right());
    if (!(left instanceof Long a && right instanceof Long b)) {
      return left.equals(right) == (e.op() == Binary.EQ) ? 1L : 0L;
    }
    Kind kind = Rules.kind(e.left());
    boolean signed = e.op().shifts() ? kind.isSigned() : Rules.common(kind, Rules.kind(e.right()));
    return Rules.compute(e.op(), signed, a, b);
  }

  /** What an aggregation of one value holds. */
  private Object first(Stmt.Aggregate s) {
    MapShape map = s.map();
    long value = s.value().map(this::number).orElse(0L);
    return switch (map.use()) {
      case COUNT -> 1L;
      case SUM, MIN, MAX -> value;
      case AVG, STATS -> List.of(value, 1L);
      case HIST -> Map.of(logarithmic(value, map.parameters()), 1L);
      case LHIST -> Map.of(linear(value, map.parameters()), 1L);
      case PLAIN, COUNTER -> throw new IllegalArgumentException("no aggregation: " + map);
    };
  }

  private static Object merged(MapShape map, Object a, Object b) {
    return switch (map.use()) {
      case COUNT, SUM -> number(a) + number(b);
      case MIN -> less(map, a, b) ? a : b;
      case MAX -> less(map, a, b) ? b : a;
      case AVG, STATS -> List.of(at(a, 0) + at(b, 0), at(a, 1) + at(b, 1));
      case HIST, LHIST -> {
        Map<Object, Object> sum = new HashMap<>((Map<?, ?>) a);
        ((Map<?, ?>) b).forEach((k, v) -> sum.merge(k, v, (x, y) -> number(x) + number(y)));
        yield sum;
      }
      case PLAIN, COUNTER -> throw new IllegalArgumentException("no aggregation: " + map);
    };
  }

  private static boolean less(MapShape map, Object a, Object b) {
    return map.value().isSigned()
        ? number(a) < number(b)
        : Long.compareUnsigned(number(a), number(b)) < 0;
  }

  private static long at(Object pair, int place) {
    return number(((List<?>) pair).get(place));
  }

  private static int linear(long value, List<Long> parameters) {
    long min = parameters.get(0);
    long max = parameters.get(1);
    long step = parameters.get(2);
    if (value < min) {
      return 0;
    }
    return value >= max
        ? (int) ((max - min + step - 1) / step) + 1
        : 1 + (int) ((value - min) / step);
  }

  private static int logarithmic(long value, List<Long> parameters) {
    int bits = parameters.isEmpty() ? 0 : parameters.getFirst().intValue();
    if (value < 0) {
      return 0;
    }
    if (value < 2L << bits) {
      return 1 + (int) value;
    }
    int power = 63 - Long.numberOfLeadingZeros(value);
    int first = 1 + (2 << bits) + (power - bits - 1) * (1 << bits);
    return first + (int) (value >> (power - bits)) - (1 << bits);
  }
}
