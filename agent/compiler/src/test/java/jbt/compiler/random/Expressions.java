package jbt.compiler.random;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import jbt.compiler.random.Node.Binary;
import jbt.compiler.random.Node.Expr;
import jbt.compiler.random.Node.MapShape;
import jbt.compiler.random.Node.Target;
import jbt.compiler.random.Node.Unary;
import jbt.compiler.random.Node.Variable;
import jbt.compiler.random.Node.View;

/** Makes random expressions of a kind. */
final class Expressions {
  private static final String LETTERS = "abcxyz _/.{};#%\"\\\n\t";
  private static final int LONGEST = 20;

  /** Numbers at which something changes. */
  private static final long[] EDGES = {
    0x7f,
    0x80,
    0xff,
    0x100,
    0x7fff,
    0x8000,
    0xffff,
    0x7fff_ffffL,
    0x8000_0000L,
    0xffff_ffffL,
    0x1_0000_0000L,
    Long.MAX_VALUE - 1,
    Long.MAX_VALUE
  };

  /** Different ways to see 8 bytes. */
  static final String STRUCTS =
      """
      struct S { int8 a; uint8 b; int16 c; uint32 d; };
      struct B { unsigned x:3; int y:13; unsigned z:16; union { int u; short h[2]; } w; };
      """;

  private static final List<View> VIEWS =
      List.of(
          new View("*%s", 0, 64, true),
          new View("*(uint64 *)%s", 0, 64, false),
          new View("*(int8 *)%s", 0, 8, true),
          new View("((uint8 *)%s)[3]", 24, 8, false),
          new View("((int16 *)%s)[1]", 16, 16, true),
          new View("*((uint16 *)%s + 2)", 32, 16, false),
          new View("((int32 *)%s)[1]", 32, 32, true),
          new View("*(uint32 *)%s", 0, 32, false),
          new View("((struct S *)%s)->a", 0, 8, true),
          new View("((struct S *)%s)->b", 8, 8, false),
          new View("((struct S *)%s)->c", 16, 16, true),
          new View("((struct S *)%s)->d", 32, 32, false),
          new View("((struct B *)%s)->x", 0, 3, false),
          new View("((struct B *)%s)->y", 3, 13, true),
          new View("((struct B *)%s)->z", 16, 16, false),
          new View("((struct B *)%s)->w.u", 32, 32, true),
          new View("((struct B *)%s)->w.h[1]", 48, 16, true));

  private static final String[] SIGNED = {"int8", "int16", "int32", "int64"};
  private static final String[] UNSIGNED = {"uint8", "uint16", "uint32", "uint64"};

  private final Random random;
  private Scope scope;
  private List<MapShape> threads = List.of();
  private List<Node.Function> functions = List.of();

  /** Whether what is made may change something. */
  private boolean steps = true;

  private boolean calls = true;

  Expressions(Random random, Scope scope) {
    this.random = random;
    this.scope = scope;
  }

  /**
   * @param own maps that each thread has for itself
   */
  void in(Scope next, List<MapShape> own, List<Node.Function> called) {
    scope = next;
    threads = own;
    functions = called;
  }

  /** All maps, and what a thread has for itself. */
  List<MapShape> maps() {
    List<MapShape> all = new ArrayList<>(scope.maps());
    all.addAll(threads);
    return all;
  }

  /** An expression that changes nothing. */
  List<Expr> fixedKey(MapShape map) {
    steps = false;
    List<Expr> key = key(map, 1);
    steps = true;
    return key;
  }

  /** Whether what is made from now on may call functions. */
  void mayCall(boolean may) {
    calls = may;
  }

  private boolean one(int of) {
    return random.nextInt(of) == 0;
  }

  private <T> T pick(List<T> from) {
    return from.get(random.nextInt(from.size()));
  }

  /** A value that can be put where values of a kind are. */
  Expr of(Kind kind, int depth) {
    return switch (kind) {
      case Kind.Int n -> n.signed() ? number(depth) : unsigned(number(depth));
      case Kind.Truth t -> truth(depth);
      case Kind.Text t -> text(depth);
      case Kind.Tuple t -> tuple(t, depth);
    };
  }

  /** Gives a place its type: nothing about the value is known. */
  Expr first(Kind kind, Variable number) {
    return switch (kind) {
      case Kind.Int n -> n.signed() ? new Expr.Local(number) : cast(3, false, local(number));
      case Kind.Truth t -> throw new IllegalArgumentException("no first bool");
      case Kind.Text t -> string();
      case Kind.Tuple t ->
          new Expr.Tuple(t.parts().stream().map(part -> first(part, number)).toList(), t.named());
    };
  }

  private static Expr local(Variable variable) {
    return new Expr.Local(variable);
  }

