package jbt.kernel;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;
import jbt.compiler.plan.Attachment;
import jbt.compiler.plan.Plan;
import jbt.compiler.plan.Program;
import jbt.compiler.plan.Settings;
import jbt.kernel.sys.Bpf;
import jbt.kernel.sys.Fd;
import jbt.kernel.sys.Perf;
import jbt.kernel.sys.SystemCallException;

/** The attach points of a plan: perf events and the links that tie programs to them. */
final class Attachments implements AutoCloseable {
  /**
   * Of bpf_link_info where perf links tell what they missed (linux/bpf.h): the same kernels, from
   * 6.7, count what a program at a tracepoint misses.
   */
  private static final int INFO_WITH_MISSES = 56;

  private final Plan plan;
  private final List<Fd> programs;
  private final List<Fd> links = new ArrayList<>();
  private final List<Fd> events = new ArrayList<>();

  /** Those of {@link #events} that run only while the gate is open. */
  private final List<Fd> gated = new ArrayList<>();

  private final List<Fd> iterators = new ArrayList<>();

  /** What the script goes on without. */
  private final Set<Attachment> missing = new LinkedHashSet<>();

  private final List<String> warnings = new ArrayList<>();

  private int attached;
  private boolean tracepointMissesCounted;

  Attachments(Plan plan, List<Fd> programs) {
    this.plan = plan;
    this.programs = programs;
  }

  /** Blocks at the same place run in the order in which the script has them. */
  synchronized void attach() throws LoadException {
    List<Integer> online = Cpus.online();
    List<List<Attachment>> inOrder = new ArrayList<>();
    List<List<Attachment>> backwards = new ArrayList<>();
    for (List<Attachment> together : byLink()) {
      (lastRunsFirst(together.getFirst().point()) ? backwards : inOrder).add(together);
    }
    inOrder.addAll(backwards.reversed());
    for (List<Attachment> together : inOrder) {
      if (byOneLink(together.getFirst())) {
        linkMany(together);
      } else {
        attachOne(together.getFirst(), online);
      }
    }
  }

  /** Whether the kernel runs what was attached last to such a place before all else there. */
  private static boolean lastRunsFirst(Attachment.Point point) {
    return switch (point) {
      case Attachment.Point.Uprobe uprobe -> true;
      case Attachment.Point.KernelFunction function -> true;
      case Attachment.Point.DirectFunction function -> true;
      case Attachment.Point.Kprobe kprobe -> !kprobe.returns();
      default -> false;
    };
  }

  private void attachOne(Attachment attachment, List<Integer> online) throws LoadException {
    try {
      if (attach(attachment, online)) {
        attached++;
      }
    } catch (SystemCallException e) {
      goOnWithout(List.of(attachment), e);
    }
  }

  /** Goes on if the settings say so of what is missing. */
  private void goOnWithout(List<Attachment> refused, SystemCallException e) throws LoadException {
    Attachment first = refused.getFirst();
    int others = refused.size() - 1;
    LoadException problem =
        AttachErrors.of(
            first.point(),
            plan.namesByCookie().get(first.cookie())
                + (others > 0 ? " and " + others + " others" : ""),
            e);
    Settings.Missing setting = plan.settings().missingProbes();
    if (setting == Settings.Missing.ERROR || problem.reason() != LoadException.Reason.MISSING) {
      close();
      throw problem;
    }
    missing.addAll(refused);
    if (setting == Settings.Missing.WARN) {
      warnings.add("WARNING: " + problem.getMessage() + ". Skipping.");
    }
  }

  private boolean byOneLink(Attachment attachment) {
    Program.Kind kind = plan.programs().get(attachment.program()).kind();
    return kind == Program.Kind.UPROBE_MULTI || kind == Program.Kind.KPROBE_MULTI;
  }

  /** Together those that one link attaches to all their places in a file. */
  private Collection<List<Attachment>> byLink() {
    Map<Object, List<Attachment>> links = new LinkedHashMap<>();
    for (Attachment attachment : plan.attachments()) {
      String file =
          attachment.point() instanceof Attachment.Point.Uprobe uprobe ? uprobe.file() : "";
      Object link = byOneLink(attachment) ? List.of(attachment.program(), file) : attachment;
      links.computeIfAbsent(link, key -> new ArrayList<>()).add(attachment);
    }
    return links.values();
  }

  /** The kernel takes all of them or none: of those that may be missing, what is not is found. */
  private void linkMany(List<Attachment> together) throws LoadException {
    try {
      if (together.getFirst().point() instanceof Attachment.Point.Kprobe) {
        linkKprobes(together);
      } else {
        linkUprobes(together);
      }
      attached += together.size();
    } catch (SystemCallException e) {
      int half = together.size() / 2;
      if (half == 0 || plan.settings().missingProbes() == Settings.Missing.ERROR) {
        goOnWithout(together, e);
      } else {
        linkMany(together.subList(0, half));
        linkMany(together.subList(half, together.size()));
      }
    }
  }

  private void linkKprobes(List<Attachment> together) {
    List<Attachment.Point.Kprobe> points =
        together.stream().map(a -> (Attachment.Point.Kprobe) a.point()).toList();
    Fd link =
        Bpf.linkKprobes(
            programs.get(together.getFirst().program()),
            points.stream().mapToLong(Attachment.Point.Kprobe::address).toArray(),
            together.stream().mapToLong(Attachment::cookie).toArray(),
            points.getFirst().returns());
    links.add(link);
    tracepointMissesCounted |= Bpf.linkInfoSize(link) >= INFO_WITH_MISSES;
  }

