package jbt.compiler.ir;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ForkJoinTask;
import java.util.function.Consumer;
import jbt.compiler.bpf.Code;
import jbt.compiler.bpf.TooFarException;
import jbt.compiler.check.Checked;
import jbt.compiler.check.Checked.Probe;
import jbt.compiler.ir.Block.Step;
import jbt.compiler.ir.Operand.RoutineRef;
import jbt.compiler.plan.Attachment;
import jbt.compiler.plan.KernelMap;
import jbt.compiler.plan.Plan;
import jbt.compiler.plan.Program;
import jbt.compiler.target.Target;

/** From a checked script to a plan. */
public final class CodeGeneration {
  /** Most rounds of the passes that make work for each other. */
  private static final int ROUNDS = 3;

  /** Bytes of the stack frame that the kernel gives a program. */
  private static final int FRAME = 512;

  /** The part of it for values; the rest is for registers that find no room. */
  private static final int FRAME_FOR_VALUES = 256;

  /** Frames are rounded up to 16 bytes, and those of 64 are apart where some are. */
  private static final int LARGEST_ON_KERNEL_STACK = 48;

  /**
   * A processor's part of the scratch memory is a page if that is enough: no two processors write
   * to one line then, and mostly the code need be made only once.
   */
  private static final int SCRATCH_SHIFT = 12;

  /** Of three-address code in a program; the kernel refuses much larger ones in any case. */
  private static final int MOST_OPERATIONS = 20_000;

  /** The same where each part has more to do on its own. */
  private static final int MOST_IN_PARTS = 30_000;

  private CodeGeneration() {}

  public static Plan generate(Checked script, Target target) {
    Checked checked = attached(script, target);
    Layout layout = Layout.of(checked, target);
    Programs programs = Programs.of(layout, FRAME_FOR_VALUES);
    if (programs.code.stream().anyMatch(program -> program.frame > FRAME)) {
      // With the whole frame for registers; values are in scratch memory then.
      programs = Programs.of(layout, 0);
      checkFrames(checked, programs.code);
    }
    return plan(layout, target, programs);
  }

  /** With programs where they cost least. */
  private static Checked attached(Checked checked, Target target) {
    Checked direct = DirectFunctions.apply(DirectTracepoints.apply(checked, target), target);
    return Apart.apply(direct, target);
  }

  /**
   * The programs of a script.
   *
   * @param scratchShift binary logarithm of a processor's part of the scratch memory
   */
  private record Programs(List<Made> code, int scratchShift) {
    static Programs of(Layout layout, int frame) {
      return of(layout, frame, SCRATCH_SHIFT);
    }

    /**
     * What is lowered is made a program at the same time as the next is lowered, as far as there
     * are processors: none needs another.
     */
    private static Programs of(Layout layout, int frame, int scratchShift) {
      int last = layout.checked().probes().size() - 1;
      List<ForkJoinTask<Made>> tasks = new ArrayList<>();
      int end =
          lower(
              layout,
              new Body.ScratchArea(0, scratchShift, frame),
              lowered -> {
                ForkJoinTask<Made> task = ForkJoinTask.adapt(() -> Made.of(lowered));
                tasks.add(tasks.size() == last ? task : task.fork());
              });
      if (end > 1 << scratchShift) {
        // How much a program needs does not depend on how large the parts are.
        return of(layout, frame, Integer.numberOfTrailingZeros(Layout.powerOfTwo(end)));
      }
      tasks.getLast().invoke();
      // From the end: the other threads have begun with the first.
      tasks.reversed().forEach(ForkJoinTask::join);
      return new Programs(tasks.stream().map(ForkJoinTask::join).toList(), scratchShift);
    }

    /** Lowers all programs; returns how much scratch memory they take. */
    static int lower(Layout layout, Body.ScratchArea first, Consumer<List<Routine>> each) {
      int end = first.start();
      for (int i = 0; i < layout.checked().probes().size(); i++) {
        Probe probe = layout.checked().probes().get(i);
        Body.ScratchArea area = new Body.ScratchArea(end, first.shift(), first.frame());
        Lowering.Lowered lowered = Lowering.lower(layout, i, probe, area);
        check(probe, lowered.routines(), layout.careful() ? MOST_IN_PARTS : MOST_OPERATIONS);
        each.accept(lowered.routines());
        end += lowered.scratchBytes();
      }
      return end;
    }