  List<Expr> key(MapShape map, int depth) {
    if (threads.contains(map)) {
      return List.of(Generator.THREAD);
    }
    List<Expr> parts = new ArrayList<>();
    map.key().forEach(part -> parts.add(of(part, depth)));
    boolean whole = parts.size() > 1 && one(6);
    if (whole) {
      // One tuple is the same key.
      List<Variable> tuples = variables(new Kind.Tuple(map.key()));
      return List.of(tuples.isEmpty() ? new Expr.Tuple(parts) : local(pick(tuples)));
    }
    return parts;
  }

  /** What keeps a place unsigned. */
  Expr unsigned(Expr expr) {
    Kind kind = Rules.kind(expr);
    boolean fits = kind.isNatural() || !kind.isSigned();
    return fits ? expr : cast(random.nextInt(4), false, expr);
  }

  private static Expr cast(int size, boolean signed, Expr operand) {
    return new Expr.Cast((signed ? SIGNED : UNSIGNED)[size], 1 << size, signed, operand);
  }

  private List<Variable> variables(Kind kind) {
    return scope.variables().stream().filter(v -> same(v.kind(), kind)).toList();
  }

  private static boolean same(Kind a, Kind b) {
    if (a instanceof Kind.Tuple x && b instanceof Kind.Tuple y) {
      if (x.parts().size() != y.parts().size() || x.named() != y.named()) {
        return false;
      }
      for (int i = 0; i < x.parts().size(); i++) {
        if (!same(x.parts().get(i), y.parts().get(i))) {
          return false;
        }
      }
      return true;
    }
    return a.number() == b.number() && (a instanceof Kind.Tuple) == (b instanceof Kind.Tuple);
  }

  private List<MapShape> maps(Kind value) {
    return maps().stream().filter(m -> m.readable() && same(m.value(), value)).toList();
  }

  private Optional<Expr> mapRead(Kind value, int depth) {
    List<MapShape> maps = maps(value);
    if (maps.isEmpty()) {
      return Optional.empty();
    }
    MapShape map = pick(maps);
    return Optional.of(new Expr.MapRead(map, key(map, Math.max(0, depth - 1))));
  }

  Expr number(int depth) {
    if (depth <= 0 || one(4)) {
      return leaf();
    }
    return switch (random.nextInt(21)) {
      case 0 -> new Expr.Conditional(truth(depth - 1), Optional.of(number(depth - 1)), number(1));
      case 1 -> new Expr.Conditional(number(depth - 1), Optional.empty(), number(depth - 1));
      case 2 -> checked(new Expr.Apply(Unary.MINUS, number(depth - 1)));
      case 3 -> checked(new Expr.Apply(Unary.COMPLEMENT, number(depth - 1)));
      case 4 -> new Expr.Apply(Unary.PLUS, number(depth - 1));
      case 5, 6 -> cast(random.nextInt(4), random.nextBoolean(), number(depth - 1));
      case 7 -> truth(depth - 1);
      case 8 -> part(depth);
      case 9 -> mapRead(Kinds.INT64, depth).orElseGet(this::leaf);
      case 10 -> step(depth);
      case 11 -> question(depth);
      case 12 -> part8();
      case 13 -> element(depth);
      case 14 -> call(depth);
      default -> operation(depth);
    };
  }

  private Expr leaf() {
    if (one(3)) {
      return literal();
    }
    List<Expr> given =
        scope.given().stream().filter(e -> Rules.kind(e).number() && repeatable(e)).toList();
    if (!given.isEmpty() && one(4)) {
      Expr picked = pick(given);
      return picked instanceof Expr.Argument ? new Expr.Argument(index(Event.REGISTERS)) : picked;
    }
    List<Variable> variables = variables(Kinds.INT64);
    return variables.isEmpty() ? literal() : local(pick(variables));
  }

  /** What gives another value each time is not for a key that is evaluated twice. */
  private boolean repeatable(Expr given) {
    return steps || !(given instanceof Expr.Given g && g.text().startsWith("rand"));
  }

  /** What is not known may be outside of an array of so many elements. */
  private Expr index(int elements) {
    List<Variable> variables = variables(Kinds.INT64);
    boolean fixed = variables.isEmpty() || one(2);
    return fixed
        ? fixed(random.nextInt(elements))
        : new Expr.Combine(Binary.MODULO, local(pick(variables)), fixed(elements + 1));
  }

  static Expr fixed(long value) {
    return new Expr.Literal(Long.toString(value), value, new Kind.Int(8, true, true));
  }

