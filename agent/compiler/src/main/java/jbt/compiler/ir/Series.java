package jbt.compiler.ir;

import jbt.compiler.bpf.AluOperation;
import jbt.compiler.bpf.Condition;
import jbt.compiler.bpf.Size;
import jbt.compiler.ir.Operand.Imm;
import jbt.compiler.ir.Operand.Reg;
import jbt.compiler.plan.LossCounter;
import jbt.compiler.plan.ScriptMap.Value.Tseries;

/**
 * How a value goes into a series, see {@link Tseries}. The words belong to one processor: only a
 * program that interrupts this one can change them meanwhile. It makes room for a new interval by
 * taking the old one's state from it, so that of two programs one does, and the other's value is
 * lost and counted.
 */
final class Series {
  private static final Imm ZERO = new Imm(0);
  private static final Imm TAKING = new Imm(-1);
  private static final int STATE = 0;
  private static final int FIRST = 8;
  private static final int SECOND = 16;

  private final Lowering lowering;
  private final Aggregation aggregation;
  private final Body body;
  private final String name;

  /** When the value came, and in which interval that was, plus one. */
  private Operand now = ZERO;

  private Operand state = ZERO;

  Series(Lowering lowering, Aggregation aggregation, String name) {
    this.lowering = lowering;
    this.aggregation = aggregation;
    this.body = lowering.body();
    this.name = name;
  }

  Operand bucket(Tseries series) {
    now = lowering.helperCalls().wallClock();
    Reg interval = body.binary(AluOperation.DIV, now, new Imm(series.intervalNs()));
    state = body.add(interval, new Imm(1));
    return body.binary(AluOperation.MOD, interval, new Imm(series.slots()));
  }

  void change(Tseries series, Address at, Operand value) {
    int same = body.block();
    int other = body.block();
    int older = body.coldBlock();
    int taken = body.coldBlock();
    int lost = body.coldBlock();
    int done = body.block();
    Reg seen = body.load(Size.DOUBLE, at.plus(STATE));
    body.branch(Condition.EQ, seen, state, same, other);
    body.place(other);
    body.branch(Condition.LT, seen, state, older, lost);
    body.place(older);
    Reg before = body.register();
    body.emit(new Op.CompareExchange(before, at.plus(STATE), seen, TAKING));
    body.branch(Condition.EQ, before, seen, taken, lost);
    body.place(taken);
    body.storeWord(at.plus(FIRST), ZERO);
    body.storeWord(at.plus(SECOND), ZERO);
    body.storeWord(at.plus(STATE), state);
    body.jump(same);
    body.place(lost);
    body.lose(LossCounter.Source.UPDATE_REFUSED, name);
    body.jump(done);
    body.place(same);
    fold(series, at.plus(FIRST), value);
    body.place(done);
  }

  private void fold(Tseries series, Address at, Operand value) {
    switch (series.fold()) {
      case LAST -> {
        body.storeWord(at, value);
        body.storeWord(at.plus(8), now);
      }
      case SUM -> aggregation.add(at, value);
      case AVG -> aggregation.addBoth(at, value);
      case MAX -> aggregation.extreme(at, aggregation.ordered(value, series.signed()));
      case MIN ->
          aggregation.extreme(
              at,
              body.binary(
                  AluOperation.XOR, aggregation.ordered(value, series.signed()), new Imm(-1)));
    }
  }
}
