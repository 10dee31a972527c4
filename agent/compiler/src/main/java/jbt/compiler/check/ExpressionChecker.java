package jbt.compiler.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import jbt.compiler.check.Checked.Expr;
import jbt.compiler.lang.Ast;
import jbt.compiler.lang.Diagnostics;
import jbt.compiler.lang.SourceRange;
import jbt.compiler.plan.Settings;
import jbt.compiler.types.Definitions;
import jbt.compiler.types.Type;
import jbt.compiler.types.TypeNames;

/** Resolves and types expressions. */
final class ExpressionChecker {
  /** Those that may have empty parentheses, but no more. */
  private static final Set<String> WITHOUT_ARGUMENTS = Set.of("curtask", "args", "ctx");

  private static final String KEEP_POINTER =
      "A pointer to it is enough to take fields: $t = curtask; $t.pid";

  private final Round round;
  private final ProbeContext context;
  private final Diagnostics diagnostics;
  private final Operators operators;
  private final ContextFields fields;
  private final TypeResolver types;
  private final Access access;
  private final MapUses maps;
  private final Functions functions;
  private final StatementChecker statements;
  private final SymbolCalls symbols;
  private final NumberCalls numbers;

  /** How many expressions around this are not evaluated: only their type is asked for. */
  private int typesAsked;

  ExpressionChecker(Round round, ProbeContext context, StatementChecker statements) {
    this.round = round;
    this.context = context;
    this.diagnostics = round.diagnostics();
    this.operators = new Operators(context, diagnostics);
    this.fields = new ContextFields(context, round);
    this.types = new TypeResolver(round, this);
    this.access = new Access(round, this);
    this.maps = new MapUses(round, this);
    this.functions = new Functions(this, diagnostics, context);
    this.statements = statements;
    this.symbols = new SymbolCalls(round, context, this);
    this.numbers = new NumberCalls(this, round, context);
  }

  Settings settings() {
    return round.environment().settings();
  }

  MapUses maps() {
    return maps;
  }

  Operators operators() {
    return operators;
  }

  StatementChecker statements() {
    return statements;
  }

  /** The places that the program under check serves. */
  List<Expanded> points() {
    return context.points();
  }

  TypeResolver types() {
    return types;
  }

  /** A value that can be stored, printed and passed on. */
  Value value(Ast.Expr expr) {
    return whole(any(expr));
  }

  /** What a function of texts is given: an array that has no length as its address. */
  Value textValue(Ast.Expr expr) {
    return whole(Access.start(any(expr)));
  }

  private Value whole(Value value) {
    if (value.type() instanceof Type.Struct) {
      return access.asRecord(value);
    }
    if (!(value.type() instanceof Type.Array) || Access.canBeHeld(value.type())) {
      return value;
    }
    Optional<Expr> elements = access.asRecords(value);
    if (elements.isPresent()) {
      return value.with(elements.get());
    }
    diagnostics.error(value.range(), "This array can't be used as a whole: index it");
    return Value.unknown(value.range());
  }

  /** A value that can be put in a variable: a struct or an array of them as it is, too. */
  Value variableValue(Ast.Expr expr) {
    Value value = any(expr);
    if (Access.isOfMemory(value.type()) && Access.fits(value.type())) {
      return value;
    }
    return value.type() instanceof Type.Struct
        ? access.asRecord(value, List.of(KEEP_POINTER))
        : whole(value);
  }

  /** A struct as a record where the place holds records. */
  Value fitting(Place place, Value value) {
    return Access.isOfMemory(value.type()) && Place.ofRecords(place.type()) ? whole(value) : value;
  }

  /** A literal text holds if there is any: {@code if ($1)} asks whether a parameter is given. */
  Value condition(Ast.Expr expr) {
    return condition(value(expr));
  }

