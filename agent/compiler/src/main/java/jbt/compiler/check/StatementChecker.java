package jbt.compiler.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import jbt.compiler.check.Checked.Expr;
import jbt.compiler.check.Checked.Probe.Kind;
import jbt.compiler.check.Checked.Stmt;
import jbt.compiler.lang.Ast;
import jbt.compiler.lang.Diagnostic.Context;
import jbt.compiler.lang.Diagnostics;
import jbt.compiler.lang.SourceRange;
import jbt.compiler.types.Type;
import jbt.compiler.types.Type.AddressSpace;
import jbt.compiler.types.TypeNames;

/** Resolves and types the statements of one probe. */
final class StatementChecker {
  private static final String RETURNS = "The function returns";

  private final Round round;
  private final ProbeContext context;
  private final Diagnostics diagnostics;
  private final ExpressionChecker expressions;
  private final Aggregations aggregations;
  private final Calls calls;
  private final Loops loops;

  StatementChecker(Round round, ProbeContext context) {
    this.round = round;
    this.context = context;
    this.diagnostics = round.diagnostics();
    this.expressions = new ExpressionChecker(round, context, this);
    this.aggregations = new Aggregations(round, expressions);
    this.calls = new Calls(round, context, expressions);
    this.loops = new Loops(round, context, this);
  }

  ExpressionChecker expressions() {
    return expressions;
  }

  List<Stmt> block(List<Ast.Stmt> statements) {
    context.openBlock();
    List<Stmt> all = inOrder(statements);
    context.closeBlock();
    return all;
  }

  /** Statements in the block that is open. */
  List<Stmt> inOrder(List<Ast.Stmt> statements) {
    List<Stmt> all = new ArrayList<>();
    for (Ast.Stmt statement : statements) {
      all.addAll(statement(statement));
    }
    return all;
  }

  private List<Stmt> statement(Ast.Stmt statement) {
    return switch (statement) {
      case Ast.Stmt.Evaluate evaluate -> evaluate(evaluate);
      case Ast.Stmt.Assign assign -> assign(assign);
      case Ast.Stmt.Let let -> let(let);
      case Ast.Stmt.If branch -> {
        Value condition = expressions.condition(branch.condition());
        if (branch.condition() instanceof Ast.Expr.Comptime) {
          boolean holds = !isZero(condition);
          round.decisions().add(branch.condition().range(), holds);
          yield block(holds ? branch.then() : branch.otherwise());
        }
        List<Stmt> then = block(branch.then());
        List<Stmt> otherwise = block(branch.otherwise());
        yield List.of(new Stmt.If(condition.expr(), then, otherwise, branch.range()));
      }
      case Ast.Stmt.Braces braces -> block(braces.body());
      case Ast.Stmt.Unroll unroll -> loops.unroll(unroll);
      case Ast.Stmt.While loop -> loops.whileLoop(loop);
      case Ast.Stmt.ForRange loop -> loops.range(loop);
      case Ast.Stmt.ForMap loop -> loops.map(loop);
      case Ast.Stmt.Break leave -> loops.leave(new Stmt.Break(leave.range()), "break");
      case Ast.Stmt.Continue next -> loops.leave(new Stmt.Continue(next.range()), "continue");
      case Ast.Stmt.Return leave -> returned(leave);
    };
  }

  /** What a probe returns means nothing to the kernel, but that of a test is its result. */
  private List<Stmt> returned(Ast.Stmt.Return leave) {
    boolean test = context.kind() == Kind.TEST;
    context.noteEnd();
    String what = test ? "What a test returns" : "What a probe returns";
    Optional<Expr> value = leave.value().map(written -> expressions.integer(written, what).expr());
    return test || value.isEmpty()
        ? List.of(new Stmt.Return(value, leave.range()))
        : List.of(
            new Stmt.Evaluate(value.get(), leave.range()),
            new Stmt.Return(Optional.empty(), leave.range()));
  }

