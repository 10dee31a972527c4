package jbt.compiler.check;

import java.util.List;
import java.util.Optional;
import jbt.compiler.check.Checked.Expr;
import jbt.compiler.check.Checked.Stmt;
import jbt.compiler.lang.Ast;
import jbt.compiler.lang.Parameters.Unsafe;
import jbt.compiler.lang.SourceRange;
import jbt.compiler.types.SystemNames;
import jbt.compiler.types.Type;

/** Calls that do something to the host or its processes. */
final class UnsafeCalls {
  private static final int MOST_SIGNAL = 64;

  private final Round round;
  private final ProbeContext context;
  private final ExpressionChecker expressions;

  UnsafeCalls(Round round, ProbeContext context, ExpressionChecker expressions) {
    this.round = round;
    this.context = context;
    this.expressions = expressions;
  }

  /** Tells if a call is not allowed. */
  static void permit(Round round, String function, Unsafe allowed, SourceRange range) {
    switch (allowed) {
      case ALLOWED -> {}
      case NOT_ASKED ->
          round
              .diagnostics()
              .error(
                  range,
                  function + "() is an unsafe function being used in safe mode",
                  List.of(),
                  List.of("Allow it with --unsafe."));
      case FORBIDDEN ->
          round
              .diagnostics()
              .refuse(range, function + "() is an unsafe function, which this host forbids");
    }
  }

  /**
   * {@code signal("SIGUSR1")}, {@code signal_thread(10)}: to the process or thread that runs; 0 if
   * it was sent.
   */
  Optional<Expr> signal(Ast.Expr.Call call, Function function) {
    if (!Calls.arity(call, 1, 1, round.diagnostics())) {
      return Optional.empty();
    }
    permit(round, call.function(), round.environment().circumstances().unsafe(), call.range());
    if (reachesTracer(call)) {
      return Optional.empty();
    }
    return signalNumber(call.arguments().getFirst())
        .map(number -> new Expr.Call(function, List.of(number.expr()), Type.INT64, call.range()));
  }

  /** With an error, for what is done to the process that runs. */
  private boolean reachesTracer(Ast.Expr.Call call) {
    if (context.runsInTracer()) {
      round
          .diagnostics()
          .error(
              call.range(),
              "%s() is not available in %s: it would reach the tracer itself"
                  .formatted(call.function(), context.points().getFirst().name()));
    }
    return context.runsInTracer();
  }

  private Optional<Value> signalNumber(Ast.Expr written) {
    if (written instanceof Ast.Expr.Str(String name, SourceRange range)) {
      Optional<Long> number = SystemNames.signal(name).or(() -> SystemNames.signal("SIG" + name));
      if (number.isEmpty()) {
        round.diagnostics().error(range, "There is no signal '" + Strings.text(name) + "'");
      }
      return number.map(n -> Value.literal(n, range));
    }
    Value value = expressions.integer(written, "A signal");
    if (value.known()
        && value.expr() instanceof Expr.IntLiteral(long number, Type type, SourceRange range)
        && (number < 1 || number > MOST_SIGNAL)) {
      round
          .diagnostics()
          .error(range, "A signal is a number from 1 to %d, not %d".formatted(MOST_SIGNAL, number));
      return Optional.empty();
    }
    return value.known() ? Optional.of(value) : Optional.empty();
  }

  /** {@code override(code)}: what the probed function returns instead of doing anything. */
  List<Stmt> override(Ast.Expr.Call call) {
    if (!Calls.arity(call, 1, 1, round.diagnostics())) {
      return List.of();
    }
    permit(round, call.function(), round.environment().circumstances().unsafe(), call.range());
    String point = context.points().getFirst().name();
    if (!point.startsWith("kprobe:")) {
      round.diagnostics().error(call.range(), "override() is for kprobes, not for " + point);
      return List.of();
    }
    Features.need(round, Features.OVERRIDE, "override()", call.range());
    Value code = expressions.integer(call.arguments().getFirst(), "The argument of override()");
    if (!code.known()) {
      return List.of();
    }
    Expr made = new Expr.Call(Function.OVERRIDE, List.of(code.expr()), Type.INT64, call.range());
    return List.of(new Stmt.Evaluate(made, call.range()));
  }

  /** {@code write_user(address, what, bytes)}: into the memory of the process that runs. */
  List<Stmt> write(Ast.Expr.Call call) {
    if (!Calls.arity(call, 3, 3, round.diagnostics())) {
      return List.of();
    }
    permit(round, call.function(), round.environment().circumstances().unsafe(), call.range());
    if (reachesTracer(call)) {
      return List.of();
    }
    Features.need(round, Features.WRITE_USER, "write_user()", call.range());
    Value target = expressions.value(call.arguments().get(0));
    Value what = expressions.any(call.arguments().get(1));
    Optional<Long> bytes =
        expressions.literal(
            call.arguments().get(2), "The length of write_user()", 1, FieldType.LONGEST_STRING);
    if (!target.known() || !what.known() || bytes.isEmpty()) {
      return List.of();
    }
    boolean address = target.type() instanceof Type.Pointer || target.type() instanceof Type.Int;
    if (!address) {
      round
          .diagnostics()
          .error(target.range(), "write_user() takes a pointer, not " + target.described());
      return List.of();
    }
    if (bytes.get() > room(what.type())) {
      round
          .diagnostics()
          .error(
              what.range(),
              "write_user() can't take %d bytes of %s".formatted(bytes.get(), what.described()));
      return List.of();
    }
    List<Expr> arguments =
        List.of(
            target.expr(),
            what.expr(),
            Value.literal(bytes.get(), call.arguments().get(2).range()).expr());
    Expr made = new Expr.Call(Function.WRITE_USER, arguments, Type.INT64, call.range());
    return List.of(new Stmt.Evaluate(made, call.range()));
  }

  /** Bytes that can be taken of a value. */
  private static int room(Type type) {
    return switch (type) {
      case Type.Pointer p -> FieldType.LONGEST_STRING;
      case Type.Int i -> Long.BYTES;
      case Type.Bool b -> 1;
      case Type.Str str -> str.storedSize();
      case Type.Array array -> Access.canBeHeld(array) ? array.storedSize() : 0;
      default -> 0;
    };
  }

  /** {@code system} and {@code cat} take what printf does; text must not become shell syntax. */
  void commandArguments(Ast.Expr.Call call, List<Value> arguments) {
    for (Value argument : arguments) {
      boolean plain =
          switch (argument.type()) {
            case Type.Int i -> true;
            case Type.Bool b -> true;
            case Type.Pointer p -> true;
            case Type.Str s -> true;
            case Type.ProbeName n -> true;
            case Type.Symbolic s -> true;
            case Type.None n -> true;
            case Type.Buffer b -> false;
            case Type.Tuple t -> false;
            case Type.Array a -> false;
            case Type.Struct s -> false;
          };
      if (!plain) {
        round
            .diagnostics()
            .error(
                argument.range(),
                "%s() takes texts and numbers, not %s"
                    .formatted(call.function(), argument.described()));
      }
    }
  }
}
