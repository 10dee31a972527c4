package jbt.compiler.ir;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.function.Consumer;
import jbt.compiler.bpf.AluOperation;
import jbt.compiler.bpf.Condition;
import jbt.compiler.bpf.Helper;
import jbt.compiler.bpf.Size;
import jbt.compiler.check.Checked.BinaryOp;
import jbt.compiler.check.Checked.Builtin;
import jbt.compiler.check.Checked.Expr;
import jbt.compiler.check.Checked.Expr.ContextField.Read;
import jbt.compiler.check.Checked.UnaryOp;
import jbt.compiler.ir.Lowering.Variable;
import jbt.compiler.ir.Operand.Imm;
import jbt.compiler.ir.Operand.Reg;
import jbt.compiler.lang.SourceRange;
import jbt.compiler.types.Type;

/**
 * Expressions: numbers become operands, everything else is put in memory, conditions become jumps.
 */
final class Expressions {
  private static final Imm ZERO = new Imm(0);

  /** What is longer is copied by one operation, of which the passes do not see the words. */
  private static final int LARGEST_SINGLY = 128;

  private final Lowering lowering;
  private final Body body;

  /**
   * Where the tuples are of which this statement has taken a part. Several parts of the same
   * expression stand for one evaluation, and the first part comes before all others on every path.
   */
  private final IdentityHashMap<Expr, Address> tuples = new IdentityHashMap<>();

  Expressions(Lowering lowering) {
    this.lowering = lowering;
    this.body = lowering.body();
  }

  /** The value of an expression of a type that a register holds. */
  Operand scalar(Expr expr) {
    SourceRange before = body.at(expr.range());
    Operand value =
        switch (expr) {
          case Expr.IntLiteral e -> new Imm(e.value());
          case Expr.BuiltinValue e -> lowering.builtins().value(e.builtin());
          case Expr.ContextField e when lowering.given(e).isPresent() ->
              scalar(lowering.given(e).get());
          case Expr.ContextField e when e.read() == Read.TRUSTED -> lowering.memory().pointer(e);
          case Expr.ContextField e -> field(e.offset(), e.size(), e.type());
          case Expr.ContextElement e -> element(e);
          case Expr.Memory e -> lowering.memory().read(e);
          case Expr.ElementAddress e -> lowering.memory().elementAddress(e);
          case Expr.Part e -> lowering.memory().part(e);
          case Expr.Local e -> local(e.local());
          case Expr.MapValue e -> lowering.maps().read(e);
          case Expr.Aggregated e -> lowering.queries().aggregated(e);
          case Expr.HasKey e -> lowering.queries().hasKey(e);
          case Expr.Find e -> lowering.queries().find(e);
          case Expr.DeleteKey e -> lowering.queries().delete(e);
          case Expr.Length e -> lowering.loops().length(e);
          case Expr.Sequence e -> {
            lowering.statements().all(e.statements());
            yield scalar(e.value());
          }
          case Expr.Unary e -> unary(e);
          case Expr.Binary e -> binary(e);
          case Expr.Logical e -> truth(e);
          case Expr.Conditional e -> conditional(e);
          case Expr.OrElse e -> orElse(e);
          case Expr.StepLocal e -> step(e);
          case Expr.StepMap e -> lowering.maps().step(e, true);
          case Expr.TuplePart e -> body.load(Size.DOUBLE, part(e));
          case Expr.Cast e -> cast(e);
          case Expr.Call e -> lowering.helperCalls().scalar(e);
          case Expr.StrLiteral e -> throw new IllegalArgumentException("no number: " + e);
          case Expr.Tuple e -> throw new IllegalArgumentException("no number: " + e);
          case Expr.Str e -> throw new IllegalArgumentException("no number: " + e);
        };
    body.at(before);
    return value;
  }

