package jbt.compiler.ir;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import jbt.compiler.bpf.AluOperation;
import jbt.compiler.bpf.Condition;
import jbt.compiler.bpf.Helper;
import jbt.compiler.bpf.Size;
import jbt.compiler.check.Checked.Builtin;
import jbt.compiler.check.Checked.Expr;
import jbt.compiler.check.Checked.Expr.ContextField.Read;
import jbt.compiler.check.Function;
import jbt.compiler.check.Joined;
import jbt.compiler.check.Strings;
import jbt.compiler.ir.Operand.Imm;
import jbt.compiler.ir.Operand.Reg;
import jbt.compiler.plan.ScriptMap;
import jbt.compiler.types.Type;

/** Strings: read from memory of the traced side, copied, padded, compared, put behind a record. */
final class Texts {
  private static final Imm ZERO = new Imm(0);

  private final Lowering lowering;
  private final Body body;

  Texts(Lowering lowering) {
    this.lowering = lowering;
    this.body = lowering.body();
  }

  enum Space {
    KERNEL,
    USER,
    /** Told by the address: on x86-64 and arm64 the kernel's are negative. */
    BY_ADDRESS
  }

  /**
   * A text that has to be read.
   *
   * @param limit most bytes that are kept, without the NUL
   * @param count given by the script: one more than the most bytes that are kept
   */
  record Source(Operand address, Space space, int limit, Optional<Operand> count) {
    /** Room that the verifier must see behind the address that it is read to. */
    int room() {
      return count.isPresent() ? Layout.powerOfTwo(limit + 2) : limit + 1;
    }

    /** No more than its beginning. */
    Source start(int most) {
      return new Source(address, space, Math.min(limit, most), count);
    }
  }

  /** Where the text is, if it has to be read. */
  Optional<Source> source(Expr expr) {
    if (expr instanceof Expr.Str(Expr pointer, Optional<Expr> length, Type.Str type, var range)) {
      Operand address = lowering.expressions().scalar(pointer);
      Optional<Operand> count = length.map(lowering.expressions()::scalar);
      if (count.isPresent() && count.get() instanceof Imm(long n)) {
        int limit = Math.clamp(n - 1, 0, type.size());
        return Optional.of(new Source(address, space(pointer.type()), limit, Optional.empty()));
      }
      return Optional.of(new Source(address, space(pointer.type()), type.size(), count));
    }
    if (expr instanceof Expr.Memory m && m.type() instanceof Type.Str(int size)) {
      Space space = space(new Type.Pointer(m.type(), m.space()));
      return Optional.of(new Source(lowering.memory().address(m), space, size, Optional.empty()));
    }
    if (expr instanceof Expr.Part part && part.type() instanceof Type.Str(int size)) {
      Address place = lowering.expressions().place(part.of()).plus(part.offset());
      return Optional.of(new Source(body.addressOf(place), Space.KERNEL, size, Optional.empty()));
    }
    if (!(expr instanceof Expr.ContextField field && field.type() instanceof Type.Str(int size))) {
      return Optional.empty();
    }
    Reg context = lowering.context();
    if (field.read() == Read.DATA_LOC) {
      Operand offset = lowering.expressions().contextBytes(field.offset(), 2);
      return Optional.of(
          new Source(body.add(context, offset), Space.KERNEL, size, Optional.empty()));
    }
    Operand start = body.add(context, new Imm(field.offset()));
    int limit = Math.min(size, field.size());
    return Optional.of(new Source(start, Space.KERNEL, limit, Optional.empty()));
  }

  private static Space space(Type type) {
    if (type instanceof Type.Str || type instanceof Type.Array) {
      return Space.KERNEL;
    }
    if (type instanceof Type.Pointer(Type target, Type.AddressSpace space)) {
      return switch (space) {
        case KERNEL -> Space.KERNEL;
        case USER -> Space.USER;
        case NONE -> Space.BY_ADDRESS;
      };
    }
    return Space.BY_ADDRESS;
  }