  private Value condition(Value value) {
    if (value.expr() instanceof Expr.StrLiteral literal) {
      return Value.bool(!literal.value().isEmpty(), value.range());
    }
    return operators.condition(value) ? value : Value.unknown(value.range());
  }

  /** An integer; {@code what} names it in messages. */
  Value integer(Ast.Expr expr, String what) {
    Value value = value(expr);
    if (value.known() && !value.isInteger()) {
      diagnostics.error(
          expr.range(), "%s is an integer, not %s".formatted(what, value.described()));
      return Value.unknown(expr.range());
    }
    return value;
  }

  /** A number that is known now and lies in a range. */
  Optional<Long> literal(Ast.Expr expr, String what, long least, long most) {
    Value value = value(expr);
    boolean number = value.isInteger() && value.expr() instanceof Expr.IntLiteral;
    if (!number) {
      if (value.known()) {
        diagnostics.error(expr.range(), what + " must be a literal integer");
      }
      return Optional.empty();
    }
    long given = ((Expr.IntLiteral) value.expr()).value();
    boolean huge = given < 0 && value.type().equals(Type.UINT64);
    if (huge || given < least || given > most) {
      diagnostics.error(
          expr.range(),
          most == Long.MAX_VALUE && !huge
              ? "%s must be at least %d".formatted(what, least)
              : "%s must be from %d to %d, not %s"
                  .formatted(what, least, most, huge ? Long.toUnsignedString(given) : given));
      return Optional.empty();
    }
    return Optional.of(given);
  }

  /** Whatever it is: whole arrays and structs, too, which may be in memory of the traced side. */
  Value any(Ast.Expr expr) {
    SourceRange range = expr.range();
    return switch (expr) {
      case Ast.Expr.Int i -> number(i);
      case Ast.Expr.Bool bool -> Value.bool(bool.value(), range);
      case Ast.Expr.Str str -> string(str);
      case Ast.Expr.Name name -> name(name);
      case Ast.Expr.Variable variable -> variable(variable);
      case Ast.Expr.MapUse use -> maps.read(use);
      case Ast.Expr.Unary unary -> unary(unary);
      case Ast.Expr.Binary binary ->
          operators.binary(binary.op(), value(binary.left()), value(binary.right()), range);
      case Ast.Expr.Logical logical ->
          operators.logical(
              logical.and(), condition(logical.left()), condition(logical.right()), range);
      case Ast.Expr.Conditional conditional -> conditional(conditional);
      case Ast.Expr.Step step -> step(step, true);
      case Ast.Expr.Tuple tuple -> tuple(tuple);
      case Ast.Expr.Record parts -> record(parts);
      case Ast.Expr.Sequence sequence -> sequence(sequence);
      case Ast.Expr.Comptime known -> comptime(known);
      case Ast.Expr.Member member -> member(member);
      case Ast.Expr.Index index -> index(index);
      case Ast.Expr.Cast cast -> cast(cast);
      case Ast.Expr.SizeOf sizeOf -> access.sizeOf(sizeOf);
      case Ast.Expr.TypeInfo info -> TypeQueries.info(info, this, diagnostics);
      case Ast.Expr.OfType of -> {
        diagnostics.error(range, "A type is no value; macros and sizeof() take types");
        yield Value.unknown(range);
      }
      case Ast.Expr.OffsetOf offsetOf -> access.offsetOf(offsetOf);
      case Ast.Expr.ContainerOf containerOf -> access.containerOf(containerOf);
      case Ast.Expr.Call call -> call(call);
    };
  }

  private static Value number(Ast.Expr.Int i) {
    return i.unsigned()
        ? new Value(new Expr.IntLiteral(i.value(), Type.UINT64, i.range()), i.value() >= 0, false)
        : Value.literal(i.value(), i.range());
  }

