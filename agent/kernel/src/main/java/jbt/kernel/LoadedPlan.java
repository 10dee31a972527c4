package jbt.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;
import jbt.compiler.plan.Attachment;
import jbt.compiler.plan.FailureCounter;
import jbt.compiler.plan.KernelMap;
import jbt.compiler.plan.LossCounter;
import jbt.compiler.plan.Plan;
import jbt.compiler.plan.Program;
import jbt.compiler.plan.ScriptMap;
import jbt.kernel.sys.Bpf;
import jbt.kernel.sys.Clock;
import jbt.kernel.sys.Fd;
import jbt.kernel.sys.Wakeups;

/**
 * A plan in the kernel: from loading to {@link #close}, after which nothing of it is left there. If
 * the process dies, the kernel itself takes everything away.
 *
 * <p>The order of calls is load, {@link #attach}, {@link #runBegin}, {@link #openGate}, {@link
 * #closeGate}, {@link #gracePeriod}, {@link #detach}, {@link #runEnd}, close; reading is possible
 * all the time. All methods may be called from any thread; those that read and empty maps must be
 * called by one thread at a time for what they say to be exact.
 */
public final class LoadedPlan implements AutoCloseable {
  /** Runs between two looks at the clock. */
  private static final int RUNS_TOGETHER = 1000;

  private final Plan plan;
  private final KernelObjects objects;
  private final Attachments attachments;
  private final MapReader maps;

  private LoadedPlan(Plan plan, KernelObjects objects) {
    this.plan = plan;
    this.objects = objects;
    this.attachments = new Attachments(plan, objects.programs());
    this.maps = new MapReader(plan, objects);
  }

  /** Creates the maps and loads the programs. The gate is closed. */
  public static LoadedPlan load(Plan plan) throws LoadException {
    return new LoadedPlan(plan, KernelObjects.create(plan));
  }

  /** What was loaded; once it is attached, without what is missing and may be. */
  public Plan plan() {
    return attachments.plan();
  }

  /** Attaches everything but BEGIN and END; timers and software events do not run yet. */
  public void attach() throws LoadException {
    attachments.attach();
  }

  /** Attach points of the plan that are attached. */
  public int attached() {
    return attachments.attached();
  }

  /**
   * Runs the BEGIN programs in order, to the one that calls exit(). Time counts from now, for them,
   * until the gate opens.
   */
  public void runBegin() {
    setStart(Clock.bootNanos());
    run(point -> point instanceof Attachment.Point.Begin && !exited());
  }

  private void setStart(long bootNanos) {
    objects.globals().setLong(plan.globals().startTime(), bootNanos);
    objects.globals().setLong(plan.globals().wallOffset(), Clock.wallOffsetNanos());
  }

  /** Runs the programs that wait for SIGUSR1 in order; they do nothing while the gate is closed. */
  public void runSignal() {
    run(point -> point instanceof Attachment.Point.Signal);
  }

  /**
   * Runs the program of one attach point. If it calls exit(), then only for itself.
   *
   * @return what it returned or gave to exit()
   */
  public int runAlone(Attachment attachment) {
    objects.globals().setInt(plan.globals().exitCode(), 0);
    Bpf.runRawTracepoint(objects.programs().get(attachment.program()));
    int code = exitCode();
    forgetExit();
    return code;
  }

  private void forgetExit() {
    objects.globals().setInt(plan.globals().exitCode(), 0);
    if (exited()) {
      objects.globals().setLong(plan.globals().exited(), 0);
      objects.globals().setGates(1);
    }
  }

  /**
   * Runs the program of one attach point again and again.
   *
   * @param ns for how long, about
   * @return how long all runs took by the kernel's clock, which is about 20 ns of each itself
   */
  public ProgramStatistics runRepeatedly(Attachment attachment, long ns) {
    Fd program = objects.programs().get(attachment.program());
    try (Fd _ = Bpf.enableStatistics()) {
      Bpf.ProgramInfo before = Bpf.programInfo(program);
      for (long end = System.nanoTime() + ns; System.nanoTime() - end < 0; ) {
        for (int i = 0; i < RUNS_TOGETHER; i++) {
          Bpf.runRawTracepoint(program);
        }
      }
      forgetExit();
      Bpf.ProgramInfo after = Bpf.programInfo(program);
      return new ProgramStatistics(
          plan.programs().get(attachment.program()).name(),
          after.runTimeNs() - before.runTimeNs(),
          after.runs() - before.runs());
    }
  }

