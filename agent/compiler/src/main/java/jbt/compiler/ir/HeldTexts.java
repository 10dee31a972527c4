package jbt.compiler.ir;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import jbt.compiler.bpf.Condition;
import jbt.compiler.bpf.Size;
import jbt.compiler.check.Checked.Expr;
import jbt.compiler.ir.Lowering.Variable;
import jbt.compiler.ir.Operand.Imm;
import jbt.compiler.ir.Operand.Reg;
import jbt.compiler.plan.ScriptMap;
import jbt.compiler.types.Type;

/**
 * Texts that a program holds: those of variables, and those that it reads at several places. Most
 * are short, and to fill what a long one has room for takes longer than to read them. So the start
 * of a held text is kept apart, padded with NUL, and all of it is there only if it is longer, which
 * the last byte of the start tells.
 */
final class HeldTexts {
  private static final Imm ZERO = new Imm(0);

  /** Bytes of the start: those of a short text, then 8 of which one tells whether there is more. */
  static final int START = ScriptMap.SHORT + 8;

  /** It is in the stack frame: it costs to touch a page of scratch memory, see {@link Layout}. */
  private static final int LARGEST_IN_FRAME = START;

  private final Lowering lowering;
  private final Body body;

  /** Where texts are held that are read at several places, by {@link Reads#unplaced}. */
  private final Map<Expr, Held> places = new HashMap<>();

  /** Those of them that are there at this point of the program. */
  private Set<Expr> there = new HashSet<>();

  HeldTexts(Lowering lowering) {
    this.lowering = lowering;
    this.body = lowering.body();
  }

  /**
   * @param whole the place, as {@link Body#keepScratch} gives them, of all of the text, where it is
   *     longer than what is at the start
   */
  record Held(Address start, int whole) {}

  /** Takes memory for what the routine reads at several places. */
  void declare(List<Expr> repeated) {
    for (Expr text : repeated) {
      if (held(text.type())) {
        places.put(text, memory(text.type()));
      }
    }
  }

  Set<Expr> there() {
    return Set.copyOf(there);
  }

  void restore(Set<Expr> known) {
    there = new HashSet<>(known);
  }

  /** Whether texts of a type can be long. */
  static boolean held(Type type) {
    return type instanceof Type.Str(int size) && size > ScriptMap.SHORT;
  }

  Held memory(Type type) {
    Address start = body.memory(START - 8, LARGEST_IN_FRAME);
    return new Held(start, body.keepScratch(type.storedSize() + 8));
  }

  /** A text of this place of the program alone. */
  Held made(Expr value, Type.Str as) {
    Held held = memory(as);
    set(value, as, held);
    return held;
  }

  /** Bytes of scratch memory for one that several routines share, see {@link #shared}. */
  static int room(Type type) {
    return START + type.storedSize() + 8;
  }

  Held shared(int place) {
    return new Held(body.scratchAt(place), place + START);
  }

  /** A text that is held, if it is one. */
  Optional<Held> held(Expr expr) {
    if (!held(expr.type())) {
      return Optional.empty();
    }
    if (expr instanceof Expr.Local(int local, var type, var range)
        && lowering.variable(local) instanceof Variable.InText(Held held)) {
      return Optional.of(held);
    }
    Expr text = Reads.unplaced(expr);
    Held held = places.get(text);
    if (held != null && there.add(text)) {
      set(expr, (Type.Str) expr.type(), held);
    }
    return Optional.ofNullable(held);
  }

  /** The same, of a text that needs not be read first. */
  Optional<Held> known(Expr expr) {
    return expr instanceof Expr.Local || there.contains(Reads.unplaced(expr))
        ? held(expr)
        : Optional.empty();
  }