  private Value unary(Ast.Expr.Unary unary) {
    return switch (unary.op()) {
      case DEREFERENCE -> access.dereference(value(unary.operand()), unary.range());
      case ADDRESS -> {
        if (unary.operand() instanceof Ast.Expr.Variable variable) {
          context.find(variable.name()).ifPresent(context::noteSet);
        }
        // How a map is used there matters less.
        yield unary.operand() instanceof Ast.Expr.MapUse
            ? access.noAddress(unary.range())
            : access.address(any(unary.operand()), unary.range());
      }
      case MINUS, PLUS, COMPLEMENT, NOT ->
          operators.unary(unary.op(), value(unary.operand()), unary.range());
    };
  }

  private Value string(Ast.Expr.Str str) {
    if (str.value().length() > FieldType.LONGEST_STRING) {
      diagnostics.error(
          str.range(),
          "A string of %d bytes: at most %d are possible"
              .formatted(str.value().length(), FieldType.LONGEST_STRING));
      return Value.unknown(str.range());
    }
    return Value.string(str.value(), str.range());
  }

  private Value name(Ast.Expr.Name name) {
    if (SymbolCalls.BARE.contains(name.name())
        || NumberCalls.BARE.contains(name.name())
        || TaskCalls.isName(name.name())) {
      return call(new Ast.Expr.Call(name.name(), List.of(), name.range()));
    }
    Optional<Value> argument =
        name.name().equals("retval")
            ? fields.returned(name.range())
            : fields.argument(name.name(), name.range());
    if (argument.isPresent()) {
      return argument.get();
    }
    if (name.name().equals("config")
        || name.name().equals("default_str_length")
        || name.name().equals("elf_is_exe")
        || name.name().equals("elf_info")) {
      return call(new Ast.Expr.Call(name.name(), List.of(), name.range()));
    }
    if (Builtins.isBuiltin(name.name())) {
      return Builtins.value(name.name(), context, round, name.range());
    }
    if (name.name().equals("curtask")) {
      return access.currentTask(name.range());
    }
    Optional<Definitions.Constant> constant = round.definitions().constant(name.name());
    if (constant.isPresent()) {
      long value = constant.get().value();
      Expr literal = new Expr.IntLiteral(value, constant.get().type(), name.range());
      return new Value(literal, value >= 0, false);
    }
    if (name.name().equals("args")) {
      return fields.all(name.range());
    } else if (ContextPointer.is(name)) {
      return new ContextPointer(round, context, access).whole(name.range());
    } else {
      unknown(name);
    }
    return Value.unknown(name.range());
  }

  private void unknown(Ast.Expr.Name name) {
    List<String> hints = new ArrayList<>(OtherWords.forValue(name.name()));
    if (round.environment().macros().contains(name.name())) {
      hints.add("%s takes arguments: %<s(...)".formatted(name.name()));
    } else if (fields.names().contains(name.name())) {
      hints.add("'%s' is a field of args: args.%<s".formatted(name.name()));
    } else if (round.definitions().struct(false, name.name()).isPresent()) {
      hints.add("The type is written struct " + name.name());
    } else if (hints.isEmpty()) {
      Set<String> names = new TreeSet<>(Builtins.names());
      names.addAll(round.definitions().constants());
      hints.addAll(Nearest.hint(name.name(), names));
    }
    hints.addAll(round.headers().hints(name.name()));
    diagnostics.error(name.range(), "Unknown identifier: '" + name.name() + "'", List.of(), hints);
  }

  /** The type of what is not evaluated: variables in it need not be set. */
  Type typeOf(Ast.Expr expr) {
    typesAsked++;
    Type type = any(expr).type();
    typesAsked--;
    return type;
  }

  private Value variable(Ast.Expr.Variable use) {
    Optional<ProbeContext.Variable> found = find(use);
    if (found.isEmpty()) {
      return Value.unknown(use.range());
    }
    Place place = found.get().place();
    place.noteRead();
    if (typesAsked == 0 && context.isUnset(found.get())) {
      context.noteSet(found.get());
      diagnostics.warning(
          use.range(), "$%s is read before it is set".formatted(Macros.written(use.name())));
    }
    Expr expr = new Expr.Local(found.get().local(), place.type(), use.range());
    return new Value(expr, place.natural(), place.hostBound());
  }

