package jbt.compiler.random;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import jbt.compiler.random.Node.Binary;
import jbt.compiler.random.Node.Expr;
import jbt.compiler.random.Node.MapShape;
import jbt.compiler.random.Node.Probe;
import jbt.compiler.random.Node.Stmt;
import jbt.compiler.random.Node.Target;
import jbt.compiler.random.Node.Use;
import jbt.compiler.random.Node.Variable;

/** Makes the probes of a random script. */
final class Generator {
  private static final int DEEPEST = 3;
  private static final int DEEPEST_BLOCK = 3;
  private static final int MOST_CLEARS = 2;

  private static final List<Kind> VALUES =
      List.of(
          Kinds.INT64,
          Kinds.UINT64,
          Kinds.TEXT,
          new Kind.Tuple(List.of(Kinds.INT64, Kinds.TEXT)),
          new Kind.Tuple(List.of(Kinds.INT64, new Kind.Tuple(List.of(Kinds.TEXT, Kinds.INT64)))),
          new Kind.Tuple(
              List.of(Kinds.INT64, new Kind.Tuple(List.of(Kinds.TEXT, Kinds.INT64), true)), true));

  private static final List<List<Kind>> KEYS =
      List.of(
          List.of(),
          List.of(Kinds.INT64),
          List.of(Kinds.TEXT),
          List.of(Kinds.INT64, Kinds.TEXT),
          List.of(Kinds.INT64, new Kind.Tuple(List.of(Kinds.TEXT, Kinds.INT64))),
          List.of(Kinds.TEXT, Kinds.INT64, Kinds.INT64),
          List.of(new Kind.Tuple(List.of(Kinds.INT64, Kinds.TEXT), true), Kinds.INT64));

  private static final List<String> NUMBER_FORMATS =
      List.of(
          "d", "i", "u", "x", "X", "o", "c", "s", "p", "lld", "llu", "hd", "hhx", "5d", "-7u",
          "05d", "#x", "+d", "ld", "zu");

  private static final Expr HAPPENS = new Expr.Given("nsecs > 5", Kinds.TRUTH);

  static final Expr THREAD = new Expr.Given("tid", new Kind.Int(4, false, true));

  private final Random random;
  private final List<MapShape> maps;
  private final Map<MapShape, Integer> clears = new HashMap<>();
  private Scope scope;
  private final Expressions expressions;

  /** Whether the statements that are made run once at most. */
  private boolean once;

  private final Loops loops;

  /** What each thread has for itself, in probes at events. */
  private final List<MapShape> threads;

  private final List<Node.Function> functions = new ArrayList<>();

  /** Whether the statements that are made are those of a function. */
  private boolean inFunction;

  /** What a text variable can be declared as. */
  private final String widestText;

  private Generator(Random random, boolean longTexts) {
    this.random = random;
    this.widestText = longTexts ? "string" : "string[64]";
    this.maps = shapes(random);
    this.scope = new Scope("v", maps, List.of());
    this.expressions = new Expressions(random, scope);
    this.loops = new Loops(random, expressions, this);
    this.threads = threads(random);
  }

  /** Functions, and probes at BEGIN, at events and at END, in that order. */
  record Script(List<Node.Function> functions, List<Probe> probes) {}

  static Script script(Random random, List<Expr> builtins, List<Event.Point> events) {
    Generator generator = new Generator(random, events.contains(Event.FACCESSAT));
    generator.functions();
    List<Probe> probes = new ArrayList<>();
    int begins = 1 + random.nextInt(3);
    for (int i = 0; i < begins; i++) {
      probes.add(generator.probe("BEGIN", builtins, i == 0, Optional.empty()));
    }
    for (Event.Point point : events) {
      List<Expr> given = new ArrayList<>(builtins);
      given.addAll(point.fields());
      probes.add(
          generator.probe("tracepoint:" + point.name(), given, false, Optional.of(point.ours())));
    }
    int ends = random.nextInt(3);
    for (int i = 0; i < ends; i++) {
      probes.add(generator.probe("END", builtins, false, Optional.empty()));
    }
    return new Script(generator.functions, probes);
  }

