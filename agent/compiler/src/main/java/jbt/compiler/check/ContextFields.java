package jbt.compiler.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jbt.compiler.check.Checked.Expr;
import jbt.compiler.check.Checked.Expr.ContextField.Read;
import jbt.compiler.check.Checked.Probe.Kind;
import jbt.compiler.lang.Ast;
import jbt.compiler.lang.Diagnostics;
import jbt.compiler.lang.SourceRange;
import jbt.compiler.plan.Attachment.Point;
import jbt.compiler.target.TracepointFormat.Field;
import jbt.compiler.types.Btf;
import jbt.compiler.types.Type;

/** Fields of {@code args}. */
final class ContextFields {
  private static final Pattern STRUCT_POINTER =
      Pattern.compile("(?:const )?(struct|union) (\\w+) *(?:const *)?\\*");

  private static final String ENUM = "enum ";

  private static final Type.Int HALF = new Type.Int(2, false);

  /** A hint that names more helps nobody. */
  private static final int MOST_NAMED = 12;

  /** Where a field is and how it is read; equal for attach points that can share a program. */
  record Layout(int offset, FieldType type) {}

  private final ProbeContext context;
  private final Round round;
  private final Diagnostics diagnostics;

  ContextFields(ProbeContext context, Round round) {
    this.context = context;
    this.round = round;
    this.diagnostics = round.diagnostics();
  }

  static boolean isArgs(Ast.Node node) {
    return switch (node) {
      case Ast.Expr.Name name -> name.name().equals("args");
      case Ast.Expr.Call call -> call.function().equals("args") && call.arguments().isEmpty();
      default -> false;
    };
  }

  /** The context of an iterator, which has fields as {@code args} has elsewhere. */
  private static boolean isContext(Ast.Expr expr) {
    return expr instanceof Ast.Expr.Name name && name.name().equals("ctx");
  }

  /** Whether an expression is what the fields of this probe's event are taken from. */
  boolean holdsFields(Ast.Expr expr) {
    return context.kind() == Kind.ITER ? isContext(expr) : isArgs(expr);
  }

  /** Empty where the attach point has no such field or it can't be used. */
  static Optional<Layout> layout(Expanded point, String name) {
    return field(point, name)
        .flatMap(
            field ->
                FieldType.of(category(point), field).map(type -> new Layout(field.offset(), type)));
  }

  private static String category(Expanded point) {
    return point.point() instanceof Point.Tracepoint tracepoint ? tracepoint.category() : "";
  }

  private static Optional<Field> field(Expanded point, String name) {
    return fields(point).stream().filter(field -> field.name().equals(name)).findFirst();
  }

  static boolean has(Expanded point, String name) {
    return field(point, name).isPresent();
  }

  private static List<Field> fields(Expanded point) {
    return point.format().map(format -> format.fields()).orElse(List.of());
  }

  /** What {@code args} has here. */
  List<String> names() {
    return names(context.points().getFirst());
  }

  private static List<String> names(Expanded point) {
    return point.parameters().isEmpty()
        ? fields(point).stream().map(Field::name).toList()
        : point.parameters().stream().map(Btf.Parameter::name).toList();
  }

  /** The field that was meant, or all if there are few. */
  private List<String> hints(String written) {
    List<String> nearest = Nearest.hint(written, names());
    return nearest.isEmpty() ? all(context.points().getFirst()) : nearest;
  }

  /** A hint with all fields of args, or none if they are many. */
  static List<String> all(Expanded point) {
    List<String> names = names(point).stream().filter(name -> !name.startsWith("__")).toList();
    return names.isEmpty() || names.size() > MOST_NAMED
        ? List.of()
        : List.of("Fields of args: " + String.join(", ", names));
  }

  Value member(Ast.Expr.Member member) {
    Expanded point = context.points().getFirst();
    if (context.kind() == Kind.UPROBE) {
      return ofProgram(point, member);
    }
    if (!point.parameters().isEmpty()) {
      return parameter(point, member);
    }
    if (point.format().isEmpty()) {
      diagnostics.error(member.range(), "'args' is not available in " + point.name());
      return Value.unknown(member.range());
    }
    Optional<Field> field = field(point, member.field());
    if (field.isEmpty()) {
      diagnostics.error(
          member.fieldRange(),
          "%s has no field '%s'".formatted(point.name(), member.field()),
          List.of(),
          hints(member.field()));
      return Value.unknown(member.range());
    }
    Optional<FieldType> type = FieldType.of(category(point), field.get());
    if (type.isEmpty()) {
      diagnostics.error(
          member.range(),
          "The field '%s' of type '%s' can't be used"
              .formatted(member.field(), field.get().type()));
      return Value.unknown(member.range());
    }
    return value(field.get(), type.get(), member.range());
  }