  /** Goes to one block if a condition holds, else to the other. */
  void branch(Expr condition, int then, int otherwise) {
    SourceRange before = body.at(condition.range());
    switch (condition) {
      case Expr.Logical e -> {
        int right = body.block();
        branch(e.left(), e.and() ? right : then, e.and() ? otherwise : right);
        body.place(right);
        Builtins.Known known = lowering.builtins().known();
        branch(e.right(), then, otherwise);
        lowering.builtins().restore(known);
      }
      case Expr.Unary(UnaryOp op, Expr operand, var type, var range) when op == UnaryOp.NOT ->
          branch(operand, otherwise, then);
      case Expr.Binary e when comparison(e.op()) -> compare(e, then, otherwise);
      case Expr.Call e when TextCalls.compares(e) ->
          lowering.textCalls().compare(e, otherwise, then);
      default -> body.branch(Condition.NE, tested(scalar(condition)), ZERO, then, otherwise);
    }
    body.at(before);
  }

  /** Puts a value in memory as {@code as}, whose strings may be wider. */
  void store(Expr expr, Type as, Address to) {
    if (expr instanceof Expr.Sequence sequence) {
      lowering.statements().all(sequence.statements());
      store(sequence.value(), as, to);
      return;
    }
    SourceRange before = body.at(expr.range());
    switch (as) {
      case Type.Str str -> lowering.texts().store(expr, str, to);
      case Type.Tuple tuple -> storeTuple(expr, tuple, to);
      case Type.Array array -> storeBytes(expr, array, to);
      case Type.Struct struct -> storeBytes(expr, struct, to);
      case Type.Buffer buffer -> storeBuffer(expr, buffer, to);
      case Type.Symbolic symbolic when !Layout.scalar(as) -> storeSymbolic(expr, as, to);
      default -> body.storeWord(to, scalar(expr));
    }
    body.at(before);
  }

  /** Memory that holds a value of a type that no register holds, not to be written to. */
  Address place(Expr expr) {
    if (expr instanceof Expr.Sequence sequence) {
      lowering.statements().all(sequence.statements());
      return place(sequence.value());
    }
    if (expr instanceof Expr.Local(int local, Type.Tuple(List<Type> parts, var names), var range)
        && lowering.variable(local) instanceof Variable.Pair(Address key, Address value)) {
      Address both = body.memory(expr.type().storedSize());
      int keyBytes = parts.get(0).storedSize();
      copyWords(key, both, keyBytes);
      copyWords(value, both.plus(keyBytes), parts.get(1).storedSize());
      return both;
    }
    if (expr instanceof Expr.Local(int local, Type type, var range)
        && lowering.variable(local) instanceof Variable.InText(HeldTexts.Held held)) {
      return lowering.heldTexts().whole(type, held);
    }
    if (expr instanceof Expr.Local(int local, var type, var range)
        && lowering.variable(local) instanceof Variable.InMemory(Address place)) {
      return place;
    }
    if (expr instanceof Expr.TuplePart part) {
      return part(part);
    }
    if (expr instanceof Expr.BuiltinValue(Builtin builtin, Type type, var range)
        && builtin == Builtin.COMM
        && type.storedSize() == Builtins.COMM_BYTES) {
      return lowering.builtins().comm();
    }
    Address to = body.memory(expr.type().storedSize());
    store(expr, expr.type(), to);
    return to;
  }

  private void storeConditional(Expr.Conditional e, Type as, Address to) {
    storeConditional(e, value -> store(value, as, to));
  }

  /** Stores one of the values of a conditional, which are not in registers. */
  void storeConditional(Expr.Conditional e, Consumer<Expr> store) {
    int then = body.block();
    int otherwise = body.block();
    int done = body.block();
    branch(e.condition(), then, otherwise);
    Builtins.Known known = lowering.builtins().known();
    body.place(then);
    store.accept(e.then());
    body.jump(done);
    lowering.builtins().restore(known);
    body.place(otherwise);
    store.accept(e.otherwise());
    lowering.builtins().restore(known);
    body.place(done);
  }

  /** Copies a value; strings get the width of the new place. */
  void copy(Address from, Type type, Address to, Type as) {
    if (type instanceof Type.Tuple(List<Type> parts, var names)
        && as instanceof Type.Tuple(List<Type> places, var names2)) {
      int source = 0;
      int target = 0;
      for (int i = 0; i < parts.size(); i++) {
        copy(from.plus(source), parts.get(i), to.plus(target), places.get(i));
        source += parts.get(i).storedSize();
        target += places.get(i).storedSize();
      }
      return;
    }
    int known = Math.min(type.storedSize(), as.storedSize());
    copyWords(from, to, known);
    zero(to.plus(known), as.storedSize() - known);
  }

