package jbt.compiler.check;

import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import jbt.compiler.check.Checked.Expr;
import jbt.compiler.lang.Ast;
import jbt.compiler.lang.Diagnostics;
import jbt.compiler.lang.SourceRange;
import jbt.compiler.types.Type;
import jbt.compiler.types.Type.AddressSpace;

/** Functions and builtins that give numbers and addresses. */
final class NumberCalls {
  /** With and without parentheses. */
  static final Set<String> BARE =
      Set.of("ncpus", "jiffies", "numaid", "cgroup", "probetype", "usermode", "has_cpid", "cpid");

  static final Set<String> NAMES =
      Set.of(
          "ncpus",
          "jiffies",
          "numaid",
          "cgroup",
          "probetype",
          "usermode",
          "cpid",
          "has_cpid",
          "bswap",
          "kptr",
          "uptr",
          "reg");

  /** Of struct pt_regs on x86-64. */
  private static final List<String> REGISTERS =
      List.of(
          "r15", "r14", "r13", "r12", "bp", "bx", "r11", "r10", "r9", "r8", "ax", "cx", "dx", "si",
          "di", "orig_ax", "ip", "cs", "flags", "sp", "ss");

  private final ExpressionChecker expressions;
  private final Round round;
  private final ProbeContext context;
  private final Diagnostics diagnostics;

  NumberCalls(ExpressionChecker expressions, Round round, ProbeContext context) {
    this.expressions = expressions;
    this.round = round;
    this.context = context;
    this.diagnostics = round.diagnostics();
  }

  Value call(Ast.Expr.Call call) {
    if (BARE.contains(call.function()) && !Calls.arity(call, 0, 0, diagnostics)) {
      return Value.unknown(call.range());
    }
    return switch (call.function()) {
      case "ncpus" -> literal(round.target().possibleCpus(), Type.UINT64, call.range());
      case "jiffies" -> made(Function.JIFFIES, Type.UINT64, call.range());
      case "numaid" -> made(Function.NUMA_NODE, Type.UINT32, call.range());
      case "cgroup" ->
          new Value(made(Function.CGROUP, Type.UINT64, call.range()).expr(), false, true);
      case "probetype" -> Value.string(probeType(), call.range());
      case "usermode" -> userMode(call.range());
      case "cpid" -> command(call.range());
      case "has_cpid" -> Value.bool(command().isPresent(), call.range());
      case "bswap" -> swapped(call);
      case "kptr" -> pointer(call, AddressSpace.KERNEL);
      case "uptr" -> pointer(call, AddressSpace.USER);
      case "reg" -> register(call);
      default -> throw new IllegalArgumentException(call.function());
    };
  }

  private Value command(SourceRange range) {
    // Whoever asks whether there is one knows.
    if (command().isEmpty() && !round.source().text().contains("has_cpid")) {
      diagnostics.warning(range, "cpid is 0: there is no command (-c)");
    }
    return new Value(new Expr.IntLiteral(command().orElse(0), Type.UINT32, range), true, true);
  }

  private OptionalInt command() {
    return round.environment().circumstances().command();
  }

  /**
   * Whether a builtin has the arguments that it may have: none, or those of {@code pid(init)} and
   * the like, which change nothing, since an agent is in the first namespace.
   */
  static boolean isNamespace(Ast.Expr.Call call, Diagnostics diagnostics) {
    boolean id = call.function().equals("pid") || call.function().equals("tid");
    if (!Calls.arity(call, 0, id ? 1 : 0, diagnostics)) {
      return false;
    }
    boolean known =
        call.arguments().isEmpty()
            || (call.arguments().getFirst() instanceof Ast.Expr.Name(String name, var range)
                && (name.equals("init") || name.equals("curr_ns")));
    if (!known) {
      diagnostics.error(
          call.arguments().getFirst().range(), call.function() + "() takes curr_ns or init");
    }
    return known;
  }

  /** {@code nsecs(mode)}. */
  Value time(Ast.Expr.Call call) {
    String mode =
        call.arguments().size() == 1 && call.arguments().getFirst() instanceof Ast.Expr.Name name
            ? name.name()
            : "";
    return switch (mode) {
      case "boot" -> Builtins.value("nsecs", context, round, call.range());
      case "monotonic" -> made(Function.NSECS_MONOTONIC, Type.UINT64, call.range());
      case "tai" -> made(Function.NSECS_TAI, Type.UINT64, call.range());
      case "sw_tai" -> made(Function.NSECS_WALL, Type.UINT64, call.range());
      default -> {
        diagnostics.error(
            call.range(), "nsecs() takes one of the modes boot, monotonic, tai and sw_tai");
        yield Value.unknown(call.range());
      }
    };
  }

  private static Value made(Function function, Type type, SourceRange range, Expr... arguments) {
    boolean natural = type.equals(Type.UINT32);
    return new Value(new Expr.Call(function, List.of(arguments), type, range), natural, false);
  }

  private static Value literal(long value, Type type, SourceRange range) {
    return new Value(new Expr.IntLiteral(value, type, range), true, false);
  }

