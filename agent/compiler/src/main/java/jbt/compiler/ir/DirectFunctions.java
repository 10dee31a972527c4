package jbt.compiler.ir;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import jbt.compiler.check.Checked;
import jbt.compiler.check.Checked.Expr;
import jbt.compiler.check.Checked.Expr.ContextField;
import jbt.compiler.check.Checked.Expr.ContextField.Read;
import jbt.compiler.check.Checked.Probe;
import jbt.compiler.check.Checked.Probe.Kind;
import jbt.compiler.check.Registers;
import jbt.compiler.plan.Attachment.Point;
import jbt.compiler.plan.Settings.KprobeAttach;
import jbt.compiler.target.KernelFunctions.Name;
import jbt.compiler.target.Target;
import jbt.compiler.types.Btf;
import jbt.compiler.types.Type;

/**
 * Attaches programs of kprobes by fentry and fexit where that changes nothing that a script can
 * see: the kernel then calls them without saving all registers.
 */
final class DirectFunctions {
  private static final int IN_REGISTERS = 6;

  /** A script with more of them stays as it is: the kernel takes 100 ms to let go of each. */
  private static final int MOST = 4;

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

  private final Target target;

  private DirectFunctions(Target target) {
    this.target = target;
  }

  static Checked apply(Checked checked, Target target) {
    if (checked.settings().kprobeAttach() == KprobeAttach.KPROBE) {
      return checked;
    }
    DirectFunctions direct = new DirectFunctions(target);
    List<Probe> probes = checked.probes().stream().map(direct::attached).toList();
    return probes.stream().filter(DirectFunctions::isDirect).count() > MOST
        ? checked
        : checked.with(probes);
  }

  private static boolean isDirect(Probe probe) {
    return probe.points().getFirst().point() instanceof Point.DirectFunction;
  }

  private Probe attached(Probe probe) {
    boolean one = probe.points().size() == 1 && !Reads.beyondFields(probe);
    return one && probe.points().getFirst().point() instanceof Point.Kprobe kprobe
        ? function(kprobe).flatMap(function -> direct(probe, function)).orElse(probe)
        : probe;
  }

  /** A function that programs can be attached to by its type. */
  private record Function(Point.DirectFunction point, List<Btf.Parameter> parameters, Type result) {
    /** What the program has for a field of the registers, which are saved whole. */
    Optional<Expr> given(ContextField field) {
      if (field.size() != Long.BYTES) {
        return Optional.empty();
      }
      if (point.returns()) {
        return Registers.isResult(field.offset()) && isWord(result)
            ? Optional.of(word(parameters.size(), result, field))
            : Optional.empty();
      }
      int argument = Registers.argumentAt(field.offset());
      // Of an argument that is narrower than its register the kernel keeps only that much.
      return argument >= 0
              && argument < parameters.size()
              && Type.sizeOf(parameters.get(argument).type()) == Long.BYTES
          ? Optional.of(word(argument, parameters.get(argument).type(), field))
          : Optional.empty();
    }

    private static Expr word(int place, Type type, ContextField field) {
      Read read = type instanceof Type.Pointer ? Read.TRUSTED : Read.LOAD;
      return new ContextField(8 * place, Long.BYTES, read, field.type(), field.range());
    }
  }

  private Optional<Function> function(Point.Kprobe kprobe) {
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
            && target.functions().traceable().contains(new Name(module, name));
    return taken ? typed(module, name, kprobe.returns()) : Optional.empty();
  }

  private Optional<Function> typed(String module, String name, boolean returns) {
    return target
        .kernelTypes()
        .flatMap(types -> module.isEmpty() ? Optional.of(types.kernel()) : types.module(module))
        .flatMap(
            btf ->
                btf.find(Btf.Kind.FUNC, name)
                    .filter(id -> id >= btf.ownFrom())
                    .map(
                        id ->
                            new Function(
                                new Point.DirectFunction(module, id, returns),
                                btf.parameters(id),
                                btf.returned(id))))
        .filter(
            function ->
                function.parameters.size() <= IN_REGISTERS
                    && function.parameters.stream()
                        .map(Btf.Parameter::type)
                        .allMatch(DirectFunctions::isWord));
  }

  private static boolean isWord(Type type) {
    return type instanceof Type.Int || type instanceof Type.Bool || type instanceof Type.Pointer;
  }

  /** Empty if the program reads what is not to be had there. */
  private static Optional<Probe> direct(Probe probe, Function function) {
    Map<Integer, Expr> given = new HashMap<>();
    for (ContextField field : Reads.contextFields(probe)) {
      Optional<Expr> instead = function.given(field);
      if (instead.isEmpty()) {
        return Optional.empty();
      }
      given.put(field.offset(), instead.get());
    }
    Kind kind = function.point.returns() ? Kind.FEXIT : Kind.FENTRY;
    return Optional.of(probe.attached(kind, function.point, Optional.empty(), given));
  }
}
