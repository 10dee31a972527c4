package jbt.compiler.ir;

import java.util.List;
import jbt.compiler.bpf.AluOperation;
import jbt.compiler.bpf.Condition;
import jbt.compiler.bpf.Helper;
import jbt.compiler.bpf.KernelFunction;
import jbt.compiler.bpf.Size;
import jbt.compiler.check.Checked.Expr;
import jbt.compiler.check.Function;
import jbt.compiler.check.Joined;
import jbt.compiler.ir.Operand.Imm;
import jbt.compiler.ir.Operand.Reg;
import jbt.compiler.types.Type;

/**
 * Functions of texts and bytes.
 *
 * <p>The verifier walks through every iteration of a loop, and through what follows it once for
 * each iteration that it can end in, unless it sees that two of these are the same. So loops end by
 * falling through, and what they found goes on as unknown numbers: through memory. The verifier of
 * Linux 6.1 sees that a loop is over only if the number that it knows, the place, is on the right
 * of the comparison.
 */
final class TextCalls {
  private static final Imm ZERO = new Imm(0);

  /** Odd, of 31 bits: multiplying by it spreads the bytes of a text over 64 bits. */
  static final Imm MULTIPLIER = new Imm(0x5bd1e995);

  private final Lowering lowering;
  private final Body body;

  TextCalls(Lowering lowering) {
    this.lowering = lowering;
    this.body = lowering.body();
  }

  Operand scalar(Expr.Call e) {
    List<Expr> arguments = e.arguments();
    return switch (e.function()) {
      case STRLEN -> text(arguments.getFirst(), 0).length;
      case STRSTR ->
          lowering.searchInCalls(e)
              ? TextSearch.index(lowering, arguments.get(0), arguments.get(1))
              : index(arguments.get(0), arguments.get(1));
      case STRNCMP, MEMCMP -> lowering.expressions().truth(e);
      default -> throw new IllegalArgumentException("no number: " + e);
    };
  }

  private static int literal(Expr expr) {
    return (int) ((Expr.IntLiteral) expr).value();
  }

  /** A text in memory of its own, unpadded. */
  private record Text(Address at, Operand length) {}

  /**
   * @param behind room behind that of the text itself
   */
  private Text text(Expr expr, int behind) {
    Address at = body.inScratch(Texts.room(expr) + behind);
    return new Text(at, lowering.texts().append(expr, at));
  }

  /**
   * Looks for a place whose bytes have the same sum as those of the part, a sum that moves on from
   * one place to the next in a few steps, then compares the bytes. That another place has the sum
   * and not the bytes happens once in 2^64.
   */
  private Operand index(Expr whole, Expr part) {
    int wholeMask = mask(whole);
    int partMask = mask(part);
    Text in = text(whole, partMask + 1);
    Text of = text(part, 0);
    Address partLength = body.inScratch(8);
    body.storeWord(partLength, of.length);
    Address found = body.inScratch(8);
    Reg result = body.move(new Imm(-1));
    int fits = body.block();
    int done = body.block();
    body.branch(Condition.GT, of.length, in.length, done, fits);
    body.place(fits);
    Reg wanted = body.move(ZERO);
    Reg sum = body.move(ZERO);
    Reg power = body.move(new Imm(1));
    sums(in.at, of, wanted, sum, power);
    // The mask changes nothing: it is what the verifier takes the bound from.
    Reg last =
        body.binary(
            AluOperation.AND,
            body.binary(AluOperation.SUB, in.length, of.length),
            new Imm(wholeMask));
    slide(in.at, last, unknown(partLength, partMask), new Sums(wanted, sum, power), found, done);
    // Behind the loop: the sums agree.
    Reg place = unknown(found, wholeMask);
    compareBytes(
        body.add(in.at.base(), place), in.at.offset(), of.at, unknown(partLength, partMask), done);
    body.set(result, place);
    body.place(done);
    return result;
  }

