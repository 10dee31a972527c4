package jbt.compiler;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import jbt.compiler.target.Binaries;
import jbt.compiler.target.KernelFunctions;
import jbt.compiler.target.Target;
import jbt.compiler.target.TracepointFormat;
import jbt.compiler.target.TracepointFormat.Field;

/** A target made by hand: a few events that are written down here as tracefs has them. */
public record FakeTarget(String hostName, Set<Feature> lacks) implements Target {
  public FakeTarget(String hostName) {
    this(hostName, Set.of());
  }

  private static final Field SYSCALL_NR = new Field("__syscall_nr", "int", 0, 8, 4, true);

  private static final TreeMap<String, TracepointFormat> EVENTS = new TreeMap<>();

  static {
    event(
        "raw_syscalls:sys_enter",
        new Field("id", "long", 0, 8, 8, true),
        new Field("args", "unsigned long", 6, 16, 48, false));
    event(
        "raw_syscalls:sys_exit",
        new Field("id", "long", 0, 8, 8, true),
        new Field("ret", "long", 0, 16, 8, true));
    event("syscalls:sys_enter_getppid", SYSCALL_NR);
    event(
        "syscalls:sys_enter_openat",
        SYSCALL_NR,
        new Field("dfd", "int", 0, 16, 8, false),
        new Field("filename", "const char *", 0, 24, 8, false),
        new Field("flags", "int", 0, 32, 8, false),
        new Field("mode", "umode_t", 0, 40, 8, false));
    event(
        "syscalls:sys_enter_read",
        SYSCALL_NR,
        new Field("fd", "unsigned int", 0, 16, 8, false),
        new Field("buf", "char *", 0, 24, 8, false),
        new Field("count", "size_t", 0, 32, 8, false));
    event(
        "syscalls:sys_enter_write",
        SYSCALL_NR,
        new Field("fd", "unsigned int", 0, 16, 8, false),
        new Field("buf", "const char *", 0, 24, 8, false),
        new Field("count", "size_t", 0, 32, 8, false));
    event(
        "syscalls:sys_enter_kill",
        SYSCALL_NR,
        new Field("pid", "pid_t", 0, 16, 8, false),
        new Field("sig", "int", 0, 24, 8, false));
    event(
        "sched:sched_switch",
        new Field("prev_comm", "char", 16, 8, 16, false),
        new Field("prev_pid", "pid_t", 0, 24, 4, true),
        new Field("prev_prio", "int", 0, 28, 4, true),
        new Field("prev_state", "long", 0, 32, 8, true),
        new Field("next_comm", "char", 16, 40, 16, false),
        new Field("next_pid", "pid_t", 0, 56, 4, true),
        new Field("next_prio", "int", 0, 60, 4, true));
    event(
        "sched:sched_process_exec",
        new Field("filename", "__data_loc char[]", 0, 8, 4, false),
        new Field("pid", "pid_t", 0, 12, 4, true),
        new Field("old_pid", "pid_t", 0, 16, 4, true));
    event(
        "sched:sched_process_exit",
        new Field("comm", "char", 16, 8, 16, false),
        new Field("pid", "pid_t", 0, 24, 4, true),
        new Field("prio", "int", 0, 28, 4, true),
        new Field("group_dead", "bool", 0, 32, 1, false));
    event(
        "skb:kfree_skb",
        new Field("skbaddr", "void *", 0, 8, 8, false),
        new Field("lengths", "__data_loc unsigned int[]", 0, 16, 4, false),
        new Field("addr", "unsigned char", 6, 20, 6, false),
        new Field("cpus", "__rel_loc cpumask_t", 0, 28, 4, false));
  }

  private static void event(String name, Field... fields) {
    EVENTS.put(name, new TracepointFormat(100 + EVENTS.size(), List.of(fields)));
  }

  @Override
  public int possibleCpus() {
    return 2;
  }

  @Override
  public List<String> tracepoints() {
    return new ArrayList<>(EVENTS.descendingKeySet());
  }

  @Override
  public Optional<TracepointFormat> tracepoint(String category, String event) {
    return Optional.ofNullable(EVENTS.get(category + ":" + event));
  }

  @Override
  public Binaries binaries() {
    return new FakeBinaries();
  }

  @Override
  public KernelFunctions functions() {
    return new FakeFunctions();
  }

  @Override
  public Answer feature(Feature feature) {
    return lacks.contains(feature) ? Answer.NO : Answer.YES;
  }
}
