package jbt.compiler.ir;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import jbt.compiler.check.Checked;
import jbt.compiler.check.Checked.Expr;
import jbt.compiler.check.Checked.Expr.ContextField;
import jbt.compiler.check.Checked.Probe;
import jbt.compiler.check.Checked.Probe.Kind;
import jbt.compiler.check.Checked.Probe.SystemCall;
import jbt.compiler.plan.Attachment.Point;
import jbt.compiler.plan.Settings.KprobeAttach;
import jbt.compiler.plan.Settings.TracepointAttach;
import jbt.compiler.target.Target;

/**
 * Attaches programs of kprobes and of single system calls by fentry and fexit where that changes
 * nothing that a script can see: the kernel then calls them without saving all registers or making
 * a record, and system calls that nobody traces pay nothing.
 */
final class DirectFunctions {
  /** A script with more of them stays as it is: the kernel takes 100 ms to let go of each. */
  private static final int MOST = 4;

  private final Checked checked;
  private final Target target;

  private DirectFunctions(Checked checked, Target target) {
    this.checked = checked;
    this.target = target;
  }

  /** What a program has for a field of the context that the script means; empty for others. */
  interface Given {
    Optional<Expr> of(ContextField field);
  }

  /**
   * A function that stands for an attach point.
   *
   * @param only the system call, if 32-bit programs call the function too
   */
  record Place(Point.DirectFunction point, Optional<SystemCall> only, Given given) {}

  static Checked apply(Checked checked, Target target) {
    DirectFunctions direct = new DirectFunctions(checked, target);
    List<Probe> probes = checked.probes().stream().map(direct::attached).toList();
    return probes.stream().filter(DirectFunctions::isDirect).count() > MOST
        ? checked
        : checked.with(probes);
  }

  private static boolean isDirect(Probe probe) {
    return probe.points().getFirst().point() instanceof Point.DirectFunction;
  }

  private Probe attached(Probe probe) {
    return probe.points().size() == 1
        ? place(probe.points().getFirst().point())
            .flatMap(place -> direct(probe, place))
            .orElse(probe)
        : probe;
  }

  private Optional<Place> place(Point point) {
    return switch (point) {
      case Point.Kprobe kprobe when checked.settings().kprobeAttach() == KprobeAttach.AUTO ->
          KprobeFunctions.place(kprobe, target);
      case Point.Tracepoint event
          when checked.settings().tracepointAttach() != TracepointAttach.PERF ->
          SystemCallFunctions.place(event, target);
      default -> Optional.empty();
    };
  }

  /** Empty if the program needs what is not to be had there. */
  private static Optional<Probe> direct(Probe probe, Place place) {
    Nodes nodes = Nodes.of(probe);
    if (Reads.beyondFields(nodes)) {
      return Optional.empty();
    }
    Map<Integer, Expr> given = new HashMap<>();
    for (ContextField field : Reads.contextFields(nodes)) {
      Optional<Expr> instead = place.given.of(field);
      if (instead.isEmpty()) {
        return Optional.empty();
      }
      given.put(field.offset(), instead.get());
    }
    Kind kind = place.point.returns() ? Kind.FEXIT : Kind.FENTRY;
    return Optional.of(probe.attached(kind, place.point, place.only, given));
  }
}