  /** Runs the END programs in order. */
  public void runEnd() {
    run(point -> point instanceof Attachment.Point.End);
  }

  private void run(Predicate<Attachment.Point> which) {
    for (Attachment attachment : plan.attachments()) {
      if (which.test(attachment.point())) {
        Bpf.runRawTracepoint(objects.programs().get(attachment.program()));
      }
    }
  }

  /**
   * Lets all programs work from now on.
   *
   * @return when it opened, CLOCK_BOOTTIME in nanoseconds
   */
  public long openGate() {
    long start = Clock.bootNanos();
    setStart(start);
    objects.globals().setGates(1);
    if (exited()) {
      // A program found its gate open and closed all of them while the last were being opened.
      closeGate();
    }
    attachments.enable();
    return start;
  }

  /** Runs the programs of iterators for all their objects; returns when they are done. */
  public void iterate() {
    attachments.iterate();
  }

  /**
   * Lets programs return at once from now on; some may still run, see {@link #gracePeriod}. Returns
   * the time before, as {@link #openGate}.
   */
  public long closeGate() {
    long end = Clock.bootNanos();
    objects.globals().setGates(0);
    return end;
  }

  /** Whether the gate is open; exit() closes it too. */
  public boolean gateOpen() {
    return objects.globals().gate() != 0;
  }

  /** Whether a program has called exit(). */
  private boolean exited() {
    return objects.globals().getLong(plan.globals().exited()) != 0;
  }

  /** The argument of exit(), 0 before it. */
  public int exitCode() {
    return objects.globals().getInt(plan.globals().exitCode());
  }

  /** Waits, 10 ms at most times, until all program runs that are under way have ended. */
  public void gracePeriod() {
    objects.gracePeriod().await();
  }

  /**
   * Detaches everything. The kernel takes long to let go of many perf events, which goes on
   * afterwards; it may leave programs attached for a while, that do nothing as the gate is closed.
   */
  public void detach() {
    attachments.close();
  }

  /** Records of printf, time and print of values. */
  public RingReader dataRing() {
    return objects.dataRing();
  }

  /** Records of print, clear, zero and exit. */
  public RingReader controlRing() {
    return objects.controlRing();
  }

  /** Packets that the kernel has copied, where programs ask it to. */
  public Optional<PacketReader> packets() {
    return objects.packets();
  }

  /** Wakes up when one of the rings asks for attention. */
  public Wakeups wakeups() {
    List<Fd> rings = new ArrayList<>();
    rings.add(objects.maps().get(KernelMap.DATA_RING));
    rings.add(objects.maps().get(KernelMap.CONTROL_RING));
    objects.packets().ifPresent(packets -> rings.addAll(packets.events()));
    return new Wakeups(rings);
  }

  /** The generation that programs use now; 0 for a map that has none. */
  public long generation(int scriptMap) {
    return plan.scriptMaps()
        .get(scriptMap)
        .generations()
        .map(g -> objects.globals().getLong(g.generation()))
        .orElse(0L);
  }

  /**
   * Reads one generation of a map. It is exact when no program can be writing to it: a generation
   * that was moved on from, after a grace period, or any, after the gate was closed and a grace
   * period. Otherwise each number is one that it had while this ran.
   *
   * @param scriptMap place in the plan's script maps
   * @param generation 0 for a map without generations
   */
  public MapContents read(int scriptMap, long generation) {
    return maps.read(scriptMap, generation);
  }