  private static List<MapShape> shapes(Random random) {
    List<MapShape> shapes = new ArrayList<>();
    int count = 3 + random.nextInt(6);
    for (int i = 0; i < count; i++) {
      Use[] uses = Use.values();
      // Plain maps are what expressions read.
      Use use = random.nextInt(4) == 0 ? Use.PLAIN : uses[random.nextInt(uses.length)];
      Kind value =
          use == Use.PLAIN
              ? VALUES.get(random.nextInt(VALUES.size()))
              : VALUES.get(random.nextInt(2));
      List<Long> parameters =
          switch (use) {
            case HIST -> random.nextBoolean() ? List.of() : List.of((long) random.nextInt(6));
            case LHIST -> {
              long min = random.nextInt(3) * 10L;
              yield List.of(min, min + 1 + random.nextInt(200), 1L + random.nextInt(20));
            }
            default -> List.of();
          };
      List<Kind> key = KEYS.get(random.nextInt(KEYS.size()));
      shapes.add(new MapShape("@m" + i, use, key, value, parameters, random.nextBoolean()));
    }
    return shapes;
  }

  private static List<MapShape> threads(Random random) {
    List<MapShape> shapes = new ArrayList<>();
    int count = random.nextInt(4);
    for (int i = 0; i < count; i++) {
      Use use = random.nextBoolean() ? Use.PLAIN : Use.COUNTER;
      shapes.add(new MapShape("@t" + i, use, List.of(Kinds.INT64), Kinds.INT64, List.of(), false));
    }
    return shapes;
  }

  /** Functions know what all probes know. */
  private void functions() {
    int count = one(2) ? 0 : 1 + random.nextInt(2);
    for (int i = 0; i < count; i++) {
      scope = new Scope("f" + i, maps, Host.BUILTINS);
      expressions.in(scope, List.of(), List.of());
      loops.in(scope);
      inFunction = true;
      List<Variable> parameters = new ArrayList<>();
      int size = random.nextInt(3);
      parameters.add(scope.declare(Kinds.INT64, "int64"));
      for (int p = 0; p < size; p++) {
        parameters.add(one(3) ? scope.declare(Kinds.TEXT, "string") : number());
      }
      List<Stmt> body = new ArrayList<>();
      statements(body, 1 + random.nextInt(5), 0);
      body.add(new Stmt.Return(Optional.of(expressions.number(2))));
      functions.add(new Node.Function("fun" + i, parameters, number(), body));
      inFunction = false;
    }
  }

  private Variable number() {
    int size = random.nextInt(4);
    boolean signed = random.nextBoolean();
    return scope.declare(
        new Kind.Int(1 << size, signed, false), (signed ? "int" : "uint") + (8 << size));
  }

  private boolean one(int of) {
    return random.nextInt(of) == 0;
  }

  private <T> T pick(List<T> from) {
    return from.get(random.nextInt(from.size()));
  }

  private Probe probe(String point, List<Expr> given, boolean first, Optional<String> ours) {
    scope = new Scope("v", maps, given);
    expressions.in(scope, ours.isPresent() ? threads : List.of(), functions);
    loops.in(scope);
    once = ours.isEmpty();
    Optional<Expr> predicate = Optional.empty();
    if (ours.isPresent()) {
      Expr own = new Expr.Given(ours.get(), Kinds.TRUTH);
      predicate = Optional.of(one(2) ? own : new Expr.Logical(true, own, expressions.condition(2)));
    } else if (!first && one(3)) {
      predicate = Optional.of(expressions.condition(2));
    }
    List<Stmt> body = new ArrayList<>();
    if (first) {
      Variable number = declare(body, Kinds.INT64, "int64");
      maps.forEach(map -> body.add(first(map, number)));
    }
    Variable number = declare(body, Kinds.INT64, "int64");
    if (ours.isPresent() && !threads.isEmpty()) {
      List<Stmt> types = threads.stream().map(map -> first(map, number)).toList();
      body.add(new Stmt.If(new Expr.Apply(Node.Unary.NOT, HAPPENS), types, List.of()));
    }
    statements(body, 2 + random.nextInt(first ? 10 : 7), 0);
    return new Probe(point, predicate, body);
  }

  private Variable declare(List<Stmt> body, Kind kind, String declared) {
    Expr value = Expressions.fixed(random.nextInt(100));
    Variable variable = scope.declare(kind, declared);
    body.add(new Stmt.Let(variable, Optional.of(value)));
    return variable;
  }

