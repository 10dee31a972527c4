package jbt.compiler.ir;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import jbt.compiler.bpf.Condition;
import jbt.compiler.check.Checked.BinaryOp;
import jbt.compiler.check.Checked.Expr;
import jbt.compiler.check.Checked.Stmt;
import jbt.compiler.types.Type;

/**
 * Goes through loops while the script is compiled, as far as the script itself says which way they
 * go. So it is known how many rounds they have, and one that does nothing but arithmetic need not
 * be a loop in the program: only what it comes to.
 */
final class Rehearsal {
  /** Rounds, where that is not known. */
  static final long MANY = Long.MAX_VALUE;

  /** Operations that are tried in a loop, and in all loops of a program. */
  private static final int MOST_IN_A_LOOP = 60_000;

  private static final int MOST = 10 * MOST_IN_A_LOOP;

  private static final int NONE = -1;

  /**
   * A number.
   *
   * @param local of which it is that much more than this one was before the loop; or NONE
   */
  private record Value(int local, long number) {
    static final Value UNKNOWN = new Value(NONE - 1, 0);

    static Value of(long number) {
      return new Value(NONE, number);
    }

    boolean known() {
      return local == NONE;
    }
  }

  /**
   * What a local is behind a loop.
   *
   * @param more whether it is that much more than before, and not that number
   */
  record Result(boolean more, long number) {}

  /** Where a statement goes on. */
  private enum Way {
    ON,
    BREAK,
    CONTINUE
  }

  /** The most rounds of loops that were gone through, or MANY. */
  private final IdentityHashMap<Stmt.While, Long> rounds = new IdentityHashMap<>();

  /** Of the loop that is gone through, if nothing stops that. */
  private final IdentityHashMap<Stmt.While, Long> gone = new IdentityHashMap<>();

  private final Map<Integer, Value> locals = new HashMap<>();

  /** Loops that have been left out at least once: they may have more rounds then. */
  private final List<Stmt.While> leftOut = new ArrayList<>();

  /** What a statement or expression does. */
  private record Effects(List<Integer> assigned, List<Stmt.While> loops) {
    static Effects of(Object node) {
      Nodes nodes = node instanceof Stmt stmt ? Nodes.of(List.of(stmt)) : Nodes.of((Expr) node);
      List<Stmt.While> loops = new ArrayList<>();
      for (Stmt stmt : nodes.statements()) {
        if (stmt instanceof Stmt.While loop) {
          loops.add(loop);
        }
      }
      return new Effects(nodes.assigned(), loops);
    }
  }

  private final IdentityHashMap<Object, Effects> effects = new IdentityHashMap<>();

  private List<Stmt> before = List.of();

  /** What may be tried still, in the program and in this loop. */
  private int left = MOST;

  private int leftHere;

  /** Whether the loop has no more rounds than are gone through. */
  private boolean bounded;

  /** Whether it takes the way that is gone, and no other. */
  private boolean certain;

  /** Whether something in this round depends on what is known. */
  private boolean decided;

  /**
   * Goes through a loop.
   *
   * @param inFront the statements in front of it
   * @return what the locals are behind it, where all that it does is to set them
   */
  Optional<Map<Integer, Result>> of(Stmt loop, List<Stmt> inFront) {
    locals.clear();
    gone.clear();
    leftOut.clear();
    leftHere = MOST_IN_A_LOOP;
    before = inFront;
    bounded = true;
    certain = StraightCode.computes(loop);
    one(loop);
    if (!bounded) {
      return Optional.empty();
    }
    leftOut.forEach(gone::remove);
    rounds.putAll(gone);
    Map<Integer, Result> results = new TreeMap<>();
    for (int local : assigned(loop)) {
      Value at = local(local);
      certain &= at.known() || at.local == local;
      results.put(local, new Result(at.local == local, at.number));
    }
    return certain ? Optional.of(results) : Optional.empty();
  }