  /** What the verifier knows of a text's length: it is no more than this. */
  static int mask(Expr text) {
    return Layout.powerOfTwo(((Type.Str) text.type()).size() + 1) - 1;
  }

  private record Sums(Reg wanted, Reg sum, Reg power) {}

  private void sums(Address in, Text of, Reg wanted, Reg sum, Reg power) {
    Reg at = body.move(ZERO);
    int head = body.block();
    int next = body.coldBlock();
    int out = body.block();
    body.place(head);
    body.branch(Condition.LE, of.length, at, out, next);
    body.place(next);
    addTo(wanted, byteAt(of.at, at));
    addTo(sum, byteAt(in, at));
    body.set(power, body.binary(AluOperation.MUL, power, MULTIPLIER));
    body.set(at, body.add(at, new Imm(1)));
    body.jump(head);
    body.place(out);
  }

  private void addTo(Reg sum, Operand value) {
    body.set(sum, body.add(body.binary(AluOperation.MUL, sum, MULTIPLIER), value));
  }

  /**
   * Goes on behind it, with the place in memory, where the sums agree; else to {@code absent}.
   *
   * @param last the last place where there is room for the part
   */
  private void slide(Address in, Reg last, Reg length, Sums sums, Address found, int absent) {
    Reg at = body.move(ZERO);
    int head = body.block();
    int further = body.coldBlock();
    int next = body.coldBlock();
    int out = body.block();
    body.place(head);
    body.branch(Condition.EQ, sums.wanted, sums.sum, out, further);
    body.place(further);
    body.branch(Condition.LE, last, at, absent, next);
    body.place(next);
    Reg gone = body.binary(AluOperation.MUL, byteAt(in, at), sums.power);
    addTo(sums.sum, byteAt(in, body.add(at, length)));
    body.set(sums.sum, body.binary(AluOperation.SUB, sums.sum, gone));
    body.set(at, body.add(at, new Imm(1)));
    body.jump(head);
    body.place(out);
    body.storeWord(found, at);
  }

  private void compareBytes(Reg whole, int offset, Address part, Reg length, int different) {
    Reg at = body.move(ZERO);
    int head = body.block();
    int compare = body.coldBlock();
    int next = body.coldBlock();
    int out = body.block();
    body.place(head);
    body.branch(Condition.LE, length, at, out, compare);
    body.place(compare);
    Operand a = byteAt(new Address(whole, offset), at);
    body.branch(Condition.NE, a, byteAt(part, at), different, next);
    body.place(next);
    body.set(at, body.add(at, new Imm(1)));
    body.jump(head);
    body.place(out);
  }

  private Reg byteAt(Address start, Operand index) {
    return body.load(Size.BYTE, new Address(body.add(start.base(), index), start.offset()));
  }

  /** A number of which the verifier knows nothing but that it is no more than the mask. */
  private Reg unknown(Address memory, int mask) {
    return body.binary(AluOperation.AND, body.load(Size.DOUBLE, memory), new Imm(mask));
  }

  /** Whether an expression is not 0 where two texts, or pieces of memory, differ. */
  static boolean compares(Expr expr) {
    return expr instanceof Expr.Call call
        && (call.function() == Function.STRNCMP || call.function() == Function.MEMCMP);
  }

  /** What is at a place of a text or of memory; zeros behind what is known. */
  private interface Words {
    Operand at(int offset, int bytes);
  }

  /** Goes to one block if the first bytes are equal, else to the other. */
  void compare(Expr.Call e, int equal, int different) {
    Expr left = e.arguments().get(0);
    Expr right = e.arguments().get(1);
    int count = literal(e.arguments().get(2));
    Words a = words(e.function(), left, count);
    Words b = words(e.function(), right, count);
    Type type = left instanceof Expr.StrLiteral ? right.type() : left.type();
    int step;
    for (int offset = 0; offset < count; offset += step) {
      int rest = count - offset;
      step = Texts.step(type, offset, rest);
      Operand x = a.at(offset, step);
      Operand y = b.at(offset, step);
      if (rest < step) {
        Imm mask = new Imm((1L << (8 * rest)) - 1);
        x = body.binary(AluOperation.AND, x, mask);
        y = body.binary(AluOperation.AND, y, mask);
      }
      int next = body.block();
      body.branch(Condition.EQ, x, y, next, different);
      body.place(next);
    }
    body.jump(equal);
  }

