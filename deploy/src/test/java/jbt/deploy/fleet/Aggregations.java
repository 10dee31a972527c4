package jbt.deploy.fleet;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongFunction;
import java.util.stream.LongStream;

/**
 * Every aggregation over two series of numbers, one a host, with the answer that two hosts together
 * must give. The series have nothing in common, the least is host a's and the greatest host b's.
 */
public final class Aggregations {
  /** Counts what {@link #calls} makes a process do, in several ways. */
  public static final String CALLS =
      "tracepoint:syscalls:sys_enter_getppid /"
          + Traced.MINE
          + "/ { @ = count(); @by[comm] = count(); @host[host] = count(); @sum = sum(2); @n++; }";

  /** What the process of a host is told to do for {@link #CALLS}. */
  public static String calls(String host, int calls) {
    return "load-" + host + " getppid " + calls;
  }

  /** The event whose argument is a number of the series. */
  public static final String POLICY =
      "tracepoint:syscalls:sys_enter_sched_get_priority_max /" + Traced.MINE + "/ ";

  /** What the processes of host a and b are told to do, see {@link Workload}. */
  public static final String LOAD_A = "load-a policy -3 1 100";

  public static final String LOAD_B = "load-b policy 200 7 50";

  public static final String SCRIPT =
      POLICY
          + "{ @count = count(); @sum = sum(args.policy); @min = min(args.policy);"
          + " @max = max(args.policy); @avg = avg(args.policy); @stats = stats(args.policy);"
          + " @hist = hist(args.policy); @lhist = lhist(args.policy, 0, 400, 50); }";

  /** The same by parity. */
  public static final String KEYED =
      POLICY
          + "{ $odd = args.policy & 1; @count[$odd] = count(); @sum[$odd] = sum(args.policy);"
          + " @min[$odd] = min(args.policy); @max[$odd] = max(args.policy);"
          + " @avg[$odd] = avg(args.policy); @stats[$odd] = stats(args.policy);"
          + " @hist[$odd] = hist(args.policy); @lhist[$odd, 7] = lhist(args.policy, 0, 400, 50); }";

  private static final long[] VALUES =
      LongStream.concat(
              LongStream.range(0, 100).map(i -> -3 + i),
              LongStream.range(0, 50).map(i -> 200 + 7 * i))
          .toArray();

  private Aggregations() {}

  /** Fails unless it is the final result of {@link #CALLS} for so many calls of each host. */
  public static void checkCalls(List<String> end, int a, int b) {
    assertThat(Answer.values(end))
        .isEqualTo(
            Map.of(
                "@", "" + (a + b),
                "@by[load-a]", "" + a,
                "@by[load-b]", "" + b,
                "@host[a]", "" + a,
                "@host[b]", "" + b,
                "@sum", "" + 2 * (a + b),
                "@n", "" + (a + b)));
  }

  /** Fails unless it is the final result of {@link #SCRIPT}. */
  public static void check(List<String> end) {
    check(end, VALUES, "", "", "-3", "543");
  }

  /** Fails unless it is the final result of {@link #KEYED}. */
  public static void checkKeyed(List<String> end) {
    for (int odd = 0; odd < 2; odd++) {
      int parity = odd;
      long[] some = LongStream.of(VALUES).filter(value -> (value & 1) == parity).toArray();
      check(
          end,
          some,
          "[" + odd + "]",
          "[" + odd + ", 7]",
          odd == 0 ? "-2" : "-3",
          odd == 0 ? "536" : "543");
    }
  }

  private static void check(
      List<String> end, long[] values, String key, String linearKey, String min, String max) {
    long sum = LongStream.of(values).sum();
    assertThat(Answer.values(end))
        .containsEntry("@count" + key, Integer.toString(values.length))
        .containsEntry("@sum" + key, Long.toString(sum))
        .containsEntry("@min" + key, min)
        .containsEntry("@max" + key, max)
        .containsEntry("@avg" + key, Long.toString(sum / values.length))
        .containsEntry(
            "@stats" + key,
            "{ .count = %d, .average = %d, .total = %d }"
                .formatted(values.length, sum / values.length, sum));
    assertThat(Answer.histogram(end, "@hist" + key))
        .isEqualTo(buckets(values, Aggregations::powerOfTwo));
    assertThat(Answer.histogram(end, "@lhist" + linearKey))
        .isEqualTo(buckets(values, Aggregations::linear));
  }

  private static Map<String, Long> buckets(long[] values, LongFunction<String> label) {
    return LongStream.of(values)
        .mapToObj(label)
        .collect(groupingBy(text -> text, TreeMap::new, counting()));
  }

  private static String powerOfTwo(long value) {
    if (value < 0) {
      return "(..., 0)";
    }
    long low = Long.highestOneBit(value);
    String high = 2 * low == 1024 ? "1K" : Long.toString(2 * low);
    return value < 2 ? "[" + value + "]" : "[" + low + ", " + high + ")";
  }

  private static String linear(long value) {
    if (value < 0) {
      return "(..., 0)";
    }
    long low = value / 50 * 50;
    return value >= 400 ? "[400, ...)" : "[" + low + ", " + (low + 50) + ")";
  }
}
