package jbt.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import jbt.compiler.bpf.Instruction;
import jbt.compiler.bpf.Register;
import jbt.compiler.bpf.Size;
import jbt.compiler.lang.SourceRange;
import jbt.compiler.plan.Attachment;
import jbt.compiler.plan.Plan;
import jbt.compiler.plan.Program;
import jbt.kernel.sys.Bpf;
import jbt.kernel.sys.Clock;
import jbt.kernel.sys.Fd;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("kernel")
class LoadedPlanTest {
  private static final long VALUE = 0x1122334455667788L;

  @Test
  void countsEventsExactlyWhileTheGateIsOpen() throws Exception {
    Plan plan =
        HandPlans.plan(
            List.of(HandPlans.counting("getppid", Program.Kind.TRACEPOINT, VALUE, true)),
            List.of(new Attachment(0, getppid(), 0, "")));
    try (LoadedPlan loaded = LoadedPlan.load(plan)) {
      loaded.attach();
      assertThat(loaded.attached()).isEqualTo(1);
      Workload.getppid(1_000);
      assertThat(loaded.read(0, 0).rows()).isZero();

      loaded.openGate();
      assertThat(loaded.gateOpen()).isTrue();
      Workload.getppid(2, 50_000);
      loaded.closeGate();
      loaded.gracePeriod();
      Workload.getppid(1_000);
      assertThat(loaded.read(0, 0).words()).containsExactly(100_000);

      AtomicLong records = new AtomicLong();
      loaded
          .dataRing()
          .drain(
              (ring, offset, length) -> {
                assertThat(length).isEqualTo(8);
                assertThat(ring.getLong(offset)).isEqualTo(VALUE);
                records.incrementAndGet();
              },
              Integer.MAX_VALUE);
      assertThat(records.get()).isEqualTo(HandPlans.RING_SIZE / 16 - 1);
      assertThat(records.get() + loaded.losses()[0]).isEqualTo(100_000);
      assertThat(loaded.recursionMisses())
          .isEqualTo(
              Kernels.countsMissesOfTracepoints() ? OptionalLong.of(0) : OptionalLong.empty());
    }
  }

  @Test
  void runsBeginAndEndOnceWhateverTheGate() throws Exception {
    Program program = HandPlans.counting("begin", Program.Kind.RAW_TRACEPOINT, VALUE, false);
    Plan plan =
        HandPlans.plan(
            List.of(program),
            List.of(
                new Attachment(0, new Attachment.Point.Begin(), 0, ""),
                new Attachment(0, new Attachment.Point.End(), 1, "")));
    try (LoadedPlan loaded = LoadedPlan.load(plan)) {
      loaded.attach();
      assertThat(loaded.attached()).isZero();
      loaded.runBegin();
      assertThat(loaded.read(0, 0).words()).containsExactly(1);
      loaded.runEnd();
      assertThat(loaded.read(0, 0).words()).containsExactly(2);
    }
  }

  @Test
  void timersStartWhenTheGateOpens() throws Exception {
    long period = 1_000_000;
    Plan plan =
        HandPlans.plan(
            List.of(HandPlans.ticking("tick")),
            List.of(new Attachment(0, new Attachment.Point.Interval(period), 0, "")));
    try (LoadedPlan loaded = LoadedPlan.load(plan)) {
      loaded.attach();
      Thread.sleep(50);
      long start = loaded.openGate();
      // A machine that stood still has left some out.
      for (int i = 0; i < 6_000 && ticks(loaded) < 100; i++) {
        Thread.sleep(10);
      }
      loaded.closeGate();
      long elapsed = Clock.bootNanos() - start;
      assertThat(ticks(loaded)).isBetween(100L, elapsed / period + 1);
    }
  }

  private static long ticks(LoadedPlan loaded) {
    return Arrays.stream(loaded.read(0, 0).words()).sum();
  }

  @Test
  void timesProgramsWhileStatisticsAreOn() throws Exception {
    Plan plan =
        HandPlans.plan(
            List.of(HandPlans.counting("getppid", Program.Kind.TRACEPOINT, VALUE, true)),
            List.of(new Attachment(0, getppid(), 0, "")));
    try (LoadedPlan loaded = LoadedPlan.load(plan)) {
      loaded.attach();
      loaded.openGate();
      long start = System.nanoTime();
      try (Fd statistics = Bpf.enableStatistics()) {
        assertThat(statistics.number()).isPositive();
        Workload.getppid(10_000);
      }
      long elapsed = System.nanoTime() - start;
      LoadedPlan.ProgramStatistics program = loaded.statistics().getFirst();
      assertThat(program.name()).isEqualTo("getppid");
      assertThat(program.runs()).isGreaterThanOrEqualTo(10_000);
      // It runs for the calls of other processes, too, on all processors.
      assertThat(program.runTimeNs()).isBetween(program.runs(), elapsed * Cpus.online().size());
    }
  }

  @Test
  void leavesNothingBehind() throws Exception {
    Plan plan =
        HandPlans.plan(
            List.of(HandPlans.counting("getppid", Program.Kind.TRACEPOINT, VALUE, true)),
            List.of(new Attachment(0, getppid(), 0, "")));
    KernelIds before = KernelIds.ofThisProcess();
    KernelIds ids;
    try (LoadedPlan loaded = LoadedPlan.load(plan)) {
      loaded.attach();
      ids = KernelIds.ofThisProcess().without(before);
      assertThat(ids.programs()).isNotEmpty();
      assertThat(ids.maps()).hasSize(5);
      assertThat(ids.links()).hasSize(1);
      assertThat(ids.left()).hasSize(7);
    }
    assertThat(ids.leftAfter(Duration.ofSeconds(5))).isEmpty();
  }

  @Test
  void saysWhatTheVerifierRefusesAndWhere() {
    List<Instruction> code =
        List.of(
            new Instruction.LoadImmediate64(Register.R1, 0),
            new Instruction.Load(Size.DOUBLE, Register.R0, Register.R1, 0),
            new Instruction.Exit());
    Plan plan =
        HandPlans.plan(
            List.of(HandPlans.program("wild", Program.Kind.TRACEPOINT, code)), List.of());
    assertThatThrownBy(() -> LoadedPlan.load(plan))
        .isInstanceOfSatisfying(
            LoadException.class,
            e -> {
              assertThat(e.reason()).isEqualTo(LoadException.Reason.VERIFIER);
              assertThat(e.range()).contains(new SourceRange(1, 2));
              assertThat(e)
                  .hasMessage(
                      "the kernel's verifier refuses program wild:"
                          + " R1 invalid mem access 'scalar'");
              assertThat(e.verifierLog()).contains("processed ");
            });
  }

  private static Attachment.Point.Tracepoint getppid() {
    try (HostTarget target = new HostTarget("here")) {
      int id = target.tracepoint("syscalls", "sys_enter_getppid").orElseThrow().id();
      return new Attachment.Point.Tracepoint("syscalls", "sys_enter_getppid", id);
    }
  }
}
