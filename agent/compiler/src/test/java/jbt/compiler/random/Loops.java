package jbt.compiler.random;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import jbt.compiler.random.Node.Binary;
import jbt.compiler.random.Node.Expr;
import jbt.compiler.random.Node.MapShape;
import jbt.compiler.random.Node.Stmt;
import jbt.compiler.random.Node.Target;
import jbt.compiler.random.Node.Use;
import jbt.compiler.random.Node.Variable;

/** Makes loops that end. */
final class Loops {
  private static final int DEEPEST = 3;

  /** Rounds of all loops around a statement, multiplied. */
  private static final int MOST_ROUNDS = 100;

  /** The same for statements that print. */
  private static final int MOST_PRINTED = 12;

  /** The same for statements that call functions, which have loops of their own. */
  private static final int MOST_CALLED = 4;

  /** Rounds of a loop that does nothing but arithmetic. */
  private static final int MOST_ARITHMETIC = 3000;

  private static final List<Binary> ARITHMETIC =
      List.of(
          Binary.ADD,
          Binary.SUBTRACT,
          Binary.MULTIPLY,
          Binary.XOR,
          Binary.AND,
          Binary.OR,
          Binary.SHIFT_LEFT,
          Binary.SHIFT_RIGHT);

  private final Random random;
  private final Expressions expressions;
  private final Generator generator;
  private Scope scope;
  private int depth;
  private int rounds = 1;

  /** Whether a statement may end a loop or a round of it: of an unroll there is nothing to end. */
  private boolean ends;

  /** Whether the innermost loop goes on where its round is cut short. */
  private boolean goesOn;

  Loops(Random random, Expressions expressions, Generator generator) {
    this.random = random;
    this.expressions = expressions;
    this.generator = generator;
    this.scope = new Scope("v", List.of(), List.of());
  }

  void in(Scope next) {
    scope = next;
  }

  boolean possible() {
    return depth < DEEPEST && rounds * 2 <= MOST_ROUNDS;
  }

  boolean mayPrint(boolean inFunction) {
    return rounds <= (inFunction ? 1 : MOST_PRINTED);
  }

  boolean mayBreak() {
    return ends;
  }

  boolean mayContinue() {
    return ends && goesOn;
  }

  private boolean one(int of) {
    return random.nextInt(of) == 0;
  }

  private <T> T pick(List<T> from) {
    return from.get(random.nextInt(from.size()));
  }

  /** A loop in braces of its own. */
  Stmt loop(int blocks) {
    int mark = scope.enter();
    Stmt loop =
        switch (random.nextInt(rounds == 1 ? 10 : 7)) {
          case 0 -> unroll(blocks);
          case 1, 2 -> range(blocks);
          case 3, 4, 5 -> counting(blocks);
          case 6 -> forever(blocks);
          case 7, 8 -> arithmetic();
          default -> tested(blocks);
        };
    scope.leave(mark);
    return loop;
  }

  /** How many rounds a loop has at most. */
  private int some() {
    int most = MOST_ROUNDS / rounds;
    return 1 + random.nextInt(one(3) ? most : Math.min(4, most));
  }

  private List<Stmt> body(int most, boolean mayEnd, boolean mayGoOn, int blocks) {
    boolean endsBefore = ends;
    boolean goesOnBefore = goesOn;
    int roundsBefore = rounds;
    rounds *= most;
    ends = mayEnd;
    goesOn = mayGoOn;
    depth++;
    expressions.mayCall(rounds <= MOST_CALLED);
    List<Stmt> body = new ArrayList<>();
    generator.statements(body, 1 + random.nextInt(3), blocks + 1);
    depth--;
    ends = endsBefore;
    goesOn = goesOnBefore;
    rounds = roundsBefore;
    expressions.mayCall(rounds <= MOST_CALLED);
    return body;
  }

  private Stmt unroll(int blocks) {
    int count = some();
    return new Stmt.Unroll(count, body(count, false, false, blocks));
  }

  private Stmt range(int blocks) {
    int most = some();
    Expr from = one(2) ? Expressions.fixed(random.nextInt(5)) : unknown(3);
    Expr to =
        one(2)
            ? Expressions.fixed(random.nextInt(most + 1))
            : unknown(Integer.highestOneBit(most + 1) - 1);
    Kind first = Rules.kind(from);
    Kind end = Rules.kind(to);
    boolean natural = first.isNatural() && end.isNatural();
    Variable count = scope.count(new Kind.Int(8, Rules.common(first, end), natural), "");
    return new Stmt.ForRange(count, from, to, body(most, true, true, blocks));
  }

  /** A number from 0 that nobody knows; the greatest is one less than a power of two. */
  private Expr unknown(int greatest) {
    return new Expr.Combine(Binary.AND, expressions.number(2), Expressions.fixed(greatest));
  }

  private static Expr local(Variable variable) {
    return new Expr.Local(variable);
  }

