package jbt.compiler.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import jbt.compiler.check.Checked.BinaryOp;
import jbt.compiler.check.Checked.Builtin;
import jbt.compiler.check.Checked.Expr;
import jbt.compiler.lang.Ast;
import jbt.compiler.lang.SourceRange;
import jbt.compiler.types.Fields;
import jbt.compiler.types.Member;
import jbt.compiler.types.Type;
import jbt.compiler.types.Type.AddressSpace;
import jbt.compiler.types.TypeNames;

/** Fields, elements and what pointers point to. */
final class Access {
  /** Largest array or struct that a script can hold as a whole. */
  private static final int LARGEST = 1024;

  private static final String NOT_KNOWN =
      "What the pointer points to is not known: cast it, as in ";

  private final Round round;
  private final ExpressionChecker expressions;

  Access(Round round, ExpressionChecker expressions) {
    this.round = round;
    this.expressions = expressions;
  }

  /** Whether a value is a struct, or an array that can be stored and shown as it is. */
  static boolean canBeHeld(Type type) {
    boolean array =
        type instanceof Type.Array(Type element, int n)
            && (Type.isPlain(element) || !isOfMemory(element));
    return (type instanceof Type.Struct || array) && fits(type);
  }

  /** A struct, or an array of them, as it lies in memory and not as the record of its fields. */
  static boolean isOfMemory(Type type) {
    return type instanceof Type.Struct
        || (type instanceof Type.Array(Type element, int n) && isOfMemory(element));
  }

  static boolean fits(Type type) {
    return Type.sizeOf(type) > 0 && Type.sizeOf(type) <= LARGEST;
  }

  /** The struct that a value is or points to. */
  static Optional<Type.Struct> structOf(Value value) {
    return switch (value.type()) {
      case Type.Struct struct -> Optional.of(struct);
      case Type.Pointer(Type.Struct struct, var space) -> Optional.of(struct);
      default -> Optional.empty();
    };
  }

  /** Memory of the traced side that a value is, or that a pointer points to. */
  private record Base(Expr address, long offset, AddressSpace space, boolean direct) {
    Value read(long distance, Optional<Member.Bits> bits, boolean plain, Type type, SourceRange r) {
      return memory(address, offset + distance, bits, space, direct && plain, type, r);
    }
  }

  private static Optional<Base> base(Value value) {
    if (value.type() instanceof Type.Pointer(Type target, AddressSpace space)) {
      return Optional.of(new Base(value.expr(), 0, space, target instanceof Type.Struct));
    }
    return value.expr() instanceof Expr.Memory m
        ? Optional.of(new Base(m.address(), m.offset(), m.space(), m.direct()))
        : Optional.empty();
  }

  private static Value memory(
      Expr address,
      long offset,
      Optional<Member.Bits> bits,
      AddressSpace space,
      boolean direct,
      Type type,
      SourceRange range) {
    Type placed = inSpace(type, space);
    Expr expr = new Expr.Memory(address, offset, bits, space, direct, placed, range);
    return new Value(expr, natural(type), hasAddresses(type));
  }

  /** Whether there are addresses in a value, which mean something on one host only. */
  private static boolean hasAddresses(Type type) {
    return type instanceof Type.Pointer
        || (type instanceof Type.Array(Type element, int n) && hasAddresses(element));
  }

  static boolean natural(Type type) {
    return type instanceof Type.Bool
        || (type instanceof Type.Int i && !i.signed() && i.bytes() < 8);
  }

  /** A type as found in memory of a space: pointers there point into it, but those of users. */
  static Type inSpace(Type type, AddressSpace space) {
    return switch (type) {
      case Type.Pointer(Type target, AddressSpace own) ->
          new Type.Pointer(inSpace(target, space), own == AddressSpace.USER ? own : space);
      case Type.Array(Type element, int length) -> new Type.Array(inSpace(element, space), length);
      default -> type;
    };
  }

