package jbt.compiler.ir;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import jbt.compiler.check.Checked.Expr;
import jbt.compiler.check.Checked.Expr.ContextField;
import jbt.compiler.check.Checked.Expr.ContextField.Read;
import jbt.compiler.check.Registers;
import jbt.compiler.ir.DirectFunctions.Place;
import jbt.compiler.plan.Attachment.Point;
import jbt.compiler.target.KernelFunctions.Name;
import jbt.compiler.target.Target;
import jbt.compiler.types.Btf;
import jbt.compiler.types.Type;

/** Functions that stand for kprobes at their entry or return. */
final class KprobeFunctions {
  private static final int IN_REGISTERS = 6;

  /**
   * Functions that the kernel may call while a program holds one of its locks. No kprobe fires in a
   * program, but fentry does in all but its own, and another program of the script could wait for
   * that lock forever.
   */
  private static final Pattern IN_PROGRAMS =
      Pattern.compile("lock|bpf|htab|lru|freelist|local_|rcu|irq_work|nmi|perf|trace|preempt");

  /**
   * Functions that may be left without a return. What the kernel makes for fexit would stay until
   * there is one.
   */
  private static final Pattern NO_RETURN =
      Pattern.compile(
          "exit|signal|seccomp|secure_computing|kthread|thread_fn|worker|schedule|panic|die|dead"
              + "|halt|reboot|idle|start_kernel|sys_call");

  private KprobeFunctions() {}

  static Optional<Place> place(Point.Kprobe kprobe, Target target) {
    int colon = kprobe.symbol().indexOf(':');
    String module = kprobe.symbol().substring(0, Math.max(colon, 0));
    String name = kprobe.symbol().substring(colon + 1);
    // A name that is there more than once is no symbol.
    boolean taken =
        !name.isEmpty()
            && kprobe.offset() == 0
            && !IN_PROGRAMS.matcher(name).find()
            && !(kprobe.returns() && NO_RETURN.matcher(name).find())
            && target.feature(Target.Feature.WHOLE_FUNCTION_PROBES) == Target.Answer.YES
            && target.functions().traceable().contains(new Name(module, name))
            && target.functions().forbidden().filter(names -> !names.contains(name)).isPresent();
    if (!taken) {
      return Optional.empty(); // Without asking for the kernel's types: to read them takes memory.
    }
    return target
        .kernelTypes()
        .flatMap(types -> module.isEmpty() ? Optional.of(types.kernel()) : types.module(module))
        .flatMap(
            btf ->
                btf.find(Btf.Kind.FUNC, name)
                    .filter(id -> id >= btf.ownFrom())
                    .flatMap(id -> place(module, id, kprobe.returns(), btf)));
  }

  private static Optional<Place> place(String module, int id, boolean returns, Btf btf) {
    List<Type> arguments = btf.parameters(id).stream().map(Btf.Parameter::type).toList();
    boolean allInRegisters =
        arguments.size() <= IN_REGISTERS && arguments.stream().allMatch(KprobeFunctions::isWord);
    Type result = btf.returned(id);
    Point.DirectFunction point = new Point.DirectFunction(module, id, returns);
    return allInRegisters
        ? Optional.of(
            new Place(
                point,
                Optional.empty(),
                field ->
                    returns ? result(field, arguments.size(), result) : argument(field, arguments)))
        : Optional.empty();
  }

  private static boolean isWord(Type type) {
    return type instanceof Type.Int || type instanceof Type.Bool || type instanceof Type.Pointer;
  }

  /** Of an argument that is narrower than its register the kernel keeps only that much. */
  private static Optional<Expr> argument(ContextField field, List<Type> arguments) {
    int number = Registers.argumentAt(field.offset());
    return number >= 0
            && number < arguments.size()
            && Type.sizeOf(arguments.get(number)) == Long.BYTES
        ? word(field, number, arguments.get(number))
        : Optional.empty();
  }

  /** The register is kept whole, whatever its type is. */
  private static Optional<Expr> result(ContextField field, int place, Type type) {
    return Registers.isResult(field.offset()) && isWord(type)
        ? word(field, place, type)
        : Optional.empty();
  }

  private static Optional<Expr> word(ContextField field, int place, Type type) {
    Read read = type instanceof Type.Pointer ? Read.TRUSTED : Read.LOAD;
    return field.size() == Long.BYTES
        ? Optional.of(new ContextField(8 * place, Long.BYTES, read, field.type(), field.range()))
        : Optional.empty();
  }
}
