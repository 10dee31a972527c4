package jbt.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import jbt.deploy.fleet.Fleet;
import jbt.deploy.fleet.Running;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** jbt-remote's options, signals and exit codes where the script runs on other hosts. */
@Tag("fleet")
class RemoteCommandLineTest {
  private static Fleet fleet;

  @BeforeAll
  static void start() throws Exception {
    fleet = Fleet.withoutAgents("a", "b", "one");
    fleet.startAgent("a");
    fleet.startAgent("b");
    fleet.awaitAgent("a");
    fleet.awaitAgent("b");
    fleet.startCollector("one", "collector", List.of(fleet.entry("a"), fleet.entry("b")));
  }

  @AfterAll
  static void stop() {
    fleet.close();
  }

  @Test
  void signalReachesEveryHostOnce() throws Exception {
    signals(fleet.remote("--hosts", "a,b", "-e", SIGNALS));
  }

  @Test
  void signalGoesThroughACollector() throws Exception {
    Path inventory =
        fleet.inventory("one.yaml", List.of(fleet.entryBehind("one", "collector", "a,b")));
    signals(fleet.remote(inventory, "--collector", "collector", "--hosts", "a,b", "-e", SIGNALS));
  }

  private static final String SIGNALS =
      """
      self:signal:SIGUSR1 { @signals++; printf("first %d\\n", @signals); }
      self:signal:SIGUSR1 { printf("second\\n"); }
      interval:ms:50 { @up++; if (@up == 1) { printf("up\\n"); } }
      """;

  private static void signals(Running remote) throws Exception {
    for (String host : List.of("a", "b")) {
      remote.awaitOut((host + " | up")::equals, Fleet.PATIENCE);
    }
    for (int i = 1; i <= 3; i++) {
      remote.signal("USR1");
      remote.awaitOutLine(2 + 4 * i, Fleet.PATIENCE);
    }
    remote.signal("INT");
    assertThat(remote.exitCode(Fleet.PATIENCE)).as(remote.toString()).isZero();
    for (String host : List.of("a", "b")) {
      assertThat(remote.out().stream().filter(line -> line.startsWith(host + " | ")))
          .containsExactly(
              host + " | up",
              host + " | first 1",
              host + " | second",
              host + " | first 2",
              host + " | second",
              host + " | first 3",
              host + " | second");
    }
    assertThat(remote.out()).contains("@signals: 6");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          BEGIN { exit(); } | 0
          BEGIN { exit(300); } | 44
          BEGIN { print($a); } | 1
          tracepoint:a:b { @ = 1; } | 1
          test:a { } | 1
          BEGIN { system("true"); } | 77
          """)
  void oneHostHasTheScriptsExitCode(String script, int code) throws Exception {
    Running remote = fleet.remote("--hosts", "a", "--unsafe", "-e", script);
    assertThat(remote.exitCode(Fleet.PATIENCE)).as(remote.toString()).isEqualTo(code);
  }

  @Test
  void testsOfAllHosts() throws Exception {
    String script = "test:here { return host == \"a\" ? 0 : 5; }";
    Running remote = fleet.remote("--hosts", "a,b", "--test", "-e", script);
    assertThat(remote.exitCode(Fleet.PATIENCE)).as(remote.toString()).isEqualTo(1);
    assertThat(remote.out().stream().map(line -> line.replaceFirst("\\(\\d+ ms", "(0 ms")))
        .containsExactly(
            "a | [ RUN      ] here",
            "a | [       OK ] here (0 ms)",
            "a | [==========] 1 test ran.",
            "a | [  PASSED  ] 1 test.",
            "b | [ RUN      ] here",
            "b | [  FAILED  ] here (0 ms)",
            "b | [==========] 1 test ran.",
            "b | [  PASSED  ] 0 tests.",
            "b | [  FAILED  ] here (returned 5)");
  }
}