  Value member(Value of, Ast.Expr.Member member) {
    Type.Struct struct = structOf(of).orElseThrow();
    Optional<Fields.Found> found = find(struct, member.field(), member.fieldRange());
    if (found.isEmpty()) {
      return Value.unknown(member.range());
    }
    Member field = found.get().member();
    if (field.type() instanceof Type.None) {
      error(member.range(), "The field '%s' has no type that can be used".formatted(field.name()));
      return Value.unknown(member.range());
    }
    return field(of, found.get(), member.range());
  }

  private static Value field(Value of, Fields.Found found, SourceRange range) {
    Member field = found.member();
    boolean plain = !found.inUnion() && !field.perCpu() && field.bits().isEmpty();
    Value value =
        base(of)
            .map(base -> base.read(field.offset(), field.bits(), plain, field.type(), range))
            .orElseGet(() -> part(of.expr(), field.offset(), field.bits(), field.type(), range));
    return field.processId() ? new Value(value.expr(), value.natural(), true) : value;
  }

  private static Value part(
      Expr of, int offset, Optional<Member.Bits> bits, Type type, SourceRange range) {
    boolean inside = of instanceof Expr.Part;
    Expr whole = of instanceof Expr.Part part ? part.of() : of;
    int start = of instanceof Expr.Part part && inside ? part.offset() : 0;
    Expr expr = new Expr.Part(whole, start + offset, bits, type, range);
    return new Value(expr, natural(type), hasAddresses(type));
  }

  private Optional<Fields.Found> find(Type.Struct struct, String field, SourceRange range) {
    Optional<Fields.Found> found = Fields.find(round.definitions(), struct, field);
    if (found.isEmpty()) {
      List<String> names = Fields.names(round.definitions(), struct);
      round
          .diagnostics()
          .error(
              range,
              names.isEmpty()
                  ? "What is in %s is not known".formatted(TypeNames.describe(struct))
                  : "%s has no field '%s'".formatted(TypeNames.describe(struct), field),
              List.of(),
              Nearest.hint(field, names));
    }
    return found;
  }

  /** {@code *pointer}; a number is an address, as in old scripts, and leads to one of its width. */
  Value dereference(Value at, SourceRange range) {
    if (!at.known()) {
      return Value.unknown(range);
    }
    Expr number = ofNumber(at).orElse(at.expr());
    AddressSpace known =
        at.type() instanceof Type.Pointer(var nothing, var own) ? own : AddressSpace.NONE;
    Value pointer =
        number.type() instanceof Type.Int width
            ? at.with(toNumber(number, width, known, at.range()))
            : at;
    if (!(pointer.type() instanceof Type.Pointer(Type target, var space))
        || (Type.sizeOf(target) == 0 && !(target instanceof Type.Struct))) {
      error(
          range,
          pointer.type() instanceof Type.Pointer
              ? NOT_KNOWN + "*(uint64 *)x"
              : "Only pointers can be dereferenced, not " + pointer.described());
      return Value.unknown(range);
    }
    return base(pointer).orElseThrow().read(0, Optional.empty(), true, target, range);
  }

  /** The number that {@code uptr(number)} or {@code kptr(number)} says the address space of. */
  static Optional<Expr> ofNumber(Value value) {
    return value.type() instanceof Type.Pointer(Type.None _, var space)
            && space != AddressSpace.NONE
            && value.expr() instanceof Expr.Cast(Expr of, var type, var place)
            && of.type() instanceof Type.Int
        ? Optional.of(of)
        : Optional.empty();
  }

  /** A cast, as in {@code *(uint32)x}, says only how much to read. */
  private static Expr toNumber(Expr at, Type.Int number, AddressSpace space, SourceRange range) {
    boolean whole = number.bytes() == Long.BYTES;
    Type target = whole ? Type.UINT64 : new Type.Int(number.bytes(), number.signed());
    Expr address = at instanceof Expr.Cast(Expr of, var type, var place) ? of : at;
    return new Expr.Cast(address, new Type.Pointer(target, space), range);
  }

