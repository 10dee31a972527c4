package jbt.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jbt.deploy.fleet.Java;
import jbt.deploy.fleet.LocalRun;
import jbt.deploy.fleet.Running;
import jbt.kernel.Kernels;
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

  /** Aligned, as all that is allocated. */
  private static final Memory WATCHED = new Memory(8);

  /** How a kernel without something is told of. */
  private static final Pattern LACKS =
      Pattern.compile("which this kernel lacks|refuses fentry|there is no counter for");

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
    if (script.startsWith("watchpoint")) {
      Kernels.needWatchpoints();
    }
    LocalRun run = run(script);
    // In the time of the example nothing may happen on a busy machine.
    for (int tries = 1; run.out().isBlank() && run.exitCode() == 0 && tries < 5; tries++) {
      run = run(script);
    }
    Assumptions.assumeFalse(LACKS.matcher(run.err()).find(), run.err());
    assertThat(run.out().strip()).as(run.err()).matches("(?s)" + pattern(wanted.strip()));
  }

  private static LocalRun run(String script) throws Exception {
    List<String> arguments =
        List.of(
            script.startsWith("test:") ? "--test" : script.startsWith("bench:") ? "--bench" : "-q",
            "-e",
            script,
            Long.toString(ProcessHandle.current().pid()),
            System.getProperty("java.home") + "/lib/server/libjvm.so",
            "0x" + Long.toHexString(Pointer.nativeValue(WATCHED)));
    return script.startsWith("self:") ? signalled(script) : LocalRun.of(arguments, GuideTest::work);
  }

  private static LocalRun signalled(String script) throws Exception {
    Duration patience = Duration.ofSeconds(30L * Java.PATIENCE);
    try (Running remote = Running.start(Java.command("jbt.cli.Main", "-e", script))) {
      remote.awaitErr("Attached 1 probe"::equals, patience);
      remote.signal("USR1");
      int exitCode = remote.exitCode(patience);
      return new LocalRun(
          exitCode, String.join("\n", remote.out()), String.join("\n", remote.err()));
    }
  }

  private static void work() throws InterruptedException {
    Workload.getppid(1);
    WATCHED.setLong(0, 1);
    try {
      Files.newInputStream(Path.of("/run/no-such-file")).close();
    } catch (IOException e) {
      // It is missing, which is what is traced.
    }
    Thread.ofPlatform().name("worker").start(() -> {}).join();
  }

  /** Counts and times differ; the numbers of keys do not. */
  private static String pattern(String text) {
    return Stream.of(text.split("(?<=: )[0-9]+|(?<=\\()[0-9]+(?= ms)| {2,}[0-9]+", -1))
        .map(Pattern::quote)
        .collect(Collectors.joining(" *[0-9]+"))
        .replace(": \\E *[0-9]+", ": \\E[1-9][0-9]*");
  }
}