  private Value parameter(Expanded point, Ast.Expr.Member member) {
    List<Btf.Parameter> all = point.parameters();
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i).name().equals(member.field())) {
        return parameter(all.get(i), 8 * slots(all.subList(0, i)), member.range());
      }
    }
    diagnostics.error(
        member.fieldRange(),
        "%s has no argument '%s'".formatted(point.name(), member.field()),
        List.of(),
        Nearest.hint(member.field(), all.stream().map(Btf.Parameter::name).toList()));
    return Value.unknown(member.range());
  }

  /** An argument of a program's function, which a register has when it begins. */
  private Value ofProgram(Expanded point, Ast.Expr.Member member) {
    if (point.parameters().isEmpty()) {
      return unknownArguments(point, member.range());
    }
    for (Btf.Parameter parameter : point.parameters()) {
      if (parameter.name().equals(member.field())) {
        if (!inRegister(parameter)) {
          diagnostics.error(
              member.range(),
              "The argument '%s' of %s is in no register that can be read"
                  .formatted(parameter.name(), point.function()));
          return Value.unknown(member.range());
        }
        Expr held = Registers.argument(parameter.register(), member.range());
        Expr typed = new Expr.Cast(held, parameter.type(), member.range());
        boolean pointer = parameter.type() instanceof Type.Pointer;
        return new Value(typed, Access.natural(parameter.type()), pointer);
      }
    }
    diagnostics.error(
        member.fieldRange(),
        "%s has no argument '%s'".formatted(point.name(), member.field()),
        List.of(),
        Nearest.hint(
            member.field(), point.parameters().stream().map(Btf.Parameter::name).toList()));
    return Value.unknown(member.range());
  }

  private Value unknownArguments(Expanded point, SourceRange range) {
    boolean changed = UserProbes.isChanged(point.function());
    diagnostics.error(
        range,
        "'args' is not available in %s: %s"
            .formatted(
                point.name(),
                changed
                    ? "the compiler has changed what it is called with"
                    : "its program has no debug information of arguments there"),
        List.of(),
        List.of(
            changed
                ? "What is in registers then are arg0 to arg5"
                : "Compile it with -g, or use arg0 to arg5"));
    return Value.unknown(range);
  }

  /** {@code args} as a record of all arguments that can be used; the others are warned of. */
  Value all(SourceRange range) {
    Expanded point = context.points().getFirst();
    if (context.kind() == Kind.UPROBE && point.parameters().isEmpty()) {
      return unknownArguments(point, range);
    }
    List<String> names = new ArrayList<>();
    List<Expr> parts = new ArrayList<>();
    List<String> leftOut = new ArrayList<>();
    for (Btf.Parameter parameter : point.parameters()) {
      if (context.kind() == Kind.UPROBE ? inRegister(parameter) : usable(parameter.type())) {
        Ast.Expr args = new Ast.Expr.Name("args", range);
        names.add(parameter.name());
        parts.add(member(new Ast.Expr.Member(args, parameter.name(), range, range)).expr());
      } else {
        leftOut.add(parameter.name());
      }
    }
    if (parts.isEmpty()) {
      boolean fields =
          switch (context.kind()) {
            case TRACEPOINT, DIRECT_TRACEPOINT, RAW_EVENT, FENTRY, FEXIT, UPROBE -> true;
            default -> false;
          };
      diagnostics.error(
          range,
          fields
              ? "'args' can't be used as a whole: name a field"
              : "'args' is not available in " + point.name());
      return Value.unknown(range);
    }
    if (!leftOut.isEmpty()) {
      diagnostics.warning(
          range, "Arguments that can't be read are left out: " + String.join(", ", leftOut));
    }
    return new Value(Expr.Tuple.record(names, parts, range), false, true);
  }

  private static boolean inRegister(Btf.Parameter parameter) {
    return parameter.register() >= 0 && usable(parameter.type());
  }

  private static boolean usable(Type type) {
    return type instanceof Type.Pointer || type instanceof Type.Int || type instanceof Type.Bool;
  }

  /** Words that arguments take: a struct that is passed as it is can have two. */
  private static int slots(List<Btf.Parameter> parameters) {
    return parameters.stream()
        .mapToInt(parameter -> Math.max(1, (Type.sizeOf(parameter.type()) + 7) / 8))
        .sum();
  }

  /** What the function returns, where it does. */
  Optional<Value> returned(SourceRange range) {
    Expanded point = context.points().getFirst();
    if (context.kind() != Kind.FEXIT) {
      return Optional.empty();
    }
    if (point.returned() instanceof Type.None) {
      diagnostics.error(range, point.function() + " returns nothing");
      return Optional.of(Value.unknown(range));
    }
    Btf.Parameter value = new Btf.Parameter("retval", point.returned(), false);
    return Optional.of(parameter(value, 8 * slots(point.parameters()), range));
  }

  private Value parameter(Btf.Parameter parameter, int offset, SourceRange range) {
    Type type = anySpace(parameter.type());
    boolean pointer = type instanceof Type.Pointer;
    if (!usable(type)) {
      diagnostics.error(range, "The argument '%s' can't be used".formatted(parameter.name()));
      return Value.unknown(range);
    }
    Read read = pointer && !parameter.perCpu() ? Read.TRUSTED : Read.LOAD;
    Expr expr = new Expr.ContextField(offset, Type.sizeOf(type), read, type, range);
    return new Value(expr, Access.natural(type), pointer);
  }

  /**
   * Most kernels do not mark which pointers are the process's. One to a struct is taken for the
   * kernel's; what another points to is told by its address.
   */
  private Type anySpace(Type type) {
    return type instanceof Type.Pointer(Type target, Type.AddressSpace space)
            && space == Type.AddressSpace.KERNEL
            && !(target instanceof Type.Struct)
            && (context.kind() == Kind.FENTRY || context.kind() == Kind.FEXIT)
        ? new Type.Pointer(target, Type.AddressSpace.NONE)
        : type;
  }

  /** {@code arg0} and so on of a raw tracepoint; empty elsewhere. */
  Optional<Value> argument(String name, SourceRange range) {
    List<Btf.Parameter> all = context.points().getFirst().parameters();
    if (all.isEmpty() || context.kind() != Kind.RAW_EVENT || !name.matches("arg[0-9]")) {
      return Optional.empty();
    }
    int number = name.charAt(3) - '0';
    if (number >= all.size()) {
      diagnostics.error(
          range,
          "%s has no %s: it has %d arguments"
              .formatted(context.points().getFirst().name(), name, all.size()));
      return Optional.of(Value.unknown(range));
    }
    Expr expr = new Expr.ContextField(8 * number, 8, Read.TRUSTED, Type.INT64, range);
    return Optional.of(new Value(expr, false, true));
  }

  private Value value(Field field, FieldType type, SourceRange range) {
    Type resolved = resolved(field, type.type());
    Expr.ContextField expr =
        new Expr.ContextField(field.offset(), type.size(), type.read(), resolved, range);
    if (type.read() == Read.DATA_LOC && resolved instanceof Type.Pointer pointer) {
      return address(expr, pointer, range);
    }
    boolean natural =
        type.type() instanceof Type.Bool
            || (type.type() instanceof Type.Int i && !i.signed() && i.bytes() < 8);
    boolean pointer = type.type() instanceof Type.Pointer;
    return new Value(expr, natural, pointer || type.processId());
  }

  /** Whether it lies in the tracepoint's record, where it has an address. */
  static boolean inRecord(Expr.ContextField field) {
    return switch (field.read()) {
      case CHARS, DATA_LOC, ARRAY -> true;
      case LOAD, TRUSTED -> false;
    };
  }

  /** The address of what lies in the record, or at its end. */
  static Value address(Expr.ContextField field, Type.Pointer type, SourceRange range) {
    Expr distance =
        field.read() == Read.DATA_LOC
            ? new Expr.Cast(
                new Expr.ContextField(field.offset(), HALF.bytes(), Read.LOAD, HALF, range),
                Type.UINT64,
                range)
            : new Expr.IntLiteral(field.offset(), Type.UINT64, range);
    Expr record = new Expr.Call(Function.CONTEXT, List.of(), type, range);
    Expr address =
        new Expr.Binary(
            Checked.BinaryOp.ADD,
            new Expr.Cast(record, Type.UINT64, range),
            distance,
            Type.UINT64,
            range);
    return new Value(new Expr.Cast(address, type, range), false, true);
  }

  /** An enum, or a pointer to a struct, that is known here. */
  private Type resolved(Field field, Type type) {
    if (type instanceof Type.Int(int bytes, boolean signed, var none)
        && field.type().startsWith(ENUM)) {
      return round
          .definitions()
          .enumeration(field.type().substring(ENUM.length()))
          .map(known -> known instanceof Type.Int i ? i.enumeration() : none)
          .<Type>map(enumeration -> new Type.Int(bytes, signed, enumeration))
          .orElse(type);
    }
    Matcher matcher = STRUCT_POINTER.matcher(field.type());
    if (!(type instanceof Type.Pointer(Type target, Type.AddressSpace space))
        || !matcher.matches()) {
      return type;
    }
    return round
        .definitions()
        .struct(matcher.group(1).equals("union"), matcher.group(2))
        .<Type>map(struct -> new Type.Pointer(struct, space))
        .orElse(type);
  }

  /** {@code args.x[index]}. */
  Value element(Value array, Value index, SourceRange range) {
    if (!array.known() || !index.known()) {
      return Value.unknown(range);
    }
    if (!(array.expr() instanceof Expr.ContextField field
        && field.read() == Read.ARRAY
        && field.type() instanceof Type.Array type)) {
      diagnostics.error(array.range(), "Only arrays can be indexed, not " + array.described());
      return Value.unknown(range);
    }
    if (!index.isInteger()) {
      diagnostics.error(index.range(), "An index is an integer, not " + index.described());
      return Value.unknown(range);
    }
    if (index.expr() instanceof Expr.IntLiteral literal
        && (literal.value() < 0 || literal.value() >= type.length())) {
      diagnostics.error(
          index.range(),
          "The index %d is outside of the array of %d elements"
              .formatted(literal.value(), type.length()));
      return Value.unknown(range);
    }
    Type element = type.element();
    int size = field.size() / type.length();
    Expr expr =
        new Expr.ContextElement(field.offset(), size, type.length(), index.expr(), element, range);
    boolean natural = element instanceof Type.Int i && !i.signed() && i.bytes() < 8;
    return new Value(expr, natural, false);
  }
}