  private static boolean canBePointedTo(Type type) {
    return switch (type) {
      case Type.Int i -> true;
      case Type.Bool b -> true;
      case Type.Pointer p -> true;
      case Type.Str s -> true;
      default -> canBeHeld(type);
    };
  }

  /** The address of a value where the program itself has it. */
  private static Value held(Value value, SourceRange range) {
    Type type = new Type.Pointer(value.type(), AddressSpace.KERNEL);
    return new Value(
        new Expr.Call(Function.ADDRESS, List.of(value.expr()), type, range), false, true);
  }

  /** {@code &value}: of a variable or of what is in memory of the traced side. */
  Value address(Value value, SourceRange range) {
    if (!value.known()) {
      return Value.unknown(range);
    }
    Optional<Value> traced = addressOf(value.expr(), range);
    if (traced.isPresent()) {
      return traced.get();
    }
    if (value.expr() instanceof Expr.Local && canBePointedTo(value.type())) {
      return held(value, range);
    }
    if (!(value.expr() instanceof Expr.Local)) {
      return noAddress(range);
    }
    error(
        range, "A variable of type %s has no address".formatted(TypeNames.describe(value.type())));
    return Value.unknown(range);
  }

  Value noAddress(SourceRange range) {
    error(range, "Only variables and what a pointer leads to have an address");
    return Value.unknown(range);
  }

  static Value addressOf(Expr.Memory memory, SourceRange range) {
    Type type = new Type.Pointer(memory.type(), memory.space());
    return new Value(sum(memory.address(), memory.offset(), type, range), false, true);
  }

  /** The address of what is in memory, or in the probe's record; nothing else has one. */
  static Optional<Value> addressOf(Expr expr, SourceRange range) {
    return switch (expr) {
      case Expr.Memory memory when memory.bits().isEmpty() -> Optional.of(addressOf(memory, range));
      case Expr.ContextField field when ContextFields.inRecord(field) -> {
        Type.Pointer type = new Type.Pointer(field.type(), AddressSpace.KERNEL);
        yield Optional.of(ContextFields.address(field, type, range));
      }
      default -> Optional.empty();
    };
  }

  /** Where an array begins whose length nothing tells; other values as they are. */
  static Value start(Value value) {
    if (!(value.expr() instanceof Expr.Memory memory
        && memory.type() instanceof Type.Array(Type element, int length)
        && length == 0)) {
      return value;
    }
    Type type = new Type.Pointer(element, memory.space());
    Expr address = sum(memory.address(), memory.offset(), type, value.range());
    return new Value(address, false, true);
  }

  /** An array of characters of the traced side as its bytes: what is behind a NUL counts, too. */
  static Value bytes(Value value) {
    return value.expr() instanceof Expr.Memory m && m.type() instanceof Type.Str(int size)
        ? value.with(
            new Expr.Memory(
                m.address(),
                m.offset(),
                m.bits(),
                m.space(),
                m.direct(),
                new Type.Array(new Type.Int(1, false), size),
                m.range()))
        : value;
  }

  private static Expr sum(Expr address, long offset, Type type, SourceRange range) {
    Expr number = Operators.as(Type.UINT64, address);
    Expr distance = new Expr.IntLiteral(offset, Type.UINT64, range);
    Expr sum =
        offset == 0 ? number : new Expr.Binary(BinaryOp.ADD, number, distance, Type.UINT64, range);
    return new Expr.Cast(sum, type, range);
  }

