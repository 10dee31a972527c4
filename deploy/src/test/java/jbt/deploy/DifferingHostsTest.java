package jbt.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import jbt.deploy.fleet.Fleet;
import jbt.deploy.fleet.Java;
import jbt.deploy.fleet.Running;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * One script on two hosts that make different programs of it: what their answers have in common is
 * merged, and what has nothing in common is shown host by host. Host a has a label, b has none, and
 * lacks a tracepoint. Host c stands behind another collector than these two do.
 */
@Tag("fleet")
final class DifferingHostsTest {
  private static final String IF_DB = "if comptime (label(\"role\") == \"db\") ";

  /** Runs a command that does not see one tracepoint. */
  private static final String WITHOUT_EXIT =
      """
      mount -t tracefs none /sys/kernel/tracing
      grep -v :sched_process_exit$ /sys/kernel/tracing/available_events >$0/events
      mount --bind $0/events /sys/kernel/tracing/available_events
      exec "$@"
      """;

  private static Fleet fleet;

  @BeforeAll
  static void start() throws Exception {
    fleet = Fleet.withoutAgents("a", "b", "c", "one", "two", "top");
    fleet.startAgent("a", "labels: { role: db }\n");
    fleet.startAgent("b");
    fleet.startAgent("c");
    fleet.awaitAgent("a");
    fleet.awaitAgent("b");
    fleet.server("b").end();
    fleet.startAgentBy(
        "b", List.of("unshare", "-m", "sh", "-ec", WITHOUT_EXIT, fleet.folder() + ""));
    fleet.awaitAgent("b");
    startCollectors();
  }

  private static void startCollectors() throws Exception {
    fleet.awaitAgent("c");
    fleet.startCollector("one", "collector", List.of(fleet.entry("a"), fleet.entry("b")));
    fleet.startCollector("two", "second", List.of(fleet.entry("c")));
    fleet.startCollector(
        "top",
        "top",
        List.of(
            fleet.entryBehind("one", "collector", "a,b"), fleet.entryBehind("two", "second", "c")));
  }

  @AfterAll
  static void stop() {
    fleet.close();
  }

  private static Running run(String script) throws Exception {
    Running remote = fleet.remote("--hosts", "a,b", "-e", script);
    assertThat(remote.exitCode(Duration.ofSeconds(30L * Java.PATIENCE)))
        .as(remote.toString())
        .isZero();
    return remote;
  }

  private static List<String> printed(Running remote) {
    return remote.out().stream().filter(line -> !line.isEmpty()).toList();
  }

  @Test
  void listsSayWhoLacksWhat() throws Exception {
    Running remote = fleet.remote("--hosts", "a,b", "-l", "tracepoint:sched:sched_process_ex*");
    assertThat(remote.exitCode(Duration.ofSeconds(30L * Java.PATIENCE)))
        .as(remote.toString())
        .isZero();
    assertThat(remote.out())
        .containsExactly(
            "tracepoint:sched:sched_process_exec", "tracepoint:sched:sched_process_exit (only a)");
  }

  @Test
  void aHostHasALabelAndAnotherHasNone() throws Exception {
    Running remote =
        run("BEGIN { printf(\"[%s]\\n\", label(\"role\")); @[label(\"role\")] = count(); }");
    assertThat(printed(remote))
        .containsExactlyInAnyOrder("a | [db]", "b | []", "@[]: 1", "@[db]: 1");
  }

  @Test
  void eachHostSaysWhichBranchItTook() throws Exception {
    Running remote =
        run(
            "BEGIN { "
                + IF_DB
                + "{ print(\"as db\"); @db = count(); } else { print((\"as\", host)); @other = count(); }"
                + " @all = count(); }");
    assertThat(printed(remote))
        .containsExactlyInAnyOrder(
            "a | as db", "b | (as, b)", "@all: 2", "@db: 1 (1/2 hosts)", "@other: 1 (1/2 hosts)");
    assertThat(remote.err())
        .filteredOn(line -> line.contains("comptime"))
        .containsExactly("stdin:1:12-44: comptime is true on a, false on b");
  }

  @Test
  void widthsThatDifferAreMerged() throws Exception {
    Running remote =
        run(
            "BEGIN { "
                + IF_DB
                + "{ @text[\"a longer text\"] = count(); @two[1, \"x\"] = sum(2);"
                + " @sum = sum((uint8)200); @most = max((uint32)7); }"
                + " else { @text[\"short\"] = count(); @two[1, \"yyyyy\"] = sum(3);"
                + " @two[1, \"x\"] = sum(1); @sum = sum(-300); @most = max(-7); }"
                + " @text[\"both\"] = count(); }");
    assertThat(printed(remote))
        .containsExactly(
            "@most: 7",
            "@sum: -100",
            "@text[a longer text]: 1",
            "@text[short]: 1",
            "@text[both]: 2",
            "@two[1, x]: 3",
            "@two[1, yyyyy]: 3");
  }

