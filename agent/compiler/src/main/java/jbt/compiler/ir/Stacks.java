package jbt.compiler.ir;

import jbt.compiler.bpf.AluOperation;
import jbt.compiler.bpf.Condition;
import jbt.compiler.bpf.Helper;
import jbt.compiler.bpf.Size;
import jbt.compiler.check.Checked.Expr;
import jbt.compiler.check.Function;
import jbt.compiler.ir.Operand.Imm;
import jbt.compiler.ir.Operand.MapRef;
import jbt.compiler.ir.Operand.Reg;
import jbt.compiler.plan.LossCounter;
import jbt.compiler.types.Meaning;
import jbt.compiler.types.Type;

/**
 * Stacks. A stack is held as a hash of 128 bits, which keys, values and records are small with; a
 * map has the frames of each hash, put there when it is first seen. The kernel's own stack map has
 * 32 bits and lets one stack take the place of another.
 */
final class Stacks {
  /** Of the map, for each script. */
  static final int MOST_STACKS = 16_384;

  /** Of the stacks that a program took last on a processor, those that need not be looked up. */
  private static final int RECENT_BITS = 4;

  private static final int RECENT = 1 << RECENT_BITS;

  /** For each of kernel and user stacks a word that is not 0 once a long one was there. */
  private static final int LONG_SEEN = 16;

  /** Bytes of scratch memory that a program with stacks keeps from run to run. */
  static final int KEPT = LONG_SEEN + 16 * RECENT;

  /**
   * Most stacks have no more frames; what a stack has no frames for, the kernel fills with zeros.
   */
  private static final int SHORT = 32;

  private static final Imm ZERO = new Imm(0);
  private static final Imm NO_EXIST = new Imm(1);
  private static final Imm USER_STACK = new Imm(1 << 8);
  private static final int EEXIST = 17;

  private static final Imm FIRST_FACTOR = new Imm(0x9e3779b97f4a7c15L);
  private static final Imm SECOND_FACTOR = new Imm(0xc2b2ae3d27d4eb4fL);

  private final Lowering lowering;
  private final Body body;

  Stacks(Lowering lowering) {
    this.lowering = lowering;
    this.body = lowering.body();
  }

  /** Bytes of an element: the number of frames and for user stacks the process, then the frames. */
  static int elementSize(int frames) {
    return 8 + 8 * frames;
  }

  /** Puts the hash at an address; zeros where there is no stack. */
  void store(Expr.Call e, Address to) {
    if (!(e.type() instanceof Type.Symbolic(Meaning.Stack stack))) {
      throw new IllegalArgumentException("no stack: " + e);
    }
    int map = body.layout().stacks();
    int size = body.layout().hashes().get(map - Layout.FIRST_HASH).valueSize();
    int none = body.coldBlock();
    int done = body.block();
    Address element;
    Operand frames;
    if (e.function() == Function.UNWOUND_STACK) {
      int place = body.keepScratch(Math.max(size, elementSize(Unwinding.room(stack.limit()))));
      frames = new Unwinding(lowering).frames(e, place + 8, stack.limit());
      element = body.scratchAt(place);
    } else {
      element = body.inScratch(size);
      frames = frames(stack, element.plus(8), none);
    }
    Operand owner =
        stack.user()
            ? body.binary(
                AluOperation.AND,
                body.call(Helper.GET_CURRENT_PID_TGID),
                new Imm(0xffff_ffff_0000_0000L))
            : ZERO;
    body.storeWord(element, body.binary(AluOperation.OR, frames, owner));
    hash(element, frames, owner, to);
    keep(map, element, to, done);
    body.place(none);
    body.storeWord(to, ZERO);
    body.storeWord(to.plus(8), ZERO);
    body.jump(done);
    body.place(done);
  }

  /** Puts what the kernel finds at an address; goes to {@code none} if that is nothing. */
  private Operand frames(Meaning.Stack stack, Address to, int none) {
    Reg bytes = body.register();
    if (stack.limit() > SHORT) {
      Address longSeen = body.scratchAt(lowering.stacksKept()).plus(stack.user() ? 8 : 0);
      int all = body.coldBlock();
      int start = body.block();
      int cut = body.coldBlock();
      int done = body.block();
      body.branch(Condition.NE, body.load(Size.DOUBLE, longSeen), ZERO, all, start);
      body.place(start);
      body.set(bytes, stack(stack, to, SHORT));
      body.branch(Condition.EQ, bytes, new Imm(8L * SHORT), cut, done);
      body.place(cut);
      body.storeWord(longSeen, new Imm(1));
      body.jump(all);
      body.place(all);
      body.set(bytes, stack(stack, to, stack.limit()));
      body.jump(done);
      body.place(done);
    } else {
      body.set(bytes, stack(stack, to, stack.limit()));
    }
    int some = body.block();
    body.branch(Condition.SIGNED_GT, bytes, ZERO, some, none);
    body.place(some);
    return body.binary(AluOperation.RSH, bytes, new Imm(3));
  }

