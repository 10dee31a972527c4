package jbt.compiler.ir;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import jbt.compiler.bpf.AluOperation;
import jbt.compiler.bpf.Condition;
import jbt.compiler.bpf.Helper;
import jbt.compiler.bpf.Size;
import jbt.compiler.check.Checked;
import jbt.compiler.check.Checked.BinaryOp;
import jbt.compiler.check.Checked.Expr;
import jbt.compiler.check.Checked.Stmt;
import jbt.compiler.check.Checked.UnaryOp;
import jbt.compiler.ir.Operand.Imm;
import jbt.compiler.ir.Operand.MapRef;
import jbt.compiler.ir.Operand.Reg;
import jbt.compiler.ir.Operand.RoutineRef;
import jbt.compiler.plan.ScriptMap;
import jbt.compiler.plan.ScriptMap.Storage;
import jbt.compiler.plan.ScriptMap.Value;
import jbt.compiler.types.Type;

/**
 * Loops. Those with few rounds jump back; the body of any other is a routine that the kernel calls,
 * which returns 0 to go on and 1 to end the loop. It reaches the program's context by the address
 * of a word of the caller's stack frame, everything else by scratch memory.
 */
final class Loops {
  private static final Imm ZERO = new Imm(0);

  /** Of a minimum or maximum that another processor may change. */
  private static final int TRIES = 5;

  private final Lowering lowering;
  private final Body body;

  Loops(Lowering lowering) {
    this.lowering = lowering;
    this.body = lowering.body();
  }

  /** A loop, or what it comes to where that is known. */
  void loop(Stmt loop) {
    Optional<Map<Integer, Rehearsal.Result>> results = lowering.routines().results(loop);
    if (results.isPresent()) {
      results.get().forEach(this::set);
      return;
    }
    switch (loop) {
      case Stmt.While s -> whileTrue(s);
      case Stmt.ForRange s -> range(s);
      case Stmt.ForMap s -> map(s);
      default -> throw new IllegalArgumentException("no loop: " + loop);
    }
  }

  private void set(int local, Rehearsal.Result result) {
    if (result.more() && result.number() == 0) {
      return;
    }
    Imm number = new Imm(result.number());
    lowering
        .statements()
        .set(local, result.more() ? body.add(lowering.expressions().local(local), number) : number);
  }

  private void range(Stmt.ForRange loop) {
    if (lowering.routines().called(loop)) {
      calledRange(loop);
    } else if (Rehearsal.rounds(loop) > 0) {
      inlineRange(loop);
    }
  }

  /** At least one round is certain. */
  private void inlineRange(Stmt.ForRange loop) {
    Reg counter = body.move(lowering.expressions().scalar(loop.from()));
    Operand end = lowering.expressions().scalar(loop.to());
    int round = body.block();
    int next = body.block();
    int done = body.block();
    lowering.builtins().ahead(loop);
    Builtins.Known known = lowering.builtins().known();
    body.place(round);
    lowering.statements().set(loop.local(), body.move(counter));
    lowering.statements().loop(loop.body(), done, next);
    body.place(next);
    body.set(counter, body.add(counter, new Imm(1)));
    body.branch(Rehearsal.goesOn(loop), counter, end, round, done);
    body.place(done);
    lowering.builtins().restore(known);
  }

  private void calledRange(Stmt.ForRange loop) {
    Operand from = lowering.expressions().scalar(loop.from());
    Operand to = lowering.expressions().scalar(loop.to());
    int start = from instanceof Imm ? 0 : body.keepScratch(8);
    if (!(from instanceof Imm)) {
      body.storeWord(body.scratchAt(start), from);
    }
    Reg rounds = body.move(body.binary(AluOperation.SUB, to, from));
    int some = body.block();
    int many = body.block();
    int fits = body.block();
    int done = body.block();
    body.branch(Rehearsal.goesOn(loop), from, to, some, done);
    body.place(some);
    // Unsigned: the distance can be more than half of what 64 bits hold.
    body.branch(Condition.GT, rounds, new Imm(Checked.MOST_ROUNDS), many, fits);
    body.place(many);
    body.set(rounds, new Imm(Checked.MOST_ROUNDS));
    body.place(fits);
    Lowering called = lowering.called(loop, 1);
    Body inner = called.body();
    Operand index = inner.narrow(called.argument(0), 4, false);
    Operand first = from instanceof Imm ? from : inner.load(Size.DOUBLE, inner.scratchAt(start));
    called.statements().set(loop.local(), inner.add(first, index));
    RoutineRef routine = called.finish(loop.body(), OptionalInt.empty());
    body.callForEffect(Helper.LOOP, rounds, routine, lowering.contextWord(), ZERO);
    lowering.leaveIfLeft(called);
    body.place(done);
  }

