package jbt.compiler.check;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import jbt.compiler.check.Checked.Expr;
import jbt.compiler.check.Checked.Expr.ContextField.Read;
import jbt.compiler.check.Checked.Probe.Kind;
import jbt.compiler.lang.Diagnostics;
import jbt.compiler.lang.SourceRange;
import jbt.compiler.types.Btf;
import jbt.compiler.types.Type;

/**
 * {@code arg0}, {@code retval} and {@code func}: what the registers tell; {@code sarg0}, as older
 * scripts have it: an argument that is on the stack.
 */
public final class Registers {
  /** Offsets in struct pt_regs of x86-64. */
  private static final Map<String, Integer> OFFSETS =
      Map.ofEntries(
          Map.entry("r15", 0),
          Map.entry("r14", 8),
          Map.entry("r13", 16),
          Map.entry("r12", 24),
          Map.entry("bp", 32),
          Map.entry("bx", 40),
          Map.entry("r11", 48),
          Map.entry("r10", 56),
          Map.entry("r9", 64),
          Map.entry("r8", 72),
          Map.entry("ax", 80),
          Map.entry("cx", 88),
          Map.entry("dx", 96),
          Map.entry("si", 104),
          Map.entry("di", 112),
          Map.entry("orig_rax", 120),
          Map.entry("ip", 128),
          Map.entry("pc", 128),
          Map.entry("cs", 136),
          Map.entry("flags", 144),
          Map.entry("sp", 152),
          Map.entry("ss", 160));

  /** Those that hold the first arguments of a function, in order. */
  static final List<String> ARGUMENTS = List.of("di", "si", "dx", "cx", "r8", "r9");

  /** Those that hold the arguments of a system call, in order. */
  private static final List<String> CALL_ARGUMENTS = List.of("di", "si", "dx", "r10", "r8", "r9");

  /** Probes that know the function they are in. */
  private static final Set<Kind> FUNCTIONS =
      EnumSet.of(Kind.UPROBE, Kind.URETPROBE, Kind.KPROBE, Kind.KRETPROBE, Kind.FENTRY, Kind.FEXIT);

  private static final Pattern ARGUMENT = Pattern.compile("s?arg[0-9]{1,2}");

  private Registers() {}

  static boolean isName(String name) {
    return ARGUMENT.matcher(name).matches() || name.equals("retval") || name.equals("func");
  }

  /** Offset in the context of a register by its name in scripts. */
  static Optional<Integer> offset(String register) {
    return Optional.ofNullable(OFFSETS.get(register));
  }

  /** The argument of a function that the register at an offset holds when it begins; or -1. */
  public static int argumentAt(int offset) {
    return ARGUMENTS.stream().map(OFFSETS::get).toList().indexOf(offset);
  }

  /** Offset of the register of a system call's argument, by its number from 0 to 5. */
  public static int callArgument(int number) {
    return offset(CALL_ARGUMENTS.get(number)).orElseThrow();
  }

  /** Whether the register at an offset holds what a function returns. */
  public static boolean isResult(int offset) {
    return offset("ax").equals(Optional.of(offset));
  }

  static Value value(
      String name, ProbeContext context, Diagnostics diagnostics, SourceRange range) {
    Kind kind = context.kind();
    Expanded point = context.points().getFirst();
    return switch (name) {
      case "retval" ->
          kind == Kind.URETPROBE || kind == Kind.KRETPROBE
              ? register("ax", range)
              : unavailable(name, point, diagnostics, range);
      case "func" ->
          FUNCTIONS.contains(kind)
              ? Value.string(Strings.bytes(point.function()), range)
              : unavailable(name, point, diagnostics, range);
      default ->
          name.startsWith("s")
              ? onStack(name, context, diagnostics, range)
              : argument(Integer.parseInt(name.substring(3)), context, diagnostics, range);
    };
  }

  private static Value argument(
      int number, ProbeContext context, Diagnostics diagnostics, SourceRange range) {
    Expanded point = context.points().getFirst();
    if (context.kind() == Kind.USDT) {
      if (number < point.arguments().size()) {
        UsdtArgument argument = point.arguments().get(number);
        if (argument.place() == UsdtArgument.Place.UNKNOWN) {
          diagnostics.error(
              range, "Where %s keeps arg%d is not understood".formatted(point.name(), number));
        }
        return argument.value(range);
      }
      diagnostics.error(
          range,
          "%s has %d arguments, there is no arg%d"
              .formatted(point.name(), point.arguments().size(), number));
      return Value.unknown(range);
    }
    if (context.kind() != Kind.UPROBE && context.kind() != Kind.KPROBE) {
      return unavailable("arg" + number, point, diagnostics, range);
    }
    if (number >= ARGUMENTS.size()) {
      diagnostics.error(
          range,
          "arg%d is not in a register: arg0 to arg%d are".formatted(number, ARGUMENTS.size() - 1));
      return Value.unknown(range);
    }
    return Value.of(argument(number, range));
  }

  /** At the start of a function the address to return to is on top of the stack. */
  private static Value onStack(
      String name, ProbeContext context, Diagnostics diagnostics, SourceRange range) {
    boolean user = context.kind() == Kind.UPROBE;
    if (!user && context.kind() != Kind.KPROBE) {
      return unavailable(name, context.points().getFirst(), diagnostics, range);
    }
    int offset = 8 * (1 + Integer.parseInt(name.substring(4)));
    Type.AddressSpace space = user ? Type.AddressSpace.USER : Type.AddressSpace.KERNEL;
    Expr top = register("sp", range).expr();
    return Value.of(
        new Expr.Memory(top, offset, Optional.empty(), space, false, Type.UINT64, range));
  }

  /** What the register of an argument holds. */
  static Expr argument(int number, SourceRange range) {
    int offset = offset(ARGUMENTS.get(number)).orElseThrow();
    return new Expr.ContextField(offset, 8, Read.LOAD, Type.UINT64, range);
  }

  private static Value unavailable(
      String what, Expanded point, Diagnostics diagnostics, SourceRange range) {
    diagnostics.error(
        range,
        "'" + what + "' is not available in " + point.name(),
        List.of(),
        instead(what, point));
    return Value.unknown(range);
  }

  /** What to use. */
  private static List<String> instead(String what, Expanded point) {
    if (what.equals("retval")) {
      return ContextFields.has(point, "ret") ? List.of("It is args.ret there") : List.of();
    }
    List<Btf.Parameter> parameters = point.parameters();
    if (parameters.isEmpty()) {
      return ContextFields.all(point);
    }
    boolean ofArgs = point.kind() == Kind.FENTRY || point.kind() == Kind.FEXIT;
    if (!ofArgs || !what.startsWith("arg")) {
      return List.of();
    }
    int number = Integer.parseInt(what.substring(3));
    return number < parameters.size()
        ? List.of("It is args.%s there".formatted(parameters.get(number).name()))
        : ContextFields.all(point);
  }

  static Expr instructionPointer(SourceRange range) {
    return register("ip", range).expr();
  }

  private static Value register(String name, SourceRange range) {
    int offset = offset(name).orElseThrow();
    return Value.of(new Expr.ContextField(offset, 8, Read.LOAD, Type.UINT64, range));
  }
}
