package jbt.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import jbt.compiler.plan.KernelMap;
import jbt.compiler.target.Target.Answer;
import jbt.compiler.target.Target.Feature;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Programs with large stack frames keep them on the kernel's stack. */
@Tag("kernel")
class PrivateStacksTest {
  /** A key of 56 bytes in the frame. */
  private static final String LARGE = " { @[pid, tid, uid, gid, 5, 6, 7] = count(); } ";

  private static final List<String> PROBES =
      List.of(
          "BEGIN",
          "tracepoint:syscalls:sys_enter_getppid /pid == PID/",
          "tracepoint:raw_syscalls:sys_exit /pid == PID/",
          "rawtracepoint:sched_switch /pid == PID/",
          "interval:ms:10",
          "profile:ms:10 /pid == PID/",
          "software:cpu-clock:1000000 /pid == PID/",
          "uprobe:libc:getppid /pid == PID/");

  @Test
  void everyKindOfProgram() throws Exception {
    boolean apart = FeatureProbes.probe(Feature.PRIVATE_STACKS) == Answer.YES;
    for (String probe : PROBES) {
      try (ScriptSession session = ScriptSession.start(probe + LARGE)) {
        Workload.getppid(1000);
        session.stop();
        assertThat(arrays(session)).as(probe).isEqualTo(apart ? 1 : 0);
      }
    }
    try (ScriptSession session = ScriptSession.start(String.join(LARGE, PROBES) + LARGE)) {
      Workload.getppid(1000);
      session.stop();
      assertThat(arrays(session)).isEqualTo(apart ? PROBES.size() : 0);
      long counted = session.rows("@").values().stream().mapToLong(r -> r.words().getFirst()).sum();
      assertThat(counted).isGreaterThan(2000);
      assertThat(session.loaded().losses()).containsOnly(0);
    }
  }

  @Test
  void smallFramesAreThereInAnyCase() throws Exception {
    try (ScriptSession session =
        ScriptSession.start("tracepoint:syscalls:sys_enter_getppid { @[comm, pid] = count(); }")) {
      assertThat(arrays(session)).isZero();
    }
  }

  private static long arrays(ScriptSession session) {
    return session.plan().maps().stream()
        .filter(map -> map.kind() == KernelMap.Kind.PROGRAM_ARRAY)
        .count();
  }
}
