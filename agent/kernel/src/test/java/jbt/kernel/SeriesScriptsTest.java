package jbt.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Series of values that all come in one interval, of a day, from several processors. */
@Tag("kernel")
class SeriesScriptsTest {
  private static final String SCRIPT =
      """
      tracepoint:syscalls:sys_enter_getpgid /pid == PID/ {
        @sum = tseries(args.pid, 1d, 3, "sum"); @avg = tseries(args.pid, 1d, 3, "avg");
        @min = tseries(args.pid, 1d, 3, "min"); @max = tseries(args.pid, 1d, 3, "max");
        @last = tseries(args.pid, 1d, 3); @key[comm, args.pid & 1] = tseries(args.pid, 1d, 3, "sum"); }
      """;

  /** Over midnight there would be two intervals. */
  @BeforeEach
  void beginsOnTheDayOnWhichItEnds() throws InterruptedException {
    while (LocalTime.now(ZoneOffset.UTC).isAfter(LocalTime.of(23, 59))) {
      Thread.sleep(1_000);
    }
  }

  @Test
  void foldsWhatAllProcessorsHave() throws Exception {
    long day = Duration.ofMillis(System.currentTimeMillis()).toDays();
    try (ScriptSession session = ScriptSession.start(SCRIPT)) {
      Workload.onThreads(4, () -> Workload.getpgid(-100, 1000));
      Workload.getpgid(7, 7);
      session.stop();
      long sum = 4 * 495_450L + 7;
      assertThat(session.words("@sum")).containsExactly(day, sum, 0L);
      assertThat(session.words("@avg")).containsExactly(day, sum, 4405L);
      assertThat(session.words("@min")).containsExactly(day, -100L, 1L);
      assertThat(session.words("@max")).containsExactly(day, 1000L, 1L);
      assertThat(session.words("@last").subList(0, 2)).isEqualTo(List.of(day, 7L));
      assertThat(session.words("@key", "load-0", 0L)).containsExactly(day, 247_950L, 0L);
      assertThat(session.words("@key", "load-3", 1L)).containsExactly(day, 247_500L, 0L);
    }
  }

  @Test
  void keepsTheNewestIntervals() throws Exception {
    String script =
        "tracepoint:syscalls:sys_enter_getppid /pid == PID/ { @ = tseries(1, 1ms, 4, \"sum\"); }";
    try (ScriptSession session = ScriptSession.start(script)) {
      for (int i = 0; i < 40; i++) {
        Workload.getppid(1);
        Thread.sleep(1);
      }
      session.stop();
      List<Long> words = session.words("@");
      assertThat(words.size()).isBetween(3, 12);
      long newest = words.get(words.size() - 3);
      for (int i = 0; i < words.size(); i += 3) {
        assertThat(words.get(i)).isBetween(newest - 3, newest);
        assertThat(words.get(i + 1)).isPositive();
      }
    }
  }

  @Test
  void startsAgainAfterAClear() throws Exception {
    String script =
        """
        tracepoint:syscalls:sys_enter_getpgid /pid == PID/ { @ = tseries(args.pid, 1d, 2, "sum"); }
        tracepoint:syscalls:sys_enter_getppid /pid == PID/ { clear(@); }
        """;
    try (ScriptSession session = ScriptSession.start(script)) {
      Workload.getpgid(1, 10);
      Workload.getppid(1);
      Workload.getpgid(1, 4);
      session.stop();
      assertThat(session.words("@").get(1)).isEqualTo(10L);
    }
  }
}
