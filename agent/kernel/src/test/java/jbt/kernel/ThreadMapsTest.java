package jbt.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import jbt.compiler.plan.ScriptMap.Storage;
import jbt.compiler.target.Target.Answer;
import jbt.compiler.target.Target.Feature;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What threads keep from one event to the next. */
@Tag("kernel")
class ThreadMapsTest {
  private static final int THREADS = 100;
  private static final int TIMES = 50;

  private static void check(String enter, String exit) throws Exception {
    String script =
        enter
            + " /pid == PID/ { @began[tid] = nsecs; @id[tid] = tid; @n[tid]++; } "
            + exit
            + " /@began[tid]/ { @pairs = count(); @other = sum(@id[tid] != tid);"
            + " @late = sum(nsecs - @began[tid] > 3600000000000); @calls = max(@n[tid]);"
            + " delete(@began[tid]); delete(@id[tid]); } END { clear(@began); clear(@id); clear(@n); }";
    try (ScriptSession session = ScriptSession.start(script)) {
      Class<?> expected =
          FeatureProbes.probe(Feature.TASK_STORAGE) == Answer.YES
              ? Storage.Threads.class
              : Storage.Hash.class;
      assertThat(session.plan().scriptMaps())
          .filteredOn(map -> !map.key().isEmpty())
          .hasSize(3)
          .allSatisfy(map -> assertThat(map.storage()).isInstanceOf(expected));
      Workload.onThreads(THREADS, () -> Workload.getpgid(1, TIMES));
      session.stop();
      assertThat(session.words("@pairs")).containsExactly((long) THREADS * TIMES);
      assertThat(session.words("@other")).containsExactly(0L);
      assertThat(session.words("@late")).containsExactly(0L);
      assertThat(session.words("@calls")).containsExactly((long) TIMES);
      assertThat(session.loaded().losses()).containsOnly(0);
    }
  }

  @Test
  void isThereBetweenTracepoints() throws Exception {
    check("tracepoint:syscalls:sys_enter_getpgid", "tracepoint:syscalls:sys_exit_getpgid");
  }

  @Test
  void isThereBetweenRawTracepoints() throws Exception {
    check(
        "config = { tracepoint_attach = raw } tracepoint:syscalls:sys_enter_getpgid",
        "tracepoint:syscalls:sys_exit_getpgid");
  }

  @Test
  void isThereBetweenKprobes() throws Exception {
    Kernels.needKprobes();
    check(
        "config = { kprobe_attach = kprobe } kprobe:__x64_sys_getpgid",
        "kretprobe:__x64_sys_getpgid");
  }

  @Test
  void isThereBetweenFunctionProbes() throws Exception {
    Kernels.needFunctionProbes();
    check("fentry:__x64_sys_getpgid", "fexit:__x64_sys_getpgid");
  }
}