  /** Puts a text in memory, padded with NUL. */
  void store(Expr expr, Type.Str as, Address to) {
    switch (expr) {
      case Expr.StrLiteral(String value, var type, var range) -> {
        String kept = lowering.looksAtBytes() ? value : Strings.toNul(value);
        int words = Math.min((kept.length() + 7) & ~7, as.storedSize());
        for (int offset = 0; offset < words; offset += 8) {
          body.storeWord(to.plus(offset), new Imm(word(kept, offset)));
        }
        lowering.expressions().zero(to.plus(words), as.storedSize() - words);
      }
      case Expr.Conditional e ->
          lowering.expressions().storeConditional(e, value -> store(value, as, to));
      case Expr.Call e -> lowering.textCalls().store(e, as, to);
      case Expr.MapValue e when e.type().storedSize() == as.storedSize() ->
          lowering.maps().read(e, to);
      case Expr.MapValue e -> {
        Address place = body.memory(e.type().storedSize());
        lowering.maps().read(e, place);
        lowering.expressions().copy(place, e.type(), to, as);
      }
      case Expr.BuiltinValue(Builtin builtin, var type, var range)
          when builtin == Builtin.COMM && as.storedSize() >= Builtins.COMM_BYTES -> {
        lowering.builtins().comm(to);
        int rest = as.storedSize() - Builtins.COMM_BYTES;
        lowering.expressions().zero(to.plus(Builtins.COMM_BYTES), rest);
      }
      default -> {
        Optional<Source> source = source(expr);
        if (source.isEmpty()) {
          lowering.expressions().copy(lowering.expressions().place(expr), expr.type(), to, as);
        } else {
          store(source.get(), as, to);
        }
      }
    }
  }

  /** Reads a text to memory, padded with NUL; one word more behind it may be overwritten. */
  private void store(Source source, Type.Str as, Address to) {
    boolean canBeLong = source.limit > ScriptMap.SHORT && as.size() > ScriptMap.SHORT;
    if (!canBeLong || source.space == Space.KERNEL || source.count.isPresent()) {
      storeWhole(source, as, to);
      return;
    }
    lowering.heldTexts().store(source, as, to);
  }

  /** The same at once. */
  void storeWhole(Source source, Type.Str as, Address to) {
    if (source.room() <= as.storedSize() + 8) {
      lowering.expressions().zero(to, as.storedSize());
      read(source, to);
    } else {
      Address place = body.memory(source.room());
      lowering.expressions().zero(place, as.storedSize());
      read(source, place);
      lowering.expressions().copyWords(place, to, as.storedSize());
    }
  }

  /** Returns what the helper does: the bytes read, the NUL included, or a negative error. */
  Reg read(Source source, Address to) {
    Operand count =
        source.count.map(n -> bounded(n, source.limit + 1)).orElse(new Imm(source.limit + 1));
    Operand target = body.addressOf(to);
    if (source.space != Space.BY_ADDRESS) {
      Helper helper =
          source.space == Space.USER ? Helper.PROBE_READ_USER_STR : Helper.PROBE_READ_KERNEL_STR;
      Reg length = body.call(helper, target, count, source.address);
      body.tellIfNegative(helper, length);
      return length;
    }
    Reg result = body.register();
    int kernel = body.block();
    int user = body.block();
    int done = body.block();
    body.branch(Condition.SIGNED_LT, source.address, ZERO, kernel, user);
    body.place(kernel);
    body.set(result, body.call(Helper.PROBE_READ_KERNEL_STR, target, count, source.address));
    body.tellIfNegative(Helper.PROBE_READ_KERNEL_STR, result);
    body.jump(done);
    body.place(user);
    body.set(result, body.call(Helper.PROBE_READ_USER_STR, target, count, source.address));
    body.tellIfNegative(Helper.PROBE_READ_USER_STR, result);
    body.place(done);
    return result;
  }

  /**
   * At most {@code most}. The mask changes nothing: it is what the verifier takes the bound from,
   * also when the value has been in the stack frame since the comparison.
   */
  Operand bounded(Operand count, int most) {
    Reg result = body.move(body.narrow(count, 4, false));
    int over = body.block();
    int done = body.block();
    body.branch(Condition.GT, result, new Imm(most), over, done);
    body.place(over);
    body.set(result, new Imm(most));
    body.place(done);
    return body.binary(AluOperation.AND, result, new Imm(Layout.powerOfTwo(most + 1) - 1L));
  }

  /** Most bytes that {@link #append} writes, and the verifier must see room for. */
  static int room(Expr expr) {
    int size =
        switch (expr.type()) {
          case Type.Str str -> str.size();
          case Type.Buffer buffer -> buffer.size();
          default -> throw new IllegalArgumentException("no text: " + expr);
        };
    // A length is known to the verifier only up to the next power of two.
    int joined = size > Joined.LONGEST ? Joined.LONGEST + 8 : 0;
    return Layout.powerOfTwo(size + 2) + 8 + joined;
  }