  /** Counts up or down to something. */
  private Stmt counting(int blocks) {
    boolean up = random.nextBoolean();
    int most = some();
    int step = one(3) ? 1 + random.nextInt(3) : 1;
    if (most * step > 100) {
      step = 1;
    }
    int low = random.nextInt(4) + (up ? 0 : step);
    int high = low + most * step;
    boolean known = one(2);
    int room = Math.max(1, Integer.highestOneBit(most + 1) - 1);
    Expr first = up ? Expressions.fixed(low) : known ? Expressions.fixed(high) : unknown(room);
    Expr last = !up ? Expressions.fixed(low) : known ? Expressions.fixed(high) : unknown(room);
    Variable counter = counter();
    Stmt begin = new Stmt.Let(counter, Optional.of(first));
    // Below zero an unsigned one would begin again.
    boolean inCondition = step == 1 && (up || known || counter.kind().isSigned()) && one(6);
    Expr counted =
        inCondition ? new Expr.Step(new Target.Local(counter), up, one(2)) : local(counter);
    Expr condition = compared(counted, up, known && one(4), last);
    if (one(3)) {
      Expr more = expressions.condition(2);
      condition =
          !inCondition && one(2)
              ? new Expr.Logical(true, more, condition)
              : new Expr.Logical(true, condition, more);
    }
    boolean early = inCondition || one(2);
    List<Stmt> body = body(most + 1, true, early, blocks);
    if (!inCondition) {
      body.add(early ? 0 : random.nextInt(body.size() + 1), step(counter, up, step));
    }
    List<Stmt> all = new ArrayList<>(List.of(begin));
    if (one(4)) {
      generator.statements(all, 1, blocks + 1);
    }
    all.add(new Stmt.While(condition, body));
    if (one(2)) {
      generator.statements(all, 1 + random.nextInt(2), blocks + 1);
    }
    return new Stmt.Braces(all);
  }

  private Variable counter() {
    if (one(4)) {
      int size = random.nextInt(4);
      boolean signed = random.nextBoolean();
      return scope.count(
          new Kind.Int(1 << size, signed, false), (signed ? "int" : "uint") + (8 << size));
    }
    return scope.count(Kinds.INT64, "int64");
  }

  private Expr compared(Expr counted, boolean up, boolean exactly, Expr last) {
    if (exactly && counted instanceof Expr.Local) {
      return new Expr.Combine(Binary.NE, counted, last);
    }
    boolean equal = counted instanceof Expr.Local && one(3);
    if (counted instanceof Expr.Local && one(5)) {
      return new Expr.Combine(
          up ? (equal ? Binary.GE : Binary.GT) : equal ? Binary.LE : Binary.LT, last, counted);
    }
    return new Expr.Combine(
        up ? (equal ? Binary.LE : Binary.LT) : equal ? Binary.GE : Binary.GT, counted, last);
  }

  private Stmt step(Variable counter, boolean up, int by) {
    Target target = new Target.Local(counter);
    Binary op = up ? Binary.ADD : Binary.SUBTRACT;
    return switch (random.nextInt(by == 1 ? 4 : 2)) {
      case 0 -> new Stmt.Compound(target, op, Expressions.fixed(by));
      case 1 ->
          new Stmt.Assign(target, new Expr.Combine(op, local(counter), Expressions.fixed(by)));
      default -> new Stmt.Evaluate(new Expr.Step(target, up, one(2)), false);
    };
  }

  /** Ends by a break. */
  private Stmt forever(int blocks) {
    int most = some();
    Expr last = one(2) ? Expressions.fixed(most) : unknown(Integer.highestOneBit(most + 1) - 1);
    Variable counter = scope.count(Kinds.INT64, "int64");
    List<Stmt> body = body(most, true, true, blocks);
    Expr enough = new Expr.Combine(Binary.GT, local(counter), last);
    body.add(0, new Stmt.If(enough, List.of(new Stmt.Break()), List.of()));
    body.add(0, step(counter, true, 1));
    Expr condition = one(2) ? Expressions.fixed(1) : new Expr.Given("nsecs > 5", Kinds.TRUTH);
    return new Stmt.Braces(
        List.of(
            new Stmt.Let(counter, Optional.of(Expressions.fixed(0))),
            new Stmt.While(condition, body)));
  }

  /** Many rounds of what the compiler may do without calls. */
  private Stmt arithmetic() {
    int most = 1 + random.nextInt(one(2) ? MOST_ARITHMETIC : 40);
    boolean nested = one(4);
    Expr last = one(2) ? Expressions.fixed(most) : unknown(Integer.highestOneBit(most + 1) - 1);
    Variable counter = scope.count(Kinds.INT64, "int64");
    List<Stmt> body = sums();
    if (nested) {
      Variable inner = scope.count(new Kind.Int(8, true, true), "");
      body.add(
          new Stmt.ForRange(
              inner, Expressions.fixed(0), Expressions.fixed(1 + random.nextInt(9)), sums()));
    } else if (one(4)) {
      body.add(new Stmt.If(expressions.condition(1), sums(), one(2) ? sums() : List.of()));
    }
    body.add(random.nextInt(body.size() + 1), step(counter, true, 1 + random.nextInt(2)));
    return new Stmt.Braces(
        List.of(
            new Stmt.Let(counter, Optional.of(Expressions.fixed(random.nextInt(3)))),
            new Stmt.While(compared(local(counter), true, false, last), body)));
  }