  void copyWords(Address from, Address to, int bytes) {
    if (bytes > LARGEST_SINGLY) {
      body.emit(new Op.Copy(body.register(), from, to, (bytes + 7) / 8));
      return;
    }
    for (int offset = 0; offset < bytes; offset += 8) {
      body.storeWord(to.plus(offset), body.load(Size.DOUBLE, from.plus(offset)));
    }
  }

  void zero(Address to, int bytes) {
    if (bytes > LARGEST_SINGLY) {
      body.emit(new Op.Zero(to, (bytes + 7) / 8));
      return;
    }
    for (int offset = 0; offset < bytes; offset += 8) {
      body.storeWord(to.plus(offset), ZERO);
    }
  }

  /** Bytes of the context; the verifier takes aligned loads only. */
  Operand contextBytes(int offset, int size) {
    int step = Integer.lowestOneBit(offset | size | 8);
    Address at = new Address(lowering.context(), offset);
    Operand value = body.loadConstant(Size.of(step), at);
    for (int done = step; done < size; done += step) {
      Operand next = body.loadConstant(Size.of(step), at.plus(done));
      Operand shifted = body.binary(AluOperation.LSH, next, new Imm(8L * done));
      value = body.binary(AluOperation.OR, value, shifted);
    }
    return value;
  }

  private Operand field(int offset, int size, Type type) {
    int bytes = type instanceof Type.Int i ? Math.min(size, i.bytes()) : size;
    Operand value = contextBytes(offset, bytes);
    return type instanceof Type.Int i && i.signed() && bytes < 8
        ? body.narrow(value, bytes, true)
        : value;
  }

  /** An index outside the array gives 0. */
  private Operand element(Expr.ContextElement e) {
    Operand index = scalar(e.index());
    if (index instanceof Imm(long i)) {
      return i >= 0 && i < e.length()
          ? field(e.offset() + (int) i * e.elementSize(), e.elementSize(), e.type())
          : ZERO;
    }
    Address place = body.exactMemory(8);
    body.storeWord(place, ZERO);
    int inside = body.block();
    int done = body.block();
    body.branch(Condition.LT, index, new Imm(e.length()), inside, done);
    body.place(inside);
    Operand offset = body.binary(AluOperation.MUL, index, new Imm(e.elementSize()));
    Operand start = body.add(lowering.context(), new Imm(e.offset()));
    body.callForEffect(
        Helper.PROBE_READ_KERNEL,
        body.addressOf(place),
        new Imm(e.elementSize()),
        body.add(start, offset));
    body.place(done);
    Operand value = body.load(Size.DOUBLE, place);
    return e.type() instanceof Type.Int i && i.signed() && e.elementSize() < 8
        ? body.narrow(value, e.elementSize(), true)
        : value;
  }

  Operand local(int local) {
    return switch (lowering.variable(local)) {
      case Variable.InRegister(Reg reg) -> body.move(reg);
      case Variable.InMemory(Address place) -> body.load(Size.DOUBLE, place);
      case Variable.InText text -> throw new IllegalArgumentException("no number: local " + local);
      case Variable.Pair pair -> throw new IllegalArgumentException("no number: local " + local);
    };
  }

  private Operand unary(Expr.Unary e) {
    return switch (e.op()) {
      case NEGATE -> {
        Reg target = body.register();
        body.emit(new Op.Negate(target, scalar(e.operand())));
        yield target;
      }
      case COMPLEMENT -> body.binary(AluOperation.XOR, scalar(e.operand()), new Imm(-1));
      case NOT -> lowering.arithmetic().truth(Condition.EQ, scalar(e.operand()), ZERO);
    };
  }

