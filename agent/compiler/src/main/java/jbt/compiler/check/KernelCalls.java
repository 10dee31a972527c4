package jbt.compiler.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import jbt.compiler.check.Checked.BinaryOp;
import jbt.compiler.check.Checked.Expr;
import jbt.compiler.check.Checked.Probe.Kind;
import jbt.compiler.lang.Ast;
import jbt.compiler.lang.Diagnostics;
import jbt.compiler.lang.SourceRange;
import jbt.compiler.types.Btf;
import jbt.compiler.types.KernelTypes;
import jbt.compiler.types.Member;
import jbt.compiler.types.Type;
import jbt.compiler.types.Type.AddressSpace;

/** Calls that need something particular of the kernel: a function of its own, a typed pointer. */
final class KernelCalls {
  static final Set<String> NAMES =
      Set.of(
          "is_err",
          "kfunc_exist",
          "kfunc_allowed",
          "socket_cookie",
          "path",
          "percpu_kaddr",
          "skboutput");

  private static final String FIND_TASK = "bpf_task_from_pid";
  private static final String RELEASE_TASK = "bpf_task_release";
  private static final int MOST_ARGUMENTS = 5;
  private static final long LARGEST_ERROR = 4095;

  private final Round round;
  private final ProbeContext context;
  private final ExpressionChecker expressions;
  private final Diagnostics diagnostics;

  KernelCalls(Round round, ProbeContext context, ExpressionChecker expressions) {
    this.round = round;
    this.context = context;
    this.expressions = expressions;
    this.diagnostics = round.diagnostics();
  }

  Value call(Ast.Expr.Call call) {
    return switch (call.function()) {
      case "is_err" -> isError(call);
      case "kfunc_exist" -> kernelFunction(call, false);
      case "kfunc_allowed" -> kernelFunction(call, true);
      case "socket_cookie" -> socketCookie(call);
      case "path" -> path(call);
      case "percpu_kaddr" -> perProcessor(call);
      case "skboutput" -> new PacketCall(round, context, expressions).value(call);
      default -> throw new IllegalArgumentException(call.function());
    };
  }

  private Value wrong(SourceRange range, String message) {
    diagnostics.error(range, message);
    return Value.unknown(range);
  }

  /** Pointers that are errors are the last 4095 addresses: linux/err.h. */
  private Value isError(Ast.Expr.Call call) {
    if (!Calls.arity(call, 1, 1, diagnostics)) {
      return Value.unknown(call.range());
    }
    Value value = expressions.value(call.arguments().getFirst());
    if (!value.known()) {
      return value;
    }
    if (!(value.type() instanceof Type.Pointer) && !(value.type() instanceof Type.Int)) {
      return wrong(value.range(), "is_err() takes a pointer, not " + value.described());
    }
    if (value.expr() instanceof Expr.IntLiteral(long number, var type, var range)) {
      return Value.bool(Long.compareUnsigned(number, -LARGEST_ERROR) >= 0, call.range());
    }
    Expr first = new Expr.IntLiteral(-LARGEST_ERROR, Type.UINT64, call.range());
    Expr number = Operators.as(Type.UINT64, value.expr());
    return new Value(
        new Expr.Binary(BinaryOp.GE, number, first, Type.BOOL, call.range()), true, false);
  }

  private Optional<KernelTypes.Entry> find(Btf.Kind kind, String name) {
    return round.target().kernelTypes().flatMap(types -> types.find(kind, name));
  }

  private Optional<String> name(Ast.Expr.Call call) {
    if (call.arguments().getFirst() instanceof Ast.Expr.Str(String name, var range)) {
      return Optional.of(Strings.text(name));
    }
    diagnostics.error(
        call.arguments().getFirst().range(), call.function() + "() takes a string literal");
    return Optional.empty();
  }

  /** {@code kfunc_exist("f")}; {@code kfunc_allowed("f")} asks whether this probe may call it. */
  private Value kernelFunction(Ast.Expr.Call call, boolean here) {
    if (!Calls.arity(call, 1, 1, diagnostics)) {
      return Value.unknown(call.range());
    }
    return name(call)
        .map(name -> find(Btf.Kind.FUNC, name).isPresent() && (!here || mayLookUpTasks()))
        .map(answer -> Value.bool(answer, call.range()))
        .orElse(Value.unknown(call.range()));
  }