  /** What zero() leaves behind is 0, but no value that could be less or greater than others. */
  @Test
  void zeroesOfOneHostAreNoLeastValue() throws Exception {
    Running remote =
        run(
            "BEGIN { @least[1] = min(5); @most[1] = max(5); @none[1] = min(5); @no = max(5);"
                + " zero(@least); zero(@most); zero(@none); zero(@no); "
                + IF_DB
                + "{ @least[1] = min(7); @most[1] = max(-7); } }");
    assertThat(printed(remote))
        .containsExactly("@least[1]: 7", "@most[1]: -7", "@no: 0", "@none[1]: 0");
  }

  @Test
  void typesThatDoNotUnifyAreShownHostByHost() throws Exception {
    Running remote =
        run(
            "BEGIN { "
                + IF_DB
                + "{ @kept = 1; @value = 1; @key[1] = count(); @hist = hist(5); @lhist = lhist(5, 0, 10, 1);"
                + " @kind = count(); @record[(a = 1)] = count(); }"
                + " else { @kept = \"one\"; @value = \"one\"; @key[\"x\"] = count(); @hist = hist(5, 2);"
                + " @lhist = lhist(5, 0, 20, 1); @kind = sum(5); @record[(b = 1)] = count(); }"
                + " @all = count(); } END { print(@value); }");
    String bar = "@".repeat(52);
    assertThat(printed(remote))
        .containsExactlyInAnyOrder(
            "@value[a]: 1",
            "@value[b]: one",
            "@all: 2",
            "@hist[a]:",
            "[4, 8)                 1 |" + bar + "|",
            "@hist[b]:",
            "[5]                    1 |" + bar + "|",
            "@key[a, 1]: 1",
            "@key[b, x]: 1",
            "@kind[a]: 1",
            "@kind[b]: 5",
            "@lhist[a]:",
            "[5, 6)                 1 |" + bar + "|",
            "@lhist[b]:",
            "[5, 6)                 1 |" + bar + "|",
            "@record[a, { .a = 1 }]: 1",
            "@record[b, { .b = 1 }]: 1",
            "@value[a]: 1",
            "@value[b]: one");
    for (String map : List.of("value", "key", "hist", "lhist", "kind", "record")) {
      assertThat(remote.err())
          .filteredOn(line -> line.contains("@" + map + " is "))
          .containsExactly("@" + map + " is of one type on a, of another on b; shown per host");
    }
    assertThat(remote.err())
        .contains("not shown: @kept, which each host keeps for itself (--per-host shows it)")
        .noneMatch(line -> line.contains("@kept is"));
  }

  /** Each host's own print comes when that host has answered, and says 0 like that of one host. */
  @Test
  void roundsOfTypesThatDoNotUnifyComeInTheOrderOfTheScript() throws Exception {
    Running remote =
        run(
            "BEGIN { "
                + IF_DB
                + "{ @x = count(); } else { @x = sum(10); } @ok = count(); }"
                + " interval:s:2 { print(@x); clear(@x); print(@ok); clear(@ok);"
                + " @ticks++; if (@ticks == 2) { exit(); } }");
    List<String> lines = printed(remote);
    assertThat(lines).hasSize(7);
    assertThat(lines.subList(0, 2)).containsExactlyInAnyOrder("@x[a]: 1", "@x[b]: 10");
    assertThat(lines.get(2)).isEqualTo("@ok: 2");
    assertThat(lines.subList(3, 5)).containsExactlyInAnyOrder("@x[a]: 0", "@x[b]: 0");
    assertThat(lines.subList(5, 7)).containsExactly("@ok: 0", "@ticks: 4");
  }