  /** An integer or a pointer as an address of this probe. */
  Expr address(Value value) {
    return functions.address(value);
  }

  private Optional<ProbeContext.Variable> find(Ast.Expr.Variable use) {
    Optional<ProbeContext.Variable> found = context.find(use.name());
    if (found.isEmpty()) {
      diagnostics.error(
          use.range(),
          "Undefined or undeclared variable: $" + Macros.written(use.name()),
          List.of(),
          Nearest.hint(
              "$" + use.name(), context.variableNames().stream().map(n -> "$" + n).toList()));
    }
    return found;
  }

  /** {@code used}: its value matters, not its effect alone. */
  Value step(Ast.Expr.Step step, boolean used) {
    Value by = Value.literal(step.up() ? 1 : -1, step.range());
    return switch (step.target()) {
      case Ast.Expr.MapUse use -> maps.step(step, use, by, used);
      case Ast.Expr.Variable variable -> stepVariable(step, variable, by);
      default -> unchangeable(step.target());
    };
  }

  /** What is neither variable nor map has been put in the place of a parameter. */
  Value unchangeable(Ast.Expr target) {
    diagnostics.error(target.range(), "Parameters of the script can't be changed");
    return Value.unknown(target.range());
  }

  private Value stepVariable(Ast.Expr.Step step, Ast.Expr.Variable variable, Value by) {
    Optional<ProbeContext.Variable> found = find(variable);
    if (found.isEmpty()) {
      return Value.unknown(step.range());
    }
    context.noteSet(found.get());
    Place place = found.get().place();
    if (place.type() instanceof Type.Pointer(Type target, var space) && Type.sizeOf(target) > 0) {
      int distance = step.up() ? Type.sizeOf(target) : -Type.sizeOf(target);
      int local = found.get().local();
      Expr moved = new Expr.StepLocal(local, distance, step.prefix(), place.type(), step.range());
      return new Value(moved, false, place.hostBound());
    }
    if (!place.countable() || !round.environment().put(place, by)) {
      diagnostics.error(
          step.range(),
          "$%s is %s: only integers and pointers to something known can be counted up or down"
              .formatted(Macros.written(variable.name()), TypeNames.describe(place.type())));
      return Value.unknown(step.range());
    }
    int amount = step.up() ? 1 : -1;
    Expr expr =
        new Expr.StepLocal(found.get().local(), amount, step.prefix(), place.type(), step.range());
    return new Value(expr, place.natural(), place.hostBound());
  }

  private Value conditional(Ast.Expr.Conditional conditional) {
    SourceRange range = conditional.range();
    Value asked = value(conditional.condition());
    Value condition = condition(asked);
    if (conditional.condition() instanceof Ast.Expr.Comptime
        && condition.expr() instanceof Expr.IntLiteral literal) {
      boolean holds = literal.value() != 0;
      round.decisions().add(conditional.condition().range(), holds);
      return value(
          holds ? conditional.then().orElse(conditional.condition()) : conditional.otherwise());
    }
    Value then = conditional.then().map(this::value).orElse(asked);
    Value otherwise = value(conditional.otherwise());
    Optional<Type> type =
        Place.join(then.type(), then.natural(), otherwise.type(), otherwise.natural());
    if (then.known() && otherwise.known() && type.isEmpty()) {
      boolean numberOrText =
          (then.isInteger() && otherwise.type() instanceof Type.Str)
              || (then.type() instanceof Type.Str && otherwise.isInteger());
      if (numberOrText
          && condition.known()
          && condition.expr() instanceof Expr.IntLiteral literal) {
        // As in $1 ?: "text": a parameter is either, and 0 if it is not given.
        return literal.value() != 0 ? then : otherwise;
      }
      List<String> names = TypeNames.apart(then.writtenType(), otherwise.writtenType());
      diagnostics.error(
          range,
          "Both branches must have the same type: %s and %s"
              .formatted(names.getFirst(), names.getLast()));
      return Value.unknown(range);
    }
    Type joined = !otherwise.known() ? then.type() : type.orElse(otherwise.type());
    Expr left = Coercion.to(joined, then.expr());
    Expr right = Coercion.to(joined, otherwise.expr());
    boolean natural = then.natural() && otherwise.natural();
    boolean bound = then.hostBound() || otherwise.hostBound();
    if (condition.known() && condition.expr() instanceof Expr.IntLiteral literal) {
      return literal.value() != 0
          ? then.with(Operators.ofType(joined, left))
          : otherwise.with(Operators.ofType(joined, right));
    }
    Expr expr =
        conditional.then().isPresent()
            ? new Expr.Conditional(condition.expr(), left, right, joined, range)
            : new Expr.OrElse(left, right, joined, range);
    return new Value(expr, natural, bound);
  }

