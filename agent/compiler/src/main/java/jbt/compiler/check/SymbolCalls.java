package jbt.compiler.check;

import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import jbt.compiler.check.Checked.Builtin;
import jbt.compiler.check.Checked.Expr;
import jbt.compiler.lang.Ast;
import jbt.compiler.lang.Diagnostics;
import jbt.compiler.lang.SourceRange;
import jbt.compiler.types.Meaning;
import jbt.compiler.types.SystemNames;
import jbt.compiler.types.Type;

/** Functions and builtins whose values programs hold as numbers and the agent turns into text. */
final class SymbolCalls {
  /** With and without parentheses. */
  static final Set<String> BARE = Set.of("kstack", "ustack", "dw_ustack", "username");

  static final Set<String> NAMES =
      Set.of(
          "kstack",
          "ustack",
          "dw_ustack",
          "username",
          "ksym",
          "usym",
          "strftime",
          "strerror",
          "signal_name",
          "syscall_name",
          "macaddr",
          "ntop",
          "cgroup_path");

  private static final int DEFAULT_FRAMES = 127;
  private static final int MOST_FRAMES = 1024;
  private static final String MODES = "bpftrace, perf, raw and build_id";
  private static final int INET = 2;
  private static final int INET6 = 10;

  private final Round round;
  private final ProbeContext context;
  private final ExpressionChecker expressions;
  private final Diagnostics diagnostics;

  SymbolCalls(Round round, ProbeContext context, ExpressionChecker expressions) {
    this.round = round;
    this.context = context;
    this.expressions = expressions;
    this.diagnostics = round.diagnostics();
  }

  Value call(Ast.Expr.Call call) {
    return switch (call.function()) {
      case "kstack" -> stack(call, false, Function.STACK);
      case "ustack" -> stack(call, true, Function.STACK);
      case "dw_ustack" -> unwound(call);
      case "username" -> user(call);
      case "ksym" -> ofNumber(call, new Meaning.KernelSymbol());
      case "usym" -> userSymbol(call);
      case "strftime" -> time(call);
      case "strerror" -> ofNumber(call, new Meaning.Id(Meaning.Id.Kind.ERROR));
      case "signal_name" -> ofNumber(call, new Meaning.Id(Meaning.Id.Kind.SIGNAL));
      case "syscall_name" -> ofNumber(call, new Meaning.Id(Meaning.Id.Kind.SYSTEM_CALL));
      case "macaddr" -> macAddress(call);
      case "ntop" -> internetAddress(call);
      case "cgroup_path" -> cgroupPath(call);
      default -> throw new IllegalArgumentException(call.function());
    };
  }

  /** The number that a name stands for, where programs can compare by it. */
  static Optional<Long> number(Meaning meaning, String name) {
    if (!(meaning instanceof Meaning.Id(Meaning.Id.Kind kind))) {
      return Optional.empty();
    }
    return switch (kind) {
      case SIGNAL -> SystemNames.signal(name);
      case SYSTEM_CALL -> SystemNames.systemCall(name);
      case ERROR, USER, MAC_ADDRESS -> Optional.empty();
    };
  }

  private boolean arity(Ast.Expr.Call call, int least, int most) {
    return Calls.arity(call, least, most, diagnostics);
  }

  private static Value of(Expr expr) {
    boolean bound = expr.type() instanceof Type.Symbolic(Meaning m) && m.hostBound();
    return new Value(expr, false, bound);
  }

  /** The words of a number, nothing else. */
  private static Value held(Value number, Meaning meaning, SourceRange range) {
    Type type = new Type.Symbolic(meaning);
    return of(
        number.expr() instanceof Expr.IntLiteral literal
            ? new Expr.IntLiteral(literal.value(), type, range)
            : new Expr.Cast(number.expr(), type, range));
  }

  private Value numberOrPointer(Ast.Expr.Call call, int argument) {
    Value value = expressions.value(call.arguments().get(argument));
    if (value.known() && !value.isInteger() && !(value.type() instanceof Type.Pointer)) {
      diagnostics.error(
          value.range(),
          "%s() takes an integer or a pointer, not %s"
              .formatted(call.function(), value.described()));
      return Value.unknown(value.range());
    }
    return value;
  }