  /** {@code array[index]} and {@code pointer[index]}. */
  Value element(Value of, Value index, SourceRange range) {
    if (!of.known() || !index.known()) {
      return Value.unknown(range);
    }
    if (!index.isInteger()) {
      error(index.range(), "An index is an integer, not " + index.described());
      return Value.unknown(range);
    }
    return switch (of.type()) {
      case Type.Pointer(Type target, var space) when Type.sizeOf(target) > 0 ->
          behind(of, target, index, range);
      case Type.Array(Type element, int length) -> inArray(of, element, length, index, range);
      case Type.Str(int size) when base(of).isPresent() ->
          inArray(of, new Type.Int(1, true), size, index, range);
      case Type.Str str
          when of.expr() instanceof Expr.StrLiteral(String text, var t, var r)
              && index.expr() instanceof Expr.IntLiteral(long at, Type i, var where)
              && at >= 0
              && at <= text.length() ->
          Value.literal(at == text.length() ? 0 : (byte) text.charAt((int) at), range);
      case Type.Str(int size) -> element(inMemory(of, range), index, range);
      case Type.Pointer p -> {
        error(of.range(), NOT_KNOWN + "((uint64 *)x)[0]");
        yield Value.unknown(range);
      }
      default -> {
        error(of.range(), "Only arrays can be indexed, not " + of.described());
        yield Value.unknown(range);
      }
    };
  }

  /** What the program itself has, as if it was of the traced side. */
  private static Value inMemory(Value of, SourceRange range) {
    Expr start = held(of, of.range()).expr();
    return memory(start, 0, Optional.empty(), AddressSpace.KERNEL, false, of.type(), range);
  }

  private static Value behind(Value pointer, Type target, Value index, SourceRange range) {
    Base base = base(pointer).orElseThrow();
    if (index.expr() instanceof Expr.IntLiteral literal) {
      boolean first = literal.value() == 0;
      return base.read(
          literal.value() * Type.sizeOf(target), Optional.empty(), first, target, range);
    }
    Expr size = new Expr.IntLiteral(Type.sizeOf(target), Type.UINT64, range);
    Expr number = Operators.as(Type.UINT64, index.expr());
    Expr distance = new Expr.Binary(BinaryOp.MULTIPLY, number, size, Type.UINT64, range);
    Expr start = Operators.as(Type.UINT64, pointer.expr());
    Expr sum = new Expr.Binary(BinaryOp.ADD, start, distance, Type.UINT64, range);
    Expr address = new Expr.Cast(sum, pointer.type(), range);
    return memory(address, 0, Optional.empty(), base.space, false, target, range);
  }

  private Value inArray(Value of, Type element, int length, Value index, SourceRange range) {
    int size = Type.sizeOf(element);
    if (size == 0) {
      error(range, "The elements of this array have no type that can be used");
      return Value.unknown(range);
    }
    Optional<Base> base = base(of);
    if (index.expr() instanceof Expr.IntLiteral literal) {
      long i = literal.value();
      if (i < 0 || (length > 0 && i >= length)) {
        error(
            index.range(),
            "The index %d is outside of the array of %d elements".formatted(i, length));
        return Value.unknown(range);
      }
      boolean plain = length > 0 && element instanceof Type.Int;
      return base.isPresent()
          ? base.get().read(i * size, Optional.empty(), plain, element, range)
          : part(of.expr(), (int) i * size, Optional.empty(), element, range);
    }
    if (base.isEmpty() && !Type.isPlain(element) && !isOfMemory(element)) {
      error(index.range(), "An array of records is indexed by literal numbers only");
      return Value.unknown(range);
    }
    if (base.isEmpty()) {
      return inArray(inMemory(of, range), element, length, index, range);
    }
    Type pointer = new Type.Pointer(element, base.get().space);
    int elements = length > 0 ? length : Integer.MAX_VALUE / size;
    Expr address =
        new Expr.ElementAddress(
            base.get().address, base.get().offset, index.expr(), size, elements, pointer, range);
    return memory(address, 0, Optional.empty(), base.get().space, false, element, range);
  }