  /** How many rounds a loop has at most. */
  long rounds(Stmt.While loop, List<Stmt> inFront) {
    if (!rounds.containsKey(loop)) {
      rounds.put(loop, MANY);
      of(loop, inFront);
    }
    return rounds(loop);
  }

  /** The same of one that was asked for already. */
  long rounds(Stmt.While loop) {
    return rounds.getOrDefault(loop, MANY);
  }

  /** Of a loop between constants. */
  static long rounds(Stmt.ForRange loop) {
    if (loop.from() instanceof Expr.IntLiteral from && loop.to() instanceof Expr.IntLiteral to) {
      long distance = to.value() - from.value();
      return !goesOn(loop).test(from.value(), to.value()) ? 0 : distance > 0 ? distance : MANY;
    }
    return MANY;
  }

  /** What holds between the number of each round and the end. */
  static Condition goesOn(Stmt.ForRange loop) {
    return Arithmetic.condition(BinaryOp.LT, Expressions.signed(loop.from().type()));
  }

  private Way all(List<Stmt> body) {
    for (Stmt stmt : body) {
      Way way = one(stmt);
      if (way != Way.ON) {
        return way;
      }
    }
    return Way.ON;
  }

  private Way one(Stmt stmt) {
    switch (stmt) {
      case Stmt.SetLocal s -> locals.put(s.local(), value(s.value()));
      case Stmt.Evaluate s -> value(s.expr());
      case Stmt.If s -> {
        return branch(s);
      }
      case Stmt.Break s -> {
        return Way.BREAK;
      }
      case Stmt.Continue s -> {
        return Way.CONTINUE;
      }
      case Stmt.While s -> loop(s);
      case Stmt.ForRange s -> range(s);
      default -> forget(stmt);
    }
    return Way.ON;
  }

  private Way branch(Stmt.If s) {
    Value holds = asked(s.condition());
    if (holds.known()) {
      return all(holds.number != 0 ? s.then() : s.otherwise());
    }
    // Where it leaves the loop there are fewer rounds.
    bounded &=
        Nodes.of(List.of(s)).statements().stream().noneMatch(Stmt.Continue.class::isInstance);
    forget(s);
    return Way.ON;
  }

  private void loop(Stmt.While s) {
    boolean outerDecided = decided;
    boolean outerCertain = certain;
    certain = true;
    long count = 0;
    boolean ends = false;
    while (!ends && bounded) {
      decided = false;
      Value holds = asked(s.condition());
      certain &= holds.known();
      ends = holds.known() && holds.number == 0;
      if (!ends) {
        count++;
        ends = all(s.body()) == Way.BREAK;
        bounded &= ends || decided;
      }
    }
    gone.merge(s, count, Math::max);
    leave(s, outerCertain);
    decided = outerDecided;
  }

  /** A loop that may have been left earlier leaves other values behind. */
  private void leave(Stmt loop, boolean outerCertain) {
    if (!certain) {
      assigned(loop).forEach(local -> locals.put(local, Value.UNKNOWN));
    }
    certain &= outerCertain;
  }

  private void range(Stmt.ForRange s) {
    Value from = value(s.from());
    Value to = value(s.to());
    if (!from.known() || !to.known()) {
      forget(s);
      return;
    }
    boolean outerCertain = certain;
    certain = true;
    Way way = Way.ON;
    Condition goesOn = goesOn(s);
    for (long i = from.number; way != Way.BREAK && goesOn.test(i, to.number) && step(); i++) {
      locals.put(s.local(), Value.of(i));
      way = all(s.body());
    }
    leave(s, outerCertain);
  }

  /** Goes no further where this is too much. */
  private boolean step() {
    bounded &= left-- > 0 && leftHere-- > 0;
    return bounded;
  }

  /** Leaves out what may or may not be done, or can't be known. */
  private Value forget(Object node) {
    certain &= !(node instanceof Stmt);
    assigned(node).forEach(local -> locals.put(local, Value.UNKNOWN));
    leftOut.addAll(effects(node).loops);
    return Value.UNKNOWN;
  }