  private Value ofNumber(Ast.Expr.Call call, Meaning meaning) {
    if (!arity(call, 1, 1)) {
      return Value.unknown(call.range());
    }
    Value number = numberOrPointer(call, 0);
    return number.known() ? held(number, meaning, call.range()) : Value.unknown(call.range());
  }

  private Value user(Ast.Expr.Call call) {
    if (!arity(call, 0, 0)) {
      return Value.unknown(call.range());
    }
    Expr id = new Expr.BuiltinValue(Builtin.UID, Type.UINT32, call.range());
    return held(Value.of(id), new Meaning.Id(Meaning.Id.Kind.USER), call.range());
  }

  private Value userSymbol(Ast.Expr.Call call) {
    if (!arity(call, 1, 1)) {
      return Value.unknown(call.range());
    }
    Value address = numberOrPointer(call, 0);
    return address.known()
        ? made(Function.USER_SYMBOL, new Meaning.UserSymbol(), call, address)
        : Value.unknown(call.range());
  }

  private static Value made(
      Function function, Meaning meaning, Ast.Expr.Call call, Value... arguments) {
    return of(
        new Expr.Call(
            function,
            Arrays.stream(arguments).map(Value::expr).toList(),
            new Type.Symbolic(meaning),
            call.range()));
  }

  /** The stack of a process whose code need not keep frame pointers. */
  private Value unwound(Ast.Expr.Call call) {
    Configuration.permit(
        expressions.settings().unwinding(),
        "dw_ustack",
        Configuration.UNWINDING,
        call.range(),
        diagnostics);
    OptionalInt process = round.environment().circumstances().process();
    if (process.isEmpty()) {
      return wrong(call, "dw_ustack needs the process whose stacks it shows: name it with -p");
    }
    if (!context.onlyOfProcess()) {
      return wrong(
          call,
          "dw_ustack is not available in %s: other processes run it, too"
              .formatted(context.points().getFirst().name()));
    }
    Features.need(round, Features.TASK_PT_REGS, "dw_ustack", call.range());
    Features.need(round, Features.LOOP, "dw_ustack", call.range());
    Value of = Value.literal(process.getAsInt(), call.range());
    return stack(call, true, Function.UNWOUND_STACK, of);
  }

  private Value wrong(Ast.Expr.Call call, String message) {
    diagnostics.error(call.range(), message);
    return Value.unknown(call.range());
  }

  private Value stack(Ast.Expr.Call call, boolean user, Function function, Value... of) {
    if (!arity(call, 0, 2)) {
      return Value.unknown(call.range());
    }
    Meaning.Stack.Mode mode =
        mode(expressions.settings().stackMode()).orElse(Meaning.Stack.Mode.BPFTRACE);
    int frames = DEFAULT_FRAMES;
    if (call.arguments().size() == 2 && !(call.arguments().getFirst() instanceof Ast.Expr.Name)) {
      diagnostics.error(
          call.arguments().getFirst().range(),
          "The first of two arguments is how the stack is written: " + MODES);
      return Value.unknown(call.range());
    }
    for (int i = 0; i < call.arguments().size(); i++) {
      Ast.Expr argument = call.arguments().get(i);
      if (i == 0 && argument instanceof Ast.Expr.Name name) {
        Optional<Meaning.Stack.Mode> known = mode(name.name());
        if (known.isEmpty()) {
          diagnostics.error(
              name.range(), "Unknown stack mode '%s': there are %s".formatted(name.name(), MODES));
          return Value.unknown(call.range());
        }
        mode = known.get();
      } else {
        String what = "The number of frames of " + call.function() + "()";
        Optional<Long> number = expressions.literal(argument, what, 1, MOST_FRAMES);
        if (number.isEmpty()) {
          return Value.unknown(call.range());
        }
        frames = number.get().intValue();
      }
    }
    return made(function, new Meaning.Stack(user, mode, frames), call, of);
  }