  private Value tuple(Ast.Expr.Tuple tuple) {
    List<Expr> parts = new ArrayList<>();
    boolean natural = true;
    boolean bound = false;
    boolean known = true;
    for (Ast.Expr part : tuple.parts()) {
      Value value = value(part);
      parts.add(value.expr());
      natural &= value.natural() || !(value.isInteger() || value.type() instanceof Type.Tuple);
      bound |= value.hostBound();
      known &= value.known();
    }
    List<Type> types = parts.stream().map(Expr::type).toList();
    return known
        ? new Value(new Expr.Tuple(parts, new Type.Tuple(types), tuple.range()), natural, bound)
        : Value.unknown(tuple.range());
  }

  private Value record(Ast.Expr.Record written) {
    Value tuple = tuple(new Ast.Expr.Tuple(written.parts(), written.range()));
    if (!(tuple.expr() instanceof Expr.Tuple parts)) {
      return tuple;
    }
    return tuple.with(Expr.Tuple.record(written.names(), parts.parts(), written.range()));
  }

  private Value sequence(Ast.Expr.Sequence sequence) {
    context.openBlock();
    diagnostics.enter(sequence.range());
    List<Checked.Stmt> before = statements.inOrder(sequence.statements());
    Optional<Value> value = sequence.value().map(this::value);
    diagnostics.leave();
    context.closeBlock();
    if (value.isEmpty()) {
      diagnostics.error(sequence.range(), "This block has no value");
      return Value.unknown(sequence.range());
    }
    Expr last = value.get().expr();
    return before.isEmpty() || !value.get().known()
        ? value.get()
        : value.get().with(new Expr.Sequence(before, last, last.type(), sequence.range()));
  }

  private Value comptime(Ast.Expr.Comptime known) {
    Value value = value(known.expr());
    boolean literal = isLiteral(value.expr());
    if (!literal) {
      diagnostics.error(known.range(), "This is not known when the script is compiled");
    }
    return literal ? value : Value.unknown(known.range());
  }

  private Value index(Ast.Expr.Index index) {
    if (ContextFields.isArgs(index.of()) && !fields.names().isEmpty()) {
      diagnostics.error(
          index.range(),
          "Arguments have no numbers here: name a field",
          List.of(),
          ContextFields.all(points().getFirst()));
      return Value.unknown(index.range());
    }
    Value of = any(index.of());
    Value at = value(index.index());
    if (of.type() instanceof Type.Tuple && at.known()) {
      return tupleElement(index, of, at);
    }
    return of.expr() instanceof Expr.ContextField && of.type() instanceof Type.Array
        ? fields.element(of, at, index.range())
        : access.element(of, at, index.range());
  }