  /** Gives a map the type that it is to have. */
  private Stmt first(MapShape map, Variable number) {
    List<Expr> key =
        threads.contains(map)
            ? List.of(THREAD)
            : map.key().stream().map(part -> expressions.first(part, number)).toList();
    Expr value = expressions.first(map.value(), number);
    return switch (map.use()) {
      case PLAIN -> new Stmt.Assign(new Target.Element(map, key), value);
      case COUNTER -> new Stmt.Compound(new Target.Element(map, key), Binary.ADD, value);
      default -> new Stmt.Aggregate(map, key, argument(map, value));
    };
  }

  private static Optional<Expr> argument(MapShape map, Expr value) {
    return map.use() == Use.COUNT ? Optional.empty() : Optional.of(value);
  }

  void statements(List<Stmt> into, int count, int depth) {
    int mark = scope.enter();
    for (int i = 0; i < count; i++) {
      into.add(statement(depth));
    }
    scope.leave(mark);
  }

  private Stmt statement(int depth) {
    return switch (random.nextInt(24)) {
      case 20, 21, 22 -> depth < DEEPEST_BLOCK && loops.possible() ? loops.loop(depth) : assign();
      case 23 -> loops.overMap();
      case 0, 1 -> let();
      case 2, 3, 4 -> assign();
      case 5, 6 -> compound();
      case 7 -> new Stmt.Evaluate(expressions.number(2), true);
      case 8 -> step();
      case 9, 10, 11 -> aggregate();
      case 12, 13, 14 -> branch(depth);
      case 15, 16 -> loops.mayPrint(inFunction) ? printf() : assign();
      case 17 -> loops.mayPrint(inFunction) ? print() : aggregate();
      case 18 -> remove(depth);
      default -> leave(depth);
    };
  }

  private String widestText() {
    return inFunction || !functions.isEmpty() ? "string" : widestText;
  }

  private Stmt let() {
    return switch (random.nextInt(6)) {
      case 0 -> {
        Expr value = expressions.text(2);
        yield new Stmt.Let(
            scope.declare(Kinds.TEXT, one(3) ? widestText() : ""), Optional.of(value));
      }
      case 1 -> {
        Kind kind = pick(VALUES.subList(3, 6));
        Expr value = expressions.first(kind, scope.variables().getFirst());
        yield new Stmt.Let(scope.declare(kind, ""), Optional.of(value));
      }
      case 2 -> {
        Expr value = expressions.condition(2);
        yield new Stmt.Let(scope.declare(new Kind.Truth(false), "bool"), Optional.of(value));
      }
      default -> {
        int size = random.nextInt(4);
        boolean signed = random.nextBoolean();
        Optional<Expr> value = one(6) ? Optional.empty() : Optional.of(expressions.number(DEEPEST));
        Kind kind = new Kind.Int(1 << size, signed, false);
        String type = (signed ? "int" : "uint") + (8 << size);
        yield new Stmt.Let(scope.declare(kind, type), value);
      }
    };
  }

  Stmt assign() {
    List<MapShape> plain =
        expressions.maps().stream().filter(map -> map.use() == Use.PLAIN).toList();
    if (plain.isEmpty() || one(2)) {
      Variable variable = pick(scope.changeable());
      return new Stmt.Assign(new Target.Local(variable), expressions.of(variable.kind(), DEEPEST));
    }
    MapShape map = pick(plain);
    List<Expr> key = expressions.key(map, 1);
    return new Stmt.Assign(new Target.Element(map, key), expressions.of(map.value(), DEEPEST));
  }

  private Stmt compound() {
    Optional<Target> target = expressions.target(1);
    if (target.isEmpty()) {
      return step();
    }
    boolean counter = target.get() instanceof Target.Element e && e.map().use() == Use.COUNTER;
    Binary op = List.of(Binary.values()).get(random.nextInt(Binary.values().length));
    if (op.compares() || counter) {
      op = one(2) ? Binary.ADD : Binary.SUBTRACT;
    }
    boolean unsignedMap = target.get() instanceof Target.Element e && !e.map().value().isSigned();
    if (unsignedMap) {
      op = Binary.ADD;
    }
    Expr value = expressions.number(2);
    if (target.get() instanceof Target.Element e) {
      Target fixed = new Target.Element(e.map(), expressions.fixedKey(e.map()));
      Expr old = new Expr.MapRead(e.map(), List.of());
      return new Stmt.Compound(
          op == Binary.ADD || op == Binary.SUBTRACT ? target.get() : fixed,
          op,
          unsignedMap ? expressions.unsigned(value) : operand(op, old, value));
    }
    return new Stmt.Compound(
        target.get(), op, operand(op, new Expr.Local(variable(target.get())), value));
  }