  private static Optional<Meaning.Stack.Mode> mode(String name) {
    return switch (name) {
      case "bpftrace" -> Optional.of(Meaning.Stack.Mode.BPFTRACE);
      case "perf" -> Optional.of(Meaning.Stack.Mode.PERF);
      // Without files to look into, an id of a build and an offset in it tells no more.
      case "raw", "build_id" -> Optional.of(Meaning.Stack.Mode.RAW);
      default -> Optional.empty();
    };
  }

  private Value time(Ast.Expr.Call call) {
    if (!arity(call, 2, 2)) {
      return Value.unknown(call.range());
    }
    if (!(call.arguments().getFirst() instanceof Ast.Expr.Str format)) {
      diagnostics.error(
          call.arguments().getFirst().range(), "The format of strftime() is a string literal");
      return Value.unknown(call.range());
    }
    Value time = expressions.integer(call.arguments().get(1), "The time of strftime()");
    if (!time.known()) {
      return Value.unknown(call.range());
    }
    return held(time, new Meaning.Timestamp(Strings.toNul(format.value())), call.range());
  }

  private Value macAddress(Ast.Expr.Call call) {
    if (!arity(call, 1, 1)) {
      return Value.unknown(call.range());
    }
    Value given = Access.bytes(expressions.any(call.arguments().getFirst()));
    if (!given.known()) {
      return Value.unknown(call.range());
    }
    Value of = given.type() instanceof Type.Int ? given.with(expressions.address(given)) : given;
    boolean array =
        of.type() instanceof Type.Array(Type element, int length)
            && length == 6
            && element instanceof Type.Int(int bytes, var s, var e)
            && bytes == 1;
    if (!array && !(of.type() instanceof Type.Pointer)) {
      diagnostics.error(
          of.range(), "macaddr() takes an array of 6 bytes or an address, not " + of.described());
      return Value.unknown(call.range());
    }
    return made(Function.MAC_ADDRESS, new Meaning.Id(Meaning.Id.Kind.MAC_ADDRESS), call, of);
  }

  /** {@code ntop(address)}, {@code ntop(family, address)}. */
  private Value internetAddress(Ast.Expr.Call call) {
    if (!arity(call, 1, 2)) {
      return Value.unknown(call.range());
    }
    Value address = Access.bytes(expressions.any(call.arguments().getLast()));
    boolean given = call.arguments().size() == 2;
    Value family =
        given
            ? expressions.integer(call.arguments().getFirst(), "The address family")
            : Value.literal(addressBytes(address) == 16 ? INET6 : INET, call.range());
    if (!address.known() || !family.known()) {
      return Value.unknown(call.range());
    }
    if (addressBytes(address) == 0) {
      diagnostics.error(
          address.range(),
          "ntop() takes an integer or an array of 4 or 16 bytes, not " + address.described());
      return Value.unknown(call.range());
    }
    return made(Function.INTERNET_ADDRESS, new Meaning.InternetAddress(), call, family, address);
  }

  /** 4 or 16; 0 for what is no address. */
  private static int addressBytes(Value address) {
    return switch (address.type()) {
      case Type.Int i -> 4;
      case Type.Array(Type.Int(int bytes, var s, var e), int length) ->
          bytes * length == 4 || bytes * length == 16 ? bytes * length : 0;
      default -> 0;
    };
  }

  private Value cgroupPath(Ast.Expr.Call call) {
    if (!arity(call, 1, 2)) {
      return Value.unknown(call.range());
    }
    String pattern = "";
    if (call.arguments().size() == 2) {
      if (!(call.arguments().get(1) instanceof Ast.Expr.Str str)) {
        diagnostics.error(
            call.arguments().get(1).range(), "The pattern of cgroup_path() is a string literal");
        return Value.unknown(call.range());
      }
      pattern = str.value();
    }
    Value id = expressions.integer(call.arguments().getFirst(), "The argument of cgroup_path()");
    return id.known()
        ? held(id, new Meaning.CgroupPath(pattern), call.range())
        : Value.unknown(call.range());
  }
}