    /** What follows takes memory for each value in each basic block. */
    private static void check(Probe probe, List<Routine> routines, int most) {
      long operations = 0;
      for (Routine routine : routines) {
        operations += routine.operations();
      }
      if (operations > most) {
        throw new TooLargeException(
            probe.range(),
            "This comes to %d operations, a program can have %d".formatted(operations, most));
      }
    }
  }

  /**
   * A program's instructions.
   *
   * @param frame bytes of the stack frame that its routines take together
   * @param large one of them has a frame that some kernels have apart
   */
  private record Made(Emission.Emitted emitted, int frame, boolean large) {
    static Made of(List<Routine> lowered) {
      List<LinearScan.Allocated> program =
          lowered.stream()
              .map(routine -> LinearScan.apply(Legalize.apply(optimized(routine))))
              .toList();
      boolean large = program.stream().anyMatch(r -> r.routine().frame() > LARGEST_ON_KERNEL_STACK);
      return new Made(Emission.apply(program), frames(program), large);
    }
  }

  /** Bytes of the frames of routines that are there at a time: no more than one may have. */
  private static int frames(List<LinearScan.Allocated> program) {
    return program.size() == 1 ? program.getFirst().routine().frame() : frames(program, 0);
  }

  /** Of a routine and the deepest that it calls, each rounded up as the verifier does. */
  private static int frames(List<LinearScan.Allocated> program, int routine) {
    Routine caller = program.get(routine).routine();
    int below = 0;
    for (Block block : caller.blocks()) {
      for (Step step : block.steps()) {
        for (int i = 0; i < step.op().operands(); i++) {
          if (step.op().operand(i) instanceof RoutineRef(int called)) {
            below = Math.max(below, frames(program, called));
          }
        }
      }
    }
    return below + Math.max(32, (caller.frame() + 31) & ~31);
  }

  private static void checkFrames(Checked checked, List<Made> code) {
    for (int i = 0; i < code.size(); i++) {
      int bytes = code.get(i).frame;
      if (bytes > FRAME) {
        throw new TooLargeException(
            checked.probes().get(i).range(),
            "This keeps %d bytes of numbers at a time, a program can keep %d"
                .formatted(bytes, FRAME));
      }
    }
  }

  private static void checkJumps(Probe probe, Code code) {
    if (code.slots() > Code.FURTHEST_JUMP) {
      try {
        code.encode(map -> map);
      } catch (TooFarException e) {
        throw new TooLargeException(
            probe.range(),
            "This comes to %s, a program can jump over %d"
                .formatted(e.getMessage(), Code.FURTHEST_JUMP));
      }
    }
  }

  /** Programs that override returns can have no tail calls. */
  private static boolean framesApart(Probe probe, Nodes nodes, Target target) {
    return probe.kind() != Probe.Kind.ITER
        && !Reads.overrides(nodes)
        && target.feature(Target.Feature.PRIVATE_STACKS) == Target.Answer.YES;
  }

  private static Plan plan(Layout layout, Target target, Programs made) {
    List<Made> code = made.code;
    Checked checked = layout.checked();
    List<KernelMap> maps = layout.kernelMaps((layout.cpuMask() + 1) << made.scratchShift);
    List<Program> programs = new ArrayList<>();
    List<Attachment> attachments = new ArrayList<>();
    for (int i = 0; i < code.size(); i++) {
      Probe probe = checked.probes().get(i);
      Emission.Emitted emitted = code.get(i).emitted;
      if (code.get(i).large && framesApart(probe, layout.nodes().get(i), target)) {
        emitted = Emission.onKernelStack(emitted, maps.size());
        maps.add(Layout.noPrograms());
      }
      checkJumps(probe, emitted.code());
      programs.add(
          new Program(
              name(probe, i),
              kind(probe, target),
              attachTo(probe),
              attachModule(probe),
              emitted.code(),
              emitted.lines()));
      for (Checked.PointAt point : probe.points()) {
        attachments.add(new Attachment(i, point.point(), point.cookie(), point.given()));
      }
    }
    return new Plan(
        maps,
        programs,
        attachments,
        checked.attachPointNames(),
        layout.globals(),
        layout.maps(),
        checked.sites(),
        layout.lossCounters(),
        layout.failures().counters(),
        Reads.unwound(layout.nodes()),
        checked.settings(),
        checked.warnings(),
        checked.decisions());
  }

