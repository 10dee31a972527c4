package jbt.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jbt.cli.Main;
import jbt.cli.session.Screen;
import jbt.kernel.Workload;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/**
 * The examples of the guide to probes, each with the output that is printed below it; a number
 * there stands for any. What a kernel can't do is skipped, with its own words.
 */
@Tag("kernel")
class GuideTest {
  private static final Path GUIDE = Path.of("../agent/PROBES.md");
  private static final Pattern EXAMPLE =
      Pattern.compile("```bpftrace\n(.*?)\n```\n```\n(.*?)\n```", Pattern.DOTALL);

  /** How a kernel without something is told of. */
  private static final Pattern LACKS =
      Pattern.compile("which this kernel lacks|refuses fentry|there is no counter for");

  private static final long LONGEST_NS = TimeUnit.SECONDS.toNanos(60);

  @TestFactory
  Stream<DynamicTest> examplesPrintWhatTheGuideSays() throws Exception {
    List<DynamicTest> tests = new ArrayList<>();
    Matcher example = EXAMPLE.matcher(Files.readString(GUIDE));
    while (example.find()) {
      String script = example.group(1);
      String output = example.group(2);
      tests.add(DynamicTest.dynamicTest(script, () -> check(script, output)));
    }
    return tests.stream();
  }

  private static void check(String script, String wanted) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    String[] arguments = {
      "-q",
      "-e",
      script,
      Long.toString(ProcessHandle.current().pid()),
      System.getProperty("java.home") + "/lib/server/libjvm.so"
    };
    Thread running =
        Thread.ofPlatform()
            .start(
                () ->
                    Main.run(
                        arguments,
                        Path.of("/nowhere"),
                        new ByteArrayInputStream(new byte[0]),
                        new Screen(out, err, false, false)));
    work(running);
    String said = err.toString(StandardCharsets.UTF_8);
    String printed = out.toString(StandardCharsets.UTF_8).strip();
    Assumptions.assumeFalse(LACKS.matcher(said).find(), said);
    assertThat(printed).as(said).matches("(?s)" + pattern(wanted.strip()));
  }

  private static void work(Thread running) throws Exception {
    long end = System.nanoTime() + LONGEST_NS;
    while (running.isAlive() && System.nanoTime() < end) {
      Workload.getppid(1);
      try {
        Files.newInputStream(Path.of("/run/no-such-file")).close();
      } catch (IOException e) {
        // It is missing, which is what is traced.
      }
      Thread worker = Thread.ofPlatform().name("worker").start(() -> {});
      worker.join();
      running.join(2);
    }
    assertThat(running.isAlive()).isFalse();
  }

  /** Counts differ; the numbers of keys do not. */
  private static String pattern(String text) {
    return Stream.of(text.split("(?<=: )[0-9]+", -1))
        .map(Pattern::quote)
        .collect(Collectors.joining("[0-9]+"));
  }
}