  /** {@code tuple[n]}: each part has a type of its own. */
  private Value tupleElement(Ast.Expr.Index index, Value of, Value at) {
    SourceRange range = index.range();
    if (!(at.expr() instanceof Expr.IntLiteral(long place, Type type, SourceRange where))) {
      diagnostics.error(at.range(), "A tuple is indexed by literal numbers only");
      return Value.unknown(range);
    }
    Type.Tuple tuple = (Type.Tuple) of.type();
    if (place < 0 || place >= tuple.parts().size()) {
      noPart(tuple, where, place);
      return Value.unknown(range);
    }
    return partOf(index.of(), of, (int) place, range);
  }

  private void noPart(Type.Tuple tuple, SourceRange range, long place) {
    diagnostics.error(
        range,
        "The tuple has no part %d: its parts are 0 to %d"
            .formatted(place, tuple.parts().size() - 1));
  }

  private static Value partOf(Ast.Expr written, Value of, int place, SourceRange range) {
    boolean known = SettingValues.is(written) || written instanceof Ast.Expr.TypeInfo;
    if (of.expr() instanceof Expr.Tuple all && (known || isLiteral(all))) {
      // It may have to be known when the script is compiled.
      Expr part = all.parts().get(place);
      boolean natural = part instanceof Expr.IntLiteral literal && literal.value() >= 0;
      return new Value(part, natural, of.hostBound());
    }
    Type type = ((Type.Tuple) of.type()).parts().get(place);
    return new Value(new Expr.TuplePart(of.expr(), place, type, range), false, of.hostBound());
  }

  private static boolean isLiteral(Expr expr) {
    return switch (expr) {
      case Expr.IntLiteral literal -> true;
      case Expr.StrLiteral literal -> true;
      case Expr.Tuple tuple -> tuple.parts().stream().allMatch(ExpressionChecker::isLiteral);
      default -> false;
    };
  }

  private Value member(Ast.Expr.Member member) {
    if (fields.holdsFields(member.of())) {
      return fields.member(member);
    }
    if (member.of() instanceof Ast.Expr.Int && Character.isDigit(member.field().charAt(0))) {
      diagnostics.error(member.range(), "Numbers have no fractions");
      return Value.unknown(member.range());
    }
    Optional<Value> ofContext = new ContextPointer(round, context, access).member(member);
    if (ofContext.isPresent()) {
      return ofContext.get();
    }
    return member(any(member.of()), member);
  }

  /** A field of what {@code member} is of, whose value is known by now. */
  Value member(Value of, Ast.Expr.Member member) {
    if (!of.known()) {
      return Value.unknown(member.range());
    }
    if (Access.structOf(of).isPresent()) {
      return access.member(of, member);
    }
    if (!(of.type() instanceof Type.Tuple tuple)) {
      boolean address = of.type() instanceof Type.Pointer || of.type().equals(Type.UINT64);
      diagnostics.error(
          member.range(),
          "%s has no field '%s'".formatted(of.described(), member.field()),
          List.of(),
          address
              ? List.of("Cast an address, as in ((struct name *)x)->" + member.field())
              : List.of());
      return Value.unknown(member.range());
    }
    if (SettingValues.is(member.of()) && !tuple.names().contains(member.field())) {
      diagnostics.error(
          member.range(),
          "config has no setting '%s' that can be read".formatted(member.field()),
          List.of(),
          Nearest.hint(member.field(), tuple.names()));
      return Value.unknown(member.range());
    }
    OptionalInt place = part(tuple, member);
    return place.isEmpty()
        ? Value.unknown(member.range())
        : partOf(member.of(), of, place.getAsInt(), member.range());
  }

