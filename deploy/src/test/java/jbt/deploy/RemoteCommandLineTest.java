package jbt.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
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
  void headersAndScriptsOfTheClientGoWithTheRequest() throws Exception {
    Path folder = Files.createDirectories(fleet.folder().resolve("scripts"));
    Path deep = Files.createDirectories(folder.resolve("headers/deep"));
    Path script = folder.resolve("main.bt");
    List<Path> files =
        List.of(script, folder.resolve("lib.bt"), deep.resolve("in.h"), deep.resolve("../out.h"));
    try {
      Files.writeString(files.get(1), "macro twice(x) { x * 2 }\n");
      Files.writeString(files.get(2), "#define INNER 42\nstruct in { long a; char b; };\n");
      Files.writeString(
          files.get(3), "#include \"deep/in.h\"\nstruct out { struct in in; int x; };\n");
      Files.writeString(
          script,
          """
          #include <linux/not_there.h>
          #include "out.h"
          import "lib.bt";
          BEGIN { printf("%d %d %d\\n", sizeof(struct out), INNER, twice(4)); }
          """);
      String headers = folder.resolve("headers").toString();
      Running remote = fleet.remote("--hosts", "a", "-I", headers, script.toString());
      assertThat(remote.exitCode(Fleet.PATIENCE)).as(remote.toString()).isZero();
      assertThat(remote.out()).containsExactly("24 42 8", "", "");
      Running missing = fleet.remote("--hosts", "a", script.toString());
      assertThat(missing.exitCode(Fleet.PATIENCE)).as(missing.toString()).isEqualTo(1);
      assertThat(missing.err())
          .contains(
              script + ":4:37-47: ERROR: Unknown struct: 'out'",
              "HINT: Headers that were not found: <linux/not_there.h>, \"out.h\". Declare in the"
                  + " script what it needs of them");
    } finally {
      for (Path file : files) {
        Files.deleteIfExists(file);
      }
      Files.delete(deep);
      Files.delete(folder.resolve("headers"));
      Files.delete(folder);
    }
  }

  @Test
  void listsWhatAllHostsHave() throws Exception {
    Running events = fleet.remote("--hosts", "a,b", "-l", "tracepoint:sched:sched_switc*");
    assertThat(events.exitCode(Fleet.PATIENCE)).as(events.toString()).isZero();
    assertThat(events.out()).containsExactly("tracepoint:sched:sched_switch");
    Running type = fleet.remote("--hosts", "a,b", "-lv", "struct path");
    assertThat(type.exitCode(Fleet.PATIENCE)).as(type.toString()).isZero();
    assertThat(type.out().getFirst()).startsWith("struct path {");
    Running script = fleet.remote("--hosts", "a,b", "-l", "-e", "BEGIN { } i:s:1 { }");
    assertThat(script.exitCode(Fleet.PATIENCE)).as(script.toString()).isZero();
    assertThat(script.out()).containsExactly("begin", "interval:s:1");
    Running info = fleet.remote("--hosts", "a,b", "--info");
    assertThat(info.exitCode(Fleet.PATIENCE)).as(info.toString()).isZero();
    assertThat(info.out()).contains("  tracepoint: yes", "  map_lookup_elem: yes");
  }

  @Test
  void relativePathsMeanNothingOnOtherHosts() throws Exception {
    for (String probe : List.of("uprobe:./app:main", "usdt:./app:here")) {
      Running remote = fleet.remote("--hosts", "a,b", "-e", probe + " { @ = count(); }");
      assertThat(remote.exitCode(Fleet.PATIENCE)).as(remote.toString()).isEqualTo(1);
      assertThat(remote.err())
          .anyMatch(
              line ->
                  line.endsWith(
                      "ERROR: ./app is a relative path, which means nothing on another host: make"
                          + " it absolute"));
    }
  }

  @Test
  void failedCallsOfAllHostsAreOneWarning() throws Exception {
    Running remote = fleet.remote("--hosts", "a,b", "-k", "-e", "BEGIN { print(*(uint64 *)1); }");
    assertThat(remote.exitCode(Fleet.PATIENCE)).as(remote.toString()).isZero();
    assertThat(remote.err())
        .containsSequence(
            "a,b:",
            "stdin:1:15-27: WARNING: Bad address (2 times)",
            "Additional Info - helper: probe_read, retcode: -14",
            "BEGIN { print(*(uint64 *)1); }",
            "              ~~~~~~~~~~~~");
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