  /** Puts the bytes of a text at an address, unpadded; returns how many. */
  Operand append(Expr expr, Address to) {
    if (expr instanceof Expr.StrLiteral(String value, var type, var range)) {
      int length = Strings.toNul(value).length();
      for (int offset = 0; offset < length; offset += 8) {
        body.storeWord(to.plus(offset), new Imm(word(value, offset)));
      }
      return new Imm(length);
    }
    if (expr instanceof Expr.BuiltinValue(Builtin builtin, var type, var range)
        && builtin == Builtin.COMM) {
      return appendComm(to);
    }
    if (expr instanceof Expr.Call call && call.function() == Function.JOIN) {
      return lowering.textCalls().join(call, to);
    }
    if (expr.type() instanceof Type.Buffer buffer) {
      return appendBuffer(expr, buffer.size(), to);
    }
    Source source =
        lowering
            .heldTexts()
            .known(expr)
            .map(held -> ofOurs(lowering.heldTexts().address(held), expr.type()))
            .or(() -> source(expr))
            .orElseGet(() -> ofOurs(place(expr), expr.type()));
    return length(read(source, to), source.limit);
  }

  private Operand place(Expr expr) {
    return body.addressOf(lowering.expressions().place(expr));
  }

  /** A text in the program's own memory. */
  private static Source ofOurs(Operand address, Type type) {
    int size = type instanceof Type.Str(int bytes) ? bytes : 0;
    return new Source(address, Space.KERNEL, size, Optional.empty());
  }

  private Operand appendBuffer(Expr expr, int size, Address to) {
    if (expr instanceof Expr.Call call) {
      return lowering.textCalls().appendBuffer(call, to);
    }
    Address place = lowering.expressions().place(expr);
    Operand length = bounded(body.load(Size.DOUBLE, place), size);
    body.callForEffect(
        Helper.PROBE_READ_KERNEL, body.addressOf(to), length, body.addressOf(place.plus(8)));
    return length;
  }

  /** Reads a text of at most so many bytes; returns its length. */
  Operand readText(Type pointer, Operand from, int limit, Address to) {
    return length(read(new Source(from, space(pointer), limit, Optional.empty()), to), limit);
  }

  /** Whether the program itself has a value, in memory. */
  static boolean inMemory(Expr of) {
    return of.type() instanceof Type.Str
        || of.type() instanceof Type.Array
        || of.type() instanceof Type.Buffer
        || of.type() instanceof Type.Symbolic;
  }

  /** Reads bytes of a value, or from where a pointer points to. */
  void readFrom(Expr of, Address to, Operand count) {
    Operand start =
        of instanceof Expr.ContextField field && of.type() instanceof Type.Array
            ? body.add(lowering.context(), new Imm(field.offset()))
            : inMemory(of)
                ? body.addressOf(lowering.expressions().place(of))
                : lowering.expressions().scalar(of);
    readBytes(of.type(), start, to, count);
  }

  /** Reads bytes of the traced side; where they can't be read there are zeros then. */
  void readBytes(Type type, Operand from, Address to, Operand count) {
    Operand target = body.addressOf(to);
    switch (space(type)) {
      case KERNEL -> body.callOrTell(Helper.PROBE_READ_KERNEL, target, count, from);
      case USER -> body.callOrTell(Helper.PROBE_READ_USER, target, count, from);
      case BY_ADDRESS -> {
        int kernel = body.block();
        int user = body.block();
        int done = body.block();
        body.branch(Condition.SIGNED_LT, from, ZERO, kernel, user);
        body.place(kernel);
        body.callOrTell(Helper.PROBE_READ_KERNEL, target, count, from);
        body.jump(done);
        body.place(user);
        body.callOrTell(Helper.PROBE_READ_USER, target, count, from);
        body.place(done);
      }
    }
  }

  /** From the result of a helper to the length of the text: without NUL, 0 for an error. */
  Operand length(Reg result, int limit) {
    Reg length = body.binary(AluOperation.SUB, result, new Imm(1));
    Reg negative = body.binary(AluOperation.ARSH, length, new Imm(63));
    Reg keep = body.binary(AluOperation.XOR, negative, new Imm(-1));
    Reg positive = body.binary(AluOperation.AND, length, keep);
    return body.binary(AluOperation.AND, positive, new Imm(Layout.powerOfTwo(limit + 1) - 1L));
  }

  private Operand appendComm(Address to) {
    Address from = lowering.builtins().comm();
    Operand length = ZERO;
    for (int offset = 0; offset < Builtins.COMM_BYTES; offset += 8) {
      Reg word = body.load(Size.DOUBLE, from.plus(offset));
      body.storeWord(to.plus(offset), word);
      length = body.add(length, bytesInUse(word));
    }
    return body.binary(AluOperation.AND, length, new Imm(2 * Builtins.COMM_BYTES - 1));
  }

