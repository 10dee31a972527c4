package jbt.compiler.interpreter;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import jbt.compiler.Compiler;
import jbt.compiler.plan.Attachment.Point;
import jbt.compiler.plan.Plan;
import jbt.compiler.target.Target;
import jbt.compiler.target.TracepointFormat;
import org.junit.jupiter.api.Test;

/** Programs that are attached to the kernel's own tracepoints. */
class DirectTracepointsTest {
  private static final long GETPPID = 110;
  private static final int STATUS = 16;

  private static Target target(OptionalInt status, String... fields) {
    List<TracepointFormat.Field> all =
        Arrays.stream(fields)
            .map(name -> new TracepointFormat.Field(name, "long", 0, 8, 8, true))
            .toList();
    TracepointFormat format = new TracepointFormat(7, all);
    FixedTarget fixed =
        new FixedTarget(
            1,
            Map.of(
                "syscalls:sys_enter_getppid", format,
                "syscalls:sys_exit_getppid", format,
                "syscalls:sys_enter_nobody_knows", format,
                "raw_syscalls:sys_enter", format,
                "sched:sched_switch", format,
                "kmem:kmalloc", format));
    return new Target() {
      @Override
      public String hostName() {
        return fixed.hostName();
      }

      @Override
      public int possibleCpus() {
        return fixed.possibleCpus();
      }

      @Override
      public List<String> tracepoints() {
        return fixed.tracepoints();
      }

      @Override
      public Optional<TracepointFormat> tracepoint(String category, String event) {
        return fixed.tracepoint(category, event);
      }

      @Override
      public Answer feature(Feature feature) {
        return fixed.feature(feature);
      }

      @Override
      public OptionalInt threadStatus() {
        return status;
      }
    };
  }

  private static String point(Target target, String script) throws Exception {
    Point point = Compiler.compile(script, "test", target).attachments().getFirst().point();
    return point instanceof Point.DirectTracepoint(String event) ? event : "perf event";
  }

  @Test
  void takesThemWhereNothingElseIsSeen() throws Exception {
    Target target = target(OptionalInt.of(STATUS), "id");
    String raw = "config = { tracepoint_attach = raw } ";
    assertThat(point(target, "tracepoint:raw_syscalls:sys_enter { @ = count(); }"))
        .isEqualTo("sys_enter");
    assertThat(point(target, "tracepoint:sched:sched_switch { @[comm, probe] = count(); }"))
        .isEqualTo("sched_switch");
    assertThat(point(target, raw + "tracepoint:syscalls:sys_exit_getppid { @ = count(); }"))
        .isEqualTo("sys_exit");
    for (String script :
        List.of(
            "tracepoint:syscalls:sys_enter_getppid { @ = count(); }",
            raw + "tracepoint:syscalls:sys_enter_nobody_knows { @ = count(); }",
            raw + "tracepoint:kmem:kmalloc { @ = count(); }",
            raw + "tracepoint:sched:sched_switch { @[kstack] = count(); }",
            raw + "tracepoint:sched:sched_switch { if (args.id == 1) { @ = count(); } }",
            raw + "tracepoint:sched:sched_switch, tracepoint:kmem:kmalloc { @ = count(); }",
            "config = { tracepoint_attach = perf } tracepoint:sched:sched_switch { @ = count(); }")) {
      assertThat(point(target, script)).as(script).isEqualTo("perf event");
    }
  }

  @Test
  void leavesWhatIsNotTheKernelsOwn() throws Exception {
    String script = "tracepoint:sched:sched_switch { @ = count(); }";
    assertThat(point(target(OptionalInt.empty(), "__probe_ip"), script)).isEqualTo("perf event");
    assertThat(
            point(
                target(OptionalInt.empty(), "id"),
                "config = { tracepoint_attach = raw } "
                    + "tracepoint:syscalls:sys_enter_getppid { @ = count(); }"))
        .isEqualTo("perf event");
  }

  @Test
  void countsTheOneSystemCallOf64BitPrograms() throws Exception {
    Plan plan =
        Compiler.compile(
            "config = { tracepoint_attach = raw } tracepoint:syscalls:sys_enter_getppid { @ = count(); }"
                + "tracepoint:syscalls:sys_exit_getppid { @ = count(); }",
            "test",
            target(OptionalInt.of(STATUS), "id"));
    Machine machine = new Machine(plan, 1);
    machine.begin();
    machine.environment().task = machine.place(task(0));
    enter(machine, GETPPID);
    enter(machine, GETPPID + 1);
    exit(machine, GETPPID);
    exit(machine, 0);
    assertThat(machine.contents(0, 0).values()).containsExactly(List.of(2L));
    machine.environment().task = machine.place(task(2));
    enter(machine, GETPPID);
    exit(machine, GETPPID);
    assertThat(machine.contents(0, 0).values()).containsExactly(List.of(2L));
  }

  private static byte[] task(int status) {
    return ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN).putInt(STATUS, status).array();
  }

  private static void enter(Machine machine, long number) {
    machine.run(0, 0, words(0, number));
  }

  private static void exit(Machine machine, long number) {
    byte[] registers =
        ByteBuffer.allocate(168).order(ByteOrder.LITTLE_ENDIAN).putLong(120, number).array();
    machine.run(1, 0, words(machine.place(registers), 0));
  }

  private static byte[] words(long first, long second) {
    return ByteBuffer.allocate(16)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(first)
        .putLong(second)
        .array();
  }
}
