package jbt.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import jbt.compiler.plan.Attachment;
import jbt.compiler.plan.Attachment.Point;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The ways to attach to a tracepoint give the same events: of each pair of programs one looks at
 * the record, which only perf events have.
 */
@Tag("kernel")
class TracepointAttachTest {
  private static final int CALLS = 10_000;

  private static List<Attachment> direct(ScriptSession session) {
    return session.plan().attachments().stream()
        .filter(attachment -> attachment.point() instanceof Point.DirectTracepoint)
        .toList();
  }

  @Test
  void allSystemCalls() throws Exception {
    try (ScriptSession session =
        ScriptSession.start(
            """
            tracepoint:raw_syscalls:sys_enter /comm == "load-0" && pid == PID/ { @ = count(); }
            tracepoint:raw_syscalls:sys_enter /comm == "load-0" && pid == PID && args.id >= 0/ {
              @record = count();
            }
            tracepoint:raw_syscalls:sys_exit /comm == "load-0" && pid == PID/ { @returns = count(); }
            tracepoint:raw_syscalls:sys_exit /comm == "load-0" && pid == PID && args.id >= 0/ {
              @results = count();
            }
            """)) {
      assertThat(direct(session)).hasSize(2);
      Workload.getppid(1, CALLS);
      session.stop();
      assertThat(session.words("@").getFirst()).isGreaterThanOrEqualTo(CALLS);
      assertThat(session.words("@")).isEqualTo(session.words("@record"));
      assertThat(session.words("@returns")).isEqualTo(session.words("@results"));
    }
  }

  @Test
  void oneOfThem() throws Exception {
    try (ScriptSession session =
        ScriptSession.start(
            """
            config = { tracepoint_attach = raw }
            tracepoint:syscalls:sys_enter_getpgid /pid == PID/ { @ = count(); @probe[probe] = count(); }
            tracepoint:syscalls:sys_enter_getpgid /pid == PID && args.pid > 0/ { @record = count(); }
            tracepoint:syscalls:sys_exit_getpgid /pid == PID/ { @returns = count(); }
            tracepoint:syscalls:sys_exit_getpgid /pid == PID && args.ret != -1000/ { @results = count(); }
            """)) {
      assertThat(direct(session)).hasSize(2);
      Workload.onThreads(
          3,
          () -> {
            Workload.getppid(CALLS);
            Workload.getpgid(1, CALLS);
          });
      session.stop();
      for (String map : List.of("@", "@record", "@returns", "@results")) {
        assertThat(session.words(map)).as(map).containsExactly(3L * CALLS);
      }
      assertThat(session.rows("@probe").keySet().toString())
          .contains("tracepoint:syscalls:sys_enter_getpgid");
    }
  }

  @Test
  void theScheduler() throws Exception {
    try (ScriptSession session =
        ScriptSession.start(
            """
            tracepoint:sched:sched_process_exit /comm == "load-1" && pid == PID/ { @ = count(); }
            tracepoint:sched:sched_process_exit /args.comm == "load-1" && pid == PID/ {
              @record = count();
            }
            """)) {
      for (int i = 0; i < 20; i++) {
        Workload.getppid(2, 1);
      }
      // A thread has ended for those who join it some time before it has for the kernel.
      for (int i = 0; i < 500 && !session.words("@record").equals(List.of(20L)); i++) {
        Thread.sleep(10);
      }
      session.stop();
      assertThat(session.words("@")).containsExactly(20L);
      assertThat(session.words("@record")).containsExactly(20L);
    }
  }

  @Test
  void perfEventsOnRequest() throws Exception {
    try (ScriptSession session =
        ScriptSession.start(
            """
            config = { tracepoint_attach = perf }
            tracepoint:raw_syscalls:sys_enter /pid == PID/ { @ = count(); }
            """)) {
      assertThat(direct(session)).isEmpty();
      Workload.getppid(CALLS);
      session.stop();
      assertThat(session.words("@").getFirst()).isGreaterThanOrEqualTo(CALLS);
    }
  }

  @Test
  void knowsTheStatusOfThreads() {
    if (System.getProperty("os.arch").equals("amd64")) {
      assertThat(ThreadStatus.offset()).hasValue(16);
    }
  }
}