  private static Variable variable(Target target) {
    return ((Target.Local) target).variable();
  }

  /** A value that the compiler takes on the right of an operator. */
  private Expr operand(Binary op, Expr left, Expr value) {
    return expressions.operation(op, left, value) instanceof Expr.Combine combine
        ? combine.right()
        : value;
  }

  private Stmt step() {
    return expressions
        .target(1)
        .<Stmt>map(target -> new Stmt.Evaluate(expressions.step(target), false))
        .orElse(new Stmt.Time());
  }

  private Stmt aggregate() {
    List<MapShape> aggregated = maps.stream().filter(map -> !map.readable()).toList();
    if (aggregated.isEmpty()) {
      return assign();
    }
    MapShape map = pick(aggregated);
    List<Expr> key = expressions.key(map, 1);
    return new Stmt.Aggregate(map, key, argument(map, expressions.of(map.value(), 2)));
  }

  private Stmt branch(int depth) {
    if (depth >= DEEPEST_BLOCK) {
      return assign();
    }
    Expr condition = expressions.condition(DEEPEST);
    List<Stmt> then = new ArrayList<>();
    List<Stmt> otherwise = new ArrayList<>();
    statements(then, 1 + random.nextInt(3), depth + 1);
    if (one(2)) {
      statements(otherwise, 1 + random.nextInt(3), depth + 1);
    }
    return new Stmt.If(condition, then, otherwise);
  }

  private Stmt printf() {
    StringBuilder format = new StringBuilder();
    List<Expr> arguments = new ArrayList<>();
    int count = random.nextInt(6);
    for (int i = 0; i < count; i++) {
      Expr argument =
          switch (random.nextInt(5)) {
            case 0, 1 -> expressions.text(2);
            case 2 -> expressions.of(pick(VALUES), 1);
            default -> expressions.number(DEEPEST);
          };
      arguments.add(argument);
      boolean number = Rules.kind(argument).number();
      format.append(number ? "%" + pick(NUMBER_FORMATS) : one(3) ? "%-12s" : "%s");
      format.append(one(5) ? " 100%% " : " ");
    }
    return new Stmt.Printf(format.append('\n').toString(), arguments);
  }

  private Stmt print() {
    if (one(2)) {
      MapShape map = pick(maps);
      return new Stmt.PrintMap(map, one(2) ? List.of() : expressions.key(map, 1));
    }
    Expr value = one(2) ? expressions.number(2) : expressions.of(pick(VALUES), 2);
    return value instanceof Expr.MapRead read
        ? new Stmt.PrintMap(read.map(), read.key())
        : new Stmt.PrintValue(value);
  }

  private Stmt remove(int depth) {
    MapShape map = pick(expressions.maps());
    if (once
        && !inFunction
        && map.cleared()
        && depth == 0
        && one(3)
        && clears.merge(map, 1, Integer::sum) <= MOST_CLEARS) {
      return new Stmt.Clear(map, random.nextBoolean());
    }
    List<Expr> key = expressions.key(map, 1);
    return new Stmt.Delete(map, key, !key.isEmpty() && random.nextBoolean());
  }

  private Stmt leave(int depth) {
    if (loops.mayBreak() && one(2)) {
      return loops.mayContinue() && one(2) ? new Stmt.Continue() : new Stmt.Break();
    }
    if (depth == 0 || one(2)) {
      return loops.mayPrint(inFunction) ? new Stmt.Time() : assign();
    }
    if (inFunction) {
      return new Stmt.Return(Optional.of(expressions.number(1)));
    }
    return one(3)
        ? new Stmt.Exit(one(2) ? Optional.empty() : Optional.of(expressions.number(1)))
        : new Stmt.Return(Optional.empty());
  }
}
