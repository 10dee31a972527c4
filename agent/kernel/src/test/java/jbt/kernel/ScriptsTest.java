package jbt.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import jbt.compiler.plan.LossCounter;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Compiled scripts on the real kernel, with exact results. */
@Tag("kernel")
class ScriptsTest {
  private static final int THREADS = 2;
  private static final int CALLS = 20_000;

  @Test
  @Covers("tracepoint")
  void aggregatesWithoutKey() throws Exception {
    try (ScriptSession session =
        ScriptSession.start(
            """
            tracepoint:syscalls:sys_enter_getpgid /pid == PID/ {
              @count = count(); @sum = sum(args.pid); @min = min(args.pid); @max = max(args.pid);
              @avg = avg(args.pid); @stats = stats(args.pid);
              @hist = hist(args.pid); @lhist = lhist(args.pid, 0, 10000, 1000);
            }
            """)) {
      Workload.onThreads(THREADS, () -> Workload.getpgid(-5, CALLS));
      session.stop();
      long events = THREADS * (CALLS + 6L);
      long sum = 0;
      Map<Integer, Long> hist = new TreeMap<>();
      Map<Integer, Long> lhist = new TreeMap<>();
      for (int i = -5; i <= CALLS; i++) {
        sum += (long) THREADS * i;
        hist.merge(histBucket(i), (long) THREADS, Long::sum);
        lhist.merge(lhistBucket(i), (long) THREADS, Long::sum);
      }
      assertThat(session.words("@count")).containsExactly(events);
      assertThat(session.words("@sum")).containsExactly(sum);
      assertThat(session.words("@min")).containsExactly(-5L);
      assertThat(session.words("@max")).containsExactly((long) CALLS);
      assertThat(session.words("@avg")).containsExactly(sum, events);
      assertThat(session.words("@stats")).containsExactly(sum, events);
      assertThat(session.row("@hist").buckets()).isEqualTo(hist);
      assertThat(session.row("@lhist").buckets()).isEqualTo(lhist);
      assertThat(session.loaded().losses()).containsOnly(0);
    }
  }

  @Test
  void onlySamplesCanBeLeftOutUnseen() throws Exception {
    try (ScriptSession session = ScriptSession.start("interval:ms:10 { @ = count(); }")) {
      assertThat(session.loaded().sampled()).isFalse();
      assertThat(session.loaded().recursionMisses()).hasValue(0);
    }
    for (String probe : List.of("profile:hz:9", "software:page-faults:1000000000")) {
      try (ScriptSession session = ScriptSession.start(probe + " { @ = count(); }")) {
        assertThat(session.loaded().sampled()).isTrue();
        assertThat(session.loaded().recursionMisses()).isEmpty();
      }
    }
  }

  @Test
  void aggregatesByKey() throws Exception {
    try (ScriptSession session =
        ScriptSession.start(
            """
            tracepoint:syscalls:sys_enter_getpgid /pid == PID/ {
              $k = args.pid % 10;
              @count[$k] = count(); @sum[$k] = sum(args.pid); @min[$k] = min(args.pid);
              @max[$k] = max(args.pid); @avg[$k] = avg(args.pid); @stats[$k] = stats(args.pid);
              @hist[$k] = hist(args.pid); @lhist[$k] = lhist(args.pid, 0, 10000, 1000);
              @pair[$k, comm] = count();
            }
            """)) {
      Workload.onThreads(THREADS, () -> Workload.getpgid(0, CALLS - 1));
      session.stop();
      for (long key = 0; key < 10; key++) {
        long events = THREADS * CALLS / 10;
        long sum = 0;
        Map<Integer, Long> hist = new TreeMap<>();
        Map<Integer, Long> lhist = new TreeMap<>();
        for (int i = (int) key; i < CALLS; i += 10) {
          sum += (long) THREADS * i;
          hist.merge(histBucket(i), (long) THREADS, Long::sum);
          lhist.merge(lhistBucket(i), (long) THREADS, Long::sum);
        }
        assertThat(session.words("@count", key)).containsExactly(events);
        assertThat(session.words("@sum", key)).containsExactly(sum);
        assertThat(session.words("@min", key)).containsExactly(key);
        assertThat(session.words("@max", key)).containsExactly(CALLS - 10 + key);
        assertThat(session.words("@avg", key)).containsExactly(sum, events);
        assertThat(session.words("@stats", key)).containsExactly(sum, events);
        assertThat(session.row("@hist", key).buckets()).isEqualTo(hist);
        assertThat(session.row("@lhist", key).buckets()).isEqualTo(lhist);
        for (int thread = 0; thread < THREADS; thread++) {
          assertThat(session.words("@pair", key, "load-" + thread)).containsExactly(CALLS / 10L);
        }
      }
      assertThat(session.rows("@count")).hasSize(10);
      assertThat(session.rows("@pair")).hasSize(10 * THREADS);
      assertThat(session.loaded().losses()).containsOnly(0);
    }
  }

  @Test
  void countsEventsThatAFullMapRefuses() throws Exception {
    try (ScriptSession session =
        ScriptSession.start(
            "tracepoint:syscalls:sys_enter_getpgid /pid == PID/ { @[args.pid] = count(); }")) {
      Workload.getpgid(1, 100_000);
      session.stop();
      long kept = 0;
      for (Row row : session.rows("@").values()) {
        assertThat(row.words()).containsExactly(1L);
        kept++;
      }
      long lost = session.lost(LossCounter.Source.MAP_FULL);
      assertThat(lost).isPositive();
      assertThat(kept + lost).isEqualTo(100_000);
    }
  }