  private Operand binary(Expr.Binary e) {
    if (comparison(e.op())) {
      return truth(e);
    }
    // The side that needs more registers goes first where the order can't be seen.
    boolean rightFirst =
        Reads.registers(e.right()) > Reads.registers(e.left())
            && !Reads.steps(e.left())
            && !Reads.steps(e.right());
    Operand right = rightFirst ? scalar(e.right()) : ZERO;
    Operand left = scalar(e.left());
    right = rightFirst ? right : scalar(e.right());
    return lowering.arithmetic().compute(e.op(), signed(e.left().type()), left, right);
  }

  private void compare(Expr.Binary e, int then, int otherwise) {
    if (e.left().type() instanceof Type.Str) {
      boolean equal = e.op() == BinaryOp.EQ;
      lowering
          .texts()
          .compare(e.left(), e.right(), equal ? then : otherwise, equal ? otherwise : then);
      return;
    }
    boolean zero = e.right() instanceof Expr.IntLiteral(long number, var t, var r) && number == 0;
    if (TextCalls.compares(e.left()) && zero && (e.op() == BinaryOp.EQ || e.op() == BinaryOp.NE)) {
      boolean equal = e.op() == BinaryOp.EQ;
      branch(e.left(), equal ? otherwise : then, equal ? then : otherwise);
      return;
    }
    Operand left = scalar(e.left());
    Operand right = scalar(e.right());
    body.branch(
        Arithmetic.condition(e.op(), signed(e.left().type())),
        tested(left),
        right,
        then,
        otherwise);
  }

  /** A number of which the verifier does not remember what becomes known here. */
  private Operand tested(Operand number) {
    if (!lowering.forgetsTests() || number instanceof Imm) {
      return number;
    }
    Address unknown = body.inScratch(8);
    body.storeWord(unknown, number);
    return body.load(Size.DOUBLE, unknown);
  }

  /** 1 if a condition holds, else 0. */
  Operand truth(Expr condition) {
    Reg result = body.register();
    int then = body.block();
    int otherwise = body.block();
    int done = body.block();
    branch(condition, then, otherwise);
    body.place(then);
    body.set(result, new Imm(1));
    body.jump(done);
    body.place(otherwise);
    body.set(result, ZERO);
    body.place(done);
    return result;
  }

  private Operand conditional(Expr.Conditional e) {
    Reg result = body.register();
    int then = body.block();
    int otherwise = body.block();
    int done = body.block();
    branch(e.condition(), then, otherwise);
    Builtins.Known known = lowering.builtins().known();
    body.place(then);
    body.set(result, scalar(e.then()));
    body.jump(done);
    lowering.builtins().restore(known);
    body.place(otherwise);
    body.set(result, scalar(e.otherwise()));
    lowering.builtins().restore(known);
    body.place(done);
    return result;
  }

  private Operand orElse(Expr.OrElse e) {
    Reg result = body.register();
    int otherwise = body.block();
    int done = body.block();
    body.set(result, scalar(e.value()));
    Builtins.Known known = lowering.builtins().known();
    body.branch(Condition.NE, result, ZERO, done, otherwise);
    body.place(otherwise);
    body.set(result, scalar(e.otherwise()));
    lowering.builtins().restore(known);
    body.place(done);
    return result;
  }

  private Operand step(Expr.StepLocal e) {
    Operand old = local(e.local());
    Operand next = narrowed(body.add(old, new Imm(e.by())), e.type());
    lowering.statements().set(e.local(), next);
    return e.prefix() ? next : old;
  }

  private Operand cast(Expr.Cast e) {
    Operand value = scalar(e.operand());
    return e.type() instanceof Type.Bool
        ? lowering.arithmetic().truth(Condition.NE, value, ZERO)
        : narrowed(value, e.type());
  }

  Operand narrowed(Operand value, Type type) {
    return type instanceof Type.Int(int bytes, boolean signed, var e) && bytes < 8
        ? body.narrow(value, bytes, signed)
        : value;
  }

  private Address part(Expr.TuplePart e) {
    if (!(e.tuple().type() instanceof Type.Tuple(List<Type> parts, var names))) {
      throw new IllegalArgumentException("no tuple: " + e.tuple());
    }
    if (e.tuple() instanceof Expr.Local(int local, var type, var range)
        && lowering.variable(local) instanceof Variable.Pair(Address key, Address value)) {
      return e.index() == 0 ? key : value;
    }
    int offset = parts.subList(0, e.index()).stream().mapToInt(Type::storedSize).sum();
    Address whole = tuples.get(e.tuple());
    if (whole == null) {
      whole = place(e.tuple());
      tuples.put(e.tuple(), whole);
    }
    return whole.plus(offset);
  }