  /** More fields make a program that is too large. */
  private static final int MOST_FIELDS = 64;

  private static final int MOST_ELEMENTS = 16;

  /** A struct as a record of its fields, each of which is read. */
  Value asRecord(Value value) {
    return asRecord(value, List.of());
  }

  /** {@code hints}: what else may be meant where it has too many. */
  Value asRecord(Value value, List<String> hints) {
    Collected fields = collect(value);
    if (!fields.complete) {
      round
          .diagnostics()
          .error(
              value.range(),
              "%s has more than %d fields: name those that are wanted"
                  .formatted(TypeNames.describe(value.type()), MOST_FIELDS),
              List.of(),
              hints);
      return Value.unknown(value.range());
    }
    if (fields.parts.isEmpty()) {
      error(
          value.range(),
          "%s has no fields that can be used".formatted(TypeNames.describe(value.type())));
      return Value.unknown(value.range());
    }
    Expr.Tuple held = fields.record(value.range()).of(structOf(value).orElseThrow());
    return new Value(held, false, true);
  }

  /** The fields of a struct that can be read; not complete if there are too many. */
  private record Collected(List<String> names, List<Expr> parts, boolean complete) {
    Expr.Tuple record(SourceRange range) {
      return Expr.Tuple.record(names, parts, range);
    }
  }

  private Collected collect(Value of) {
    List<String> names = new ArrayList<>();
    List<Expr> parts = new ArrayList<>();
    boolean complete = collect(of, names, parts, 0);
    return new Collected(names, parts, complete);
  }

  /** The fields of anonymous parts stand among the others. */
  private boolean collect(Value of, List<String> names, List<Expr> parts, int depth) {
    Type.Struct struct = structOf(of).orElseThrow();
    for (Member member : round.definitions().members(struct)) {
      boolean unknown =
          member.type() instanceof Type.None
              || (member.type() instanceof Type.Array(Type element, int n)
                  && (n == 0 || Type.sizeOf(element) == 0));
      if (unknown) {
        continue;
      }
      Value field = field(of, new Fields.Found(member, struct.union()), of.range());
      if (member.type() instanceof Type.Struct _ && member.name().isEmpty()) {
        if (depth > MOST_FIELDS || !collect(field, names, parts, depth + 1)) {
          return false;
        }
        continue;
      }
      if (parts.size() == MOST_FIELDS) {
        return false;
      }
      Optional<Expr> part = part(field, member.name());
      part.ifPresent(
          expr -> {
            names.add(member.name());
            parts.add(expr);
          });
    }
    return true;
  }

  /** Empty for what has nothing to show, and with a warning for what would take too much. */
  private Optional<Expr> part(Value field, String name) {
    return switch (field.type()) {
      case Type.Struct _ -> {
        Collected fields = collect(field);
        if (!fields.complete) {
          round
              .diagnostics()
              .warning(
                  field.range(),
                  "The field '%s' is left out: it has more than %d fields"
                      .formatted(name, MOST_FIELDS));
        }
        yield fields.complete && !fields.parts.isEmpty()
            ? Optional.of(fields.record(field.range()))
            : Optional.empty();
      }
      case Type.Array array when !canBeHeld(array) -> {
        boolean plain = Type.isPlain(array);
        if (plain || array.length() > MOST_ELEMENTS) {
          round
              .diagnostics()
              .warning(
                  field.range(),
                  "The array '%s' is left out: it has more than %d %s"
                      .formatted(
                          name, plain ? LARGEST : MOST_ELEMENTS, plain ? "bytes" : "elements"));
        }
        yield asRecords(field);
      }
      default -> Optional.of(field.expr());
    };
  }

  /**
   * An array of structs, or of arrays of them, as one of records; empty for what is none, has too
   * many elements, or has nothing in them to show.
   */
  Optional<Expr> asRecords(Value value) {
    return value.type() instanceof Type.Array array
            && isOfMemory(array)
            && Type.sizeOf(array) > 0
            && array.length() <= MOST_ELEMENTS
        ? elements(value, array)
        : Optional.empty();
  }

