package jbt.compiler.ir;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import jbt.compiler.check.Checked.Expr;
import jbt.compiler.check.Checked.Expr.ContextField;
import jbt.compiler.check.Checked.Expr.ContextField.Read;
import jbt.compiler.check.Checked.Probe.SystemCall;
import jbt.compiler.check.Registers;
import jbt.compiler.ir.DirectFunctions.Place;
import jbt.compiler.plan.Attachment.Point;
import jbt.compiler.target.Target;
import jbt.compiler.types.Btf;
import jbt.compiler.types.Type;
import jbt.compiler.types.Type.AddressSpace;

/**
 * Functions of x86-64 that stand for entries of system calls. None stands for a return: that is an
 * event also where the call was refused (seccomp) and the function has not run, and in a new
 * process.
 */
final class SystemCallFunctions {
  private static final String EVENT = "sys_enter_";
  private static final String FUNCTION = "__x64_sys_";

  /** The function of a call without arguments, which the calls of 32-bit programs share. */
  private static final String WITHOUT_ARGUMENTS = "__do_sys_";

  /**
   * A kernel that has it has programs of the ABI x32: they call the same functions, and that is no
   * event.
   */
  private static final String X32 = "__x64_compat_sys_ioctl";

  /** Those that the kernel itself calls, for programs that use its old page of them. */
  private static final Set<String> VSYSCALLS = Set.of("gettimeofday", "time", "getcpu");

  /** Where the arguments are in the record, 8 bytes each. */
  private static final int FIRST = 16;

  private static final int MOST = 6;

  private SystemCallFunctions() {}

  static Optional<Place> place(Point.Tracepoint point, Target target) {
    boolean taken =
        point.category().equals("syscalls")
            && point.event().startsWith(EVENT)
            && target.feature(Target.Feature.WHOLE_FUNCTION_PROBES) == Target.Answer.YES;
    if (!taken) {
      return Optional.empty(); // Without asking for the kernel's types: to read them takes memory.
    }
    return target
        .kernelTypes()
        .map(types -> types.kernel())
        .filter(btf -> btf.find(Btf.Kind.FUNC, X32).isEmpty())
        .flatMap(btf -> place(point, btf, target));
  }

  private static Optional<Place> place(Point.Tracepoint point, Btf btf, Target target) {
    String name = point.event().substring(EVENT.length());
    if (VSYSCALLS.contains(name)) {
      return Optional.empty();
    }
    Optional<Integer> own = btf.find(Btf.Kind.FUNC, FUNCTION + name);
    if (own.isPresent()) {
      return place(btf, own.get(), Optional.empty());
    }
    return btf.find(Btf.Kind.FUNC, WITHOUT_ARGUMENTS + name)
        .flatMap(
            id ->
                DirectTracepoints.systemCall(point, target)
                    .flatMap(call -> place(btf, id, Optional.of(call))));
  }

  private static Optional<Place> place(Btf btf, int id, Optional<SystemCall> only) {
    List<Btf.Parameter> parameters = btf.parameters(id);
    return parameters.size() == 1
            && parameters.getFirst().type() instanceof Type.Pointer(Type.Struct to, var space)
            && to.name().equals("pt_regs")
        ? Optional.of(
            new Place(
                new Point.DirectFunction("", id, false),
                only,
                field -> argument(field, parameters.getFirst().type())))
        : Optional.empty();
  }

  /** The record has the whole register, of which the script reads as much as the type has. */
  private static Optional<Expr> argument(ContextField field, Type registers) {
    int distance = field.offset() - FIRST;
    boolean is =
        field.read() == Read.LOAD
            && distance >= 0
            && distance % Long.BYTES == 0
            && distance / Long.BYTES < MOST
            && field.size() == Type.sizeOf(field.type());
    if (!is) {
      return Optional.empty();
    }
    Type type = field.type() instanceof Type.Pointer ? Type.UINT64 : field.type();
    return Optional.of(
        new Expr.Memory(
            new ContextField(0, Long.BYTES, Read.TRUSTED, registers, field.range()),
            Registers.callArgument(distance / Long.BYTES),
            Optional.empty(),
            AddressSpace.KERNEL,
            true,
            type,
            field.range()));
  }
}
