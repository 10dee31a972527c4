package jbt.compiler.ir;

import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import jbt.compiler.check.Checked.Expr;
import jbt.compiler.check.Checked.MapDecl;
import jbt.compiler.check.Checked.Probe;
import jbt.compiler.check.Checked.Stmt;
import jbt.compiler.check.Function;
import jbt.compiler.types.Type;

/**
 * How a program is cut into routines: the body of a loop whose number of rounds is not known, or
 * large, is a routine that the kernel calls. Variables that several routines use are kept in
 * scratch memory: the verifier doesn't follow what is in there, so it looks at a body once and not
 * once a round. So are those that can have many values in a round of a loop, see {@link Ways}.
 */
final class Routines {
  /** Work of a loop, rounds times nodes of its body, that is done without calls. */
  private static final int MOST_INLINE = 1500;

  /** The same of all loops together through which there is one way, if there is one to them. */
  private static final int MOST_STRAIGHT = 60_000;

  /** The same of a loop that only computes: the ways through a round mostly meet behind it. */
  private static final int MOST_COMPUTED = 30_000;

  /** Rounds that a call does at most. */
  private static final int MOST_A_CALL = 64;

  /**
   * Branches of all rounds of a call. In what the kernel calls, the verifier takes ways for the
   * same only if all is known of both that is known of one, and compares them once in about 100
   * instructions.
   */
  private static final int MOST_BRANCHES = 10;

  private static final long TOO_MUCH = 2L * MOST_STRAIGHT;

  /** What a text or a stack counts in it: the verifier follows each of its words. */
  private static final int WORDS = 30;

  /** What a stack does whose frames the program goes through: each is a round for the verifier. */
  private static final int FRAMES = 450;

  /** What the number of keys of a map does: the kernel calls something for each of them. */
  private static final int COUNTED = 100;

  /** What each byte of two texts does of which one is looked for in the other. */
  private static final int SEARCHED = 6;

  /** The probe's own routine, as an owner; those of loops are counted from 1. */
  private static final int PROGRAM = 0;

  private static final int SEVERAL = -1;

  /** By identity: equal loops can stand at several places. */
  private final IdentityHashMap<Stmt, Integer> numbers = new IdentityHashMap<>();

  /** What those come to that need not be gone through. */
  private final IdentityHashMap<Stmt, Map<Integer, Rehearsal.Result>> results =
      new IdentityHashMap<>();

  private final Rehearsal rehearsal = new Rehearsal();
  private final Map<Integer, Integer> owners = new HashMap<>();
  private final List<MapDecl> maps;
  private final long mostStraight;
  private final boolean careful;
  private boolean called;
  private boolean looped;

  private Routines(List<MapDecl> maps, long mostStraight, boolean careful) {
    this.maps = maps;
    this.mostStraight = mostStraight;
    this.careful = careful;
  }

  /**
   * @param careful for a verifier that did not finish with what is faster
   */
  static Routines of(Probe probe, Nodes nodes, List<MapDecl> maps, boolean careful) {
    Routines routines = new Routines(maps, mostStraight(nodes), careful);
    probe.predicate().ifPresent(predicate -> routines.expr(predicate, PROGRAM));
    routines.all(probe.body(), PROGRAM);
    if (careful
        || !nodes.statements().stream()
            .allMatch(stmt -> !Nodes.isLoop(stmt) || StraightCode.computes(stmt))) {
      Ways.locals(nodes).forEach(local -> routines.owners.put(local, SEVERAL));
    }
    return routines;
  }

  /** Each branch can double the ways to a loop, and the verifier goes all of them. */
  private static long mostStraight(Nodes program) {
    int branches =
        program.count(
            expr ->
                expr instanceof Expr.Logical
                    || expr instanceof Expr.Conditional
                    || expr instanceof Expr.OrElse);
    int loops = 0;
    for (Stmt stmt : program.statements()) {
      branches += stmt instanceof Stmt.If ? 1 : 0;
      loops += Nodes.isLoop(stmt) ? 1 : 0;
    }
    return Math.max(
        MOST_INLINE, (MOST_STRAIGHT >> Math.min(branches, Integer.SIZE - 1)) / Math.max(1, loops));
  }

  /** Whether there is more than one. */
  boolean several() {
    return called;
  }

  /** Whether there is a loop of any kind: what stands once is done many times. */
  boolean loops() {
    return looped;
  }

  /** Whether a local is in scratch memory. */
  boolean shared(int local) {
    return owners.getOrDefault(local, PROGRAM) == SEVERAL;
  }

  /** The locals that only the body of a called loop uses. */
  Set<Integer> ownedBy(Stmt loop) {
    Integer number = numbers.get(loop);
    Set<Integer> owned = new TreeSet<>();
    owners.forEach(
        (local, owner) -> {
          if (owner.equals(number)) {
            owned.add(local);
          }
        });
    return owned;
  }

  boolean ownedByProgram(int local) {
    return owners.getOrDefault(local, PROGRAM) == PROGRAM;
  }

  /** Whether the kernel calls the body of a loop. */
  boolean called(Stmt loop) {
    return numbers.containsKey(loop);
  }

  /** The most rounds of a loop, if that is known. */
  long rounds(Stmt.While loop) {
    return rehearsal.rounds(loop);
  }

  /** What the locals are behind a loop, where that is known. */
  Optional<Map<Integer, Rehearsal.Result>> results(Stmt loop) {
    return Optional.ofNullable(results.get(loop));
  }

  private boolean mustBeCalled(Stmt stmt, List<Stmt> before, int owner) {
    return Nodes.isLoop(stmt)
        && (careful
            || inlineWork(stmt, before) > (owner == PROGRAM ? mostInline(stmt) : MOST_INLINE));
  }

