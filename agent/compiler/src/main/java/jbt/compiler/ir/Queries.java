package jbt.compiler.ir;

import java.util.Optional;
import jbt.compiler.bpf.AluOperation;
import jbt.compiler.bpf.Condition;
import jbt.compiler.bpf.Helper;
import jbt.compiler.bpf.Size;
import jbt.compiler.check.Checked.BinaryOp;
import jbt.compiler.check.Checked.Expr;
import jbt.compiler.check.Checked.MapDecl;
import jbt.compiler.check.Checked.Stmt;
import jbt.compiler.ir.Lowering.Variable;
import jbt.compiler.ir.Operand.Imm;
import jbt.compiler.ir.Operand.MapRef;
import jbt.compiler.ir.Operand.Reg;
import jbt.compiler.plan.KernelMap;
import jbt.compiler.plan.ScriptMap.Storage;
import jbt.compiler.plan.ScriptMap.Value;
import jbt.compiler.types.Type;

/** What programs ask of maps: whether there is a key, and what an aggregation has come to. */
final class Queries {
  private static final Imm ZERO = new Imm(0);

  private final Lowering lowering;
  private final Body body;

  Queries(Lowering lowering) {
    this.lowering = lowering;
    this.body = lowering.body();
  }

  private MapDecl declaration(int map) {
    return lowering.checked().maps().get(map);
  }

  Operand hasKey(Expr.HasKey e) {
    Reg found = lowering.maps().lookup(e.map(), e.key());
    return lowering.arithmetic().truth(Condition.NE, found, ZERO);
  }

  Operand delete(Expr.DeleteKey e) {
    Reg all = body.move(ZERO);
    lowering
        .maps()
        .delete(
            new Stmt.Delete(e.map(), e.key(), e.range()),
            error -> {
              Operand gone =
                  lowering.arithmetic().truth(Condition.EQ, body.narrow(error, 4, false), ZERO);
              body.set(all, body.binary(AluOperation.OR, all, gone));
            });
    return all;
  }

  Operand find(Expr.Find e) {
    Reg found = lowering.maps().lookup(e.map(), e.key());
    Reg result = body.move(ZERO);
    int there = body.block();
    int done = body.block();
    body.branch(Condition.NE, found, ZERO, there, done);
    body.place(there);
    Address value = new Address(found, 0);
    Type type =
        declaration(e.map()).value() instanceof Value.Plain plain ? plain.type() : Type.INT64;
    Type wanted = lowering.probe().locals().get(e.local());
    switch (lowering.variable(e.local())) {
      case Variable.InRegister(Reg reg) -> body.set(reg, body.load(Size.DOUBLE, value));
      case Variable.InMemory(Address place) ->
          lowering.expressions().copy(value, type, place, wanted);
      case Variable.InText(HeldTexts.Held held) when type.equals(wanted) ->
          lowering.heldTexts().set(value, type, held);
      case Variable.InText(HeldTexts.Held held) -> {
        Address wide = body.memory(wanted.storedSize());
        lowering.expressions().copy(value, type, wide, wanted);
        lowering.heldTexts().set(wide, wanted, held);
      }
      case Variable.Pair pair -> throw new IllegalStateException("set in its loop: " + e);
    }
    body.set(result, new Imm(1));
    body.place(done);
    return result;
  }

  Operand aggregated(Expr.Aggregated e) {
    return switch (lowering.maps().scriptMap(e.map()).storage()) {
      case Storage.Hash hash -> {
        Reg result = body.register();
        lowering
            .maps()
            .keys()
            .each(
                e.map(),
                e.key(),
                Optional.empty(),
                (in, key) -> body.set(result, folded(e.map(), in, body.addressOf(key))));
        yield result;
      }
      case Storage.Slots slots -> folded(e.map(), slots);
      case Storage.Shared shared -> throw new IllegalArgumentException("no aggregation: " + e);
      case Storage.Threads threads -> throw new IllegalArgumentException("no aggregation: " + e);
    };
  }

