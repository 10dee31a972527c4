package jbt.deploy;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongFunction;
import java.util.stream.LongStream;
import jbt.deploy.fleet.Answer;
import jbt.deploy.fleet.Fleet;
import jbt.deploy.fleet.Load;
import jbt.deploy.fleet.Running;
import jbt.deploy.fleet.Traced;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Every merged value is what one works out by hand from what the hosts' processes did. */
@Tag("fleet")
final class MergeTest {
  private static final List<String> BOTH = List.of("a", "b");
  private static final String GETPPID = "tracepoint:syscalls:sys_enter_getppid /(MINE)/ ";
  private static final String POLICY =
      "tracepoint:syscalls:sys_enter_sched_get_priority_max /(MINE)/ ";

  /** The series of host a and of host b: FIRST STEP COUNT. */
  private static final String SERIES_A = "policy -3 1 100";

  private static final String SERIES_B = "policy 200 7 50";
  private static final long[] VALUES_A = LongStream.range(0, 100).map(i -> -3 + i).toArray();
  private static final long[] VALUES_B = LongStream.range(0, 50).map(i -> 200 + 7 * i).toArray();
  private static final long[] VALUES =
      LongStream.concat(LongStream.of(VALUES_A), LongStream.of(VALUES_B)).toArray();

  private static Fleet fleet;
  private static Load a;
  private static Load b;

  @BeforeAll
  static void start() throws Exception {
    fleet = Fleet.start("a", "b");
    a = Load.start();
    b = Load.start();
  }

  @AfterAll
  static void stop() {
    fleet.close();
    a.close();
    b.close();
  }

  @Test
  void countsMillionsOfCalls() throws Exception {
    Running remote =
        start(
            GETPPID
                + "{ @ = count(); @by[comm] = count(); @host[host] = count(); @sum = sum(2); @n++; }");
    a.begin("load-a getppid 1000000");
    b.begin("load-b getppid 700003");
    a.await();
    b.await();
    assertThat(Traced.stop(remote)).as(remote.toString()).isZero();
    assertThat(Answer.values(Answer.end(remote.out())))
        .isEqualTo(
            Map.of(
                "@", "1700003",
                "@by[load-a]", "1000000",
                "@by[load-b]", "700003",
                "@host[a]", "1000000",
                "@host[b]", "700003",
                "@sum", "3400006",
                "@n", "1700003"));
    assertThat(remote.err()).contains("hosts: 2 of 2 reporting", "loss: none");
  }

  @Test
  void mergesEveryAggregation() throws Exception {
    Running remote =
        start(
            POLICY
                + "{ @count = count(); @sum = sum(args.policy); @min = min(args.policy);"
                + " @max = max(args.policy); @avg = avg(args.policy); @stats = stats(args.policy);"
                + " @hist = hist(args.policy); @lhist = lhist(args.policy, 0, 400, 50); }");
    makeSeries();
    assertThat(Traced.stop(remote)).as(remote.toString()).isZero();
    List<String> end = Answer.end(remote.out());
    Map<String, String> values = Answer.values(end);
    long sum = LongStream.of(VALUES).sum();
    assertThat(values)
        .containsEntry("@count", "150")
        .containsEntry("@sum", Long.toString(sum))
        .containsEntry("@min", "-3")
        .containsEntry("@max", "543")
        .containsEntry("@avg", Long.toString(sum / 150))
        .containsEntry(
            "@stats", "{ .count = 150, .average = %d, .total = %d }".formatted(sum / 150, sum));
    assertThat(Answer.histogram(end, "@hist")).isEqualTo(buckets(VALUES, MergeTest::powerOfTwo));
    assertThat(Answer.histogram(end, "@lhist")).isEqualTo(buckets(VALUES, MergeTest::linear));
  }

  @Test
  void mergesEveryAggregationByKey() throws Exception {
    Running remote =
        start(
            POLICY
                + "{ $odd = args.policy & 1; @count[$odd] = count(); @sum[$odd] = sum(args.policy);"
                + " @min[$odd] = min(args.policy); @max[$odd] = max(args.policy);"
                + " @avg[$odd] = avg(args.policy); @stats[$odd] = stats(args.policy);"
                + " @hist[$odd] = hist(args.policy); @lhist[$odd, 7] = lhist(args.policy, 0, 400, 50); }");
    makeSeries();
    assertThat(Traced.stop(remote)).as(remote.toString()).isZero();
    List<String> end = Answer.end(remote.out());
    Map<String, String> values = Answer.values(end);
    for (int odd = 0; odd < 2; odd++) {
      int parity = odd;
      long[] some = LongStream.of(VALUES).filter(v -> (v & 1) == parity).toArray();
      long sum = LongStream.of(some).sum();
      assertThat(values)
          .containsEntry("@count[" + odd + "]", Integer.toString(some.length))
          .containsEntry("@sum[" + odd + "]", Long.toString(sum))
          .containsEntry("@min[" + odd + "]", odd == 0 ? "-2" : "-3")
          .containsEntry("@max[" + odd + "]", odd == 0 ? "536" : "543")
          .containsEntry("@avg[" + odd + "]", Long.toString(sum / some.length))
          .containsEntry(
              "@stats[" + odd + "]",
              "{ .count = %d, .average = %d, .total = %d }"
                  .formatted(some.length, sum / some.length, sum));
      assertThat(Answer.histogram(end, "@hist[" + odd + "]"))
          .isEqualTo(buckets(some, MergeTest::powerOfTwo));
      assertThat(Answer.histogram(end, "@lhist[" + odd + ", 7]"))
          .isEqualTo(buckets(some, MergeTest::linear));
    }
  }

  @Test
  void keepsWhatBelongsToOneHostApart() throws Exception {
    Running remote = start(POLICY + "{ @[pid] = count(); @seen[pid] = 1; } END { print(@); }");
    makeSeries();
    assertThat(Traced.stop(remote)).as(remote.toString()).isZero();
    assertThat(Answer.values(remote.out()))
        .isEqualTo(Map.of("@[a, " + a.pid() + "]", "100", "@[b, " + b.pid() + "]", "50"));
    assertThat(remote.err()).anyMatch(line -> line.contains("not shown") && line.contains("@seen"));
  }

  @Test
  void showsEachHostByItselfOnRequest() throws Exception {
    Running remote =
        Traced.start(
            fleet,
            Traced.script(POLICY + "{ @ = count(); @max = max(args.policy); }", a, b),
            BOTH,
            "--hosts",
            "a,b",
            "--per-host");
    makeSeries();
    assertThat(Traced.stop(remote)).as(remote.toString()).isZero();
    assertThat(Answer.end(remote.out()))
        .containsExactlyInAnyOrder("a | @: 100", "b | @: 50", "a | @max: 96", "b | @max: 543");
  }

  @Test
  void printsLinesWithTheirHost() throws Exception {
    Running remote =
        start(
            "tracepoint:syscalls:sys_enter_sched_get_priority_max /(MINE) && args.policy % 50 == 47/"
                + " { printf(\"%s %d\\n\", comm, args.policy); }");
    makeSeries();
    assertThat(Traced.stop(remote)).as(remote.toString()).isZero();
    assertThat(remote.out())
        .contains("a | load-a 47", "b | load-b 347")
        .doesNotContain("a | load-b 347", "b | load-a 47");
  }

  private static Running start(String script) throws Exception {
    return Traced.start(fleet, Traced.script(script, a, b), BOTH, "--hosts", "a,b");
  }

  private static void makeSeries() throws Exception {
    a.make("load-a " + SERIES_A);
    b.make("load-b " + SERIES_B);
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