  private long mostInline(Stmt loop) {
    long straight = StraightCode.is(loop) ? mostStraight : MOST_INLINE;
    return StraightCode.computes(loop) ? Math.max(MOST_COMPUTED, straight) : straight;
  }

  /** Whether the numbers of a loop can be in registers. */
  boolean counts(Stmt.While loop) {
    return StraightCode.counts(loop) && !(careful && StraightCode.splits(loop));
  }

  /**
   * A power of two, as the kernel's limit of rounds is.
   *
   * @param branches in each round that the verifier must not go through several times; or 0
   */
  int roundsACall(Stmt.While loop, int branches) {
    long round = work(loop.condition()) + work(loop.body());
    int times = counts(loop) ? 4 : 1;
    long rounds = (long) times * MOST_INLINE / round;
    int most = branches > 0 ? Math.max(1, MOST_BRANCHES / branches) : times * MOST_A_CALL;
    return Integer.highestOneBit(Math.clamp(rounds, 1, most));
  }

  private long inlineWork(Stmt stmt, List<Stmt> before) {
    return switch (stmt) {
      case Stmt.While loop ->
          inlineWork(rehearsal.rounds(loop, before), work(loop.condition()) + work(loop.body()));
      case Stmt.ForRange loop -> inlineWork(Rehearsal.rounds(loop), work(loop.body()));
      case Stmt.ForMap loop -> TOO_MUCH;
      default -> 0;
    };
  }

  private static long inlineWork(long rounds, long round) {
    return rounds > MOST_STRAIGHT || round > MOST_STRAIGHT ? TOO_MUCH : rounds * round;
  }

  private long work(List<Stmt> body) {
    long work = 0;
    for (int i = 0; i < body.size(); i++) {
      Stmt stmt = body.get(i);
      work +=
          Nodes.isLoop(stmt)
              ? inlineWork(stmt, body.subList(0, i))
              : (stmt instanceof Stmt.Delete delete ? deletion(delete.map()) : 1)
                  + Nodes.bodies(stmt).stream().mapToLong(this::work).sum();
      for (Expr expr : Nodes.expressions(stmt)) {
        work += work(expr);
      }
    }
    return work;
  }

  /** Of a deletion: a keyed histogram has a key for each bucket. */
  private long deletion(int map) {
    return Layout.bucketInKey(maps.get(map)) ? 2L * Aggregation.buckets(maps.get(map)) : 1;
  }

  private long work(Expr expr) {
    long work =
        switch (expr) {
          case Expr.Sequence sequence -> work(sequence.statements());
          case Expr.StrLiteral literal -> 1;
          case Expr.Length length -> COUNTED;
          case Expr.DeleteKey delete -> deletion(delete.map());
          case Expr.Call call when call.function() == Function.STRSTR ->
              (long) SEARCHED * Reads.searched(call);
          default ->
              switch (expr.type()) {
                case Type.Str text -> WORDS;
                case Type.Buffer bytes -> WORDS;
                case Type.Symbolic symbolic -> Layout.scalar(symbolic) ? WORDS : FRAMES;
                default -> 1;
              };
        };
    for (Expr part : Nodes.parts(expr)) {
      work += work(part);
    }
    return work;
  }

  private void all(List<Stmt> body, int owner) {
    for (int i = 0; i < body.size(); i++) {
      Stmt stmt = body.get(i);
      List<Stmt> before = body.subList(0, i);
      if (Nodes.isLoop(stmt)) {
        Optional<Map<Integer, Rehearsal.Result>> result = rehearsal.of(stmt, before);
        if (result.isPresent()) {
          results.put(stmt, result.get());
          result.get().keySet().forEach(local -> use(local, owner));
          continue;
        }
      }
      boolean isCalled = mustBeCalled(stmt, before, owner);
      called |= isCalled;
      int inner = owner;
      if (isCalled) {
        // What a tuple is made of is there once for each part that is compared.
        numbers.putIfAbsent(stmt, numbers.size() + 1);
        inner = Objects.requireNonNull(numbers.get(stmt));
      }
      switch (stmt) {
        case Stmt.SetLocal s -> use(s.local(), owner);
        case Stmt.ForRange s -> use(s.local(), inner);
        case Stmt.ForMap s -> use(s.local(), inner);
        default -> {}
      }
      looped |= Nodes.isLoop(stmt);
      // The condition of a while is looked at in its body.
      int condition = stmt instanceof Stmt.While ? inner : owner;
      for (Expr expr : Nodes.expressions(stmt)) {
        expr(expr, condition);
      }
      for (List<Stmt> inside : Nodes.bodies(stmt)) {
        all(inside, inner);
      }
    }
  }

  private void expr(Expr expr, int owner) {
    switch (expr) {
      case Expr.Local e -> use(e.local(), owner);
      case Expr.StepLocal e -> use(e.local(), owner);
      case Expr.Find e -> use(e.local(), owner);
      case Expr.Sequence e -> all(e.statements(), owner);
      // What points to it must find it in memory all through the program.
      case Expr.Call(Function function, List<Expr> of, var type, var range)
          when function == Function.ADDRESS && of.getFirst() instanceof Expr.Local e ->
          owners.put(e.local(), SEVERAL);
      case Expr.Length e -> called = true;
      case Expr.Call e when e.function() == Function.UNWOUND_STACK -> called = true;
      default -> {}
    }
    for (Expr part : Nodes.parts(expr)) {
      expr(part, owner);
    }
  }

  private void use(int local, int owner) {
    owners.merge(local, owner, (before, now) -> before.equals(now) ? before : SEVERAL);
  }
}