  /**
   * Which programs may call the functions that kernels have for tracing: kernel/bpf/btf.c,
   * bpf_prog_type_to_kfunc_hook(). Those of tracepoints and samples may since Linux 6.12.
   */
  private boolean mayLookUpTasks() {
    return switch (context.kind()) {
      case RAW_EVENT, FENTRY, FEXIT, ITER -> true;
      case TRACEPOINT, DIRECT_TRACEPOINT, INTERVAL, PROFILE, SOFTWARE, HARDWARE, WATCHPOINT ->
          Features.has(round, Features.TASK_FROM_PID);
      case BEGIN, END, SELF, TEST, BENCH, UPROBE, URETPROBE, USDT, KPROBE, KRETPROBE -> false;
    };
  }

  /** A call of what the kernel lets programs call, by its own name; empty if it has none of it. */
  Optional<Value> named(Ast.Expr.Call call) {
    return find(Btf.Kind.FUNC, call.function())
        .filter(entry -> entry.btf().ownFrom() == 1)
        .map(entry -> named(call, entry));
  }

  private Value named(Ast.Expr.Call call, KernelTypes.Entry entry) {
    UnsafeCalls.permit(
        round, call.function(), round.environment().circumstances().unsafe(), call.range());
    int wanted = entry.btf().parameters(entry.id()).size();
    if (!Calls.arity(call, wanted, wanted, diagnostics)) {
      return Value.unknown(call.range());
    }
    if (wanted > MOST_ARGUMENTS) {
      return wrong(call.range(), "Programs can't call functions of so many arguments");
    }
    List<Expr> arguments = new ArrayList<>();
    arguments.add(Value.string(call.function(), call.range()).expr());
    arguments.add(number(entry.id(), call));
    for (Ast.Expr written : call.arguments()) {
      Value value = expressions.value(written);
      if (!value.known()) {
        return value;
      }
      boolean possible =
          value.isInteger()
              || value.type() instanceof Type.Pointer
              || value.type() instanceof Type.Str
              || value.type() instanceof Type.Array;
      if (!possible) {
        return wrong(
            value.range(), "A function of the kernel takes no %s".formatted(value.described()));
      }
      arguments.add(value.expr());
    }
    Type returned = entry.btf().returned(entry.id());
    Type type =
        switch (returned) {
          case Type.Int i -> i;
          case Type.Bool b -> b;
          case Type.Pointer p -> p;
          default -> Type.INT64;
        };
    Expr made = new Expr.Call(Function.KERNEL_FUNCTION, arguments, type, call.range());
    return new Value(made, Access.natural(type), type instanceof Type.Pointer);
  }

  /** {@code comm(pid)}. */
  Value nameOf(Ast.Expr.Call call) {
    if (!Calls.arity(call, 1, 1, diagnostics)) {
      return Value.unknown(call.range());
    }
    Value process = expressions.integer(call.arguments().getFirst(), "The argument of comm()");
    Optional<KernelTypes.Entry> find = find(Btf.Kind.FUNC, FIND_TASK);
    Optional<KernelTypes.Entry> release = find(Btf.Kind.FUNC, RELEASE_TASK);
    Optional<Member> name =
        round
            .definitions()
            .struct(false, "task_struct")
            .flatMap(
                task ->
                    round.definitions().members(task).stream()
                        .filter(member -> member.name().equals("comm"))
                        .findFirst());
    if (find.isEmpty() || release.isEmpty() || name.isEmpty()) {
      return wrong(
          call.range(), "comm() of a process needs bpf_task_from_pid (Linux 6.2) and types (BTF)");
    }
    if (!mayLookUpTasks()) {
      return wrong(
          call.range(),
          "comm() of a process is not available in %s: this kernel lets no such program look up tasks"
              .formatted(context.points().getFirst().name()));
    }
    if (!process.known()) {
      return Value.unknown(call.range());
    }
    List<Expr> arguments =
        List.of(
            process.expr(),
            number(find.get().id(), call),
            number(release.get().id(), call),
            number(name.get().offset(), call));
    return Value.of(new Expr.Call(Function.NAME_OF, arguments, new Type.Str(16), call.range()));
  }

  private static Expr number(long value, Ast.Expr.Call call) {
    return Value.literal(value, call.range()).expr();
  }

  private boolean typed(Ast.Expr.Call call, Set<Kind> kinds) {
    if (!kinds.contains(context.kind())) {
      diagnostics.error(
          call.range(),
          "%s() is not available in %s"
              .formatted(call.function(), context.points().getFirst().name()));
      return false;
    }
    return true;
  }