  private Words words(Function function, Expr of, int count) {
    if (of instanceof Expr.StrLiteral(String text, var type, var range)) {
      return (offset, bytes) -> Texts.piece(text, offset, bytes);
    }
    boolean text = function == Function.STRNCMP;
    Address start = text ? lowering.texts().start(of, count) : memory(of, count);
    int known = text || Texts.inMemory(of) ? of.type().storedSize() : (count + 7) & ~7;
    return (offset, bytes) -> offset < known ? body.load(Size.of(bytes), start.plus(offset)) : ZERO;
  }

  private Address memory(Expr pointer, int count) {
    if (Texts.inMemory(pointer)) {
      return lowering.expressions().place(pointer);
    }
    Address place = body.memory((count + 7) & ~7);
    lowering.expressions().zero(place, (count + 7) & ~7);
    lowering.texts().readFrom(pointer, place, new Imm(count));
    return place;
  }

  /** Puts a text that is made of others in memory, padded. */
  void store(Expr.Call e, Type.Str as, Address to) {
    switch (e.function()) {
      case START -> start(e, as, to);
      case PATH -> path(e, as, to);
      case NAME_OF -> nameOf(e, as, to);
      default -> concat(e, as, to);
    }
  }

  /** Empty if it is too long. The helper makes it at the end of its room and leaves that behind. */
  private void path(Expr.Call e, Type.Str as, Address to) {
    int size = e.type().storedSize();
    Imm room = new Imm(((Type.Str) e.type()).size());
    Address made = body.inScratch(size);
    Address place = body.inScratch(size);
    lowering.expressions().zero(place, size);
    int done = body.block();
    Reg start = lowering.memory().known(e.arguments().get(0), done);
    Reg path = body.add(start, new Imm(literal(e.arguments().get(1))));
    Reg length = body.call(Helper.D_PATH, path, body.addressOf(made), room);
    int fits = body.block();
    body.branch(Condition.SIGNED_LT, length, ZERO, done, fits);
    body.place(fits);
    body.callForEffect(
        Helper.PROBE_READ_KERNEL_STR, body.addressOf(place), room, body.addressOf(made));
    body.place(done);
    lowering.expressions().copy(place, e.type(), to, as);
  }

  private void nameOf(Expr.Call e, Type.Str as, Address to) {
    KernelFunction find = new KernelFunction("bpf_task_from_pid", literal(e.arguments().get(1)), 1);
    KernelFunction release =
        new KernelFunction("bpf_task_release", literal(e.arguments().get(2)), 1);
    Operand process = lowering.expressions().scalar(e.arguments().get(0));
    Address place = body.memory(Builtins.COMM_BYTES);
    lowering.expressions().zero(place, Builtins.COMM_BYTES);
    int there = body.block();
    int done = body.block();
    Reg task = body.call(find, process);
    body.branch(Condition.EQ, task, ZERO, done, there);
    body.place(there);
    body.callForEffect(
        Helper.PROBE_READ_KERNEL_STR,
        body.addressOf(place),
        new Imm(Builtins.COMM_BYTES),
        body.add(task, new Imm(literal(e.arguments().get(3)))));
    body.callForEffect(release, task);
    body.place(done);
    lowering.expressions().copy(place, e.type(), to, as);
  }

