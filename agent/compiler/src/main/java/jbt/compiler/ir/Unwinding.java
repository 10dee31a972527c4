package jbt.compiler.ir;

import java.util.List;
import java.util.OptionalInt;
import jbt.compiler.bpf.AluOperation;
import jbt.compiler.bpf.Condition;
import jbt.compiler.bpf.Helper;
import jbt.compiler.bpf.Size;
import jbt.compiler.check.Checked.Expr;
import jbt.compiler.ir.Operand.Imm;
import jbt.compiler.ir.Operand.MapRef;
import jbt.compiler.ir.Operand.Reg;
import jbt.compiler.ir.Operand.RoutineRef;
import jbt.compiler.plan.UnwindRule;

/**
 * The frames of a process whose code need not keep frame pointers. The kernel calls a routine once
 * for each frame; it looks up the {@link UnwindRule} of the frame's address and so finds the
 * caller's registers, which are in scratch memory from round to round.
 */
final class Unwinding {
  /** A look-up halves the distance that it goes so many times. */
  private static final int STEPS = 20;

  /** As many rows of a map of kind UNWIND are reached. */
  static final int MOST_ROWS = (1 << STEPS) - 1;

  private static final Imm ZERO = new Imm(0);

  /** Registers in x86-64's struct pt_regs. */
  private static final int REGISTER_IP = 128;

  private static final int REGISTER_SP = 152;
  private static final int REGISTER_BP = 32;

  /** In memory: three registers of a frame, and where look-ups begin. */
  private static final int IP = 0;

  private static final int SP = 8;
  private static final int BP = 16;
  private static final int START = 24;
  private static final int STATE = 32;

  private final Lowering lowering;
  private final Body body;

  Unwinding(Lowering lowering) {
    this.lowering = lowering;
    this.body = lowering.body();
  }

  /** Frames for which the verifier must see room: it knows their number only by a mask. */
  static int room(int limit) {
    return Layout.powerOfTwo(limit + 1);
  }

  /**
   * Puts the frames of the current thread, at most {@code limit}, in scratch memory.
   *
   * @param frames where, with {@link #room}
   * @return how many these are, never 0
   */
  Operand frames(Expr.Call e, int frames, int limit) {
    int state = body.keepScratch(STATE);
    Reg registers = body.call(Helper.TASK_PT_REGS, body.call(Helper.GET_CURRENT_TASK_BTF));
    Address words = body.scratchAt(state);
    copy(registers, REGISTER_IP, words.plus(IP));
    copy(registers, REGISTER_SP, words.plus(SP));
    copy(registers, REGISTER_BP, words.plus(BP));
    body.storeWord(words.plus(START), new Imm(-1));
    Lowering called = lowering.called(e, 1);
    new Unwinding(called).frame(state, frames, limit);
    RoutineRef routine = called.finish(List.of(), OptionalInt.empty());
    Reg count = body.call(Helper.LOOP, new Imm(limit), routine, lowering.contextWord(), ZERO);
    lowering.leaveIfLeft(called);
    return lowering.texts().bounded(count, limit);
  }

  private void copy(Reg registers, int offset, Address to) {
    body.storeWord(to, body.loadConstant(Size.DOUBLE, new Address(registers, offset)));
  }

