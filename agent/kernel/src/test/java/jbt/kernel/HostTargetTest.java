package jbt.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import jbt.compiler.target.KernelFunctions;
import jbt.compiler.target.KernelFunctions.Function;
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

  /** Programs name a task, or a function, by the types of the kernel. */
  @Test
  void lacksWithoutTypesWhatNeedsThem() {
    for (Feature feature :
        List.of(Feature.TASK_FROM_PID, Feature.TASK_STORAGE, Feature.WHOLE_FUNCTION_PROBES)) {
      assertThat(FeatureProbes.probe(feature, Optional::empty))
          .as(feature.name())
          .isEqualTo(Answer.NO);
    }
  }

  /** Kernels are built with some or without; all else every kernel of today has. */
  private static Set<Answer> expected(Feature feature) {
    return switch (feature) {
      case KPROBE,
          KPROBE_MULTI,
          OVERRIDE,
          TASK_FROM_PID,
          WALKED_POINTERS,
          WRITE_USER,
          WHOLE_FUNCTION_PROBES,
          SIGNED_DIVISION,
          PRIVATE_STACKS ->
          Set.of(Answer.YES, Answer.NO);
      default -> Set.of(Answer.YES);
    };
  }

  /** However short ago the functions of the others were read. */
  @Test
  void findsFunctionsOfAModuleAsSoonAsItIsLoaded() throws Exception {
    try (HostTarget target = new HostTarget("here")) {
      assertThat(target.functions().named(List.of("vfs_open"))).isNotEmpty();
      KernelModules.need("dummy");
      target.refresh();
      assertThat(target.functions().named(List.of("dummy_xmit"))).isNotEmpty();
    }
  }

  @Test
  void findsFunctionsByNameAndAddress() {
    try (HostTarget target = new HostTarget("here")) {
      KernelFunctions functions = target.functions();
      Function open =
          functions.named(List.of("vfs_open", "no_such")).values().iterator().next().getFirst();
      assertThat(functions.named(List.of("no_such", ""))).isEmpty();
      assertThat(functions.at(open.address() + open.size() - 1)).contains(open);
      assertThat(functions.at(0x1000)).isEmpty();
      List<String> some =
          functions.traceable().stream().map(KernelFunctions.Name::function).limit(1000).toList();
      assertThat(functions.named(some)).hasSizeGreaterThan(some.size() / 2);
    }
  }
}