  private Reg stack(Meaning.Stack stack, Address to, int frames) {
    return body.call(
        Helper.GET_STACK,
        lowering.context(),
        body.addressOf(to),
        new Imm(8L * frames),
        stack.user() ? USER_STACK : ZERO);
  }

  /** The number of frames of a stack, 0 where it found no room. */
  Operand length(Expr stack) {
    Address words = body.exactMemory(16);
    lowering.expressions().store(stack, stack.type(), words);
    Reg element =
        body.call(
            Helper.MAP_LOOKUP_ELEM, new MapRef(body.layout().stacks()), body.addressOf(words));
    Reg frames = body.move(ZERO);
    int there = body.block();
    int done = body.block();
    body.branch(Condition.NE, element, ZERO, there, done);
    body.place(there);
    body.set(frames, body.load(Size.WORD, new Address(element, 0)));
    body.place(done);
    return frames;
  }

  private void hash(Address element, Operand frames, Operand owner, Address to) {
    Reg firstFactor = body.move(FIRST_FACTOR);
    Reg secondFactor = body.move(SECOND_FACTOR);
    Reg first = body.move(owner);
    Reg second = body.move(owner);
    Reg place = body.move(body.addressOf(element.plus(8)));
    Reg at = body.move(ZERO);
    int head = body.block();
    int next = body.coldBlock();
    int out = body.block();
    body.place(head);
    // It ends by falling through, so that the verifier sees early that all ends are the same.
    body.branch(Condition.GE, at, frames, out, next);
    body.place(next);
    Reg frame = body.load(Size.DOUBLE, new Address(place, 0));
    mix(first, AluOperation.XOR, frame, firstFactor);
    mix(second, AluOperation.ADD, frame, secondFactor);
    body.set(place, body.add(place, new Imm(8)));
    body.set(at, body.add(at, new Imm(1)));
    body.jump(head);
    body.place(out);
    body.storeWord(to, first);
    // Never zero: that is no stack.
    body.storeWord(to.plus(8), body.binary(AluOperation.OR, second, new Imm(1)));
  }

  private void mix(Reg sum, AluOperation join, Reg frame, Reg factor) {
    body.set(sum, body.binary(AluOperation.MUL, body.binary(join, sum, frame), factor));
  }

  /** A stack that finds no room is counted as lost, but still told apart from others. */
  private void keep(int map, Address element, Address hash, int done) {
    Reg first = body.load(Size.DOUBLE, hash);
    Reg second = body.load(Size.DOUBLE, hash.plus(8));
    // A product's upper bits depend on all bits of its factors.
    Reg number = body.binary(AluOperation.RSH, first, new Imm(64 - RECENT_BITS));
    Address kept = body.scratchAt(lowering.stacksKept() + LONG_SEEN);
    Reg distance = body.binary(AluOperation.LSH, number, new Imm(4));
    Address recent = new Address(body.add(kept.base(), distance), kept.offset());
    int maybe = body.block();
    int other = body.coldBlock();
    int known = body.coldBlock();
    int absent = body.coldBlock();
    int refused = body.coldBlock();
    int lost = body.coldBlock();
    body.branch(Condition.EQ, body.load(Size.DOUBLE, recent), first, maybe, other);
    body.place(maybe);
    body.branch(Condition.EQ, body.load(Size.DOUBLE, recent.plus(8)), second, done, other);
    body.place(other);
    Reg found = body.call(Helper.MAP_LOOKUP_ELEM, new MapRef(map), body.addressOf(hash));
    body.branch(Condition.EQ, found, ZERO, absent, known);
    body.place(known);
    body.storeWord(recent, first);
    body.storeWord(recent.plus(8), second);
    body.jump(done);
    body.place(absent);
    Reg error =
        body.call(
            Helper.MAP_UPDATE_ELEM,
            new MapRef(map),
            body.addressOf(hash),
            body.addressOf(element),
            NO_EXIST);
    body.branch32(Condition.NE, error, ZERO, refused, done);
    body.place(refused);
    body.branch32(Condition.NE, error, new Imm(-EEXIST), lost, done);
    body.place(lost);
    body.lose(LossCounter.Source.MAP_FULL, Layout.STACKS);
    body.jump(done);
  }
}
