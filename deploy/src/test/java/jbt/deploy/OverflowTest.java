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

/** What does not fit is told: shown and lost events together are the events that were made. */
@Tag("fleet")
final class OverflowTest {
  private static final String GETPPID = "tracepoint:syscalls:sys_enter_getppid /(MINE)/ ";

  /** Ticks by prints of a map, which have a ring of their own: none of them is lost. */
  private static final String TICKS = " interval:ms:100 { @up = count(); print(@up); }";

  private static final String FLOOD =
      GETPPID
          + "{ printf(\"flood %d %d %d %d %d %d\\n\", nsecs, nsecs, nsecs, nsecs, nsecs, nsecs); }";

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

  /** An agent that gets no processor for a while: its ring buffer takes what it can. */
  @Test
  void ringBufferThatNobodyReads() throws Exception {
    Running remote = trace(FLOOD);
    fleet.server("a").signal("STOP");
    try {
      a.make("load-a getppid 200000");
    } finally {
      fleet.server("a").signal("CONT");
    }
    b.make("load-b getppid 7");
    assertThat(Traced.stop(remote)).as(remote.toString()).isZero();
    assertThat(shown(remote, "a")).isPositive();
    assertThat(shown(remote, "b")).isEqualTo(7);
    assertThat(lost(remote, "ring buffer full")).isPositive();
    assertThat(shown(remote, "a") + lost(remote, "")).isEqualTo(200_000);
  }

  /** A client that gets no processor for a while: agents hold what they can. */
  @Test
  void queueOfAnAgentWhoseClientDoesNotRead() throws Exception {
    Running remote = trace(FLOOD);
    remote.signal("STOP");
    try {
      a.make("load-a getppid 500000");
    } finally {
      remote.signal("CONT");
    }
    b.make("load-b getppid 7");
    assertThat(Traced.stop(remote)).as(remote.toString()).isZero();
    assertThat(shown(remote, "a")).isPositive();
    assertThat(shown(remote, "b")).isEqualTo(7);
    assertThat(lost(remote, "agent queue full")).isPositive();
    assertThat(shown(remote, "a") + lost(remote, "")).isEqualTo(500_000);
  }

  @Test
  void mapWithMoreKeysThanItHolds() throws Exception {
    Running remote =
        trace(
            "config = { max_map_keys = 4 } tracepoint:syscalls:sys_enter_sched_get_priority_max"
                + " /(MINE)/ { @k[args.policy] = count(); @all = count(); }");
    a.make("load-a policy 0 1 100");
    b.make("load-b policy 1000 1 10");
    a.make("load-a policy 0 1 100");
    assertThat(Traced.stop(remote)).as(remote.toString()).isZero();
    List<String> end = Answer.end(remote.out());
    long shown =
        Answer.values(end).entrySet().stream()
            .filter(entry -> entry.getKey().startsWith("@k["))
            .mapToLong(entry -> Long.parseLong(entry.getValue()))
            .sum();
    assertThat(Answer.values(end)).containsEntry("@all", "210");
    assertThat(shown).isPositive();
    assertThat(lost(remote, "map full (@k)")).isPositive();
    assertThat(shown + lost(remote, "")).isEqualTo(210);
  }

  /** The kernel counts nothing of it, so that it must not be called none. */
  @Test
  void mapWhereOldKeysMakeRoom() throws Exception {
    Running remote =
        trace(
            "let @k = percpulruhash(16);"
                + " tracepoint:syscalls:sys_enter_sched_get_priority_max /(MINE)/"
                + " { @k[args.policy] = count(); @all = count(); }");
    a.make("load-a policy 0 1 1000");
    assertThat(Traced.stop(remote)).as(remote.toString()).isZero();
    assertThat(Answer.values(Answer.end(remote.out()))).containsEntry("@all", "1000");
    assertThat(remote.err()).contains("loss not known: map full (@k, old keys make room): a,b");
  }

  private static Running trace(String script) throws Exception {
    Running remote = fleet.remote("--hosts", "a,b", "-e", Traced.script(script, a, b) + TICKS);
    // A round of both: each of them counts.
    remote.awaitOut(line -> line.matches("@up: \\d+"), Fleet.PATIENCE);
    return remote;
  }

  private static long shown(Running remote, String host) {
    return remote.out().stream().filter(line -> line.startsWith(host + " | flood ")).count();
  }

  /** Lost events of that source, or of all when it is empty. */
  private static long lost(Running remote, String source) {
    return Answer.lost(remote.err(), source);
  }
}