  private static boolean isZero(Value value) {
    return value.expr() instanceof Checked.Expr.IntLiteral literal && literal.value() == 0;
  }

  private List<Stmt> evaluate(Ast.Stmt.Evaluate evaluate) {
    return switch (evaluate.expr()) {
      case Ast.Expr.Sequence sequence -> {
        round.diagnostics().enter(sequence.range());
        List<Stmt> inside = block(statements(sequence, evaluate.range()));
        round.diagnostics().leave();
        yield inside;
      }
      case Ast.Expr.Conditional(
              Ast.Expr condition,
              Optional<Ast.Expr> then,
              Ast.Expr otherwise,
              SourceRange range)
          when then.isPresent() && (isStatement(then.get()) || isStatement(otherwise)) ->
          statement(
              new Ast.Stmt.If(
                  condition,
                  statements(then.get(), then.get().range()),
                  statements(otherwise, otherwise.range()),
                  range));
      case Ast.Expr.Call call when Calls.NAMES.contains(call.function()) -> calls.statement(call);
      case Ast.Expr.Step(Ast.Expr.MapUse use, boolean up, boolean prefix, SourceRange range)
          when expressions.maps().info(use).values.pointer() -> {
        Ast.BinaryOp op = up ? Ast.BinaryOp.ADD : Ast.BinaryOp.SUBTRACT;
        Ast.Expr one = new Ast.Expr.Int(1, false, range);
        yield assign(new Ast.Stmt.Assign(use, Optional.of(op), one, range));
      }
      case Ast.Expr.Step step ->
          List.of(new Stmt.Evaluate(expressions.step(step, false).expr(), evaluate.range()));
      default -> {
        Value value = expressions.value(evaluate.expr());
        if (value.known() && evaluate.expr().range().equals(evaluate.range())) {
          diagnostics.warning(evaluate.range(), "The value is not used");
        }
        yield List.of(new Stmt.Evaluate(value.expr(), evaluate.range()));
      }
    };
  }

  /** Whether an expression may be there for its effects only. */
  private static boolean isStatement(Ast.Expr expr) {
    return switch (expr) {
      case Ast.Expr.Sequence sequence -> true;
      case Ast.Expr.Call call -> Calls.NAMES.contains(call.function());
      case Ast.Expr.Conditional nested -> isStatement(nested.otherwise());
      default -> false;
    };
  }

  /**
   * An expression as statements, for its effects.
   *
   * @param whole longer than the expression where its value is discarded on purpose
   */
  private static List<Ast.Stmt> statements(Ast.Expr expr, SourceRange whole) {
    if (!(expr instanceof Ast.Expr.Sequence sequence)) {
      return List.of(new Ast.Stmt.Evaluate(expr, expr.range()));
    }
    List<Ast.Stmt> all = new ArrayList<>(sequence.statements());
    sequence
        .value()
        .map(
            value ->
                new Ast.Stmt.Evaluate(value, whole.equals(expr.range()) ? value.range() : whole))
        .ifPresent(all::add);
    return all;
  }

  private List<Stmt> assign(Ast.Stmt.Assign assign) {
    return switch (assign.target()) {
      case Ast.Expr.Variable variable -> assignVariable(assign, variable);
      case Ast.Expr.MapUse use -> assignMap(assign, use);
      default -> {
        expressions.unchangeable(assign.target());
        yield List.of();
      }
    };
  }

  private List<Stmt> assignVariable(Ast.Stmt.Assign assign, Ast.Expr.Variable target) {
    // The value first: in $x = $x + 1 the right side is not the variable that this makes.
    Value value =
        assign.op().isPresent()
            ? expressions.value(
                new Ast.Expr.Binary(assign.op().get(), target, assign.value(), assign.range()))
            : expressions.variableValue(assign.value());
    Optional<ProbeContext.Variable> found = context.find(target.name());
    if (found.isEmpty() && assign.op().isPresent()) {
      return List.of();
    }
    ProbeContext.Variable variable =
        found.orElseGet(() -> context.declare(target.name(), target.range()));
    return set(variable, target.name(), value, assign.range());
  }