  private void start(Expr.Call e, Type.Str as, Address to) {
    Expr text = e.arguments().get(0);
    int keep = (int) ((Expr.IntLiteral) e.arguments().get(1)).value();
    int size = e.type().storedSize();
    Address place = body.inScratch(Math.max(size, Texts.room(text)));
    lowering.expressions().zero(place, size);
    lowering.texts().append(text, place);
    int last = keep & ~7;
    Imm mask = new Imm((1L << (8 * (keep - last))) - 1);
    Operand word = body.load(Size.DOUBLE, place.plus(last));
    body.storeWord(place.plus(last), body.binary(AluOperation.AND, word, mask));
    lowering.expressions().copy(place, e.type(), to, as);
  }

  private void concat(Expr.Call e, Type.Str as, Address to) {
    Expr first = e.arguments().get(0);
    Expr second = e.arguments().get(1);
    int size = e.type().storedSize();
    Address place = body.inScratch(Texts.room(first) + Math.max(size, Texts.room(second)));
    lowering.expressions().zero(place, size);
    Operand length = lowering.texts().append(first, place);
    Reg behind = body.add(place.base(), length);
    lowering.texts().append(second, new Address(behind, place.offset()));
    lowering.expressions().copy(place, e.type(), to, as);
  }

  /**
   * Puts the texts that an array of pointers leads to one behind the other, up to a null pointer;
   * returns how many bytes that makes.
   */
  Operand join(Expr.Call e, Address to) {
    String separator = ((Expr.StrLiteral) e.arguments().get(1)).value();
    int mask = Layout.powerOfTwo(((Type.Str) e.type()).size()) - 1;
    Type type = e.arguments().getFirst().type();
    Operand array = lowering.expressions().scalar(e.arguments().getFirst());
    Address pointer = body.exactMemory(8);
    Reg used = body.move(ZERO);
    int done = body.block();
    for (int i = 0; i < Joined.MOST; i++) {
      body.storeWord(pointer, ZERO);
      lowering.texts().readBytes(type, body.add(array, new Imm(8L * i)), pointer, new Imm(8));
      Reg text = body.load(Size.DOUBLE, pointer);
      int next = body.block();
      body.branch(Condition.EQ, text, ZERO, done, next);
      body.place(next);
      if (i > 0) {
        Address behind = new Address(body.add(to.base(), bounded(used, mask)), to.offset());
        for (int at = 0; at < separator.length(); at += 8) {
          body.storeWord(behind.plus(at), new Imm(Texts.word(separator, at)));
        }
        body.set(used, body.add(used, new Imm(separator.length())));
      }
      Reg offset = bounded(used, mask);
      Operand length =
          lowering
              .texts()
              .readText(
                  type,
                  text,
                  Joined.LONGEST,
                  new Address(body.add(to.base(), offset), to.offset()));
      body.set(used, body.add(used, length));
    }
    body.place(done);
    return bounded(used, mask);
  }

  private Reg bounded(Operand number, int mask) {
    return body.binary(AluOperation.AND, number, new Imm(mask));
  }

  /** Puts a buffer in memory: its length, then its bytes, padded. */
  void buffer(Expr.Call e, Type.Buffer as, Address to) {
    int size = ((Type.Buffer) e.type()).size();
    lowering.expressions().zero(to, as.storedSize());
    if (e.arguments().get(1) instanceof Expr.IntLiteral) {
      body.storeWord(to, appendBuffer(e, to.plus(8)));
      return;
    }
    Address place = body.inScratch(Layout.powerOfTwo(size + 1) + 8);
    lowering.expressions().zero(place, (size + 7) & ~7);
    body.storeWord(to, appendBuffer(e, place));
    lowering.expressions().copyWords(place, to.plus(8), (size + 7) & ~7);
  }

  /** Reads the bytes of a buffer to an address; returns how many. */
  Operand appendBuffer(Expr.Call e, Address to) {
    int size = ((Type.Buffer) e.type()).size();
    Expr of = e.arguments().getFirst();
    Operand count = lowering.expressions().scalar(e.arguments().get(1));
    Operand bounded =
        count instanceof Imm(long n)
            ? new Imm(Math.clamp(n, 0, size))
            : lowering.texts().bounded(count, size);
    lowering.texts().readFrom(of, to, bounded);
    return bounded;
  }
}
