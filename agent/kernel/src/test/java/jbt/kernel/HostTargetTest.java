package jbt.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import jbt.compiler.target.Target.Answer;
import jbt.compiler.target.Target.Feature;
import jbt.compiler.target.TracepointFormat;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("kernel")
class HostTargetTest {
  @Test
  void knowsTheTracepointsOfThisKernel() {
    try (HostTarget target = new HostTarget("here")) {
      assertThat(target.hostName()).isEqualTo("here");
      assertThat(target.possibleCpus()).isPositive();
      assertThat(target.tracepoints())
          .contains("sched:sched_switch", "syscalls:sys_enter_openat", "raw_syscalls:sys_enter");
      for (String name : target.tracepoints()) {
        String[] parts = name.split(":", -1);
        assertThat(target.tracepoint(parts[0], parts[1])).as(name).isPresent();
      }
    }
  }

  @Test
  void readsAFormat() {
    try (HostTarget target = new HostTarget("here")) {
      TracepointFormat format = target.tracepoint("sched", "sched_switch").orElseThrow();
      // Whether a char is signed differs from kernel to kernel.
      assertThat(format.fields())
          .anyMatch(
              field ->
                  field.name().equals("prev_comm")
                      && field.type().equals("char")
                      && field.arrayLength() == 16
                      && field.size() == 16)
          .contains(new TracepointFormat.Field("prev_pid", "pid_t", 0, 24, 4, true));
      assertThat(target.tracepoint("sched", "no_such_event")).isEmpty();
      assertThat(target.tracepoint("..", "..")).isEmpty();
    }
  }

  @Test
  void probesFeatures() {
    try (HostTarget target = new HostTarget("here")) {
      for (Feature feature : Feature.values()) {
        assertThat(target.feature(feature))
            .as(feature.name())
            .isIn(
                Kernels.LACKS
                    .map(lacks -> Set.of(lacks.contains(feature.name()) ? Answer.NO : Answer.YES))
                    .orElseGet(() -> expected(feature)));
      }
    }
  }

  /** Kernels are built with kprobes or without; all else every kernel of today has. */
  private static Set<Answer> expected(Feature feature) {
    boolean may = feature == Feature.KPROBE || feature == Feature.KPROBE_MULTI;
    return may ? Set.of(Answer.YES, Answer.NO) : Set.of(Answer.YES);
  }
}
