package jbt.compiler.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Jazzer looks for scripts that the compiler crashes on, hangs on, or fills a small heap with, from
 * the scripts of the rows on. How long: system property {@code fuzz.seconds}; with which start of
 * its random numbers: {@code fuzz.seed}.
 */
final class FuzzTest {
  private static final int SECONDS = Integer.getInteger("fuzz.seconds", 20);
  private static final int SEED = Integer.getInteger("fuzz.seed", 1);
  private static final int SECONDS_FOR_ONE = 10;

  /** Scripts with their output, each below a line that begins with this. */
  private static final Path ROWS = Path.of("../../deploy/src/test/resources/conformance");

  private static final String ROW = "(?m)^=== .*\\n";

  @Test
  void neverCrashesHangsOrFillsTheHeap(@TempDir Path folder)
      throws IOException, InterruptedException {
    Path output = folder.resolve("output");
    Path scripts = Files.createDirectory(folder.resolve("scripts"));
    writeRows(scripts);
    Process jazzer =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx256m",
                    "-Xss512k",
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "-XX:+EnableDynamicAgentLoading",
                    "--enable-native-access=ALL-UNNAMED",
                    "--sun-misc-unsafe-memory-access=allow",
                    "-cp",
                    classPath(),
                    "com.code_intelligence.jazzer.Jazzer",
                    "--target_class=" + ScriptFuzzer.class.getName(),
                    "--instrumentation_includes=jbt.compiler.lang.**:jbt.compiler.check.**",
                    "--trace=cov",
                    "--disabled_hooks=.*",
                    "--reproducer_path=" + folder,
                    "-artifact_prefix=" + folder + "/",
                    "-max_total_time=" + SECONDS,
                    "-timeout=" + SECONDS_FOR_ONE,
                    "-max_len=512",
                    "-len_control=0",
                    "-seed=" + SEED,
                    scripts.toString()))
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    int exit = jazzer.waitFor();
    assertThat(exit).as(Files.readString(output)).isZero();
  }

  /** As the fuzzer is told of them: the last byte says that all before it is a script. */
  private static void writeRows(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(ROWS)) {
      for (Path file : files.toList()) {
        String[] rows = Files.readString(file).split(ROW, -1);
        for (int i = 1; i < rows.length; i++) {
          String script = rows[i].split("(?m)^--- ", 2)[0];
          Files.writeString(
              folder.resolve(file.getFileName() + "." + i), script + ScriptFuzzer.RAW);
        }
      }
    }
  }

  /** Surefire gives the real class path a property of its own. */
  private static String classPath() {
    String own = System.getProperty("java.class.path");
    return System.getProperty("surefire.test.class.path", own);
  }
}