  private Value socketCookie(Ast.Expr.Call call) {
    if (!Calls.arity(call, 1, 1, diagnostics)
        || !typed(call, Set.of(Kind.FENTRY, Kind.FEXIT, Kind.ITER, Kind.RAW_EVENT))) {
      return Value.unknown(call.range());
    }
    Value socket = expressions.value(call.arguments().getFirst());
    if (!socket.known()) {
      return socket;
    }
    boolean kind =
        socket.type() instanceof Type.Pointer(Type.Struct struct, var space)
            && (struct.name().endsWith("sock") || struct.name().equals("sock_common"));
    if (!kind) {
      return wrong(
          socket.range(),
          "socket_cookie() takes a pointer to a struct sock, not " + socket.described());
    }
    Expr argument = context.argument(socket.expr());
    if (!Trusted.pointer(argument)) {
      return wrong(socket.range(), "socket_cookie() takes a socket that args leads to, as args.sk");
    }
    needWalk(argument, "socket_cookie() of this socket");
    return Value.of(
        new Expr.Call(Function.SOCKET_COOKIE, List.of(argument), Type.UINT64, call.range()));
  }

  /** {@code path(pointer[, size])}: of a struct path that args or ctx leads to. */
  private Value path(Ast.Expr.Call call) {
    if (!Calls.arity(call, 1, 2, diagnostics)
        || !typed(call, Set.of(Kind.FENTRY, Kind.FEXIT, Kind.ITER))) {
      return Value.unknown(call.range());
    }
    int most = expressions.settings().maxStrlen();
    Optional<Long> size =
        call.arguments().size() == 1
            ? Optional.of((long) most)
            : expressions.literal(call.arguments().get(1), "The size of path()", 1, most);
    // The address of a field of a struct that a pointer leads to, or a pointer.
    boolean field =
        call.arguments().getFirst() instanceof Ast.Expr.Unary(var op, var operand, var at)
            && op == Ast.UnaryOp.ADDRESS;
    Value of =
        field
            ? expressions.any(((Ast.Expr.Unary) call.arguments().getFirst()).operand())
            : expressions.any(call.arguments().getFirst());
    if (!of.known() || size.isEmpty()) {
      return Value.unknown(call.range());
    }
    Expr start = of.expr();
    long distance = 0;
    if (of.type() instanceof Type.Struct && of.expr() instanceof Expr.Memory memory) {
      start = memory.address();
      distance = memory.offset();
    }
    start = context.argument(start);
    if (!Trusted.pointer(start)) {
      return wrong(of.range(), "path() takes a struct path that args or ctx leads to");
    }
    needWalk(start, "path() of this path");
    Type type = new Type.Str(Math.toIntExact(size.get()));
    List<Expr> arguments = List.of(start, number(distance, call));
    return Value.of(new Expr.Call(Function.PATH, arguments, type, call.range()));
  }

  /** For a pointer that a helper is given. */
  private void needWalk(Expr pointer, String construct) {
    if (pointer instanceof Expr.Memory) {
      Features.need(round, Features.WALKED_POINTERS, construct, pointer.range());
    }
  }

  /** {@code percpu_kaddr("variable"[, cpu])}. */
  private Value perProcessor(Ast.Expr.Call call) {
    if (!Calls.arity(call, 1, 2, diagnostics)) {
      return Value.unknown(call.range());
    }
    Optional<String> name = name(call);
    if (name.isEmpty()) {
      return Value.unknown(call.range());
    }
    Optional<KernelTypes.Entry> variable =
        round
            .target()
            .kernelTypes()
            .map(KernelTypes::kernel)
            .flatMap(
                kernel ->
                    kernel
                        .find(Btf.Kind.VAR, name.get())
                        .map(id -> new KernelTypes.Entry(kernel, id)));
    if (variable.isEmpty()) {
      return wrong(
          call.range(),
          "The types of this kernel have no variable of each processor '%s'".formatted(name.get()));
    }
    if (round.target().kernelSymbol(name.get()).isEmpty()) {
      return wrong(
          call.range(),
          "percpu_kaddr() needs a kernel that tells where its variables are"
              + " (CONFIG_KALLSYMS_ALL)");
    }
    List<Expr> arguments = new ArrayList<>(List.of(number(variable.get().id(), call)));
    boolean given = call.arguments().size() == 2;
    if (given) {
      Value processor = expressions.integer(call.arguments().get(1), "A processor");
      if (!processor.known()) {
        return Value.unknown(call.range());
      }
      arguments.add(processor.expr());
    }
    Type type =
        new Type.Pointer(variable.get().btf().type(variable.get().id()), AddressSpace.KERNEL);
    Function function = given ? Function.OF_PROCESSOR : Function.OF_THIS_PROCESSOR;
    return new Value(new Expr.Call(function, arguments, type, call.range()), false, true);
  }
}