  @Test
  void countsRecordsThatAFullRingRefuses() throws Exception {
    try (ScriptSession session =
        ScriptSession.start(
            "tracepoint:syscalls:sys_enter_getpgid /pid == PID/ { printf(\"%d %s\\n\", args.pid, comm); }")) {
      Workload.getpgid(1, 400_000);
      session.stop();
      long received =
          session.loaded().dataRing().drain((ring, offset, length) -> {}, Integer.MAX_VALUE);
      assertThat(received).isPositive();
      long lost = session.lost(LossCounter.Source.RING_FULL);
      assertThat(lost).isPositive();
      assertThat(received + lost).isEqualTo(400_000);
    }
  }

  @Test
  @Covers({"begin", "end"})
  void runsBeginAndEnd() throws Exception {
    try (ScriptSession session =
        ScriptSession.start(
            "BEGIN { @a = 7; @b = count(); } END { @a = @a + 1; @b = count(); @c = count(); }")) {
      assertThat(session.words("@b")).containsExactly(1L);
      session.stop();
      assertThat(session.words("@b")).containsExactly(2L);
      assertThat(session.words("@c")).containsExactly(1L);
      MapContents a = session.loaded().read(session.place("@a"), 0);
      assertThat(a.values()).startsWith((byte) 8);
    }
  }

  @Test
  @Covers("self:signal")
  void runsBlocksOfASignalInOrder() throws Exception {
    try (ScriptSession session =
        ScriptSession.start(
            "self:signal:SIGUSR1 { @ = 2 * @ + 1; } self:signal:SIGUSR1 { @ = 3 * @; }")) {
      session.loaded().runSignal();
      session.loaded().runSignal();
      session.stop();
      session.loaded().runSignal();
      MapContents map = session.loaded().read(session.place("@"), 0);
      assertThat(map.values()).startsWith((byte) (3 * (2 * 3 + 1)));
    }
  }

  @Test
  void exitClosesTheGateInTheKernel() throws Exception {
    try (ScriptSession session =
        ScriptSession.start(
            """
            tracepoint:syscalls:sys_enter_getpgid /pid == PID/ {
              @ = count();
              if (args.pid == 100) { exit(3); }
            }
            """)) {
      Workload.getpgid(1, 1_000);
      assertThat(session.loaded().gateOpen()).isFalse();
      assertThat(session.loaded().exitCode()).isEqualTo(3);
      assertThat(session.words("@")).containsExactly(100L);
    }
  }

  @Test
  @Covers("tracepoint, pattern")
  void namesEachPointOfAWildcard() throws Exception {
    try (ScriptSession session =
        ScriptSession.start(
            "tracepoint:syscalls:sys_enter_getp* /pid == PID/ { @[probe] = count(); }")) {
      Workload.getppid(1_000);
      Workload.getpgid(1, 500);
      session.stop();
      assertThat(session.words("@", "tracepoint:syscalls:sys_enter_getppid"))
          .containsExactly(1_000L);
      assertThat(session.words("@", "tracepoint:syscalls:sys_enter_getpgid")).containsExactly(500L);
    }
  }

  @Test
  void histogramOfAMapThatIsDeleted() throws Exception {
    try (ScriptSession session =
        ScriptSession.start("BEGIN { @h = hist(5); delete(@h); @h = hist(3); @h = hist(100); }")) {
      assertThat(session.row("@h").buckets()).isEqualTo(Map.of(3, 1L, 8, 1L));
    }
  }

  @Test
  @Timeout(600)
  @Covers({"interval", "profile", "software"})
  void samplesOnEveryProcessor() throws Exception {
    long start = System.nanoTime();
    try (ScriptSession session =
        ScriptSession.start(
            "profile:hz:200 { @[cpu] = count(); } software:cpu-clock:1000000 { @soft = count(); }"
                + " interval:ms:10 { @ticks = count(); }")) {
      // However long a busy or emulated machine takes.
      while (session.rows("@").size() < Cpus.online().size()
          || session.rows("@").values().stream().anyMatch(row -> row.words().getFirst() < 20)
          || session.rows("@soft").isEmpty()
          || session.words("@soft").getFirst() < 200
          || session.rows("@ticks").isEmpty()
          || session.words("@ticks").getFirst() < 30) {
        Workload.onThreads(THREADS, () -> Workload.getppid(10_000));
      }
      session.stop();
      long centiseconds = (System.nanoTime() - start) / 10_000_000;
      assertThat(session.rows("@")).hasSize(Cpus.online().size());
      assertThat(session.words("@ticks").getFirst()).isLessThanOrEqualTo(centiseconds + 1);
    }
  }

  /** As the language's hist(): 0 negatives, 1 and 2 the values 0 and 1, then powers of two. */
  private static int histBucket(long value) {
    if (value < 0) {
      return 0;
    }
    return value < 2 ? 1 + (int) value : 2 + (63 - Long.numberOfLeadingZeros(value));
  }

  private static int lhistBucket(long value) {
    return value < 0 ? 0 : (int) Math.min(1 + value / 1000, 11);
  }
}
