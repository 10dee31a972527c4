package jbt.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import jbt.compiler.plan.Attachment;
import jbt.compiler.plan.Plan;
import jbt.compiler.plan.Program;
import jbt.kernel.sys.Wakeups;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("kernel")
class RingReaderTest {
  private static final long VALUE = 0x1122334455667788L;
  private static final long CALLS = 300_000;
  private static final int MOST_FLOODS = 20;

  @Test
  void getsOrCountsEveryRecordWhileTwoProcessorsWrite() throws Exception {
    long wanted = 4 * HandPlans.RING_SIZE / 16;
    try (HostTarget target = new HostTarget("here")) {
      int id = target.tracepoint("syscalls", "sys_enter_getppid").orElseThrow().id();
      Attachment.Point point = new Attachment.Point.Tracepoint("syscalls", "sys_enter_getppid", id);
      Plan plan =
          HandPlans.plan(
              List.of(HandPlans.counting("flood", Program.Kind.TRACEPOINT, VALUE, true)),
              List.of(new Attachment(0, point, 0, "")));
      try (LoadedPlan loaded = LoadedPlan.load(plan)) {
        loaded.attach();
        loaded.openGate();
        long calls = 0;
        long got = 0;
        // Where the reader has no processor for a while, one flood may be too short.
        for (int i = 0; i < MOST_FLOODS && got <= wanted; i++) {
          Thread load = new Thread(RingReaderTest::flood);
          load.start();
          while (load.isAlive()) {
            got += drain(loaded, 1_000);
          }
          calls += 2 * CALLS;
        }
        loaded.gracePeriod();
        got += drain(loaded, Integer.MAX_VALUE);
        assertThat(loaded.dataRing().pending()).isZero();
        assertThat(got).isGreaterThan(wanted);
        assertThat(got + loaded.losses()[0]).isEqualTo(calls);
      }
    }
  }

  private static void flood() {
    try {
      Workload.getppid(2, CALLS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static int drain(LoadedPlan loaded, int limit) {
    return loaded
        .dataRing()
        .drain(
            (ring, offset, length) -> {
              if (length != 8 || ring.getLong(offset) != VALUE) {
                throw new AssertionError("record of length " + length);
              }
            },
            limit);
  }

  @Test
  void waitingEndsWithTheTimeOrACall() throws Exception {
    Plan plan = HandPlans.plan(List.of(), List.of());
    try (LoadedPlan loaded = LoadedPlan.load(plan);
        Wakeups wakeups = loaded.wakeups()) {
      long start = System.nanoTime();
      wakeups.await(30);
      assertThat(System.nanoTime() - start).isGreaterThan(Duration.ofMillis(25).toNanos());

      Thread waker = new Thread(wakeups::wake);
      start = System.nanoTime();
      waker.start();
      wakeups.await(10_000);
      assertThat(System.nanoTime() - start)
          .isLessThan(Duration.ofSeconds(5L * Kernels.PATIENCE).toNanos());
      waker.join();
    }
  }

  @Test
  void givesNothingOnceClosed() throws Exception {
    LoadedPlan loaded = LoadedPlan.load(HandPlans.plan(List.of(), List.of()));
    loaded.close();
    loaded.close();
    assertThat(drain(loaded, 1)).isZero();
    assertThat(loaded.dataRing().pending()).isZero();
    assertThat(loaded.gateOpen()).isFalse();
  }
}
