package jbt.compiler.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Jazzer looks for scripts that the compiler crashes on, hangs on, or fills a small heap with. How
 * long: system property {@code fuzz.seconds}.
 */
final class FuzzTest {
  private static final int SECONDS = Integer.getInteger("fuzz.seconds", 20);
  private static final int SECONDS_FOR_ONE = 10;

  @Test
  void neverCrashesHangsOrFillsTheHeap(@TempDir Path folder)
      throws IOException, InterruptedException {
    Path output = folder.resolve("output");
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
                    "-max_len=256",
                    "-len_control=0",
                    "-seed=1"))
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    int exit = jazzer.waitFor();
    assertThat(exit).as(Files.readString(output)).isZero();
  }

  /** Surefire gives the real class path a property of its own. */
  private static String classPath() {
    String own = System.getProperty("java.class.path");
    return System.getProperty("surefire.test.class.path", own);
  }
}