  private void whileTrue(Stmt.While loop) {
    if (lowering.routines().called(loop)) {
      calledWhile(loop);
    } else {
      inlineWhile(loop);
    }
  }

  private void inlineWhile(Stmt.While loop) {
    Optional<Reg> counter = !seen(loop) ? Optional.of(body.move(ZERO)) : Optional.empty();
    int round = body.block();
    int holds = body.block();
    int next = body.block();
    int done = body.block();
    lowering.builtins().ahead(loop);
    Builtins.Known known = lowering.builtins().known();
    body.place(round);
    lowering.withKnowledge(() -> lowering.expressions().branch(loop.condition(), holds, done));
    body.place(holds);
    lowering.builtins().endStatement();
    lowering.statements().loop(loop.body(), done, next);
    body.place(next);
    if (counter.isPresent()) {
      body.set(counter.get(), body.add(counter.get(), new Imm(1)));
      Imm most = new Imm(lowering.routines().rounds(loop));
      body.branch(Condition.LE, counter.get(), most, round, done);
    } else {
      body.jump(round);
    }
    body.place(done);
    lowering.builtins().restore(known);
  }

  /** Whether the verifier sees by itself when a loop ends. */
  private boolean seen(Stmt.While loop) {
    boolean breaks =
        Nodes.of(loop.body()).statements().stream().anyMatch(Stmt.Break.class::isInstance);
    return breaks
        ? !lowering.forgetsTests() && seen(Nodes.of(List.of(loop)))
        : seen(Nodes.of(loop.condition()));
  }

  /** It doesn't know what is in scratch memory, nor what is divided. */
  private boolean seen(Nodes nodes) {
    return nodes.locals().stream().noneMatch(lowering.routines()::shared)
        && !nodes.any(
            expr ->
                switch (expr) {
                  case Expr.Binary e -> e.op() == BinaryOp.DIVIDE || e.op() == BinaryOp.MODULO;
                  case Expr.Unary e -> e.op() == UnaryOp.NEGATE;
                  default -> false;
                });
  }

  /** A call can take longer than a round: there are several in each. */
  private void calledWhile(Stmt.While loop) {
    Lowering called = lowering.called(loop, 1);
    Body inner = called.body();
    Map<Integer, Reg> held = lowering.routines().counts(loop) ? called.hold(loop) : Map.of();
    Reg counter = inner.move(ZERO);
    int round = inner.block();
    int holds = inner.block();
    int over = inner.block();
    int enough = inner.block();
    called.builtins().ahead(loop);
    inner.place(round);
    called.expressions().branch(loop.condition(), holds, over);
    inner.place(over);
    called.giveBack(held);
    inner.jump(called.breakBlock());
    inner.place(holds);
    called.builtins().endStatement();
    called.statements().all(loop.body());
    inner.place(called.continueBlock());
    inner.set(counter, inner.add(counter, new Imm(1)));
    int branches = body.layout().careful() ? branches(loop) : 0;
    int most = lowering.routines().roundsACall(loop, branches);
    inner.branch(Condition.LT, counter, new Imm(most), round, enough);
    inner.place(enough);
    called.giveBack(held);
    RoutineRef routine = called.finish(OptionalInt.empty());
    Imm calls = new Imm(Checked.MOST_ROUNDS / most);
    body.callForEffect(Helper.LOOP, calls, routine, lowering.contextWord(), ZERO);
    lowering.leaveIfLeft(called);
  }

  /** How often each round can go on in two ways that the verifier takes for different ones. */
  private int branches(Stmt.While loop) {
    Nodes nodes = Nodes.of(loop.body());
    int branches = nodes.count(Loops::branches);
    for (Stmt stmt : nodes.statements()) {
      branches +=
          switch (stmt) {
            case Stmt.If s -> 1;
            case Stmt.SetMap s -> keyed(s.key());
            case Stmt.AddMap s -> keyed(s.key());
            case Stmt.Aggregate s ->
                switch (lowering.checked().maps().get(s.map()).value()) {
                  case Value.Min value -> TRIES + keyed(s.key());
                  case Value.Max value -> TRIES + keyed(s.key());
                  default -> keyed(s.key());
                };
            default -> 0;
          };
    }
    return branches;
  }

  private static int keyed(List<Expr> key) {
    return key.isEmpty() ? 0 : 1;
  }

  private static boolean branches(Expr expr) {
    return switch (expr) {
      case Expr.Logical e -> true;
      case Expr.Conditional e -> true;
      case Expr.OrElse e -> true;
      case Expr.Binary e -> e.op() == BinaryOp.DIVIDE || e.op() == BinaryOp.MODULO;
      case Expr.MapValue e -> !e.key().isEmpty();
      case Expr.StepMap e -> !e.key().isEmpty();
      case Expr.HasKey e -> true;
      case Expr.Find e -> true;
      default -> false;
    };
  }