  /** The number of {@code uptr(number)}, where numbers are addresses in that space anyway. */
  private Value numberOf(Value value) {
    AddressSpace space = context.space();
    return Access.ofNumber(value)
        .filter(
            number ->
                space == AddressSpace.NONE
                    || value.type().equals(new Type.Pointer(Type.NONE, space)))
        .map(Value::of)
        .orElse(value);
  }

  private List<Stmt> set(
      ProbeContext.Variable variable, String name, Value given, SourceRange range) {
    Value value = expressions.fitting(variable.place(), numberOf(given));
    String shown = Macros.written(name);
    // That of a function's result has a name that no script can write.
    boolean result = shown.contains(" ");
    if (!round.environment().put(variable.place(), value)) {
      List<String> names = names(variable.place().type(), value.writtenType());
      context.noteSet(variable);
      String holder = result ? RETURNS : "Type mismatch for $" + shown + ": it holds";
      diagnostics.error(
          range,
          "%s %s, not %s".formatted(holder, names.getFirst(), names.getLast()),
          List.of(new Context(variable.declaration(), "This is the initial declaration.")),
          List.of());
      return List.of();
    }
    context.noteSet(variable);
    expressions
        .operators()
        .warnOfSign(variable.place().type(), value, result ? RETURNS : "$" + shown + " is", range);
    Expr coerced = Coercion.to(variable.place().type(), value.expr());
    return List.of(new Stmt.SetLocal(variable.local(), coerced, range));
  }

  private static List<String> names(Type a, Type b) {
    List<String> sized = List.of(sized(a), sized(b));
    return sized.getFirst().equals(sized.getLast()) ? TypeNames.apart(a, b) : sized;
  }

  private static String sized(Type type) {
    boolean sizes = type instanceof Type.Str || type instanceof Type.Tuple;
    return sizes ? TypeNames.written(type) : TypeNames.describe(type);
  }

  /** Whether it is a block whose value is what a function for maps makes. */
  private static boolean aggregatesAtLast(Ast.Expr expr) {
    return expr instanceof Ast.Expr.Sequence sequence
        && sequence
            .value()
            .filter(
                value ->
                    aggregatesAtLast(value)
                        || (value instanceof Ast.Expr.Call call
                            && Aggregations.NAMES.contains(call.function())))
            .isPresent();
  }

  private List<Stmt> assignMap(Ast.Stmt.Assign assign, Ast.Expr.MapUse use) {
    if (assign.value() instanceof Ast.Expr.Call call
        && Aggregations.NAMES.contains(call.function())
        && assign.op().isEmpty()) {
      return aggregations.assign(use, call, assign.range());
    }
    if (assign.op().isEmpty() && aggregatesAtLast(assign.value())) {
      Ast.Expr.Sequence sequence = (Ast.Expr.Sequence) assign.value();
      List<Ast.Stmt> all = new ArrayList<>(sequence.statements());
      Ast.Expr last = sequence.value().orElseThrow();
      all.add(new Ast.Stmt.Assign(use, Optional.empty(), last, assign.range()));
      return block(all);
    }
    if (assign.op().isPresent()) {
      return compound(assign, assign.op().get(), use);
    }
    MapUses maps = expressions.maps();
    MapInfo map = maps.info(use);
    List<Expr> key = maps.key(map, use.key(), use.range());
    Value value = numberOf(expressions.value(assign.value()));
    if (value.expr() instanceof Expr.Aggregated
        && (map.aggregation.isPresent() || !(map.type() instanceof Type.Int))) {
      String source = assign.value() instanceof Ast.Expr.MapUse of ? of.name() : "...";
      diagnostics.error(
          assign.range(),
          "An aggregation can't be put into another map as it is",
          List.of(),
          List.of("Cast it to a number: (int64)@" + source));
      map.refused = true;
      return List.of();
    }
    return maps.assign(map, value, assign.range())
        ? List.of(
            new Stmt.SetMap(map.index, key, Coercion.to(map.type(), value.expr()), assign.range()))
        : List.of();
  }

