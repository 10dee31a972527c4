package jbt.compiler.ir;

import java.util.OptionalInt;
import java.util.function.Consumer;
import jbt.compiler.bpf.AluOperation;
import jbt.compiler.bpf.Condition;
import jbt.compiler.bpf.Helper;
import jbt.compiler.bpf.Size;
import jbt.compiler.check.Checked.Expr;
import jbt.compiler.ir.Operand.Imm;
import jbt.compiler.ir.Operand.Reg;
import jbt.compiler.ir.Operand.RoutineRef;

/**
 * Looks for a text in another as {@link TextCalls} does, but in rounds that the kernel calls, of
 * which the verifier looks at one and not at all. What a round leaves for the next is in scratch
 * memory, and takes several times as long.
 */
final class TextSearch {
  private static final Imm ZERO = new Imm(0);
  private static final Imm ONE = new Imm(1);

  private final Lowering lowering;
  private final Body body;

  /** A text in scratch memory, by its place there; an index in it is made to fit the mask. */
  private record Text(int place, int mask) {}

  private final Text whole;
  private final Text part;

  /** The places of words. */
  private final int wanted;

  private final int sum;
  private final int power;
  private final int found;
  private final int length;

  private TextSearch(Lowering lowering, Expr whole, Expr part) {
    this.lowering = lowering;
    this.body = lowering.body();
    int partMask = TextCalls.mask(part);
    this.whole =
        new Text(body.keepScratch(Texts.room(whole) + partMask + 1), TextCalls.mask(whole));
    this.part = new Text(body.keepScratch(Texts.room(part)), partMask);
    this.wanted = body.keepScratch(8);
    this.sum = body.keepScratch(8);
    this.power = body.keepScratch(8);
    this.found = body.keepScratch(8);
    this.length = body.keepScratch(8);
  }

  /** The place of the first byte of the part, or -1. */
  static Operand index(Lowering lowering, Expr whole, Expr part) {
    TextSearch search = new TextSearch(lowering, whole, part);
    return search.search(
        lowering.texts().append(whole, lowering.body().scratchAt(search.whole.place)),
        lowering.texts().append(part, lowering.body().scratchAt(search.part.place)));
  }

  private Operand search(Operand wholeLength, Operand partLength) {
    set(body, length, partLength);
    set(body, wanted, ZERO);
    set(body, sum, ZERO);
    set(body, power, ONE);
    set(body, found, new Imm(-1));
    int fits = body.block();
    int compare = body.block();
    int done = body.block();
    body.branch(Condition.GT, partLength, wholeLength, done, fits);
    body.place(fits);
    // From memory: the verifier of Linux 6.18 forgets what is called if it knows of no round.
    Reg rounds = get(body, length);
    loop(rounds, this::add);
    loop(body.add(body.binary(AluOperation.SUB, wholeLength, rounds), ONE), this::slide);
    body.branch(Condition.SIGNED_LT, get(body, found), ZERO, done, compare);
    body.place(compare);
    loop(rounds, this::compare);
    body.place(done);
    return get(body, found);
  }

  private void loop(Operand rounds, Consumer<Lowering> round) {
    Lowering called = lowering.called(this, 1);
    round.accept(called);
    called.body().place(called.continueBlock());
    RoutineRef routine = called.finish(OptionalInt.empty());
    body.callForEffect(Helper.LOOP, rounds, routine, lowering.contextWord(), ZERO);
    lowering.leaveIfLeft(called);
  }

  private void add(Lowering called) {
    Body inner = called.body();
    Operand at = inner.binary(AluOperation.AND, called.argument(0), new Imm(part.mask));
    set(inner, wanted, moved(inner, wanted, byteAt(inner, part, at)));
    set(inner, sum, moved(inner, sum, byteAt(inner, whole, at)));
    set(inner, power, inner.binary(AluOperation.MUL, get(inner, power), TextCalls.MULTIPLIER));
  }

  private void slide(Lowering called) {
    Body inner = called.body();
    Reg at = called.argument(0);
    int same = inner.coldBlock();
    int other = inner.block();
    Reg before = get(inner, sum);
    inner.branch(Condition.EQ, before, get(inner, wanted), same, other);
    inner.place(same);
    set(inner, found, inner.narrow(at, 4, false));
    inner.jump(called.breakBlock());
    inner.place(other);
    Operand gone = inner.binary(AluOperation.AND, at, new Imm(whole.mask));
    Operand come = inner.add(gone, bounded(inner, length, part.mask));
    Operand times = get(inner, power);
    Operand less = inner.binary(AluOperation.MUL, byteAt(inner, whole, gone), times);
    Operand more = moved(inner, sum, byteAt(inner, whole, come));
    set(inner, sum, inner.binary(AluOperation.SUB, more, less));
  }

  private void compare(Lowering called) {
    Body inner = called.body();
    Operand at = inner.binary(AluOperation.AND, called.argument(0), new Imm(part.mask));
    Operand place = inner.add(bounded(inner, found, whole.mask), at);
    int differs = inner.block();
    Reg expected = byteAt(inner, part, at);
    inner.branch(
        Condition.NE, byteAt(inner, whole, place), expected, differs, called.continueBlock());
    inner.place(differs);
    set(inner, found, new Imm(-1));
    inner.jump(called.breakBlock());
  }

  private Operand moved(Body in, int sum, Operand next) {
    return in.add(in.binary(AluOperation.MUL, get(in, sum), TextCalls.MULTIPLIER), next);
  }

  private static Reg get(Body in, int word) {
    return in.load(Size.DOUBLE, in.scratchAt(word));
  }

  private static void set(Body in, int word, Operand value) {
    in.storeWord(in.scratchAt(word), value);
  }

  private static Operand bounded(Body in, int word, int mask) {
    return in.binary(AluOperation.AND, get(in, word), new Imm(mask));
  }

  private static Reg byteAt(Body in, Text text, Operand index) {
    Address start = in.scratchAt(text.place);
    return in.load(Size.BYTE, new Address(in.add(start.base(), index), start.offset()));
  }
}