  private void linkUprobes(List<Attachment> together) {
    List<Attachment.Point.Uprobe> points =
        together.stream().map(a -> (Attachment.Point.Uprobe) a.point()).toList();
    links.add(
        Bpf.linkUprobes(
            programs.get(together.getFirst().program()),
            points.getFirst().file(),
            points.stream().mapToLong(Attachment.Point.Uprobe::offset).toArray(),
            points.stream().mapToLong(Attachment.Point.Uprobe::counter).toArray(),
            together.stream().mapToLong(Attachment::cookie).toArray(),
            points.getFirst().returns()));
  }

  private boolean attach(Attachment attachment, List<Integer> online) {
    switch (attachment.point()) {
      case Attachment.Point.Begin begin -> {
        return false;
      }
      case Attachment.Point.End end -> {
        return false;
      }
      case Attachment.Point.Signal signal -> {
        return false;
      }
      case Attachment.Point.Test test -> {
        return false;
      }
      case Attachment.Point.Bench bench -> {
        return false;
      }
      case Attachment.Point.Tracepoint tracepoint ->
          link(attachment, own(Perf.tracepoint(tracepoint.id())));
      case Attachment.Point.DirectTracepoint direct ->
          links.add(Bpf.attachTracepoint(programs.get(attachment.program()), direct.event()));
      case Attachment.Point.RawTracepoint raw ->
          links.add(Bpf.attachRawEvent(programs.get(attachment.program())));
      case Attachment.Point.KernelFunction _, Attachment.Point.DirectFunction _ ->
          links.add(Bpf.attachRawEvent(programs.get(attachment.program())));
      case Attachment.Point.Iterator iterator -> {
        Fd link =
            Bpf.linkIterator(programs.get(attachment.program()), iterator.name().equals("cgroup"));
        links.add(link);
        iterators.add(link);
      }
      case Attachment.Point.Kprobe kprobe -> link(attachment, own(open(kprobe)));
      case Attachment.Point.Hardware hardware ->
          gate(attachment, online, cpu -> Perf.hardware(hardware.config(), hardware.count(), cpu));
      case Attachment.Point.Watchpoint watch ->
          gate(
              attachment,
              online,
              cpu -> Perf.breakpoint(watch.address(), watch.length(), watch.mode(), cpu));
      case Attachment.Point.Interval interval ->
          timer(attachment, Perf.CPU_CLOCK, interval.periodNs(), online.subList(0, 1));
      case Attachment.Point.Profile profile ->
          timer(attachment, Perf.CPU_CLOCK, profile.periodNs(), online);
      case Attachment.Point.Software software ->
          timer(attachment, software.config(), software.count(), online);
      case Attachment.Point.Uprobe uprobe ->
          link(
              attachment,
              own(
                  Perf.uprobe(
                      EventSources.type("uprobe"),
                      uprobe.file(),
                      uprobe.offset(),
                      uprobe.returns(),
                      uprobe.counter())));
    }
    return true;
  }

  private void timer(Attachment attachment, long config, long period, List<Integer> cpus) {
    gate(attachment, cpus, cpu -> Perf.software(config, period, cpu));
  }

  /** On all of the processors, or none: half of the events would look like all of them. */
  private void gate(Attachment attachment, List<Integer> cpus, IntFunction<Fd> open) {
    List<Fd> opened = new ArrayList<>();
    try {
      cpus.forEach(cpu -> opened.add(open.apply(cpu)));
    } catch (SystemCallException e) {
      opened.forEach(Fd::close);
      throw e;
    }
    opened.forEach(this::own);
    gated.addAll(opened);
    opened.forEach(event -> link(attachment, event));
  }

  private static Fd open(Attachment.Point.Kprobe kprobe) {
    int type = EventSources.type("kprobe");
    long place = kprobe.symbol().isEmpty() ? kprobe.address() + kprobe.offset() : kprobe.offset();
    return Perf.kprobe(type, kprobe.symbol(), place, kprobe.returns());
  }

  private Fd own(Fd event) {
    events.add(event);
    return event;
  }

  private void link(Attachment attachment, Fd event) {
    Fd program = programs.get(attachment.program());
    try {
      Fd link = Bpf.linkPerfEvent(program, event, attachment.cookie());
      links.add(link);
      if (!tracepointMissesCounted) {
        tracepointMissesCounted = Bpf.linkInfoSize(link) >= INFO_WITH_MISSES;
      }
    } catch (SystemCallException e) {
      if (e.errno() != SystemCallException.EINVAL) {
        throw e;
      }
      // Before Linux 5.15 perf events have no links; they have no cookies either then, and a plan
      // that needs them was not compiled.
      Perf.setProgram(event, program);
    }
  }

  synchronized int attached() {
    return attached;
  }

  /** The plan without what the script goes on without, and with what to tell of that. */
  synchronized Plan plan() {
    return missing.isEmpty() ? plan : plan.without(missing, warnings);
  }

  /** Whether the kernel counts runs at tracepoints that it leaves out; known once attached. */
  synchronized boolean tracepointMissesCounted() {
    return tracepointMissesCounted;
  }

  synchronized void enable() {
    gated.forEach(Perf::enable);
  }

  /** Runs the programs of iterators once. */
  synchronized void iterate() {
    iterators.forEach(Bpf::iterate);
  }

  @Override
  public synchronized void close() {
    iterators.clear();
    Release.close(links, events);
    links.clear();
    events.clear();
    gated.clear();
    attached = 0;
  }
}