  private Optional<Expr> elements(Value array, Type.Array type) {
    List<Expr> elements = new ArrayList<>();
    for (int i = 0; i < type.length(); i++) {
      Value index = Value.literal(i, array.range());
      Value element = inArray(array, type.element(), type.length(), index, array.range());
      Optional<Expr> part = part(element, "");
      if (part.isEmpty()) {
        return Optional.empty();
      }
      elements.add(part.get());
    }
    Type held = new Type.Array(elements.getFirst().type(), elements.size());
    return Optional.of(new Expr.Tuple(elements, held, array.range()));
  }

  Value currentTask(SourceRange range) {
    Type task =
        round.definitions().struct(false, "task_struct").map(Type.class::cast).orElse(Type.NONE);
    Type type = new Type.Pointer(task, AddressSpace.KERNEL);
    return new Value(new Expr.BuiltinValue(Builtin.CURTASK, type, range), false, true);
  }

  Value sizeOf(Ast.Expr.SizeOf sizeOf) {
    Optional<Type> type = expressions.types().typeOrExpression(sizeOf.type(), sizeOf.of());
    if (type.isEmpty() || type.get() instanceof Type.None) {
      return Value.unknown(sizeOf.range());
    }
    return literal(Type.sizeOf(type.get()), sizeOf.range());
  }

  private static Value literal(long value, SourceRange range) {
    return new Value(new Expr.IntLiteral(value, Type.UINT64, range), true, false);
  }

  Value offsetOf(Ast.Expr.OffsetOf offsetOf) {
    Optional<Type> type = expressions.types().typeOrExpression(offsetOf.type(), offsetOf.of());
    return type.flatMap(t -> distance(t, offsetOf.fields(), offsetOf.range()))
        .map(found -> literal(found.offset(), offsetOf.range()))
        .orElse(Value.unknown(offsetOf.range()));
  }

  /** Follows fields inside of a struct; the result has its offset from the start. */
  Optional<Member> distance(Type type, List<String> fields, SourceRange range) {
    int offset = 0;
    Type at = type;
    Optional<Member> last = Optional.empty();
    for (String name : fields) {
      if (!(at instanceof Type.Struct struct)) {
        if (!(at instanceof Type.None)) {
          boolean record = at instanceof Type.Tuple;
          String why =
              record
                  ? "%s is no struct: only fields of structs have offsets"
                  : "%s has no field '%s'";
          error(range, why.formatted(TypeNames.describe(at), name));
        }
        return Optional.empty();
      }
      Optional<Fields.Found> found = find(struct, name, range);
      if (found.isEmpty()) {
        return Optional.empty();
      }
      Member member = found.get().member();
      offset += member.offset();
      at = member.type();
      last = Optional.of(Member.plain(name, at, offset));
    }
    return last;
  }

  Value containerOf(Ast.Expr.ContainerOf of) {
    Value pointer = expressions.value(of.pointer());
    Optional<Type> type = expressions.types().resolve(of.type());
    if (!pointer.known() || type.isEmpty()) {
      return Value.unknown(of.range());
    }
    if (!(pointer.type() instanceof Type.Pointer(Type target, AddressSpace space))) {
      error(
          of.range(), "container_of() takes a pointer, not " + TypeNames.describe(pointer.type()));
      return Value.unknown(of.range());
    }
    return distance(type.get(), of.fields(), of.range())
        .map(
            member -> {
              Type container = new Type.Pointer(type.get(), space);
              Expr address = sum(pointer.expr(), -member.offset(), container, of.range());
              return new Value(address, false, true);
            })
        .orElse(Value.unknown(of.range()));
  }

  private void error(SourceRange range, String message) {
    round.diagnostics().error(range, message);
  }
}
