package jbt.compiler.interpreter;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;
import jbt.compiler.Compiler;
import jbt.compiler.plan.Plan;
import org.junit.jupiter.api.Test;

/** Series keep the newest intervals, and what is older than these is counted as lost. */
final class SeriesTest {
  private final Plan plan;
  private final Machine machine;

  SeriesTest() throws Exception {
    String series =
        """
        tracepoint:x:call { @last = tseries(args.id, 1000, 3); @sum = tseries(args.id, 1000, 3, "sum");
          @avg = tseries(args.id, 1000, 3, "avg"); @min = tseries(args.id, 1000, 3, "min");
          @max = tseries(args.id, 1000, 3, "max"); @key[args.id & 1] = tseries(args.id, 1000, 3, "sum"); }
        """;
    plan = Compiler.compile(series, "test", ScriptRun.TARGET);
    machine = new Machine(plan, 2);
    machine.begin();
  }

  private void fire(long time, long id) {
    machine.environment().time = time;
    ByteBuffer record = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putLong(8, id);
    machine.run(0, 0, record.array());
  }

  /** The words of each bucket; of a keyed map those of one key. */
  private Map<Long, List<Long>> slots(String name, long... key) {
    int map = 0;
    while (!plan.scriptMaps().get(map).name().equals(name)) {
      map++;
    }
    Map<Long, List<Long>> slots = new TreeMap<>();
    machine
        .contents(map, 0)
        .forEach(
            (bytes, words) -> {
              ByteBuffer in = ByteBuffer.wrap(bytes.toArray()).order(ByteOrder.LITTLE_ENDIAN);
              if (LongStream.of(key).allMatch(part -> in.getLong() == part)) {
                slots.put(in.getLong(), words);
              }
            });
    return slots;
  }

  @Test
  void foldsTheValuesOfAnInterval() {
    fire(10_000, 4);
    fire(10_500, -7);
    fire(11_200, 5);
    assertThat(slots("@sum"))
        .isEqualTo(Map.of(1L, List.of(11L, -3L, 0L), 2L, List.of(12L, 5L, 0L)));
    assertThat(slots("@avg"))
        .isEqualTo(Map.of(1L, List.of(11L, -3L, 2L), 2L, List.of(12L, 5L, 1L)));
    assertThat(slots("@last").values().iterator().next().subList(0, 2)).containsExactly(11L, -7L);
    assertThat(slots("@min").get(1L)).containsExactly(11L, ~(-7L ^ Long.MIN_VALUE), 1L);
    assertThat(slots("@max").get(1L)).containsExactly(11L, 4L ^ Long.MIN_VALUE, 1L);
    assertThat(slots("@key", 0)).isEqualTo(Map.of(1L, List.of(11L, 4L, 0L)));
    assertThat(slots("@key", 1))
        .isEqualTo(Map.of(1L, List.of(11L, -7L, 0L), 2L, List.of(12L, 5L, 0L)));
    assertThat(machine.losses()).containsOnly(0);
  }

  @Test
  void makesRoomForNewIntervals() {
    fire(10_000, 4);
    fire(11_000, 5);
    fire(13_000, 6);
    fire(13_100, 8);
    assertThat(slots("@sum"))
        .isEqualTo(Map.of(1L, List.of(14L, 14L, 0L), 2L, List.of(12L, 5L, 0L)));
    assertThat(slots("@max").get(1L)).containsExactly(14L, 8L ^ Long.MIN_VALUE, 1L);
    assertThat(slots("@min").get(1L)).containsExactly(14L, ~(6L ^ Long.MIN_VALUE), 1L);
    assertThat(machine.losses()).containsOnly(0);
  }

  @Test
  void countsWhatComesTooLate() {
    fire(13_000, 6);
    fire(10_000, 4);
    assertThat(slots("@sum")).isEqualTo(Map.of(1L, List.of(14L, 6L, 0L)));
    assertThat(LongStream.of(machine.losses()).sum()).isEqualTo(5);
  }
}
