package jbt.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
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

/** A collector, and one above two, print what the direct form prints. */
@Tag("fleet")
final class CollectorsTest {
  private static final String SCRIPT =
      "tracepoint:syscalls:sys_enter_getppid /(MINE)/ { @ = count(); @by[comm] = count(); }";

  private static Fleet fleet;
  private static Load a;
  private static Load b;

  @BeforeAll
  static void start() throws Exception {
    fleet = Fleet.withoutAgents("a", "b", "one", "two", "top", "three", "four");
    fleet.startAgent("a");
    fleet.startAgent("b");
    fleet.awaitAgent("a");
    fleet.awaitAgent("b");
    fleet.startCollector("one", "collector", List.of(fleet.entry("a")));
    fleet.startCollector("two", "second", List.of(fleet.entry("a"), fleet.entry("b")));
    fleet.startCollector(
        "top",
        "top",
        List.of(
            fleet.entryBehind("one", "collector", "a"), fleet.entryBehind("two", "second", "b")));
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
  void oneCollector() throws Exception {
    Path inventory =
        fleet.inventory("two.yaml", List.of(fleet.entryBehind("two", "second", "a,b")));
    assertAnswers(inventory, "second");
  }

  @Test
  void collectorAboveCollectors() throws Exception {
    Path inventory = fleet.inventory("top.yaml", List.of(fleet.entryBehind("top", "top", "a,b")));
    assertAnswers(inventory, "top");
  }

  @Test
  void aCollectorIsAskedWhatItsHostsHaveAndAre() throws Exception {
    Path inventory = fleet.inventory("ask.yaml", List.of(fleet.entryBehind("top", "top", "a,b")));
    Running list =
        fleet.remote(
            inventory,
            "--collector",
            "top",
            "--hosts",
            "a,b",
            "-l",
            "tracepoint:*:sys_enter_getppid");
    assertThat(list.exitCode(Fleet.PATIENCE)).as(list.toString()).isZero();
    assertThat(list.out()).containsExactly("tracepoint:syscalls:sys_enter_getppid");
    Running info = fleet.remote(inventory, "--collector", "top", "--hosts", "a,b", "--info");
    assertThat(info.exitCode(Fleet.PATIENCE)).as(info.toString()).isZero();
    assertThat(info.out()).contains("  ring buffer: yes");
  }

  @Test
  void collectorsThatListEachOtherAreNamed() throws Exception {
    fleet.startCollector("three", "third", List.of(fleet.entryBehind("four", "fourth", "a")));
    fleet.startCollector("four", "fourth", List.of(fleet.entryBehind("three", "third", "a")));
    Path inventory =
        fleet.inventory("circle.yaml", List.of(fleet.entryBehind("three", "third", "a")));
    for (List<String> asked :
        List.of(List.of("-e", "BEGIN { exit(); }"), List.of("-l", "iter:*"))) {
      List<String> words = new ArrayList<>(List.of("--collector", "third", "--hosts", "a"));
      words.addAll(asked);
      Running remote = fleet.remote(inventory, words.toArray(String[]::new));
      assertThat(remote.exitCode(Fleet.PATIENCE)).as(remote.toString()).isNotZero();
      assertThat(remote.err()).anyMatch(line -> line.contains("do they list each other?"));
    }
  }

  private static void assertAnswers(Path inventory, String collector) throws Exception {
    Running remote =
        Traced.start(
            fleet,
            inventory,
            Traced.script(SCRIPT, a, b),
            List.of("a", "b"),
            "--collector",
            collector,
            "--hosts",
            "a,b");
    a.make("load-a getppid 1000");
    b.make("load-b getppid 703");
    assertThat(Traced.stop(remote)).as(remote.toString()).isZero();
    assertThat(Answer.end(remote.out()))
        .containsExactlyInAnyOrder("@: 1703", "@by[load-b]: 703", "@by[load-a]: 1000");
    assertThat(remote.err()).contains("hosts: 2 of 2 reporting", "loss: none");
  }
}