  private List<Integer> assigned(Object node) {
    return effects(node).assigned;
  }

  private Effects effects(Object node) {
    return effects.computeIfAbsent(node, Effects::of);
  }

  private Value local(int local) {
    return locals.computeIfAbsent(
        local,
        any -> {
          for (Stmt stmt : before.reversed()) {
            if (stmt instanceof Stmt.SetLocal(int set, Expr.IntLiteral to, _) && set == local) {
              return Value.of(to.value());
            }
            if (assigned(stmt).contains(local)) {
              break;
            }
          }
          return new Value(local, 0);
        });
  }

  private Value asked(Expr condition) {
    Value holds = value(condition);
    decided |= holds.known() && !(condition instanceof Expr.IntLiteral);
    return holds;
  }

  private Value value(Expr expr) {
    if (!step()) {
      return Value.UNKNOWN;
    }
    return switch (expr) {
      case Expr.IntLiteral e -> Value.of(e.value());
      case Expr.Local e -> local(e.local());
      case Expr.StepLocal e -> {
        Value old = local(e.local());
        Value next = narrowed(sum(old, Value.of(e.by()), 1), e.type());
        locals.put(e.local(), next);
        yield e.prefix() ? next : old;
      }
      case Expr.Cast e when e.type() instanceof Type.Int -> narrowed(value(e.operand()), e.type());
      case Expr.Unary e -> unary(e, value(e.operand()));
      case Expr.Logical e -> logical(e);
      case Expr.Conditional e -> {
        Value holds = asked(e.condition());
        yield holds.known() ? value(holds.number != 0 ? e.then() : e.otherwise()) : forget(e);
      }
      case Expr.Binary e -> binary(e, value(e.left()), value(e.right()));
      default -> forget(expr);
    };
  }

  private static Value unary(Expr.Unary e, Value of) {
    if (!of.known()) {
      return Value.UNKNOWN;
    }
    return Value.of(
        switch (e.op()) {
          case NEGATE -> -of.number;
          case COMPLEMENT -> ~of.number;
          case NOT -> of.number == 0 ? 1 : 0;
        });
  }

  private Value logical(Expr.Logical e) {
    Value left = asked(e.left());
    if (left.known() && left.number != 0 != e.and()) {
      return Value.of(e.and() ? 0 : 1);
    }
    if (!left.known() && !assigned(e.right()).isEmpty()) {
      return forget(e.right());
    }
    Value right = asked(e.right());
    boolean settled = right.known() && (left.known() || right.number != 0 != e.and());
    return settled ? Value.of(right.number != 0 ? 1 : 0) : Value.UNKNOWN;
  }

  private static Value binary(Expr.Binary e, Value left, Value right) {
    if (left.known() && right.known()) {
      boolean signed = Expressions.signed(e.left().type());
      return Value.of(Arithmetic.result(e.op(), signed, left.number, right.number));
    }
    return switch (e.op()) {
      case ADD -> sum(left, right, 1);
      case SUBTRACT -> right.known() ? sum(left, right, -1) : Value.UNKNOWN;
      default -> Value.UNKNOWN;
    };
  }

  private static Value sum(Value left, Value right, int sign) {
    boolean unknown = left.equals(Value.UNKNOWN) || right.equals(Value.UNKNOWN);
    return unknown || !(left.known() || right.known())
        ? Value.UNKNOWN
        : new Value(Math.max(left.local, right.local), left.number + sign * right.number);
  }

  private static Value narrowed(Value value, Type type) {
    if (!(type instanceof Type.Int(int bytes, boolean signed, var e)) || bytes >= Long.BYTES) {
      return value;
    }
    int unused = Long.SIZE - Byte.SIZE * bytes;
    long high = value.number << unused;
    return value.known() ? Value.of(signed ? high >> unused : high >>> unused) : Value.UNKNOWN;
  }
}