  /** The value of a key of a per-CPU hash, over all processors. */
  Operand folded(int map, Storage.Hash hash, Operand key) {
    Operand stable = key instanceof Reg reg ? body.move(reg) : key;
    return fold(
        map,
        (processor, add) -> {
          Reg value =
              body.call(
                  Helper.MAP_LOOKUP_PERCPU_ELEM, new MapRef(hash.kernelMap()), stable, processor);
          int there = body.block();
          int done = body.block();
          body.branch(Condition.NE, value, ZERO, there, done);
          body.place(there);
          add.of(new Address(value, 0));
          body.place(done);
        });
  }

  private Operand folded(int map, Storage.Slots slots) {
    return fold(
        map,
        (processor, add) -> {
          int area = body.layout().globals().cpuArea() + slots.offset();
          Reg start = body.register();
          body.emit(new Op.MapValueAddress(start, KernelMap.GLOBALS, area));
          Reg distance =
              body.binary(AluOperation.LSH, processor, new Imm(body.layout().cpuShift()));
          Address first = new Address(body.add(start, distance), 0);
          add.of(lowering.maps().slot(map, slots, first));
        });
  }

  private interface Add {
    void of(Address value);
  }

  private interface EachProcessor {
    void visit(Reg processor, Add add);
  }

  private Operand fold(int map, EachProcessor each) {
    Value value = declaration(map).value();
    Reg first = body.move(ZERO);
    Reg second = body.move(ZERO);
    Reg processor = body.move(ZERO);
    int next = body.block();
    int done = body.block();
    body.place(next);
    each.visit(processor, at -> add(value, at, first, second));
    body.set(processor, body.add(processor, new Imm(1)));
    body.branch(Condition.LE, processor, new Imm(body.layout().cpuMask()), next, done);
    body.place(done);
    return result(value, first, second);
  }

  private void add(Value value, Address at, Reg first, Reg second) {
    Reg word = body.load(Size.DOUBLE, at);
    switch (value) {
      case Value.Min m -> largest(word, at, first, second);
      case Value.Max m -> largest(word, at, first, second);
      case Value.Avg a -> {
        body.set(first, body.add(first, word));
        body.set(second, body.add(second, body.load(Size.DOUBLE, at.plus(8))));
      }
      default -> body.set(first, body.add(first, word));
    }
  }

  /** The largest stored word, and whether there is one. */
  private void largest(Reg word, Address at, Reg first, Reg second) {
    int larger = body.block();
    int done = body.block();
    body.set(second, body.binary(AluOperation.OR, second, body.load(Size.DOUBLE, at.plus(8))));
    body.branch(Condition.GT, word, first, larger, done);
    body.place(larger);
    body.set(first, word);
    body.place(done);
  }

  private Operand result(Value value, Reg first, Reg second) {
    Reg result = body.move(first);
    int some = body.block();
    int done = body.block();
    Imm sign = new Imm(Long.MIN_VALUE);
    switch (value) {
      case Value.Max(boolean signed) -> {
        body.branch(Condition.NE, second, ZERO, some, done);
        body.place(some);
        body.set(result, signed ? body.binary(AluOperation.XOR, first, sign) : first);
      }
      case Value.Min(boolean signed) -> {
        body.branch(Condition.NE, second, ZERO, some, done);
        body.place(some);
        Reg flipped = body.binary(AluOperation.XOR, first, new Imm(-1));
        body.set(result, signed ? body.binary(AluOperation.XOR, flipped, sign) : flipped);
      }
      case Value.Avg(boolean signed) -> {
        body.branch(Condition.NE, second, ZERO, some, done);
        body.place(some);
        body.set(result, lowering.arithmetic().compute(BinaryOp.DIVIDE, signed, first, second));
      }
      default -> {
        return result;
      }
    }
    body.place(done);
    return result;
  }
}