  /**
   * A collector's own hosts agree; only the one above it sees that others do not. A host that
   * starts half a period after the others, as on a loaded machine, belongs to the next round.
   */
  @Test
  void collectorsLeaveApartWhatDoesNotUnifyAboveThem() throws Exception {
    String script =
        "BEGIN { if comptime (host == \"c\") { @x = count(); @y[1] = count(); }"
            + " else { @x = sum(3); @y[str(\"k\")] = count(); } @ok = count(); }"
            + " interval:s:4 { print(@x); clear(@x); print(@ok); clear(@ok); exit(); }";
    Running remote =
        fleet.remote(
            fleet.inventory("top.yaml", List.of(fleet.entryBehind("top", "top", "a,b,c"))),
            "--collector",
            "top",
            "--hosts",
            "a,b,c",
            "-e",
            script);
    assertThat(remote.exitCode(Duration.ofSeconds(30L * Java.PATIENCE)))
        .as(remote.toString())
        .isZero();
    List<String> lines = printed(remote);
    assertThat(lines.subList(0, 3))
        .as(remote.toString())
        .containsExactlyInAnyOrder("@x[a]: 3", "@x[b]: 3", "@x[c]: 1");
    assertThat(lines.subList(3, lines.size()))
        .as(remote.toString())
        .containsExactly("@ok: 3", "@y[a, k]: 1", "@y[b, k]: 1", "@y[c, 1]: 1");
    assertThat(remote.err()).contains("@x is of one type on a,b, of another on c; shown per host");
  }

  @Test
  void everyKindOfValueIsMergedOrBelongsToItsHost() throws Exception {
    Running remote =
        run(
            "BEGIN { $n = host == \"a\" ? 3 : 8; @count = count(); @sum = sum($n); @min = min($n);"
                + " @max = max($n); @avg = avg($n); @stats = stats($n); @hist = hist($n);"
                + " @lhist = lhist($n, 0, 10, 5); @counter += $n; @plain = $n; @text = host;"
                + " @tuple = ($n, host); @truth = $n == 3; @bound[pid > 0] = count();"
                + " @process[pid / pid] = count(); @working[$n] = 1; }"
                + " END { print(@plain); print(@text); print(@tuple); print(@truth);"
                + " print(@process); }");
    String bar = "@".repeat(52);
    assertThat(printed(remote))
        .containsExactlyInAnyOrder(
            "@plain[a]: 3",
            "@plain[b]: 8",
            "@process[a, 1]: 1",
            "@process[b, 1]: 1",
            "@text[a]: a",
            "@text[b]: b",
            "@truth[a]: true",
            "@truth[b]: false",
            "@tuple[a]: (3, a)",
            "@tuple[b]: (8, b)",
            "@avg: 5",
            "@bound[true]: 2",
            "@count: 2",
            "@counter: 11",
            "@hist:",
            "[2, 4)                 1 |" + bar + "|",
            "[4, 8)                 0 |" + " ".repeat(52) + "|",
            "[8, 16)                1 |" + bar + "|",
            "@lhist:",
            "[0, 5)                 1 |" + bar + "|",
            "[5, 10)                1 |" + bar + "|",
            "@max: 8",
            "@min: 3",
            "@plain[a]: 3",
            "@plain[b]: 8",
            "@process[a, 1]: 1",
            "@process[b, 1]: 1",
            "@stats: { .count = 2, .average = 5, .total = 11 }",
            "@sum: 11",
            "@text[a]: a",
            "@text[b]: b",
            "@truth[a]: true",
            "@truth[b]: false",
            "@tuple[a]: (3, a)",
            "@tuple[b]: (8, b)");
    assertThat(remote.err())
        .contains("not shown: @working, which each host keeps for itself (--per-host shows it)");
  }

  @Test
  void perHostEachSaysWhenItHasNothing() throws Exception {
    Running remote =
        fleet.remote(
            "--hosts",
            "a,b",
            "--per-host",
            "-e",
            "BEGIN { if (host == \"b\") { @ = count(); } if (host == \"c\") { @most = max(1); } }"
                + " interval:s:1 { print(@); clear(@); print(@most); exit(); }");
    remote.exitCode(Duration.ofSeconds(30L * Java.PATIENCE));
    assertThat(printed(remote))
        .containsExactly("a | @: 0", "b | @: 1", "a | @most: 0", "b | @most: 0");
  }

  @Test
  void resultsSayWhichHostTheyAreOf() throws Exception {
    Running remote =
        fleet.remote(
            "--hosts",
            "a,b",
            "--per-host",
            "-e",
            "BEGIN { " + IF_DB + "{ @v = 1; } else { @v = \"one\"; } @working[1] = 5; }");
    remote.exitCode(Duration.ofSeconds(30L * Java.PATIENCE));
    assertThat(printed(remote))
        .containsExactlyInAnyOrder(
            "a | @v: 1", "b | @v: one", "a | @working[1]: 5", "b | @working[1]: 5");
  }
}