  /** Ends a statement: its memory is used again. One that it is a part of goes on. */
  void endStatement(IdentityHashMap<Expr, Address> around) {
    tuples.clear();
    tuples.putAll(around);
  }

  /** The tuples of a statement in which other statements begin. */
  IdentityHashMap<Expr, Address> tuples() {
    return new IdentityHashMap<>(tuples);
  }

  private void storeTuple(Expr expr, Type.Tuple as, Address to) {
    switch (expr) {
      case Expr.Tuple(List<Expr> parts, var type, var struct, var range) -> {
        int offset = 0;
        for (int i = 0; i < parts.size(); i++) {
          store(parts.get(i), as.parts().get(i), to.plus(offset));
          offset += as.parts().get(i).storedSize();
        }
      }
      case Expr.Conditional e -> storeConditional(e, as, to);
      case Expr.Part e -> lowering.memory().storePart(e, to);
      case Expr.MapValue e -> {
        if (e.type().equals(as)) {
          lowering.maps().read(e, to);
        } else {
          Address place = body.memory(e.type().storedSize());
          lowering.maps().read(e, place);
          copy(place, e.type(), to, as);
        }
      }
      default -> copy(place(expr), expr.type(), to, as);
    }
  }

  /** Arrays and structs. */
  private void storeBytes(Expr expr, Type as, Address to) {
    switch (expr) {
      case Expr.IntLiteral e -> zero(to, as.storedSize());
      case Expr.Tuple e -> {
        Type element = ((Type.Array) as).element();
        for (int i = 0; i < e.parts().size(); i++) {
          store(e.parts().get(i), element, to.plus(i * Type.sizeOf(element)));
        }
      }
      case Expr.Cast e -> body.storeWord(to, scalar(e.operand()));
      case Expr.Memory e -> lowering.memory().store(e, as, to);
      case Expr.Part e -> lowering.memory().storePart(e, to);
      case Expr.Call e -> lowering.helperCalls().bytes(e, to);
      case Expr.ContextField e -> {
        zero(to, as.storedSize());
        body.callForEffect(
            Helper.PROBE_READ_KERNEL,
            body.addressOf(to),
            new Imm(Math.min(e.size(), as.storedSize())),
            body.add(lowering.context(), new Imm(e.offset())));
      }
      case Expr.Conditional e -> storeConditional(e, as, to);
      case Expr.MapValue e -> lowering.maps().read(e, to);
      default -> copy(place(expr), expr.type(), to, as);
    }
  }

  private void storeBuffer(Expr expr, Type.Buffer as, Address to) {
    switch (expr) {
      case Expr.Call e -> lowering.textCalls().buffer(e, as, to);
      case Expr.Conditional e -> storeConditional(e, as, to);
      case Expr.MapValue e when e.type().equals(as) -> lowering.maps().read(e, to);
      case Expr.MapValue e -> {
        Address place = body.memory(e.type().storedSize());
        lowering.maps().read(e, place);
        copy(place, e.type(), to, as);
      }
      default -> copy(place(expr), expr.type(), to, as);
    }
  }

  private void storeSymbolic(Expr expr, Type as, Address to) {
    switch (expr) {
      case Expr.Call e -> lowering.helperCalls().store(e, to);
      case Expr.Conditional e -> storeConditional(e, as, to);
      case Expr.MapValue e -> lowering.maps().read(e, to);
      default -> copy(place(expr), expr.type(), to, as);
    }
  }

  static boolean signed(Type type) {
    return type instanceof Type.Int i && i.signed();
  }

  static boolean comparison(BinaryOp op) {
    return switch (op) {
      case EQ, NE, LT, LE, GT, GE -> true;
      case ADD, SUBTRACT, MULTIPLY, DIVIDE, MODULO, SHIFT_LEFT, SHIFT_RIGHT, AND, OR, XOR -> false;
    };
  }
}