  /** How many bytes of a word are not 0. */
  private Reg bytesInUse(Reg word) {
    Imm lowBits = new Imm(0x7f7f7f7f7f7f7f7fL);
    Reg carried = body.add(body.binary(AluOperation.AND, word, lowBits), lowBits);
    Reg used = body.binary(AluOperation.OR, carried, word);
    Reg flags =
        body.binary(
            AluOperation.AND,
            body.binary(AluOperation.RSH, used, new Imm(7)),
            new Imm(0x0101010101010101L));
    Reg sum = body.binary(AluOperation.MUL, flags, new Imm(0x0101010101010101L));
    return body.binary(AluOperation.RSH, sum, new Imm(56));
  }

  /** Goes to one block if two texts are equal, else to the other. */
  void compare(Expr left, Expr right, int equal, int different) {
    if (left instanceof Expr.StrLiteral(String a, var type, var range)) {
      if (right instanceof Expr.StrLiteral(String b, var type2, var range2)) {
        body.jump(Strings.toNul(a).equals(Strings.toNul(b)) ? equal : different);
      } else {
        compare(right, Strings.toNul(a), equal, different);
      }
    } else if (right instanceof Expr.StrLiteral(String b, var type, var range)) {
      compare(left, Strings.toNul(b), equal, different);
    } else {
      comparePlaces(left, right, equal, different);
    }
  }

  private void compare(Expr text, String literal, int equal, int different) {
    int size = text.type() instanceof Type.Str(int bytes) ? bytes : 0;
    // With the NUL, if there is room for one.
    int end = Math.min(size, literal.length() + 1);
    Address place = startOf(text, literal.length(), (end + 7) & ~7);
    if (literal.length() > size) {
      body.jump(different);
      return;
    }
    int step;
    for (int offset = 0; offset < end; offset += step) {
      step = step(text.type(), offset, end - offset);
      int next = body.block();
      Reg word = body.load(Size.of(step), place.plus(offset));
      body.branch(Condition.EQ, word, piece(literal, offset, step), next, different);
      body.place(next);
    }
    body.jump(equal);
  }

  /**
   * How many bytes of a text are compared at a time. The kernel writes zeros from behind the end of
   * a thread's name on, and what they are a part of is slow to read: the processor waits until they
   * are in its cache. Most names differ in the first four bytes and are longer.
   */
  static int step(Type text, int offset, int left) {
    if (text.storedSize() != Builtins.COMM_BYTES) {
      return Long.BYTES;
    }
    int most = offset == Long.BYTES ? Long.BYTES : Integer.BYTES;
    return Math.min(most, Integer.highestOneBit(left));
  }

  /** Memory with the first bytes of a text, as far as it has them, NUL behind its end. */
  Address start(Expr text, int count) {
    return startOf(text, count, (count + 7) & ~7);
  }

  /** Memory with the text, of which no more than one byte behind {@code length} need be there. */
  private Address startOf(Expr text, int length, int bytes) {
    Optional<HeldTexts.Held> held =
        bytes <= HeldTexts.START ? lowering.heldTexts().held(text) : Optional.empty();
    if (held.isPresent()) {
      return held.get().start();
    }
    Optional<Source> source = source(text);
    if (source.isEmpty()) {
      return lowering.expressions().place(text);
    }
    Source start = source.get().start(length + 1);
    Address place = body.memory(Math.max(bytes, (start.room() + 7) & ~7));
    lowering.expressions().zero(place, bytes);
    read(start, place);
    return place;
  }

  private void comparePlaces(Expr left, Expr right, int equal, int different) {
    Address a = lowering.expressions().place(left);
    Address b = lowering.expressions().place(right);
    int aBytes = left.type().storedSize();
    int bBytes = right.type().storedSize();
    for (int offset = 0; offset < Math.max(aBytes, bBytes); offset += 8) {
      int next = body.block();
      Operand x = offset < aBytes ? body.load(Size.DOUBLE, a.plus(offset)) : ZERO;
      Operand y = offset < bBytes ? body.load(Size.DOUBLE, b.plus(offset)) : ZERO;
      body.branch(Condition.EQ, x, y, next, different);
      body.place(next);
    }
    body.jump(equal);
  }

  /** At most eight bytes of a literal, as {@link #word} has them. */
  static Imm piece(String text, int offset, int bytes) {
    return new Imm(word(text, offset) & -1L >>> (Long.SIZE - Byte.SIZE * bytes));
  }

  /** Eight bytes of a literal as a little-endian number, NUL behind its end. */
  static long word(String text, int offset) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    long word = 0;
    for (int i = 0; i < 8 && offset + i < bytes.length; i++) {
      word |= (bytes[offset + i] & 0xffL) << (8 * i);
    }
    return word;
  }
}