  private Expr literal() {
    long value = one(6) ? EDGES[random.nextInt(EDGES.length)] : random.nextInt(20);
    Kind kind = new Kind.Int(8, true, true);
    return switch (random.nextInt(12)) {
      case 0 -> new Expr.Literal("0x" + Long.toHexString(value), value, kind);
      case 1 -> new Expr.Literal(value + "u", value, new Kind.Int(8, false, true));
      case 2 -> new Expr.Literal("0xfffffffffffffff" + value % 10, -16 + value % 10, Kinds.UINT64);
      case 3 -> new Expr.Literal("1_000", 1000, kind);
      case 4 -> new Expr.Literal("3e2", 300, kind);
      case 5 -> new Expr.Literal("2us", 2000, kind);
      case 6 -> new Expr.Literal("0" + Long.toOctalString(value), value, kind);
      case 7 -> new Expr.Literal(value % 2 == 0 ? "false" : "true", value % 2, Kinds.TRUTH);
      default -> new Expr.Literal(Long.toString(value), value, kind);
    };
  }

  /** The expression, or something else if the script would be refused for it. */
  private Expr checked(Expr expr) {
    Optional<BigInteger> value = Rules.constant(expr);
    boolean fits =
        value.map(v -> v.bitLength() <= 63 || (v.signum() > 0 && v.bitLength() <= 64)).orElse(true);
    return fits ? expr : literal();
  }

  private Expr part(int depth) {
    List<Variable> tuples =
        scope.variables().stream().filter(v -> v.kind() instanceof Kind.Tuple).toList();
    Kind.Tuple kind =
        new Kind.Tuple(List.of(Kinds.INT64, one(2) ? Kinds.TEXT : Kinds.INT64), one(2));
    Expr tuple = tuples.isEmpty() || one(3) ? tuple(kind, depth - 1) : local(pick(tuples));
    List<Kind> parts = ((Kind.Tuple) Rules.kind(tuple)).parts();
    for (int i = 0; i < parts.size(); i++) {
      if (parts.get(i).number()) {
        return new Expr.Part(tuple, i);
      }
    }
    return leaf();
  }

  /** What functions tell of maps and texts. */
  private Expr question(int depth) {
    List<MapShape> maps =
        scope.maps().stream()
            .filter(m -> m.readable() && !m.cleared() && !m.key().isEmpty())
            .toList();
    if (maps.isEmpty() || one(2)) {
      return switch (random.nextInt(4)) {
        case 0 -> new Expr.Length(unknownText());
        case 1 -> new Expr.Found(unknownText(), text(depth - 1));
        case 2 -> new Expr.Contains(unknownText(), text(depth - 1));
        default -> new Expr.Differ(unknownText(), text(depth - 1), 1 + random.nextInt(8));
      };
    }
    MapShape map = pick(maps);
    return one(2) ? new Expr.Keys(map) : new Expr.HasKey(map, key(map, depth - 1));
  }

  /** A part of a variable through a pointer. */
  private Expr part8() {
    List<Variable> variables =
        scope.variables().stream()
            .filter(v -> v.kind() instanceof Kind.Int n && n.bytes() == 8)
            .filter(v -> !v.declared().isEmpty())
            .toList();
    return variables.isEmpty() ? leaf() : new Expr.Part8(local(pick(variables)), pick(VIEWS));
  }

  private Expr call(int depth) {
    if (functions.isEmpty() || !steps || !calls) {
      return leaf();
    }
    Node.Function function = pick(functions);
    List<Expr> arguments =
        function.parameters().stream().map(p -> of(p.kind(), depth - 1)).toList();
    return new Expr.Call(function, arguments);
  }

  private Expr element(int depth) {
    int size = random.nextInt(4);
    return new Expr.Element(number(depth - 1), 1 << size, random.nextBoolean(), index(8 >> size));
  }

  /** A text that the compiler does not know. */
  private Expr unknownText() {
    List<Variable> variables = variables(Kinds.TEXT);
    return variables.isEmpty() ? new Expr.Given("comm", Kinds.TEXT) : local(pick(variables));
  }

  private Expr step(int depth) {
    Optional<Target> target = steps ? target(depth) : Optional.empty();
    return target.<Expr>map(t -> step(t)).orElseGet(this::leaf);
  }

  /** A step of a target, in a direction that keeps an unsigned map unsigned. */
  Expr.Step step(Target target) {
    boolean unsignedMap = target instanceof Target.Element e && !e.map().value().isSigned();
    return new Expr.Step(target, unsignedMap || random.nextBoolean(), random.nextBoolean());
  }

  /** A variable or a map that holds an integer. */
  Optional<Target> target(int depth) {
    List<Variable> variables =
        scope.changeable().stream().filter(v -> v.kind() instanceof Kind.Int).toList();
    List<MapShape> maps =
        maps().stream().filter(m -> m.readable() && m.value() instanceof Kind.Int).toList();
    if (maps.isEmpty() || (!variables.isEmpty() && one(2))) {
      return variables.isEmpty()
          ? Optional.empty()
          : Optional.of(new Target.Local(pick(variables)));
    }
    MapShape map = pick(maps);
    return Optional.of(new Target.Element(map, key(map, Math.max(0, depth - 1))));
  }