  private String probeType() {
    return switch (context.kind()) {
      case BEGIN, END, SELF -> "special";
      case TEST -> "test";
      case BENCH -> "benchmark";
      case TRACEPOINT,
          DIRECT_TRACEPOINT,
          RAW_EVENT,
          INTERVAL,
          PROFILE,
          SOFTWARE,
          UPROBE,
          URETPROBE,
          USDT,
          KPROBE,
          KRETPROBE,
          FENTRY,
          FEXIT,
          HARDWARE,
          WATCHPOINT,
          ITER -> {
        String name = context.points().getFirst().name();
        yield name.substring(0, name.indexOf(':'));
      }
    };
  }

  private boolean hasRegisters() {
    return !ContextPointer.struct(context.kind()).isEmpty();
  }

  private static Expr registerValue(String name, SourceRange range) {
    int offset = 8 * REGISTERS.indexOf(name);
    return new Expr.ContextField(offset, 8, Expr.ContextField.Read.LOAD, Type.UINT64, range);
  }

  private Value userMode(SourceRange range) {
    Type type = new Type.Int(1, false);
    if (!hasRegisters()) {
      // Without registers it is known where the program runs: the tracer's own, or in the kernel.
      return literal(probeType().equals("special") ? 1 : 0, type, range);
    }
    Expr mask = new Expr.IntLiteral(3, Type.UINT64, range);
    Expr ring =
        new Expr.Binary(Checked.BinaryOp.AND, registerValue("cs", range), mask, Type.UINT64, range);
    Expr user = new Expr.Binary(Checked.BinaryOp.EQ, ring, mask, Type.BOOL, range);
    return new Value(new Expr.Cast(user, type, range), true, false);
  }

  private Value register(Ast.Expr.Call call) {
    if (!Calls.arity(call, 1, 1, diagnostics)) {
      return Value.unknown(call.range());
    }
    if (!hasRegisters()) {
      diagnostics.error(
          call.range(), "reg() is not available in " + context.points().getFirst().name());
      return Value.unknown(call.range());
    }
    if (!(call.arguments().getFirst() instanceof Ast.Expr.Str str)) {
      diagnostics.error(
          call.arguments().getFirst().range(), "reg() takes a string literal: reg(\"ip\")");
      return Value.unknown(call.range());
    }
    String name =
        switch (str.value()) {
          case "pc" -> "ip";
          case "orig_rax" -> "orig_ax";
          default -> str.value();
        };
    if (!REGISTERS.contains(name)) {
      diagnostics.error(
          str.range(),
          "There is no register '" + str.value() + "'",
          List.of(),
          Nearest.hint(str.value(), REGISTERS));
      return Value.unknown(call.range());
    }
    return new Value(registerValue(name, call.range()), false, true);
  }

  private Value swapped(Ast.Expr.Call call) {
    if (!Calls.arity(call, 1, 1, diagnostics)) {
      return Value.unknown(call.range());
    }
    Value value = expressions.integer(call.arguments().getFirst(), "The argument of bswap()");
    if (!value.known()) {
      return Value.unknown(call.range());
    }
    int bytes = width(call.arguments().getFirst(), value);
    Type type = new Type.Int(bytes, false);
    if (value.expr() instanceof Expr.IntLiteral number) {
      long swapped = Long.reverseBytes(number.value()) >>> (64 - 8 * bytes);
      return new Value(new Expr.IntLiteral(swapped, type, call.range()), swapped >= 0, false);
    }
    return new Value(
        made(Function.BYTE_SWAP, type, call.range(), value.expr()).expr(), bytes < 8, false);
  }

  /** What a variable or map holds is as wide as the widest value that was put there. */
  private int width(Ast.Expr argument, Value value) {
    return switch (argument) {
      case Ast.Expr.Cast cast when value.type() instanceof Type.Int(int bytes, var s, var e) ->
          bytes;
      case Ast.Expr.Variable variable ->
          context.find(variable.name()).orElseThrow().place().bytes();
      case Ast.Expr.MapUse use when value.expr() instanceof Expr.MapValue ->
          round.environment().map(use.name(), use.range()).values.bytes();
      default -> value.bytes();
    };
  }

  private Value pointer(Ast.Expr.Call call, AddressSpace space) {
    if (!Calls.arity(call, 1, 1, diagnostics)) {
      return Value.unknown(call.range());
    }
    Value value = expressions.value(call.arguments().getFirst());
    if (!value.known()) {
      return Value.unknown(call.range());
    }
    boolean pointer = value.type() instanceof Type.Pointer;
    if (!pointer && !value.isInteger()) {
      diagnostics.error(
          value.range(),
          "%s() takes a pointer or an integer, not %s"
              .formatted(call.function(), value.described()));
      return Value.unknown(call.range());
    }
    Type target = value.type() instanceof Type.Pointer(Type t, AddressSpace s) ? t : Type.NONE;
    Type type = new Type.Pointer(target, space);
    return new Value(new Expr.Cast(value.expr(), type, call.range()), false, true);
  }
}