  /** The stack that a hash of two words stands for; empty where it found no room. */
  public Optional<Stack> stack(long first, long second) {
    for (int i = 0; i < plan.maps().size(); i++) {
      KernelMap map = plan.maps().get(i);
      if (map.kind() == KernelMap.Kind.STACKS) {
        byte[] key = new byte[2 * Long.BYTES];
        ByteBuffer.wrap(key).order(ByteOrder.nativeOrder()).putLong(first).putLong(second);
        return Bpf.lookUp(objects.maps().get(i), key, map.valueSize()).map(Stack::of);
      }
    }
    return Optional.empty();
  }

  /**
   * Empties all generations up to one that programs have moved on from, and lets them use their
   * places again. A grace period must have passed since.
   */
  public void emptyThrough(int scriptMap, long generation) {
    ScriptMap map = plan.scriptMaps().get(scriptMap);
    ScriptMap.Generations words =
        map.generations()
            .orElseThrow(() -> new IllegalArgumentException(map.name() + " has no generations"));
    if (generation >= objects.globals().getLong(words.generation())) {
      throw new IllegalStateException(map.name() + ": generation " + generation + " is in use");
    }
    long first = objects.globals().getLong(words.acknowledged());
    maps.empty(scriptMap, first, generation);
    objects.globals().setLong(words.acknowledged(), generation + 1);
  }

  /** The plan's loss counters, in their order, each the sum over processors. */
  public long[] losses() {
    return plan.lossCounters().stream()
        .map(LossCounter::offset)
        .mapToLong(objects.globals()::sum)
        .toArray();
  }

  /** The plan's failure counters, in their order, each the sum over processors. */
  public long[] failures() {
    return plan.failureCounters().stream()
        .map(FailureCounter::offset)
        .mapToLong(objects.globals()::sum)
        .toArray();
  }

  /**
   * Runs that the kernel left out because another program was running on the processor. Absent when
   * it does not count them: never for {@link #sampled} programs, not for tracepoints before Linux
   * 6.7. An interval that is left out is no loss: the next one does its work.
   */
  public OptionalLong recursionMisses() {
    if (sampled()) {
      return OptionalLong.empty();
    }
    long sum = 0;
    for (int i = 0; i < plan.programs().size(); i++) {
      long misses = Bpf.programInfo(objects.programs().get(i)).recursionMisses();
      boolean counted =
          switch (plan.programs().get(i).kind()) {
            case RAW_TRACEPOINT, PERF_EVENT -> true;
            case TRACEPOINT, KPROBE, KPROBE_MULTI ->
                misses >= 0 && attachments.tracepointMissesCounted();
            case DIRECT_TRACEPOINT, RAW_EVENT, UPROBE, UPROBE_MULTI, FENTRY, FEXIT, ITER ->
                misses >= 0;
          };
      if (!counted) {
        return OptionalLong.empty();
      }
      sum += Math.max(0, misses);
    }
    return OptionalLong.of(sum);
  }

  /**
   * Whether programs run at perf events that a kernel may throttle, and at which it does not count
   * what it leaves out: all but those of intervals.
   */
  public boolean sampled() {
    return plan.attachments().stream()
        .filter(at -> plan.programs().get(at.program()).kind() == Program.Kind.PERF_EVENT)
        .anyMatch(at -> !(at.point() instanceof Attachment.Point.Interval));
  }

  /** Run-time statistics of all programs; they count while {@link Bpf#enableStatistics} is open. */
  public List<ProgramStatistics> statistics() {
    List<ProgramStatistics> all = new ArrayList<>();
    List<Program> programs = plan.programs();
    for (int i = 0; i < programs.size(); i++) {
      Bpf.ProgramInfo info = Bpf.programInfo(objects.programs().get(i));
      all.add(new ProgramStatistics(programs.get(i).name(), info.runTimeNs(), info.runs()));
    }
    return all;
  }

  /** How long and how often a program ran. */
  public record ProgramStatistics(String name, long runTimeNs, long runs) {}

  /** Detaches and takes everything out of the kernel. */
  @Override
  public void close() {
    attachments.close();
    objects.close();
  }
}