  private List<Stmt> sums() {
    List<Variable> to =
        scope.changeable().stream().filter(v -> v.kind() instanceof Kind.Int).toList();
    List<Stmt> all = new ArrayList<>();
    int count = 1 + random.nextInt(3);
    for (int i = 0; i < count; i++) {
      Binary op = pick(ARITHMETIC);
      Target target = new Target.Local(pick(to));
      Expr right = op.shifts() || one(2) ? Expressions.fixed(random.nextInt(64)) : number();
      all.add(new Stmt.Assign(target, new Expr.Combine(op, number(), right)));
    }
    return all;
  }

  private Expr number() {
    List<Variable> all =
        scope.variables().stream().filter(v -> v.kind() instanceof Kind.Int).toList();
    Expr one = local(pick(all));
    int size = random.nextInt(8);
    return size < 2 ? new Expr.Cast(size == 0 ? "uint8" : "int16", 1 + size, size == 1, one) : one;
  }

  /** A loop behind tests of a variable, and the same tests behind it. */
  private Stmt tested(int blocks) {
    List<Variable> numbers =
        scope.variables().stream().filter(v -> v.kind() instanceof Kind.Int).toList();
    List<Expr> tested = List.of(local(pick(numbers)), local(pick(numbers)));
    List<Stmt> tests = new ArrayList<>();
    List<Binary> comparisons =
        List.of(Binary.GT, Binary.LT, Binary.EQ, Binary.NE, Binary.GE, Binary.AND);
    Binary op = pick(comparisons);
    int count = 2 + random.nextInt(12);
    for (int i = 0; i < count; i++) {
      Expr number = one(2) ? tested.get(0) : pick(tested);
      long with = op == Binary.AND ? 1L << random.nextInt(62) : 10L * i + random.nextInt(20);
      tests.add(
          new Stmt.If(
              new Expr.Combine(one(4) ? pick(comparisons) : op, number, Expressions.fixed(with)),
              List.of(generator.assign()),
              List.of()));
    }
    List<Stmt> all = new ArrayList<>(tests);
    all.add(loop(blocks));
    all.addAll(tests);
    return new Stmt.Braces(all);
  }

  /** A loop over a map whose rounds can be in any order. */
  Stmt overMap() {
    List<MapShape> from =
        scope.maps().stream()
            .filter(m -> m.readable() && m.value().number() && !m.key().isEmpty() && !m.cleared())
            .toList();
    if (from.isEmpty() || !possible()) {
      return generator.assign();
    }
    MapShape map = pick(from);
    int mark = scope.enter();
    Kind key = map.key().size() == 1 ? map.key().getFirst() : new Kind.Tuple(map.key());
    Variable pair = scope.count(new Kind.Tuple(List.of(key, map.value())), "");
    scope.leave(mark);
    List<Stmt> body = new ArrayList<>();
    int count = 1 + random.nextInt(3);
    for (int i = 0; i < count; i++) {
      body.add(inAnyOrder(map, pair));
    }
    if (one(5)) {
      body.add(new Stmt.Delete(map, List.of(new Expr.Part(local(pair), 0)), one(2)));
    }
    return new Stmt.ForMap(pair, map, body);
  }

  private Stmt inAnyOrder(MapShape from, Variable pair) {
    Expr value = new Expr.Part(local(pair), 1);
    Expr key = new Expr.Part(local(pair), 0);
    List<Variable> sums =
        scope.changeable().stream().filter(v -> v.kind() instanceof Kind.Int).toList();
    List<MapShape> added =
        scope.maps().stream()
            .filter(m -> m.use() != Use.PLAIN && m.use() != Use.COUNTER && !m.equals(from))
            .filter(m -> m.key().isEmpty() || m.key().equals(from.key()))
            .filter(m -> m.value().isSigned() == from.value().isSigned())
            .toList();
    if (!added.isEmpty() && one(2)) {
      MapShape map = pick(added);
      return new Stmt.Aggregate(
          map,
          map.key().isEmpty() ? List.of() : List.of(key),
          map.use() == Use.COUNT ? Optional.empty() : Optional.of(value));
    }
    Stmt sum = new Stmt.Compound(new Target.Local(pick(sums)), Binary.ADD, value);
    return one(3)
        ? new Stmt.If(
            new Expr.Combine(
                one(2) ? Binary.GT : Binary.LE, value, Expressions.fixed(random.nextInt(20))),
            List.of(sum),
            List.of())
        : sum;
  }
}
