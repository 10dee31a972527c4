package jbt.compiler.ir;

import java.util.Optional;
import jbt.compiler.bpf.AluOperation;
import jbt.compiler.bpf.Condition;
import jbt.compiler.bpf.Helper;
import jbt.compiler.bpf.Size;
import jbt.compiler.check.Checked.Expr;
import jbt.compiler.check.Trusted;
import jbt.compiler.ir.Operand.Imm;
import jbt.compiler.ir.Operand.Reg;
import jbt.compiler.types.Member;
import jbt.compiler.types.Type;
import jbt.compiler.types.Type.AddressSpace;

/**
 * Memory of the traced side. Where the kernel's verifier knows what a pointer points to, it is
 * loaded from; else a helper copies it. Everything that leaves here is a plain number to the
 * verifier: it forbids most arithmetic on what it knows to be a pointer.
 */
final class TracedMemory {
  private static final Imm ZERO = new Imm(0);

  private final Lowering lowering;
  private final Body body;

  TracedMemory(Lowering lowering) {
    this.lowering = lowering;
    this.body = lowering.body();
  }

  /** An integer, bool or pointer in memory. */
  Operand read(Expr.Memory m) {
    return Trusted.loadable(m) ? load(m) : extract(copied(m), m.bits(), m.type());
  }

  private Operand copied(Expr.Memory m) {
    int bytes = bytes(m.bits(), m.type());
    Operand from = address(m);
    Address place = body.exactMemory(8);
    body.callOrTell(copier(m.space()), body.addressOf(place), new Imm(bytes), from);
    return body.load(Size.of(bytes), place);
  }

  private static int bytes(Optional<Member.Bits> bits, Type type) {
    return bits.map(Member.Bits::bytes).orElse(Type.sizeOf(type));
  }

  private static Helper copier(AddressSpace space) {
    return switch (space) {
      case KERNEL -> Helper.PROBE_READ_KERNEL;
      case USER -> Helper.PROBE_READ_USER;
      case NONE -> Helper.PROBE_READ;
    };
  }

  /** From the bytes that hold a value, zero-extended, to the value. */
  private Operand extract(Operand raw, Optional<Member.Bits> bits, Type type) {
    boolean signed = Expressions.signed(type);
    if (bits.isPresent()) {
      int width = bits.get().width();
      Imm left = new Imm(64L - width - bits.get().shift());
      Operand top = body.binary(AluOperation.LSH, raw, left);
      AluOperation down = signed ? AluOperation.ARSH : AluOperation.RSH;
      return body.binary(down, top, new Imm(64L - width));
    }
    return signed && Type.sizeOf(type) < 8 ? body.narrow(raw, Type.sizeOf(type), true) : raw;
  }

  Operand address(Expr.Memory m) {
    Operand base = lowering.expressions().scalar(m.address());
    return m.offset() == 0 ? base : body.add(base, new Imm(m.offset()));
  }

  private Operand load(Expr.Memory m) {
    Reg result = body.register();
    int absent = body.block();
    int done = body.block();
    Reg loaded = follow(m, absent);
    body.set(result, extract(plain(loaded, m.type()), Optional.empty(), m.type()));
    body.jump(done);
    body.place(absent);
    body.set(result, ZERO);
    body.place(done);
    return result;
  }

  /** What was loaded, through pointers none of which is null. */
  private Reg follow(Expr.Memory m, int absent) {
    Reg pointer = known(m.address(), absent);
    return body.loadConstant(
        Size.of(Type.sizeOf(m.type())), new Address(pointer, (int) m.offset()));
  }

  /** A pointer that the verifier knows, not null. */
  Reg known(Expr address, int absent) {
    Reg pointer =
        switch (address) {
          case Expr.Memory inner -> follow(inner, absent);
          case Expr.ContextField field -> contextPointer(field);
          default -> body.call(Helper.GET_CURRENT_TASK_BTF);
        };
    int there = body.block();
    body.branch(Condition.EQ, pointer, ZERO, absent, there);
    body.place(there);
    return pointer;
  }

  private Reg contextPointer(Expr.ContextField field) {
    return body.loadConstant(Size.DOUBLE, new Address(lowering.context(), field.offset()));
  }

  /** A pointer that the context holds, as a number. */
  Operand pointer(Expr.ContextField field) {
    return number(contextPointer(field));
  }

  private Reg plain(Reg value, Type type) {
    return type instanceof Type.Pointer ? number(value) : value;
  }

  /** The verifier takes a negated pointer for a number. */
  Reg number(Reg value) {
    Reg negated = body.register();
    body.emit(new Op.Negate(negated, value));
    Reg number = body.register();
    body.emit(new Op.Negate(number, negated));
    return number;
  }

  /** 0 if the index is outside of the array. */
  Operand elementAddress(Expr.ElementAddress e) {
    Operand start = lowering.expressions().scalar(e.address());
    Reg result = body.move(ZERO);
    Operand index = lowering.expressions().scalar(e.index());
    int inside = body.block();
    int done = body.block();
    body.branch(Condition.LT, index, new Imm(e.length()), inside, done);
    body.place(inside);
    Operand distance = body.binary(AluOperation.MUL, index, new Imm(e.elementSize()));
    Operand first = body.add(start, new Imm(e.offset()));
    body.set(result, body.add(first, distance));
    body.place(done);
    return result;
  }

  /** A struct or an array as a whole; what is behind its end is zero. */
  void store(Expr.Memory m, Type as, Address to) {
    int size = Type.sizeOf(as);
    if (size % 8 != 0) {
      body.storeWord(to.plus(size & ~7), ZERO);
    }
    body.callOrTell(copier(m.space()), body.addressOf(to), new Imm(size), address(m));
  }

  /** An integer, bool or pointer in what the program holds. */
  Operand part(Expr.Part part) {
    Address place = lowering.expressions().place(part.of()).plus(part.offset());
    Operand raw = body.load(Size.of(bytes(part.bits(), part.type())), place);
    return extract(raw, part.bits(), part.type());
  }

  /** A struct or an array in what the program holds. */
  void storePart(Expr.Part part, Address to) {
    Address from = lowering.expressions().place(part.of()).plus(part.offset());
    int size = Type.sizeOf(part.type());
    int step = Integer.lowestOneBit(part.offset() | size | 8);
    lowering.expressions().zero(to, part.type().storedSize());
    for (int at = 0; at < size; at += step) {
      body.store(Size.of(step), to.plus(at), body.load(Size.of(step), from.plus(at)));
    }
  }
}
