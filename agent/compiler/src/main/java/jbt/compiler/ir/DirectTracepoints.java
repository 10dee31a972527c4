package jbt.compiler.ir;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import jbt.compiler.check.Checked;
import jbt.compiler.check.Checked.Probe;
import jbt.compiler.check.Checked.Probe.Kind;
import jbt.compiler.check.Checked.Probe.SystemCall;
import jbt.compiler.plan.Attachment.Point;
import jbt.compiler.plan.Settings.TracepointAttach;
import jbt.compiler.target.Target;
import jbt.compiler.types.SystemNames;

/**
 * Attaches programs to the kernel's tracepoints themselves where that changes nothing that a script
 * can see: the kernel then makes no record of each event, which costs more than most programs.
 */
final class DirectTracepoints {
  /**
   * Categories that are taken, besides system calls. The programs of others, as of locks and of
   * memory, may run while a program of the same script holds a lock of the kernel.
   */
  private static final Set<String> CATEGORIES = Set.of("raw_syscalls", "sched");

  private static final String ENTER = "sys_enter_";
  private static final String EXIT = "sys_exit_";

  /** Functions of system calls, by which events are named, that are not named as the call is. */
  private static final Map<String, String> FUNCTIONS =
      Map.of(
          "newstat", "stat",
          "newfstat", "fstat",
          "newlstat", "lstat",
          "newuname", "uname",
          "sendfile64", "sendfile",
          "umount", "umount2");

  private final Checked checked;
  private final Target target;

  private DirectTracepoints(Checked checked, Target target) {
    this.checked = checked;
    this.target = target;
  }

  static Checked apply(Checked checked, Target target) {
    if (checked.settings().tracepointAttach() == TracepointAttach.PERF) {
      return checked;
    }
    DirectTracepoints direct = new DirectTracepoints(checked, target);
    return checked.with(checked.probes().stream().map(direct::attached).toList());
  }

  private Probe attached(Probe probe) {
    return tracepoint(probe)
        .flatMap(point -> direct(probe, point))
        .filter(other -> onlyRuns(Nodes.of(probe)))
        .orElse(probe);
  }

  /** Whether a program looks at nothing of what its event is about. */
  private static boolean onlyRuns(Nodes program) {
    return !Reads.beyondFields(program) && Reads.contextFields(program).isEmpty();
  }

  /** The only attach point of a program, if it is a tracepoint. */
  private static Optional<Point.Tracepoint> tracepoint(Probe probe) {
    return probe.points().size() == 1
            && probe.points().getFirst().point() instanceof Point.Tracepoint point
        ? Optional.of(point)
        : Optional.empty();
  }

  private Optional<Probe> direct(Probe probe, Point.Tracepoint point) {
    if (point.category().equals("syscalls")) {
      // At a call that nobody traces such a program costs five times what the kernel does to find
      // out that nobody does.
      return checked.settings().tracepointAttach() == TracepointAttach.RAW
          ? systemCall(point, target)
              .map(
                  call ->
                      attached(probe, call.returns() ? "sys_exit" : "sys_enter", Optional.of(call)))
          : Optional.empty();
    }
    boolean taken = CATEGORIES.contains(point.category()) && !dynamic(point);
    return taken && neverNested(point)
        ? Optional.of(attached(probe, point.event(), Optional.empty()))
        : Optional.empty();
  }

  private static Probe attached(Probe probe, String event, Optional<SystemCall> only) {
    return probe.attached(
        Kind.DIRECT_TRACEPOINT, new Point.DirectTracepoint(event), only, Map.of());
  }

  /** Empty where it is not known how to tell it from others, or those of 32-bit programs. */
  static Optional<SystemCall> systemCall(Point.Tracepoint point, Target target) {
    boolean returns = point.event().startsWith(EXIT);
    OptionalInt status = target.threadStatus();
    if (status.isEmpty() || !(returns || point.event().startsWith(ENTER))) {
      return Optional.empty();
    }
    String function = point.event().substring(returns ? EXIT.length() : ENTER.length());
    return SystemNames.systemCall(FUNCTIONS.getOrDefault(function, function))
        .map(number -> new SystemCall(number, returns, status.getAsInt()));
  }

  /** Whether somebody made the event at run time: no tracepoint has its name then. */
  private boolean dynamic(Point.Tracepoint point) {
    return target
        .tracepoint(point.category(), point.event())
        .map(format -> format.fields().stream().anyMatch(f -> f.name().startsWith("__probe")))
        .orElse(true);
  }

  /**
   * Whether a program can't interrupt itself, as a program at a perf event never does. System calls
   * do not; for the others the kernel takes care, if it is as new as that feature.
   */
  private boolean neverNested(Point.Tracepoint point) {
    return point.category().equals("raw_syscalls")
        || target.feature(Target.Feature.UPROBE_MULTI) == Target.Answer.YES;
  }
}