  /** The intermediate code of all programs as text, with the lines of the script between. */
  public static String dump(Checked written, Target target, String script) {
    Checked checked = attached(written, target);
    Layout layout = Layout.of(checked, target);
    List<List<Routine>> programs = new ArrayList<>();
    Programs.lower(layout, new Body.ScratchArea(0, SCRATCH_SHIFT, FRAME_FOR_VALUES), programs::add);
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < programs.size(); i++) {
      out.append("program ").append(name(checked.probes().get(i), i)).append('\n');
      List<Routine> routines = programs.get(i);
      for (int routine = 0; routine < routines.size(); routine++) {
        out.append(routine == 0 ? "" : "routine" + routine + "\n");
        out.append(RoutinePrinter.print(optimized(routines.get(routine)), script));
      }
    }
    return out.toString();
  }

  private static Routine optimized(Routine lowered) {
    Routine routine = known(Straighten.apply(lowered));
    for (int round = 0; round < ROUNDS; round++) {
      Routine moved = Invariants.apply(routine);
      if (moved == routine) {
        break;
      }
      routine = known(moved);
    }
    return routine;
  }

  private static Routine known(Routine lowered) {
    Routine routine = lowered;
    boolean again = true;
    for (int round = 0; round < ROUNDS && again; round++) {
      Routine known = Values.apply(routine);
      // Values are known in more places when there are fewer ways to them.
      again = known.blocks().length != routine.blocks().length;
      routine = Straighten.apply(DeadCode.apply(known));
    }
    return routine;
  }

  private static int attachTo(Probe probe) {
    return switch (probe.points().getFirst().point()) {
      case Attachment.Point.RawTracepoint raw -> raw.typeId();
      case Attachment.Point.KernelFunction function -> function.typeId();
      case Attachment.Point.DirectFunction function -> function.typeId();
      case Attachment.Point.Iterator iterator -> iterator.typeId();
      default -> 0;
    };
  }

  private static String attachModule(Probe probe) {
    return switch (probe.points().getFirst().point()) {
      case Attachment.Point.RawTracepoint raw -> raw.module();
      case Attachment.Point.KernelFunction function -> function.module();
      case Attachment.Point.DirectFunction function -> function.module();
      default -> "";
    };
  }

  private static Program.Kind kind(Probe probe, Target target) {
    return switch (probe.kind()) {
      case BEGIN, END, SELF, TEST, BENCH -> Program.Kind.RAW_TRACEPOINT;
      case TRACEPOINT -> Program.Kind.TRACEPOINT;
      case DIRECT_TRACEPOINT -> Program.Kind.DIRECT_TRACEPOINT;
      case RAW_EVENT -> Program.Kind.RAW_EVENT;
      case INTERVAL, PROFILE, SOFTWARE, HARDWARE, WATCHPOINT -> Program.Kind.PERF_EVENT;
      case FENTRY -> Program.Kind.FENTRY;
      case FEXIT -> Program.Kind.FEXIT;
      case ITER -> Program.Kind.ITER;
      case KPROBE, KRETPROBE ->
          oneLink(probe, target) ? Program.Kind.KPROBE_MULTI : Program.Kind.KPROBE;
      case UPROBE, URETPROBE, USDT ->
          probe.points().size() > 1
                  && target.feature(Target.Feature.UPROBE_MULTI) == Target.Answer.YES
              ? Program.Kind.UPROBE_MULTI
              : Program.Kind.UPROBE;
    };
  }

  /** That link knows functions by their address, and nothing inside of them. */
  private static boolean oneLink(Probe probe, Target target) {
    return probe.points().size() > 1
        && target.feature(Target.Feature.KPROBE_MULTI) == Target.Answer.YES
        && probe.points().stream()
            .allMatch(
                at ->
                    at.point() instanceof Attachment.Point.Kprobe kprobe
                        && kprobe.address() != 0
                        && kprobe.offset() == 0);
  }

  private static String name(Probe probe, int place) {
    return probe.kind().name().toLowerCase(Locale.ROOT) + "_" + place;
  }
}