  private Expr operation(int depth) {
    Binary op = pick(List.of(Binary.values()));
    if (op.compares()) {
      op = Binary.ADD;
    }
    return operation(op, number(depth - 1), number(depth - 1));
  }

  /** An operation that the compiler takes. */
  Expr operation(Binary op, Expr left, Expr right) {
    Expr other = right;
    if ((op == Binary.DIVIDE || op == Binary.MODULO)
        && Rules.constant(other).map(v -> v.signum() == 0).orElse(false)) {
      other = fixed(3);
    }
    boolean shiftable =
        Rules.constant(other).map(v -> v.signum() >= 0 && v.bitLength() < 6).orElse(true);
    if (op.shifts() && !shiftable) {
      other = fixed(random.nextInt(64));
    }
    return checked(new Expr.Combine(op, left, other));
  }

  Expr truth(int depth) {
    if (depth > 0 && one(3)) {
      return switch (random.nextInt(4)) {
        case 0 -> new Expr.Logical(true, condition(depth - 1), condition(depth - 1));
        case 1 -> new Expr.Logical(false, condition(depth - 1), condition(depth - 1));
        case 2 -> new Expr.Apply(Unary.NOT, condition(depth - 1));
        default -> new Expr.ToBool(number(depth - 1));
      };
    }
    if (depth > 0 && one(5)) {
      Binary op = one(2) ? Binary.EQ : Binary.NE;
      return one(3)
          ? tuples(op, depth - 1)
          : new Expr.Combine(op, text(depth - 1), text(depth - 1));
    }
    List<Binary> comparisons =
        List.of(Binary.EQ, Binary.NE, Binary.LT, Binary.LE, Binary.GT, Binary.GE);
    return new Expr.Combine(pick(comparisons), number(depth - 1), number(depth - 1));
  }

  private Expr tuples(Binary op, int depth) {
    Kind.Tuple kind = new Kind.Tuple(List.of(Kinds.INT64, Kinds.TEXT), one(2));
    return new Expr.Combine(op, tuple(kind, depth), tuple(kind, depth));
  }

  /** Any integer is a condition. */
  Expr condition(int depth) {
    return one(4) ? number(depth) : truth(depth);
  }

  private Expr tuple(Kind.Tuple kind, int depth) {
    List<Variable> variables = variables(kind);
    if (!variables.isEmpty() && one(2)) {
      return local(pick(variables));
    }
    if (depth > 0 && one(5)) {
      Optional<Expr> read = mapRead(kind, depth);
      if (read.isPresent()) {
        return read.get();
      }
    }
    if (depth > 0 && one(5)) {
      return new Expr.Conditional(
          truth(depth - 1), Optional.of(tuple(kind, depth - 1)), tuple(kind, depth - 1));
    }
    return new Expr.Tuple(
        kind.parts().stream().map(part -> of(part, depth - 1)).toList(), kind.named());
  }

  Expr text(int depth) {
    if (depth > 0 && one(4)) {
      return new Expr.Conditional(truth(depth - 1), Optional.of(text(depth - 1)), text(depth - 1));
    }
    if (depth > 0 && one(4)) {
      return mapRead(Kinds.TEXT, depth).orElseGet(this::string);
    }
    List<Expr> given =
        scope.given().stream().filter(e -> Rules.kind(e) instanceof Kind.Text).toList();
    if (!given.isEmpty() && one(4)) {
      Expr picked = pick(given);
      boolean bounded = picked instanceof Expr.StrAt && one(2);
      return bounded ? new Expr.StrAt(((Expr.StrAt) picked).pointer(), length(depth)) : picked;
    }
    if (depth > 0 && one(8)) {
      return new Expr.Joined(new Expr.Given("comm", Kinds.TEXT), string());
    }
    List<Variable> variables =
        scope.variables().stream().filter(v -> v.kind() instanceof Kind.Text).toList();
    return variables.isEmpty() || one(3) ? string() : local(pick(variables));
  }

  private Optional<Expr> length(int depth) {
    Expr any = number(Math.min(1, depth));
    boolean fixed = Rules.constant(any).isPresent() || one(2);
    return Optional.of(
        fixed ? fixed(2 + random.nextInt(30)) : new Expr.Combine(Binary.AND, any, fixed(31)));
  }

  Expr.Str string() {
    StringBuilder out = new StringBuilder();
    int length = random.nextInt(LONGEST + 1);
    for (int i = 0; i < length; i++) {
      out.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
    }
    return new Expr.Str(out.toString());
  }
}