  /** A round: keeps the frame that the state has, and makes it that of the caller. */
  private void frame(int statePlace, int frames, int limit) {
    Address state = body.scratchAt(statePlace);
    Reg number = body.binary(AluOperation.AND, lowering.argument(0), new Imm(room(limit) - 1L));
    Reg ip = body.load(Size.DOUBLE, state.plus(IP));
    Address first = body.scratchAt(frames);
    Reg distance = body.binary(AluOperation.LSH, number, new Imm(3));
    body.storeWord(new Address(body.add(first.base(), distance), first.offset()), ip);
    Reg rule = rule(state, called(ip, number));

    Reg sp = body.load(Size.DOUBLE, state.plus(SP));
    Reg base = body.move(sp);
    Reg kind = body.binary(AluOperation.AND, rule, new Imm(UnwindRule.BASE_MASK));
    int other = body.block();
    int fromBp = body.block();
    int known = body.block();
    body.branch(Condition.EQ, kind, new Imm(UnwindRule.SP), known, other);
    body.place(other);
    body.branch(Condition.EQ, kind, new Imm(UnwindRule.BP), fromBp, lowering.breakBlock());
    body.place(fromBp);
    body.set(base, body.load(Size.DOUBLE, state.plus(BP)));
    body.place(known);
    Reg cfa =
        body.add(base, body.binary(AluOperation.ARSH, rule, new Imm(UnwindRule.DISTANCE_SHIFT)));

    // Stacks grow downwards: what does not lead up is no stack.
    int up = body.block();
    body.branch(Condition.GT, cfa, sp, up, lowering.breakBlock());
    body.place(up);
    read(state.plus(IP), body.binary(AluOperation.SUB, cfa, new Imm(8)));
    Reg below =
        body.binary(
            AluOperation.AND,
            body.binary(AluOperation.RSH, rule, new Imm(UnwindRule.SAVED_SHIFT)),
            new Imm(UnwindRule.SAVED_MASK));
    int saved = body.block();
    int done = body.block();
    body.branch(Condition.NE, below, ZERO, saved, done);
    body.place(saved);
    read(state.plus(BP), body.binary(AluOperation.SUB, cfa, below));
    body.place(done);
    body.storeWord(state.plus(SP), cfa);
    Reg next = body.load(Size.DOUBLE, state.plus(IP));
    body.branch(Condition.NE, next, ZERO, lowering.continueBlock(), lowering.breakBlock());
  }

  /** An address inside of the frame's code: behind a call there may be another function's. */
  private Reg called(Reg ip, Reg number) {
    Reg address = body.move(ip);
    int caller = body.block();
    int done = body.block();
    body.branch(Condition.NE, number, ZERO, caller, done);
    body.place(caller);
    body.set(address, body.binary(AluOperation.SUB, ip, new Imm(1)));
    body.place(done);
    return address;
  }

  /** That of the last row at or before an address; NONE in front of the first. */
  private Reg rule(Address state, Reg address) {
    Address key = body.inFrame(8);
    Reg rule = body.move(new Imm(UnwindRule.NONE));
    // In front of the first row. From memory: the verifier would follow all ways from a constant.
    Reg place = body.load(Size.DOUBLE, state.plus(START));
    Reg step = body.move(new Imm(1L << (STEPS - 1)));
    int head = body.block();
    int there = body.block();
    int before = body.block();
    int next = body.block();
    int out = body.block();
    body.place(head);
    Reg further = body.add(place, step);
    body.store(Size.WORD, key, further);
    Reg row =
        body.call(Helper.MAP_LOOKUP_ELEM, new MapRef(body.layout().unwind()), body.addressOf(key));
    body.branch(Condition.EQ, row, ZERO, next, there);
    body.place(there);
    Reg start = body.load(Size.DOUBLE, new Address(row, 0));
    body.branch(Condition.GT, start, address, next, before);
    body.place(before);
    body.set(rule, body.load(Size.DOUBLE, new Address(row, 8)));
    body.set(place, further);
    body.place(next);
    body.set(step, body.binary(AluOperation.RSH, step, new Imm(1)));
    body.branch(Condition.NE, step, ZERO, head, out);
    body.place(out);
    return rule;
  }

  /** Of the process's stack; what can't be read ends it. */
  private void read(Address to, Operand from) {
    Reg error = body.call(Helper.PROBE_READ_USER, body.addressOf(to), new Imm(8), from);
    int good = body.block();
    body.branch32(Condition.EQ, error, ZERO, good, lowering.breakBlock());
    body.place(good);
  }
}
