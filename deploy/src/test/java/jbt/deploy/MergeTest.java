package jbt.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import jbt.deploy.fleet.Aggregations;
import jbt.deploy.fleet.Answer;
import jbt.deploy.fleet.Fleet;
import jbt.deploy.fleet.Load;
import jbt.deploy.fleet.Running;
import jbt.deploy.fleet.Traced;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.NodeList;

/** Every merged value is what one works out by hand from what the hosts' processes did. */
@Tag("fleet")
final class MergeTest {
  private static final List<String> BOTH = List.of("a", "b");
  private static final String GETPPID = "tracepoint:syscalls:sys_enter_getppid /(MINE)/ ";
  private static final String POLICY = Aggregations.POLICY;

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
    Running remote = start(Aggregations.CALLS);
    a.begin(Aggregations.calls("a", 1_000_000));
    b.begin(Aggregations.calls("b", 700_003));
    a.await();
    b.await();
    assertThat(Traced.stop(remote)).as(remote.toString()).isZero();
    Aggregations.checkCalls(Answer.end(remote.out()), 1_000_000, 700_003);
    assertThat(remote.err()).contains("hosts: 2 of 2 reporting", "loss: none");
  }

  @Test
  void everythingCountsFromWhenItSaysThatItIsAttached() throws Exception {
    for (int turn = 0; turn < 10; turn++) {
      Running remote =
          fleet.remote("--hosts", "a,b", "-e", Traced.script(GETPPID + "{ @ = count(); }", a, b));
      remote.awaitErr("Attached 1 probe on each of 2 hosts"::equals, Fleet.PATIENCE);
      a.make("load-a getppid 3");
      b.make("load-b getppid 4");
      assertThat(Traced.stop(remote)).as(remote.toString()).isZero();
      assertThat(Answer.end(remote.out())).containsExactly("@: 7");
    }
  }

  @Test
  void mergesEveryAggregation() throws Exception {
    Running remote = start(Aggregations.SCRIPT);
    makeSeries();
    assertThat(Traced.stop(remote)).as(remote.toString()).isZero();
    Aggregations.check(Answer.end(remote.out()));
  }

  @Test
  void mergesEveryAggregationByKey() throws Exception {
    Running remote = start(Aggregations.KEYED);
    makeSeries();
    assertThat(Traced.stop(remote)).as(remote.toString()).isZero();
    Aggregations.checkKeyed(Answer.end(remote.out()));
  }

  /** All in one interval, of a day, of both hosts. */
  @Test
  void mergesSeriesByTheWallClock() throws Exception {
    Running remote =
        start(
            POLICY
                + "{ @sum = tseries(args.policy, 1d, 2, \"sum\");"
                + " @avg = tseries(args.policy, 1d, 2, \"avg\");"
                + " @min = tseries(args.policy, 1d, 2, \"min\");"
                + " @max = tseries(args.policy, 1d, 2, \"max\");"
                + " @last = tseries(args.policy, 1d, 2); }");
    makeSeries();
    assertThat(Traced.stop(remote)).as(remote.toString()).isZero();
    String zero = "00:00:00 |" + " ".repeat(25) + "*" + " ".repeat(25) + "| ";
    assertThat(Answer.end(remote.out()))
        .containsSubsequence(
            "@avg:",
            zero + "154",
            "@last:",
            zero + "543",
            "@max:",
            zero + "543",
            "@min:",
            zero + "-3",
            "@sum:",
            zero + "23225");
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
  void samplesOfThreadsStandWithTheirHost() throws Exception {
    Running remote = start("profile:hz:99 /" + Traced.MINE + "/ { @[tid] = count(); }");
    a.begin("load-a getppid 5000000");
    b.make("load-b getppid 5000000");
    a.await();
    assertThat(Traced.stop(remote)).as(remote.toString()).isZero();
    assertThat(Answer.values(Answer.end(remote.out())))
        .as(remote.toString())
        .isNotEmpty()
        .allSatisfy((key, samples) -> assertThat(key).matches("@\\[[ab], \\d+\\]"))
        .allSatisfy((key, samples) -> assertThat(Long.parseLong(samples)).isPositive());
    assertThat(Answer.end(remote.out()))
        .anyMatch(line -> line.startsWith("@[a, "))
        .anyMatch(line -> line.startsWith("@[b, "));
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

  @Test
  void drawsTheStacksOfAllHosts(@TempDir Path folder) throws Exception {
    Path svg = folder.resolve("flame.svg");
    Path folded = folder.resolve("folded");
    String script = Traced.script(GETPPID + "{ @[ustack(2)] = count(); }", a, b);
    Running remote =
        Traced.start(
            fleet, script, BOTH, "--hosts", "a,b", "--flame", svg + "", "--folded", folded + "");
    a.make("load-a getppid 6000");
    b.make("load-b getppid 4003");
    assertThat(Traced.stop(remote)).as(remote.toString()).isZero();
    long calls = 0;
    for (String line : Files.readAllLines(folded)) {
      assertThat(line).contains(";syscall ");
      calls += Long.parseLong(line.substring(line.lastIndexOf(' ') + 1));
    }
    assertThat(calls).isEqualTo(10_003);
    NodeList titles =
        DocumentBuilderFactory.newDefaultInstance()
            .newDocumentBuilder()
            .parse(svg.toFile())
            .getElementsByTagName("title");
    assertThat(titles.item(0).getTextContent()).isEqualTo("all: 10003 (100.00%)");
  }

  private static Running start(String script) throws Exception {
    return Traced.start(fleet, Traced.script(script, a, b), BOTH, "--hosts", "a,b");
  }

  private static void makeSeries() throws Exception {
    a.make(Aggregations.LOAD_A);
    b.make(Aggregations.LOAD_B);
  }
}
