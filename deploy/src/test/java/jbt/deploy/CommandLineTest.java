package jbt.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import jbt.deploy.fleet.Java;
import jbt.deploy.fleet.LocalRun;
import jbt.deploy.fleet.Running;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** jbt-remote as a process of its own on this host: options, signals, exit codes. */
@Tag("kernel")
class CommandLineTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30L * Java.PATIENCE);

  private static Running start(String... arguments) throws IOException {
    return start(Map.of(), arguments);
  }

  private static Running start(Map<String, String> environment, String... arguments)
      throws IOException {
    return Running.start(environment, Java.command("jbt.cli.Main", arguments));
  }

  /** Standard error, without what it says where the end takes long, as on a busy machine. */
  private static List<String> errors(Running remote) {
    return remote.err().stream().filter(line -> !line.startsWith("waiting for the final")).toList();
  }

  @Test
  void signalRunsItsBlocksOnceInOrder() throws Exception {
    String script =
        """
        self:signal:SIGUSR1 { @++; printf("first %d\\n", @); }
        BEGIN { printf("%s %s\\n", probe, probetype); }
        self:signal:SIGUSR1 { printf("second %s %s\\n", probe, probetype); }
        """;
    try (Running remote = start("-e", script)) {
      remote.awaitOut("begin special"::equals, PATIENCE);
      for (int i = 0; i < 2; i++) {
        remote.signal("USR1");
        remote.awaitOutLine(3 + 2 * i, PATIENCE);
      }
      remote.signal("TERM");
      assertThat(remote.exitCode(PATIENCE)).isZero();
      assertThat(remote.out())
          .containsExactly(
              "begin special",
              "first 1",
              "second self:signal:SIGUSR1 special",
              "first 2",
              "second self:signal:SIGUSR1 special",
              "",
              "",
              "@: 2");
      assertThat(errors(remote)).containsExactly("Attached 3 probes");
    }
  }

  /** Nobody reads the ring while BEGIN runs: what it has no room for is lost, and counted. */
  @Test
  void jsonTellsWhatTheRingLost() throws Exception {
    int events = 60_000;
    String script =
        "BEGIN { for ($i : 0..%d) { printf(\"%%s\", \"%s\"); } }"
            .formatted(events, "x".repeat(200));
    LocalRun run = LocalRun.of(List.of("-f", "json", "-q", "-e", script), () -> {});
    List<String> lines = run.out().lines().toList();
    long shown = lines.stream().filter(line -> line.startsWith("{\"type\": \"printf\"")).count();
    assertThat(shown).isBetween(1L, events - 1L);
    long lost = events - shown;
    assertThat(lines.getLast())
        .isEqualTo(
            "{\"type\": \"lost_events\", \"count\": %d, \"data\": {\"events\": %d}}"
                .formatted(lost, lost));
  }

  /** As the launcher does it, which ignores the signal until Java listens to it. */
  @Test
  void aSignalIsNoEndFromTheStartOn() throws Exception {
    List<String> command =
        new ArrayList<>(List.of("/bin/sh", "-c", "trap '' USR1; echo ready; exec \"$0\" \"$@\""));
    String script = "BEGIN { printf(\"up\\n\"); } self:signal:SIGUSR1 { printf(\"heard\\n\"); }";
    command.addAll(Java.command("jbt.cli.Main", "-e", script));
    try (Running remote = Running.start(command)) {
      remote.awaitOut("ready"::equals, PATIENCE);
      while (!remote.out().contains("up")) {
        remote.signal("USR1");
      }
      remote.signal("USR1");
      remote.awaitOut("heard"::equals, PATIENCE);
      remote.signal("TERM");
      assertThat(remote.exitCode(PATIENCE)).isZero();
    }
  }

  @Test
  void aSignalAfterExitRunsNothing() throws Exception {
    String script =
        "self:signal:SIGUSR1 { printf(\"one\\n\"); exit(7); } self:signal:SIGUSR1 { @ = 1; }"
            + " BEGIN { printf(\"up\\n\"); }";
    try (Running remote = start("-e", script)) {
      remote.awaitOut("up"::equals, PATIENCE);
      remote.signal("USR1");
      assertThat(remote.exitCode(PATIENCE)).isEqualTo(7);
      assertThat(remote.out()).containsExactly("up", "one", "", "");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"INT", "TERM", "HUP"})
  void oneSignalAsksForTheResult(String signal) throws Exception {
    String script = "BEGIN { @ = 1; printf(\"up\\n\"); } i:s:100 { } END { printf(\"end\\n\"); }";
    try (Running remote = start("-e", script)) {
      remote.awaitOut("up"::equals, PATIENCE);
      remote.signal(signal);
      assertThat(remote.exitCode(PATIENCE)).isZero();
      assertThat(remote.out()).containsExactly("up", "end", "", "", "@: 1");
      assertThat(errors(remote)).containsExactly("Attached 3 probes");
    }
  }

  /** A shell has what it starts by & ignore SIGINT, nohup SIGHUP. */
  @ParameterizedTest
  @ValueSource(strings = {"INT", "HUP"})
  void ofIgnoredSignalsOneIsHeard(String ignored) throws Exception {
    List<String> command =
        new ArrayList<>(List.of("/bin/sh", "-c", "trap '' " + ignored + "; exec \"$0\" \"$@\""));
    String script = "BEGIN { printf(\"up\\n\"); } self:signal:SIGUSR1 { printf(\"on\\n\"); }";
    command.addAll(Java.command("jbt.cli.Main", "-e", script));
    try (Running remote = Running.start(command)) {
      remote.awaitOut("up"::equals, PATIENCE);
      remote.signal(ignored);
      if (ignored.equals("HUP")) {
        remote.signal("USR1");
        remote.awaitOut("on"::equals, PATIENCE);
        remote.signal("INT");
      }
      assertThat(remote.exitCode(PATIENCE)).isZero();
    }
  }

  @Test
  void aDryRunBeginsNoCommandOfTheScript(@TempDir Path folder) throws Exception {
    Path made = folder.resolve("made");
    String script = "BEGIN { system(\"touch " + made + "\"); }";
    try (Running dry = start("--dry-run", "--unsafe", "-e", script)) {
      assertThat(dry.exitCode(PATIENCE)).isZero();
    }
    assertThat(made).doesNotExist();
    try (Running real = start("--unsafe", "-e", script)) {
      assertThat(real.exitCode(PATIENCE)).isZero();
    }
    assertThat(made).exists();
  }

  @Test
  void anotherSignalGivesUp() throws Exception {
    String script = "BEGIN { printf(\"up\\n\"); } i:s:100 { } END { system(\"sleep 4\"); }";
    try (Running remote = start("--unsafe", "-e", script)) {
      remote.awaitOut("up"::equals, PATIENCE);
      remote.signal("INT");
      // Two that are close to each other count as one, and the first may be heard late.
      TimeUnit.MILLISECONDS.sleep(1500);
      remote.signal("INT");
      assertThat(remote.exitCode(PATIENCE)).isEqualTo(130);
      assertThat(remote.out()).containsExactly("up");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          BEGIN { exit(); } | 0 | Attached 1 probe
          BEGIN { exit(3); } | 3 | Attached 1 probe
          BEGIN { exit(300); } | 44 | Attached 1 probe
          BEGIN { exit(255); } | 255 | Attached 1 probe
          BEGIN { exit(256); } | 0 | Attached 1 probe
          BEGIN { exit(-1); } | 255 | Attached 1 probe
          BEGIN { exit(); } END { exit(6); } | 6 | Attached 2 probes
          test:a { } bench:a { } | 1 | ERROR: No probes to attach
          BEGIN { print(1); } | 0 | Attached 1 probe
          BEGIN { exit(1) | 1 | stdin:1:16-16: ERROR: syntax: expected ';' or '}', not end of script
          BEGIN { print($a); } | 1 | stdin:1:15-17: ERROR: Undefined or undeclared variable: $a
          tracepoint:a:b { @ = 1; } | 1 | stdin:1:1-15: ERROR: No matches for tracepoint a:b
          test:a { return 0; } | 1 | ERROR: No probes to attach
          config = { max_probes = 2 } BEGIN { } END { } BEGIN { } | 1 | \
          ERROR: Can't attach to 3 probes: at most 2 are allowed
          """)
  void exitCodeAndFirstLineOfErrors(String script, int code, String line) throws Exception {
    try (Running remote = start("-e", script)) {
      assertThat(remote.exitCode(PATIENCE)).isEqualTo(code);
      assertThat(remote.err().getFirst()).isEqualTo(line);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --nonsense | no such option: --nonsense
          -p x | Failed to parse pid: x is no number
          -p 0 | Pid out of range: 0 is not from 1 to 4194304
          -p 4194305 | Pid out of range: 4194305 is not from 1 to 4194304
          -p 1 -c true | -c can't be used with -p
          -f xml | -f is text or json, not xml
          -B some | -B is line, full or none, not some
          -k --no-warnings | -k can't be used with --no-warnings
          --test --bench | --bench can't be used with --test
          """)
  void mistakesOnTheCommandLineAreOne(String options, String message) throws Exception {
    String[] arguments = (options + " -e BEGIN{}").split(" ");
    try (Running remote = start(arguments)) {
      assertThat(remote.exitCode(PATIENCE)).isEqualTo(1);
      assertThat(remote.err()).containsExactly("ERROR: " + message, "Try: jbt-remote --help");
    }
  }

  @Test
  void endsWellWithItsTarget() throws Exception {
    String forever = "interval:s:100 { exit(9); } END { printf(\"end\\n\"); }";
    try (Running remote = start("-c", "false", "-e", forever)) {
      assertThat(remote.exitCode(PATIENCE)).isZero();
      assertThat(remote.out()).contains("end");
    }
    try (Running target = Running.start(List.of("sleep", "1000"));
        Running remote = start("-p", "" + target.pid(), "-e", "BEGIN { print(1); } " + forever)) {
      remote.awaitOut("1"::equals, PATIENCE);
      target.end();
      assertThat(remote.exitCode(PATIENCE)).isZero();
      assertThat(remote.out()).contains("end");
    }
  }

  @Test
  void aCommandEndsWithAProcessThatIsKilled() throws Exception {
    String script = "BEGIN { print(cpid); } interval:s:100 { exit(9); }";
    try (Running remote = start("-c", "sleep 1000", "-e", script)) {
      String command = remote.awaitOutLine(1, PATIENCE);
      remote.signal("KILL");
      // A zombie has no command line.
      String ended = "while grep -qs . /proc/$0/cmdline; do sleep 0.1; done";
      Running.run("timeout", "60", "sh", "-c", ended, command);
    }
  }

  /** Its parent, a sleep in place of the shell, never asks how it has ended. */
  @Test
  void endsWithATargetThatStaysAZombie() throws Exception {
    String script = "BEGIN { print(1); } interval:s:100 { exit(9); }";
    try (Running parent =
        Running.start(List.of("sh", "-c", "sleep 1000 & echo $!; exec sleep 1000"))) {
      String target = parent.awaitOutLine(1, PATIENCE);
      try (Running remote = start("-p", target, "-e", script)) {
        remote.awaitOut("1"::equals, PATIENCE);
        Running.run("kill", target);
        assertThat(remote.exitCode(PATIENCE)).isZero();
      }
    }
  }

  @Test
  void aFileHasTheOutputButNotThatOfTheCommand() throws Exception {
    Path file = Files.createTempFile("jbt", ".out");
    try {
      for (String option : List.of("-o", "--output")) {
        Files.writeString(file, "what was there before\n");
        String script = "BEGIN { printf(\"%d\\n\", cpid > 1); @ = 2; errorf(\"oh\"); } i:s:100 { }";
        try (Running remote = start(option, file.toString(), "-c", "echo child", "-e", script)) {
          assertThat(remote.exitCode(PATIENCE)).isZero();
          assertThat(remote.out()).containsExactly("child");
          assertThat(errors(remote))
              .containsExactly("Attached 2 probes", "stdin:1:42-54: ERROR: oh");
          assertThat(Files.readString(file)).isEqualTo("1\n\n\n@: 2\n");
        }
      }
      try (Running remote = start("-o", "/nowhere/at/all", "-e", "BEGIN { }")) {
        assertThat(remote.exitCode(PATIENCE)).isEqualTo(1);
        assertThat(remote.err())
            .containsExactly(
                "ERROR: cannot write the output: /nowhere/at/all (No such file or directory)");
      }
    } finally {
      Files.delete(file);
    }
  }

  @Test
  void whereScriptsComeFrom() throws Exception {
    Path file = Files.createTempFile("jbt", ".bt");
    try {
      Files.writeString(file, "#!/usr/bin/env jbt-remote\nBEGIN { print($1); print($b); }\n");
      try (Running remote = start(file.toString(), "5")) {
        assertThat(remote.exitCode(PATIENCE)).isEqualTo(1);
        assertThat(remote.err().getFirst())
            .isEqualTo(file + ":2:26-28: ERROR: Undefined or undeclared variable: $b");
      }
      Files.writeString(file, "BEGIN { print($1); }\n");
      try (Running remote = start("-q", file.toString(), "5")) {
        assertThat(remote.exitCode(PATIENCE)).isZero();
        assertThat(remote.out()).containsExactly("5", "", "");
      }
    } finally {
      Files.delete(file);
    }
    List<String> command =
        new ArrayList<>(List.of("/bin/sh", "-c", "echo 'BEGIN { print($b); }' | \"$0\" \"$@\""));
    command.addAll(Java.command("jbt.cli.Main", "-"));
    try (Running remote = Running.start(command)) {
      assertThat(remote.exitCode(PATIENCE)).isEqualTo(1);
      assertThat(remote.err().getFirst())
          .isEqualTo("stdin:1:15-17: ERROR: Undefined or undeclared variable: $b");
    }
    try (Running remote = start("none.bt")) {
      assertThat(remote.exitCode(PATIENCE)).isEqualTo(1);
      assertThat(remote.err().getFirst()).isEqualTo("ERROR: none.bt: no such file");
    }
  }

  @Test
  void whatTheKernelRefusesIs255() throws Exception {
    List<String> command =
        new ArrayList<>(List.of("setpriv", "--bounding-set=-sys_admin,-bpf,-perfmon"));
    command.addAll(Java.command("jbt.cli.Main", "-e", "BEGIN { exit(3); }"));
    try (Running remote = Running.start(command)) {
      assertThat(remote.exitCode(PATIENCE)).as(remote.toString()).isEqualTo(255);
      assertThat(remote.err().getFirst())
          .startsWith("ERROR: ")
          .contains("not permitted; tracing needs root, or CAP_BPF and CAP_PERFMON");
    }
    if (!Files.exists(Path.of("/sys/bus/event_source/devices/cpu"))) {
      try (Running remote = start("-e", "hardware:cycles:1000000 { @ = 1; }")) {
        assertThat(remote.exitCode(PATIENCE)).as(remote.toString()).isEqualTo(255);
        assertThat(remote.err().getFirst())
            .startsWith("ERROR: attach hardware:cycles:1000000: there is no counter");
      }
    }
  }

  @Test
  void withoutTracefsNothingBreaks() throws Exception {
    try (Running remote = startWithout("-e", "tracepoint:sched:sched_switch { exit(); }")) {
      assertThat(remote.exitCode(PATIENCE)).as(remote.toString()).isEqualTo(255);
      assertThat(remote.err())
          .containsExactly(
              "ERROR: tracefs can't be read on /sys/kernel/tracing, and fsopen: Operation not"
                  + " permitted");
    }
    try (Running remote = startWithout("--info")) {
      assertThat(remote.exitCode(PATIENCE)).as(remote.toString()).isZero();
      assertThat(remote.out()).contains("  tracepoint: not known", "  task storage: not known");
    }
  }

  /** Where tracefs is hidden, and nothing may be mounted. */
  private static Running startWithout(String... arguments) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                "unshare",
                "-m",
                "sh",
                "-c",
                "for d in tracing debug; do mount -t tmpfs none /sys/kernel/$d; done; exec setpriv"
                    + " --bounding-set=-all \"$@\"",
                "sh"));
    command.addAll(Java.command("jbt.cli.Main", arguments));
    return Running.start(command);
  }

  @Test
  void closedOutputEndsQuietly() throws Exception {
    List<String> command =
        Java.command(
            "jbt.cli.Main", "-e", "interval:ms:10 { printf(\"a\\n\"); } END { @ended = 1; }");
    String line = String.join(" ", command.stream().map(c -> "'" + c + "'").toList());
    try (Running shell =
        Running.start(List.of("/bin/bash", "-c", line + " | head -2; echo ${PIPESTATUS[0]} >&2"))) {
      assertThat(shell.exitCode(PATIENCE)).isZero();
      assertThat(shell.out()).containsExactly("a", "a");
      assertThat(shell.err()).containsExactly("Attached 2 probes", "0");
    }
  }

  /** What is in the file when the script has printed the texts, / for the end of a line. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          line | one/    | one/two three/ | one/two three/
          full | ''      | ''             | ''
          none | one/two | one/two three/ | one/two three/four
          """)
  void bufferingTellsWhenOutputIsWritten(
      String mode, String first, String second, String third, @TempDir Path folder)
      throws Exception {
    Path file = folder.resolve("out");
    String much = "x".repeat(99);
    String script =
        """
        config = { print_maps_on_exit = 0 } BEGIN { printf("one\\ntwo"); }
        self:signal:SIGUSR1 { @++; if (@ == 1) { printf(" three\\n"); } if (@ == 2) { printf("four"); }
          if (@ == 3) { for ($i : 0..50) { printf("%s", "MUCH"); } } if (@ == 4) { exit(); } }
        """
            .replace("MUCH", much);
    try (Running remote = start("-B", mode, "-o", file.toString(), "-e", script)) {
      remote.awaitErr("Attached 2 probes"::equals, PATIENCE);
      for (String text : List.of(first, second, third)) {
        await(file, written -> written.equals(text.replace('/', '\n')));
        remote.signal("USR1");
      }
      await(file, written -> written.length() > 4096);
      remote.signal("USR1");
      assertThat(remote.exitCode(PATIENCE)).isZero();
      assertThat(Files.readString(file))
          .isEqualTo("one\ntwo three\nfour" + much.repeat(50) + "\n\n");
    }
  }

  /** Waits until what a file has fits, and stays so. */
  private static void await(Path file, Predicate<String> fits) throws Exception {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!fits.test(Files.readString(file)) && System.nanoTime() < end) {
      TimeUnit.MILLISECONDS.sleep(10);
    }
    TimeUnit.MILLISECONDS.sleep(300);
    assertThat(Files.readString(file)).matches(fits);
  }

  @Test
  void failedCallsAreCountedByTheirPlace() throws Exception {
    String script =
        """
        BEGIN {
          @m[1] = 1;
          for ($i : 0..5) { print(@m[$i]); @seen += @m[$i]; }
          print(*(uint64 *)1);
          delete(@m, 7); delete(@m, 1);
        }
        """;
    try (Running remote = start("-k", "-e", script)) {
      assertThat(remote.exitCode(PATIENCE)).isZero();
      assertThat(String.join("\n", remote.err()))
          .isEqualTo(
              """
              Attached 1 probe
              stdin:3:27-33: WARNING: Can't lookup map element because it does not exist. (4 times)
              Additional Info - helper: map_lookup_elem, retcode: 0
                for ($i : 0..5) { print(@m[$i]); @seen += @m[$i]; }
                                        ~~~~~~
              stdin:3:45-51: WARNING: Can't lookup map element because it does not exist. (4 times)
              Additional Info - helper: map_lookup_elem, retcode: 0
                for ($i : 0..5) { print(@m[$i]); @seen += @m[$i]; }
                                                          ~~~~~~
              stdin:4:9-21: WARNING: Bad address (once)
              Additional Info - helper: probe_read, retcode: -14
                print(*(uint64 *)1);
                      ~~~~~~~~~~~~
              stdin:5:3-16: WARNING: Can't delete map element because it does not exist. (once)
              Additional Info - helper: map_delete_elem, retcode: -2
                delete(@m, 7); delete(@m, 1);
                ~~~~~~~~~~~~~""");
    }
    try (Running remote = start("-kk", "-q", "-f", "json", "-e", script)) {
      assertThat(remote.exitCode(PATIENCE)).isZero();
      assertThat(remote.out())
          .contains(
              "{\"type\": \"helper_error\", \"msg\": \"Can't lookup map element because it does not"
                  + " exist.\", \"helper\": \"map_lookup_elem\", \"retcode\": 0, \"filename\":"
                  + " \"stdin\", \"line\": 3, \"col\": 45, \"count\": 4}");
    }
    try (Running remote = start("-e", script)) {
      assertThat(remote.exitCode(PATIENCE)).isZero();
      assertThat(remote.err()).containsExactly("Attached 1 probe");
    }
  }

  @Test
  void listsWhatAScriptTraces() throws Exception {
    String script =
        "BEGIN { } tracepoint:sched:sched_switc* { @ = 1; } t:sched:sched_switch { @ = $1; }";
    Path file = Files.createTempFile("jbt", ".bt");
    try (Running remote = start("-l", "-e", script)) {
      assertThat(remote.exitCode(PATIENCE)).isZero();
      assertThat(remote.out()).containsExactly("begin", "tracepoint:sched:sched_switch");
      Files.writeString(file, script);
      try (Running again = start("--list", file.toString(), "5")) {
        assertThat(again.exitCode(PATIENCE)).isZero();
        assertThat(again.out()).isEqualTo(remote.out());
      }
    } finally {
      Files.delete(file);
    }
    try (Running remote = start("-l", "-e", "tracepoint:a:b { }")) {
      assertThat(remote.exitCode(PATIENCE)).isEqualTo(1);
      assertThat(remote.err().getFirst())
          .isEqualTo("stdin:1:1-15: ERROR: No matches for tracepoint a:b");
    }
  }

  @Test
  void listsWithArguments() throws Exception {
    String event =
        """
        tracepoint:syscalls:sys_enter_close
            int __syscall_nr
            unsigned int fd""";
    String script = "i:s:1 { } t:syscalls:*enter_close { } BEGIN { } software:cpu-clock:1e6 { }";
    try (Running remote = start("-lv", "-e", script)) {
      assertThat(remote.exitCode(PATIENCE)).isZero();
      assertThat(String.join("\n", remote.out()))
          .isEqualTo("begin\ninterval:s:1\nsoftware:cpu-clock:1000000\n" + event);
    }
    try (Running remote = start("-l", "t:syscalls:*enter_close,self, software:cpu*", "-v")) {
      assertThat(remote.exitCode(PATIENCE)).isZero();
      assertThat(String.join("\n", remote.out()))
          .isEqualTo(
              "self:signal:SIGUSR1\nsoftware:cpu-clock:\nsoftware:cpu-migrations:\nsoftware:cpu:\n"
                  + event);
    }
    try (Running remote = start("-l", "no.bt")) {
      assertThat(remote.exitCode(PATIENCE)).isZero();
      assertThat(remote.out()).isEmpty();
      assertThat(remote.err())
          .containsExactly(
              "WARNING: there is no file no.bt: it is taken as a pattern", "nothing matches no.bt");
    }
  }

  @Test
  void tellsTheServiceManagerThatItTraces() throws Exception {
    Path socket = Path.of("@jbt-" + ProcessHandle.current().pid());
    String listener =
        "import socket,sys; s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM);"
            + " s.bind('\\0' + sys.argv[1][1:]); print('up', flush=True);"
            + " print(s.recv(99).decode(), flush=True)";
    try (Running manager = Running.start(List.of("python3", "-c", listener, socket.toString()))) {
      manager.awaitOut("up"::equals, PATIENCE);
      Map<String, String> environment = Map.of("NOTIFY_SOCKET", socket.toString());
      try (Running remote = start(environment, "-e", "i:ms:1 { exit(); }")) {
        assertThat(remote.exitCode(PATIENCE)).isZero();
        manager.awaitOut("READY=1"::equals, PATIENCE);
      }
    }
  }

  @Test
  void findsHeadersWhereCompilersDo() throws Exception {
    Path folder = Files.createTempDirectory("jbt");
    Path header = folder.resolve("there.h");
    try {
      Files.writeString(header, "#define THERE 42\n");
      for (String variable : List.of("CPATH", "C_INCLUDE_PATH")) {
        Map<String, String> environment = Map.of(variable, "/nowhere:" + folder);
        String script = "#include <there.h>\nBEGIN { print(THERE); }";
        try (Running remote = start(environment, "-e", script)) {
          assertThat(remote.exitCode(PATIENCE)).as(remote.toString()).isZero();
          assertThat(remote.out()).containsExactly("42", "", "");
        }
      }
    } finally {
      Files.delete(header);
      Files.delete(folder);
    }
  }

  @Test
  void infoTellsWhatThisKernelCanDo() throws Exception {
    try (Running remote = start("--info")) {
      assertThat(remote.exitCode(PATIENCE)).isZero();
      assertThat(remote.out())
          .contains(
              "System",
              "  kernel: " + System.getProperty("os.version"),
              "Probe types",
              "  tracepoint: yes",
              "  interval: yes",
              "  uprobe: yes",
              "Kernel features",
              "  ring buffer: yes",
              "Kernel helpers",
              "  map_lookup_elem: yes");
    }
  }

  @Test
  void environmentSetsWhatTheConfigBlockCan() throws Exception {
    String script = "config = { max_strlen = 20 } BEGIN { @x = 1; print(str($1)); }";
    Map<String, String> quiet = Map.of("BPFTRACE_PRINT_MAPS_ON_EXIT", "0");
    try (Running remote = start(quiet, "-q", "-e", script, "abcdef")) {
      assertThat(remote.exitCode(PATIENCE)).isZero();
      assertThat(remote.out()).containsExactly("abcdef", "", "");
    }
    Map<String, String> wrong = Map.of("BPFTRACE_MAX_MAP_KEYS", "many");
    try (Running remote = start(wrong, "-e", script, "abcdef")) {
      assertThat(remote.exitCode(PATIENCE)).isEqualTo(1);
      assertThat(remote.err())
          .containsExactly("ERROR: BPFTRACE_MAX_MAP_KEYS is a number from 1 to 16777216");
    }
    String test = "test:x { }";
    try (Running remote = start(Map.of("BPFTRACE_COLOR", "always"), "--test", "-e", test)) {
      assertThat(remote.exitCode(PATIENCE)).isZero();
      assertThat(remote.out().getFirst()).isEqualTo("\033[32m[ RUN      ]\033[0m x");
    }
    try (Running remote = start(Map.of("BPFTRACE_COLOR", "red"), "-e", script)) {
      assertThat(remote.exitCode(PATIENCE)).isEqualTo(1);
      assertThat(remote.err().getFirst())
          .isEqualTo("ERROR: BPFTRACE_COLOR is auto, always or never, not red");
    }
  }

  @Test
  void testsPassOrFail() throws Exception {
    String script =
        """
        BEGIN { @b = 1; }
        test:good { printf("x"); return 0; }
        test:bad { return 3; }
        test:exits { exit(4); }
        test:errs { errorf("oh"); }
        test:seen { @n += 1; return @n == 1 && @b == 1 ? 0 : 1; }
        bench:none { @none = 1; }
        """;
    try (Running remote = start("--test", "-e", script)) {
      assertThat(remote.exitCode(PATIENCE)).isEqualTo(1);
      assertThat(remote.out().stream().map(line -> line.replaceFirst("\\(\\d+ ms", "(0 ms")))
          .containsExactly(
              "[ RUN      ] good",
              "x",
              "[       OK ] good (0 ms)",
              "[ RUN      ] bad",
              "[  FAILED  ] bad (0 ms)",
              "[ RUN      ] exits",
              "[  FAILED  ] exits (0 ms)",
              "[ RUN      ] errs",
              "stdin:5:13-25: ERROR: oh",
              "[  FAILED  ] errs (0 ms)",
              "[ RUN      ] seen",
              "[       OK ] seen (0 ms)",
              "[==========] 5 tests ran.",
              "[  PASSED  ] 2 tests.",
              "[  FAILED  ] bad (returned 3)",
              "[  FAILED  ] exits (returned 4)",
              "[  FAILED  ] errs (returned 1)");
    }
    try (Running remote = start("--test", "--probe-filter", "^go+d|^seen$", "-e", script)) {
      assertThat(remote.exitCode(PATIENCE)).isZero();
      assertThat(remote.out()).contains("[==========] 2 tests ran.", "[  PASSED  ] 2 tests.");
      assertThat(remote.err()).isEmpty();
    }
    try (Running remote = start("--test", "-f", "json", "-q", "-e", "test:a { print(1); }")) {
      assertThat(remote.exitCode(PATIENCE)).isZero();
      assertThat(remote.out().stream().map(line -> line.replaceFirst("n\": \\d+", "n\": 1")))
          .containsExactly(
              "{\"type\": \"value\", \"data\": 1}",
              "{\"type\": \"test_result\", \"data\": {\"a\": {\"duration\": 1, \"passed\": true,"
                  + " \"output\": \"\"}}}");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"test", "bench"})
  void whatDoesNotRunHasNoResults(String mode) throws Exception {
    try (Running remote = start("--" + mode, "-e", mode + ":a { print($x); }")) {
      assertThat(remote.exitCode(PATIENCE)).isEqualTo(1);
      assertThat(remote.out()).isEmpty();
    }
  }

  @Test
  void jsonTellsOfProbesOnStandardOutputOnly() throws Exception {
    LocalRun run = LocalRun.of(List.of("-f", "json", "-e", "BEGIN { exit(); }"), () -> {});
    assertThat(run.out().lines())
        .contains("{\"type\": \"attached_probes\", \"count\": 1, \"data\": {\"probes\": 1}}");
    assertThat(run.err()).isEmpty();
  }

  @Test
  void benchesAreRunAgainAndAgain() throws Exception {
    String script =
        "bench:count { @ = count(); } bench:longer { @by[comm] = count(); } test:no { }";
    try (Running remote = start("--bench", "-e", script)) {
      assertThat(remote.exitCode(PATIENCE)).isZero();
      assertThat(remote.out()).hasSize(4);
      assertThat(remote.out().subList(0, 2))
          .containsExactly(
              "Benchmark     Time(ns)   Iterations", "-----------------------------------");
      assertThat(remote.out().get(2)).matches("count      +[1-9]\\d* +[1-9]\\d*000");
      assertThat(remote.out().get(3)).matches("longer     +[1-9]\\d* +[1-9]\\d*000");
    }
    try (Running remote = start("--bench", "-f", "json", "-q", "-e", script)) {
      assertThat(remote.exitCode(PATIENCE)).isZero();
      assertThat(remote.out().getFirst())
          .matches(
              "\\{\"type\": \"benchmark_result\", \"data\": \\{\"count\": \\{\"average\": \\d+,"
                  + " \"iters\": \\d+000}}}");
    }
  }
}