  /** The place of a field, by its name or number; empty, with an error, if there is none. */
  private OptionalInt part(Type.Tuple tuple, Ast.Expr.Member member) {
    int named = tuple.names().indexOf(member.field());
    if (named >= 0) {
      return OptionalInt.of(named);
    }
    if (!member.field().matches("[0-9]{1,9}")) {
      diagnostics.error(
          member.range(),
          "%s has no field '%s'".formatted(TypeNames.describe(tuple), member.field()),
          List.of(),
          Nearest.hint(member.field(), tuple.names()));
      return OptionalInt.empty();
    }
    int index = Integer.parseInt(member.field());
    if (index < tuple.parts().size()) {
      return OptionalInt.of(index);
    }
    noPart(tuple, member.fieldRange(), index);
    return OptionalInt.empty();
  }

  private Value cast(Ast.Expr.Cast cast) {
    Value operand = any(cast.operand());
    Optional<Type> type = types.resolve(cast.type());
    return operand.known() && type.isPresent()
        ? new Casts(diagnostics).cast(operand, type.get(), cast)
        : Value.unknown(cast.range());
  }

  private Value call(Ast.Expr.Call call) {
    if (SymbolCalls.NAMES.contains(call.function())) {
      return symbols.call(call);
    }
    if (NumberCalls.NAMES.contains(call.function())) {
      return numbers.call(call);
    }
    if (KernelCalls.NAMES.contains(call.function())) {
      return new KernelCalls(round, context, this).call(call);
    }
    if (BinaryCalls.NAMES.contains(call.function())) {
      return new BinaryCalls(round, context).call(call);
    }
    if (call.function().equals("comm") && !call.arguments().isEmpty()) {
      return new KernelCalls(round, context, this).nameOf(call);
    }
    if (call.function().equals("getopt")) {
      ParameterUses.refuse(call, diagnostics);
      return Value.unknown(call.range());
    }
    if (call.function().equals("default_str_length") && call.arguments().isEmpty()) {
      return Value.literal(settings().maxStrlen(), call.range());
    }
    if (call.function().equals("config") && call.arguments().isEmpty()) {
      return SettingValues.record(settings(), call.range());
    }
    if (HostCalls.NAMES.contains(call.function())) {
      return new HostCalls(round).call(call);
    }
    if (TypeQueries.NAMES.contains(call.function())) {
      return TypeQueries.value(call, this, diagnostics);
    }
    if (TaskCalls.isName(call.function())) {
      return TaskCalls.value(call, this, diagnostics);
    }
    if (call.function().equals("nsecs") && !call.arguments().isEmpty()) {
      return numbers.time(call);
    }
    if (Builtins.isBuiltin(call.function())) {
      if (!NumberCalls.isNamespace(call, diagnostics)) {
        return Value.unknown(call.range());
      }
      return Builtins.value(call.function(), context, round, call.range());
    }
    if (WITHOUT_ARGUMENTS.contains(call.function())) {
      return Calls.arity(call, 0, 0, diagnostics)
          ? access.currentTask(call.range())
          : Value.unknown(call.range());
    }
    if (MapQueries.NAMES.contains(call.function())) {
      return new MapQueries(round, context, this).value(call);
    }
    if (Functions.NAMES.contains(call.function())) {
      return functions.call(call);
    }
    if (Aggregations.NAMES.contains(call.function())) {
      diagnostics.error(call.range(), call.function() + "() must be assigned directly to a map");
    } else if (Calls.NAMES.contains(call.function())) {
      diagnostics.error(call.range(), call.function() + "() has no value");
    } else {
      List<String> others = OtherWords.forFunction(call.function());
      Optional<Value> ofKernel =
          others.isEmpty() ? new KernelCalls(round, context, this).named(call) : Optional.empty();
      if (ofKernel.isPresent()) {
        return ofKernel.get();
      }
      Set<String> names = new TreeSet<>(Calls.allNames());
      names.addAll(round.environment().macros());
      diagnostics.error(
          call.range(),
          "Unknown function: '" + call.function() + "'",
          List.of(),
          others.isEmpty() ? Nearest.hint(call.function(), names) : others);
    }
    return Value.unknown(call.range());
  }
}
