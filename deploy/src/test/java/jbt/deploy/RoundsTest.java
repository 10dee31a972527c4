package jbt.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import jbt.deploy.fleet.Answer;
import jbt.deploy.fleet.Fleet;
import jbt.deploy.fleet.Load;
import jbt.deploy.fleet.Running;
import jbt.deploy.fleet.Traced;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What is printed and then cleared or zeroed is printed once: rounds, amendments and the final
 * result add up to what the hosts' processes did, while these run as fast as they can.
 */
@Tag("fleet")
final class RoundsTest {
  private static final int CALLS_A = 400_000;
  private static final int CALLS_B = 300_007;

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

  @ParameterizedTest
  @CsvSource({
    "s:1, clear", "s:1, zero",
    "ms:20, clear", "ms:20, zero",
    "ms:1, clear", "ms:1, zero",
  })
  void addUpWithoutKeys(String period, String function) throws Exception {
    List<String> lines =
        run(
            "tracepoint:syscalls:sys_enter_getppid /(MINE)/ { @ = count(); }"
                + " interval:%s { print(@); %s(@); }".formatted(period, function));
    assertThat(Answer.sum(lines, "@")).isEqualTo(CALLS_A + CALLS_B);
  }

  @ParameterizedTest
  @CsvSource({"ms:100, clear", "ms:100, zero", "ms:1, clear", "ms:1, zero"})
  void addUpByKey(String period, String function) throws Exception {
    List<String> lines =
        run(
            "tracepoint:syscalls:sys_enter_getppid /(MINE)/ { @[comm] = count(); }"
                + " interval:%s { print(@); %s(@); }".formatted(period, function));
    assertThat(Answer.sum(lines, "@[load-a]")).isEqualTo(CALLS_A);
    assertThat(Answer.sum(lines, "@[load-b]")).isEqualTo(CALLS_B);
  }

  /** One host's print is no round of all: each line has its host. */
  @ParameterizedTest
  @CsvSource({"clear", "zero"})
  void addUpInAHotTracepoint(String function) throws Exception {
    List<String> lines =
        run(
            "tracepoint:syscalls:sys_enter_getppid /(MINE)/ { @ = count();"
                + " if (rand % 1000 == 0) { print(@); FUNCTION(@); } }"
                    .replace("FUNCTION", function));
    assertThat(Answer.sum(bare(lines), "@")).isEqualTo(CALLS_A + CALLS_B);
  }

  /** Most prints and clears find no room. What they were to show and to end is in others. */
  @ParameterizedTest
  @CsvSource({"@, clear", "@, zero", "@[1], clear", "@[1], zero"})
  void addUpWhereNobodyCanKeepUpWithPrints(String map, String function) throws Exception {
    String script =
        "tracepoint:syscalls:sys_enter_getppid /(MINE)/ { %s = count(); print(@); %s(@); }"
            .formatted(map, function);
    Running remote = begin(script);
    makeCalls();
    assertThat(Traced.stop(remote)).as(remote.toString()).isZero();
    // The agent's queue is full, too, where the client gets too little of a processor.
    long lost = Answer.lost(remote.err(), "agent queue full (rounds)");
    assertThat(Answer.sum(bare(remote.out()), map) + lost)
        .as("%s", remote.err())
        .isEqualTo(CALLS_A + CALLS_B);
    assertThat(remote.err()).anyMatch(line -> line.contains(", control ring full: "));
  }

  /** Its rounds stand with those of the other at that time, not with the other's first. */
  @Test
  void hostThatComesLate() throws Exception {
    Running remote;
    fleet.server("b").signal("STOP");
    try {
      remote =
          fleet.remote(
              "--hosts",
              "a,b",
              "-e",
              Traced.script(
                  "tracepoint:syscalls:sys_enter_getppid /(MINE)/ { @ = count(); }"
                      + " interval:s:1 { print(@); clear(@); }",
                  a,
                  b));
      remote.awaitOut(line -> line.equals("@: 0 (1/2 hosts)"), Fleet.PATIENCE);
    } finally {
      fleet.server("b").signal("CONT");
    }
    remote.awaitOut(line -> line.equals("@: 0"), Fleet.PATIENCE);
    a.make("load-a getppid 4000");
    b.make("load-b getppid 307");
    assertThat(Traced.stop(remote)).as(remote.toString()).isZero();
    assertThat(Answer.sum(remote.out(), "@")).isEqualTo(4307);
    assertThat(remote.out()).noneMatch(line -> line.contains("amends"));
  }

  private static List<String> run(String script) throws Exception {
    Running remote = begin(script);
    makeCalls();
    assertThat(Traced.stop(remote)).as(remote.toString()).isZero();
    assertThat(remote.err()).contains("hosts: 2 of 2 reporting", "loss: none");
    return remote.out();
  }

  private static Running begin(String script) throws Exception {
    return Traced.start(fleet, Traced.script(script, a, b), List.of("a", "b"), "--hosts", "a,b");
  }

  private static void makeCalls() throws Exception {
    a.begin("load-a getppid " + CALLS_A);
    b.begin("load-b getppid " + CALLS_B);
    a.await();
    b.await();
  }

  /** Without hosts. */
  private static List<String> bare(List<String> lines) {
    return lines.stream().map(line -> line.replaceFirst("^[ab] \\| ", "")).toList();
  }
}
