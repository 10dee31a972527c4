package jbt.compiler.check;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import jbt.compiler.check.Checked.Expr;
import jbt.compiler.check.Checked.Expr.ContextField.Read;
import jbt.compiler.check.Checked.Probe.Kind;
import jbt.compiler.lang.Ast;
import jbt.compiler.lang.SourceRange;
import jbt.compiler.types.Type;
import jbt.compiler.types.Type.AddressSpace;

/** {@code ctx}: what a program is called with, where that is registers or a sample. */
final class ContextPointer {
  private final Round round;
  private final ProbeContext context;
  private final Access access;

  ContextPointer(Round round, ProbeContext context, Access access) {
    this.round = round;
    this.context = context;
    this.access = access;
  }

  static boolean is(Ast.Expr expr) {
    return expr instanceof Ast.Expr.Name name && name.name().equals("ctx");
  }

  /** The struct with registers that it points to, or "" where scripts get none. */
  static String struct(Kind kind) {
    return switch (kind) {
      case KPROBE, KRETPROBE, UPROBE, URETPROBE, USDT -> "pt_regs";
      case INTERVAL, PROFILE, SOFTWARE, HARDWARE, WATCHPOINT -> "bpf_perf_event_data";
      case BEGIN,
          END,
          SELF,
          TEST,
          BENCH,
          TRACEPOINT,
          DIRECT_TRACEPOINT,
          RAW_EVENT,
          FENTRY,
          FEXIT,
          ITER ->
          "";
    };
  }

  private Value wrong(SourceRange range, String message) {
    round.diagnostics().error(range, message);
    return Value.unknown(range);
  }

  private Value unavailable(SourceRange range) {
    return wrong(
        range, "'ctx' is not available in %s".formatted(context.points().getFirst().name()));
  }

  /** The address. What the kernel keeps behind that of a sample is not what programs see there. */
  Value whole(SourceRange range) {
    String struct =
        context.kind() == Kind.ITER
            ? Iterators.context(context.points().getFirst())
            : struct(context.kind());
    if (struct.isEmpty()) {
      return unavailable(range);
    }
    Type target =
        struct.equals("bpf_perf_event_data")
            ? Type.NONE
            : round.definitions().struct(false, struct).map(Type.class::cast).orElse(Type.NONE);
    Type pointer = new Type.Pointer(target, AddressSpace.KERNEL);
    return new Value(new Expr.Call(Function.CONTEXT, List.of(), pointer, range), false, true);
  }

  /** {@code ctx.ip}, {@code ctx->regs.ip}; empty for fields of anything else. */
  Optional<Value> member(Ast.Expr.Member member) {
    Deque<String> fields = new ArrayDeque<>();
    Ast.Expr of = member;
    while (of instanceof Ast.Expr.Member inner) {
      fields.push(inner.field());
      of = inner.of();
    }
    if (!is(of) || context.kind() == Kind.ITER) {
      return Optional.empty();
    }
    if (struct(context.kind()).isEmpty()) {
      return Optional.of(unavailable(of.range()));
    }
    Optional<Type.Struct> struct = round.definitions().struct(false, struct(context.kind()));
    if (struct.isEmpty()) {
      return Optional.of(
          wrong(member.range(), "What is in 'ctx' is told by the kernel's types (BTF) only"));
    }
    return access
        .distance(struct.get(), new ArrayList<>(fields), member.range())
        .map(found -> field(found.type(), found.offset(), member.range()))
        .or(() -> Optional.of(Value.unknown(member.range())));
  }

  private Value field(Type type, int offset, SourceRange range) {
    if (!(type instanceof Type.Int number)) {
      return wrong(range, "This part of 'ctx' can't be used as a whole: name a field");
    }
    Expr expr = new Expr.ContextField(offset, number.bytes(), Read.LOAD, type, range);
    return new Value(expr, Access.natural(type), false);
  }
}