  private List<Stmt> compound(Ast.Stmt.Assign assign, Ast.BinaryOp op, Ast.Expr.MapUse use) {
    MapUses maps = expressions.maps();
    MapInfo map = maps.info(use);
    boolean sum = op == Ast.BinaryOp.ADD || op == Ast.BinaryOp.SUBTRACT;
    if (!sum || map.values.pointer()) {
      return replace(assign, op, use, map);
    }
    List<Expr> key = maps.key(map, use.key(), use.range());
    Value value = expressions.integer(assign.value(), "What is added to a map");
    Value added = op == Ast.BinaryOp.SUBTRACT ? negated(value) : value;
    return maps.count(map, added, assign.range())
        ? List.of(new Stmt.AddMap(map.index, key, added.expr(), assign.range()))
        : List.of();
  }

  /** Whether 2^64 - n fits as a signed number is no question here: it is added modulo 2^64. */
  private Value negated(Value value) {
    return value.expr() instanceof Expr.IntLiteral literal && value.isInteger()
        ? Value.literal(-literal.value(), value.range())
        : expressions.operators().unary(Ast.UnaryOp.MINUS, value, value.range());
  }

  /** {@code @x *= 2} and so on: reads, then sets. */
  private List<Stmt> replace(
      Ast.Stmt.Assign assign, Ast.BinaryOp op, Ast.Expr.MapUse use, MapInfo map) {
    if (use.key().stream().anyMatch(StatementChecker::changesSomething)) {
      diagnostics.error(
          use.range(), "The key would be evaluated twice here: put it into a variable first");
      return List.of();
    }
    Value value = expressions.value(new Ast.Expr.Binary(op, use, assign.value(), assign.range()));
    List<Expr> key = expressions.maps().key(map, use.key(), use.range());
    return expressions.maps().assign(map, value, assign.range())
        ? List.of(
            new Stmt.SetMap(map.index, key, Coercion.to(map.type(), value.expr()), assign.range()))
        : List.of();
  }

  private static boolean changesSomething(Ast.Expr expr) {
    return expr instanceof Ast.Expr.Step
        || (expr instanceof Ast.Expr.Name name && name.name().equals("rand"))
        || expr instanceof Ast.Expr.Sequence
        || Ast.children(expr).stream()
            .anyMatch(child -> !(child instanceof Ast.Expr e) || changesSomething(e));
  }

  private List<Stmt> let(Ast.Stmt.Let let) {
    String name = let.variable().name();
    Optional<Value> value = let.value().map(expressions::variableValue);
    Optional<ProbeContext.Variable> declared = fresh(name, let.variable().range(), let.range());
    if (declared.isEmpty()) {
      return List.of();
    }
    ProbeContext.Variable variable = declared.get();
    let.type()
        .ifPresent(type -> expressions.types().resolve(type).ifPresent(variable.place()::declare));
    if (value.isPresent()) {
      return set(variable, name, value.get(), let.range());
    }
    context.noteUnset(variable);
    Type type = variable.place().type();
    return type instanceof Type.None
        ? List.of()
        : List.of(
            new Stmt.SetLocal(variable.local(), Coercion.zero(type, let.range()), let.range()));
  }

  /** A new variable; empty, with an error, if there is one of that name. */
  Optional<ProbeContext.Variable> fresh(String name, SourceRange declaration, SourceRange range) {
    Optional<ProbeContext.Variable> shadowed = context.find(name);
    if (shadowed.isPresent()) {
      diagnostics.error(
          range,
          "Variable $" + Macros.written(name) + " was already declared",
          List.of(new Context(shadowed.get().declaration(), "This is the initial declaration.")),
          List.of());
      return Optional.empty();
    }
    return Optional.of(context.declare(name, declaration));
  }
}