  private void map(Stmt.ForMap loop) {
    List<Storage.Hash> hashes = lowering.maps().hash(loop.map()).all();
    if (hashes.size() == 1) {
      map(loop, hashes.getFirst(), OptionalInt.empty());
      return;
    }
    int broken = body.keepScratch(8);
    int done = body.block();
    body.storeWord(body.scratchAt(broken), ZERO);
    for (Storage.Hash hash : hashes.subList(0, hashes.size() - 1)) {
      int next = body.block();
      map(loop, hash, OptionalInt.of(broken));
      Reg end = body.load(Size.DOUBLE, body.scratchAt(broken));
      body.branch(Condition.EQ, end, ZERO, next, done);
      body.place(next);
    }
    map(loop, hashes.getLast(), OptionalInt.empty());
    body.place(done);
  }

  /** {@code broken}: if another hash follows, the place of a word that is 1 behind a break. */
  private void map(Stmt.ForMap loop, Storage.Hash hash, OptionalInt broken) {
    Lowering called = lowering.called(loop, 3);
    Body inner = called.body();
    Address key = new Address(called.argument(1), 0);
    Address value = new Address(called.argument(2), 0);
    if (hash.generational()) {
      skipOthers(called, loop.map(), key, called.continueBlock());
      key = key.plus(8);
    }
    Type pair = lowering.probe().locals().get(loop.local());
    if (pair instanceof Type.Tuple tuple) {
      if (ScriptMap.folds(lowering.maps().scriptMap(loop.map()).value())) {
        boolean used = Reads.uses(loop.body(), loop.local(), 1) > 0;
        Address sum = inner.memory(8);
        Operand folded =
            used ? called.queries().folded(loop.map(), hash, called.argument(1)) : ZERO;
        inner.storeWord(sum, folded);
        value = sum;
      } else {
        value = kept(called, loop, 1, value, tuple.parts().get(1));
      }
      Type stored = ScriptMap.shortened(tuple.parts().getFirst(), hash.longest());
      key = kept(called, loop, 0, key, stored);
      called.setPair(loop.local(), tuple.parts(), key, value);
    }
    forEach(hash, called.finish(loop.body(), broken));
    lowering.leaveIfLeft(called);
  }

  /**
   * A part of the loop's variable: what is in the map if it is looked at once or kept elsewhere,
   * and a copy if the map may have another by then, or holds less than the whole.
   */
  private static Address kept(
      Lowering called, Stmt.ForMap loop, int part, Address inMap, Type stored) {
    Type type = ((Type.Tuple) called.probe().locals().get(loop.local())).parts().get(part);
    int uses = Reads.uses(loop.body(), loop.local(), part);
    boolean once = uses <= 1 && Reads.touches(Nodes.of(loop.body()), loop.map()) == 0;
    boolean stays = once || called.routines().shared(loop.local());
    if (uses == 0 || (stays && stored.equals(type))) {
      return inMap;
    }
    Address copy = called.body().memory(type.storedSize());
    called.expressions().copy(inMap, stored, copy, type);
    return copy;
  }

  private void forEach(Storage.Hash hash, RoutineRef routine) {
    body.callForEffect(
        Helper.FOR_EACH_MAP_ELEM,
        new MapRef(hash.kernelMap()),
        routine,
        lowering.contextWord(),
        ZERO);
  }

  private static void skipOthers(Lowering called, int map, Address key, int skip) {
    Body inner = called.body();
    int ours = inner.block();
    Reg generation = inner.load(Size.DOUBLE, key);
    inner.branch(Condition.EQ, generation, called.maps().generation(map), ours, skip);
    inner.place(ours);
  }

  /** The number of keys of a map. */
  Operand length(Expr.Length e) {
    Storage.Hash hash = lowering.maps().hash(e.map());
    int count = body.keepScratch(8);
    body.storeWord(body.scratchAt(count), ZERO);
    hash.all().forEach(each -> count(e, each, count));
    return body.load(Size.DOUBLE, body.scratchAt(count));
  }

  private void count(Expr.Length e, Storage.Hash hash, int count) {
    Lowering called = lowering.called(e, 3);
    Body inner = called.body();
    if (hash.generational()) {
      Address key = new Address(called.argument(1), 0);
      skipOthers(called, e.map(), key, called.continueBlock());
    }
    Address word = inner.scratchAt(count);
    inner.storeWord(word, inner.add(inner.load(Size.DOUBLE, word), new Imm(1)));
    forEach(hash, called.finish(List.of(), OptionalInt.empty()));
  }
}
