package jbt.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.tools.ToolProvider;
import jbt.deploy.fleet.Fleet;
import jbt.deploy.fleet.Java;
import jbt.deploy.fleet.Running;
import jbt.kernel.KernelIds;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The programs as they are installed: their launchers, caches and runtime. */
@Tag("fleet")
final class DistributionTest {
  private static final int SOME_UNREACHABLE = 4;
  private static final String WIPED = "\033[K";

  private static Fleet fleet;

  @TempDir private Path folder;

  @BeforeAll
  static void start() throws Exception {
    fleet = Fleet.start("a", "b");
  }

  @AfterAll
  static void stop() {
    fleet.close();
  }

  /** A jar that somebody put in place, be it older or newer, runs; not the cached classes. */
  @ParameterizedTest
  @ValueSource(strings = {"2001-01-01T00:00:00Z", "2099-01-01T00:00:00Z"})
  void swappedJarRunsItsOwnCode(String changed) throws Exception {
    Path copy = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "swapped");
    try {
      Running.run("cp", "-al", Java.distribution() + "/.", copy.toString());
      String remote = copy.resolve("bin/jbt-remote").toString();
      assertThat(Running.run(remote, "--version").getFirst()).startsWith("jbt-remote ");
      Path jar;
      try (var jars = Files.newDirectoryStream(copy.resolve("lib"), "jbt-client-cli-*.jar")) {
        jar = jars.iterator().next();
      }
      // Not through the link, which leads to the distribution's own.
      Path swapped = Files.copy(jar, copy.resolve("swapped"));
      try (FileSystem inside =
          FileSystems.newFileSystem(URI.create("jar:" + swapped.toUri()), Map.of())) {
        Files.write(inside.getPath("jbt/cli/Main.class"), compiled());
      }
      Files.delete(jar);
      Files.move(swapped, jar);
      Files.setLastModifiedTime(jar, FileTime.from(Instant.parse(changed)));
      assertThat(Running.run(remote, "--version")).containsExactly("swapped");
    } finally {
      Running.run("rm", "-r", copy.toString());
    }
  }

  private byte[] compiled() throws Exception {
    Path source = folder.resolve("Main.java");
    Files.writeString(
        source,
        """
        package jbt.cli;
        public final class Main {
          public static void main(String[] arguments) { System.out.println("swapped"); }
        }
        """);
    int code =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, "-d", folder.toString(), source.toString());
    assertThat(code).isZero();
    return Files.readAllBytes(folder.resolve("jbt/cli/Main.class"));
  }

  @Test
  void closedOutputStopsTheHostsQuietly() throws Exception {
    String ask = ask("interval:ms:10 { printf(\"tick\\n\"); }");
    try (Running remote =
        Running.start(
            fleet
                .network()
                .onOperator(List.of("bash", "-c", ask + " | head -n 1; echo ${PIPESTATUS[0]}")))) {
      remote.exitCode(Fleet.PATIENCE);
      assertThat(remote.out()).as(remote.toString()).hasSize(2).last().isEqualTo("0");
      assertThat(remote.out().getFirst()).isIn("a | tick", "b | tick");
      assertThat(remote.err()).noneMatch(line -> line.contains("ERROR") || line.contains("pipe"));
    }
    for (String host : List.of("a", "b")) {
      KernelIds held = KernelIds.heldBy(fleet.server(host).pid());
      assertThat(held.leftAfter(Duration.ofSeconds(15))).isEmpty();
    }
  }

  @Test
  void statusLineIsGoneBeforeOutput() throws Exception {
    fleet.network().silence("b");
    String ask = ask("BEGIN { printf(\"begun\\n\"); exit(); }");
    try (Running remote =
        Running.start(
            fleet
                .network()
                .onOperator(
                    List.of("script", "--quiet", "--return", "--command", ask, "/dev/null")))) {
      assertThat(remote.exitCode(Fleet.PATIENCE)).as(remote.toString()).isEqualTo(SOME_UNREACHABLE);
      // A carriage return ends a line here: what follows it begins with ESC [ K, which wipes the
      // line.
      List<String> written = remote.out();
      assertThat(written)
          .anyMatch(line -> line.startsWith(WIPED + "attaching: "))
          .anyMatch(line -> line.endsWith(" | begun"));
      for (int i = 0; i < written.size(); i++) {
        if (written.get(i).contains("attaching")) {
          assertThat(written.get(i + 1)).startsWith(WIPED);
        }
      }
    } finally {
      fleet.network().restore("b");
    }
  }

  /** Names and texts are UTF-8 in any locale, which commands of the user see as he has it. */
  @ParameterizedTest
  @ValueSource(strings = {"-u LC_ALL -u LC_CTYPE -u LANG", "LC_ALL=C", "LC_ALL=nowhere"})
  void noLocaleIsNeeded(String locale) throws Exception {
    String shell =
        """
        name=$(printf '\\303\\244') && mkdir -p "$2/$name" && cd "$2/$name" || exit 1
        echo 'BEGIN { print("NAME"); system("echo $LC_ALL."); } i:s:100 { }' |
          sed "s/NAME/$name/" >"$name.bt"
        env %s "$1" --unsafe -q -o "$name.txt" -c 'echo $LC_ALL.' "$name.bt" && cat "$name.txt"
        """
            .formatted(locale);
    String remote = Java.distribution().resolve("bin/jbt-remote").toString();
    String set = locale.replaceFirst("^(LC_ALL=)?(-.*)?", "") + ".";
    assertThat(Running.run("sh", "-c", shell, "sh", remote, folder.toString()))
        .startsWith(set, "\u00e4", set);
  }

  /** Java's own files do not take the places of streams that are closed. */
  @ParameterizedTest
  @CsvSource({
    "- <&-, ERROR: standard input: Bad file descriptor",
    "--help >&-, ERROR: cannot write the output: Bad file descriptor",
  })
  void closedStreams(String arguments, String message) throws Exception {
    String shell = Java.distribution().resolve("bin/jbt-remote") + " " + arguments;
    try (Running remote = Running.start(List.of("sh", "-c", shell))) {
      assertThat(remote.exitCode(Fleet.PATIENCE)).isEqualTo(1);
      assertThat(remote.err().getFirst()).isEqualTo(message);
    }
  }

  /** SIGQUIT, Ctrl-\ on a terminal, has Java write about itself: not among the results. */
  @Test
  void onlyResultsAreOutput() throws Exception {
    String script = "BEGIN { system(\"kill -QUIT %d\", pid); print(1); } i:s:1 { exit(); }";
    String program = Java.distribution().resolve("bin/jbt-remote").toString();
    try (Running remote = Running.start(List.of(program, "--unsafe", "-q", "-e", script))) {
      assertThat(remote.exitCode(Fleet.PATIENCE)).as(remote.toString()).isZero();
      assertThat(remote.out()).filteredOn(line -> !line.isEmpty()).containsExactly("1");
      assertThat(remote.err()).anyMatch(line -> line.startsWith("Full thread dump"));
    }
  }

  /** jbt-remote with a script for both hosts, as a shell's command line. */
  private static String ask(String script) {
    List<String> words =
        new ArrayList<>(
            List.of(
                "env",
                "JBT_JAVA_OPTIONS=-Djbt.patience=4",
                Java.distribution().resolve("bin/jbt-remote").toString(),
                "--inventory",
                fleet.inventory().toString()));
    words.addAll(fleet.identity());
    words.addAll(List.of("--hosts", fleet.all(), "-e", script));
    return words.stream()
        .map(word -> "'" + word.replace("'", "'\\''") + "'")
        .collect(Collectors.joining(" "));
  }
}
