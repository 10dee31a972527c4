package jbt.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import jbt.compiler.plan.LossCounter;
import jbt.compiler.plan.Site;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Maps that are printed and cleared under load: every event is in exactly one generation. */
@Tag("kernel")
class IntervalsTest {
  private static final int THREADS = 2;
  private static final int CALLS = Integer.getInteger("interval.calls", 300_000);
  private static final int FEW = 5;
  private static final int MOST_LOADS = 20;
  private static final String EVENT = "tracepoint:syscalls:sys_enter_getpgid /pid == PID/ ";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{ @ = count(); } interval:ms:1 { print(@); clear(@); }",
        "{ @ = count(); } interval:ms:1 { print(@); zero(@); }",
        "{ @[comm, args.pid % 50] = count(); } interval:ms:1 { print(@); clear(@); }",
        "{ @[args.pid % 50] = count(); } interval:ms:1 { print(@); zero(@); }",
        "{ @ = sum(1); } profile:us:300 { print(@); clear(@); }",
        "{ @[args.pid % 3] = sum(1); } profile:us:300 { print(@); clear(@); }",
        "{ @++; } interval:ms:1 { print(@); clear(@); }",
        "{ @[comm]++; } interval:ms:1 { print(@); clear(@); }",
      })
  void countEveryEventOnce(String script) throws Exception {
    try (ScriptSession session = ScriptSession.start(EVENT + script)) {
      Generations generations = new Generations(session);
      long calls = 0;
      // On a busy machine grace periods are long, and few generations end in one load.
      for (int i = 0; i < MOST_LOADS && generations.complete() <= FEW; i++) {
        Thread load = new Thread(IntervalsTest::load);
        load.start();
        while (load.isAlive()) {
          generations.takeComplete();
        }
        calls += (long) THREADS * CALLS;
      }
      session.stop();
      generations.takeComplete();
      generations.take(session.loaded().generation(session.place("@")));
      long sum = generations.total().values().stream().mapToLong(Long::longValue).sum();
      assertThat(sum + session.lost(LossCounter.Source.MAP_FULL)).isEqualTo(calls);
      assertThat(session.lost(LossCounter.Source.UPDATE_REFUSED)).isZero();
      assertThat(generations.complete()).isGreaterThan(FEW);
      assertThat(generations.prints() + session.lost(LossCounter.Source.CONTROL_RING_FULL))
          .isGreaterThanOrEqualTo(generations.complete());
    }
  }

  private static void load() {
    try {
      Workload.onThreads(THREADS, () -> Workload.getpgid(1, CALLS));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Takes what the generations of the map "@" hold, each when it is complete. */
  private static final class Generations {
    private final ScriptSession session;
    private final int map;
    private final Map<List<Object>, Long> total = new HashMap<>();
    private long taken;
    private long prints;

    Generations(ScriptSession session) {
      this.session = session;
      this.map = session.place("@");
    }

    /** Nobody writes to a generation after a grace period that began when it was over. */
    void takeComplete() {
      long current = session.loaded().generation(map);
      session.loaded().gracePeriod();
      for (long generation = taken; generation < current; generation++) {
        take(generation);
      }
      if (taken < current) {
        session.loaded().emptyThrough(map, current - 1);
        taken = current;
      }
      session
          .loaded()
          .controlRing()
          .drain(
              (ring, offset, length) -> {
                if (session.plan().sites().get(ring.getInt(offset + 8)) instanceof Site.Print) {
                  prints++;
                }
              },
              Integer.MAX_VALUE);
    }

    void take(long generation) {
      Row.of(session.plan(), session.loaded().read(map, generation))
          .forEach((key, row) -> total.merge(key, row.words().getFirst(), Long::sum));
    }

    Map<List<Object>, Long> total() {
      return total;
    }

    /** How many generations were taken before the end. */
    long complete() {
      return taken;
    }

    long prints() {
      return prints;
    }
  }
}