  /** Makes a text the one that is held. */
  void set(Expr value, Type.Str as, Held to) {
    if (value instanceof Expr.Conditional conditional) {
      lowering.expressions().storeConditional(conditional, each -> set(each, as, to));
      return;
    }
    if (!held(value.type())) {
      lowering.expressions().store(value, new Type.Str(START), to.start);
      return;
    }
    Optional<Texts.Source> source = lowering.texts().source(value);
    if (source.isEmpty()) {
      Address whole = body.scratchAt(to.whole);
      lowering.expressions().store(value, as, whole);
      lowering.expressions().copyWords(whole, to.start, START);
      return;
    }
    Texts.Source start = source.get().start(ScriptMap.SHORT + 1);
    Address place = start.room() > START ? body.inScratch(start.room()) : to.start;
    lowering.expressions().zero(place, START);
    lowering.texts().read(start, place);
    if (!place.equals(to.start)) {
      lowering.expressions().copyWords(place, to.start, START);
    }
    int longer = body.coldBlock();
    int done = body.block();
    body.branch(Condition.NE, behind(to), ZERO, longer, done);
    body.place(longer);
    Address again = body.scratchAt(to.whole);
    lowering.texts().storeWhole(source.get(), as, again);
    // It may be another one by now.
    lowering.expressions().copyWords(again, to.start, START);
    body.jump(done);
    body.place(done);
  }

  /**
   * Reads a text to memory, padded with NUL: a short one by way of the stack frame, see {@link
   * Emission#onKernelStack}.
   */
  void store(Texts.Source source, Type.Str as, Address to) {
    Body.Mark mark = body.mark();
    Address start = body.memory(START - 8, LARGEST_IN_FRAME);
    lowering.expressions().zero(start, START);
    lowering.texts().read(source.start(ScriptMap.SHORT + 1), start);
    int longer = body.coldBlock();
    int shorter = body.block();
    int done = body.block();
    Reg behind = body.load(Size.BYTE, start.plus(ScriptMap.SHORT));
    body.branch(Condition.NE, behind, ZERO, longer, shorter);
    body.place(shorter);
    lowering.expressions().copyWords(start, to, START);
    lowering.expressions().zero(to.plus(START), as.storedSize() - START);
    body.jump(done);
    body.place(longer);
    lowering.texts().storeWhole(source, as, to);
    body.jump(done);
    body.place(done);
    body.release(mark);
  }

  /** The same of one that is in memory, padded with NUL. */
  void set(Address whole, Type type, Held to) {
    lowering.expressions().copyWords(whole, body.scratchAt(to.whole), type.storedSize());
    lowering.expressions().copyWords(whole, to.start, START);
  }

  /** A byte that is NUL if the text is short. */
  Reg behind(Held text) {
    return body.load(Size.BYTE, text.start.plus(ScriptMap.SHORT));
  }

  /** The address of a held text, of which no more than up to its end is there. */
  Reg address(Held text) {
    Reg address = body.move(body.addressOf(text.start));
    int longer = body.coldBlock();
    int done = body.block();
    body.branch(Condition.NE, behind(text), ZERO, longer, done);
    body.place(longer);
    body.set(address, body.addressOf(body.scratchAt(text.whole)));
    body.jump(done);
    body.place(done);
    return address;
  }

  /**
   * The address of all of a held text, padded with NUL, for the kernel to copy. Behind a short one
   * are the zeros that the program's room for such has from the beginning.
   */
  Reg padded(Held text) {
    Reg address = body.register();
    int longer = body.coldBlock();
    int shorter = body.block();
    int done = body.block();
    body.branch(Condition.NE, behind(text), ZERO, longer, shorter);
    body.place(shorter);
    Address place = body.scratchAt(lowering.padding());
    lowering.expressions().copyWords(text.start, place, START);
    body.set(address, body.addressOf(place));
    body.jump(done);
    body.place(longer);
    body.set(address, body.addressOf(body.scratchAt(text.whole)));
    body.jump(done);
    body.place(done);
    return address;
  }

  /** Where all of a held text is, padded with NUL. */
  Address whole(Type type, Held text) {
    int start = body.block();
    int done = body.block();
    body.branch(Condition.EQ, behind(text), ZERO, start, done);
    body.place(start);
    Address place = body.scratchAt(text.whole);
    lowering.expressions().copyWords(text.start, place, START);
    lowering.expressions().zero(place.plus(START), type.storedSize() - START);
    body.place(done);
    return body.scratchAt(text.whole);
  }
}
