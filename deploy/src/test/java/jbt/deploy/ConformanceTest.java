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
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import jbt.cli.Main;
import jbt.cli.session.Screen;
import jbt.kernel.Workload;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/**
 * Scripts and their exact output on this kernel, from files of cases. A case is a line {@code ===
 * name}, the script, and parts that begin with {@code --- text} (standard output), {@code ---
 * error} (standard error), {@code --- json} (standard output of {@code -f json}); {@code --- match}
 * is standard output as a regular expression. PID in a script is this process, which calls getppid
 * all the while. Empty lines at the end of an output do not count. A line {@code # OPTION...}
 * before the script gives options of the command line.
 */
@Tag("kernel")
class ConformanceTest {
  private static final long LONGEST_NS = TimeUnit.SECONDS.toNanos(10);
  private static final long PID = ProcessHandle.current().pid();

  private record Expected(String part, String output) {}

  private record Case(String name, String script, List<Expected> expected) {}

  private record Output(int exitCode, String out, String err) {}

  @TestFactory
  Stream<DynamicTest> scriptsPrintExactly() throws Exception {
    Path folder = Path.of(Objects.requireNonNull(getClass().getResource("/conformance")).toURI());
    List<DynamicTest> tests = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.sorted().toList()) {
        for (Case one : cases(Files.readString(file))) {
          tests.add(
              DynamicTest.dynamicTest(file.getFileName() + ": " + one.name, () -> check(one)));
        }
      }
    }
    return tests.stream();
  }

  private static List<Case> cases(String text) {
    List<Case> cases = new ArrayList<>();
    for (String block : text.split("(?m)^=== ", -1)) {
      if (block.isBlank() || block.startsWith("#")) {
        continue;
      }
      String[] parts = block.split("(?m)^--- ", -1);
      String[] head = parts[0].split("\n", 2);
      List<Expected> expected = new ArrayList<>();
      for (int i = 1; i < parts.length; i++) {
        String[] part = parts[i].split("\n", 2);
        expected.add(new Expected(part[0].strip(), part.length > 1 ? part[1] : ""));
      }
      cases.add(new Case(head[0].strip(), head[1].strip(), expected));
    }
    return cases;
  }

  private static void check(Case one) throws Exception {
    for (Expected expected : one.expected) {
      List<String> options = new ArrayList<>();
      String script = one.script;
      if (script.startsWith("# ")) {
        int end = script.indexOf('\n');
        options.addAll(List.of(script.substring(2, end).replace("PID", "" + PID).split(" ")));
        script = script.substring(end + 1);
      }
      if (expected.part.equals("json")) {
        options.addAll(List.of("-f", "json", "-q"));
      }
      Output output = run(script, options);
      String said = output.err;
      String wanted = expected.output.stripTrailing();
      switch (expected.part) {
        case "text", "json" -> assertThat(output.out.stripTrailing()).as(said).isEqualTo(wanted);
        case "match" -> assertThat(output.out.stripTrailing()).as(said).matches("(?s)" + wanted);
        case "error" -> assertThat(said.stripTrailing()).isEqualTo(wanted);
        default -> throw new IllegalArgumentException("no such part: " + expected.part);
      }
    }
  }

  private static Output run(String script, List<String> options) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    List<String> arguments = new ArrayList<>(options);
    arguments.addAll(List.of("-e", script.replace("PID", Long.toString(PID))));
    int[] exitCode = new int[1];
    Thread running =
        Thread.ofPlatform()
            .start(
                () ->
                    exitCode[0] =
                        Main.run(
                            arguments.toArray(String[]::new),
                            Path.of("/nowhere"),
                            new ByteArrayInputStream(new byte[0]),
                            new Screen(out, err, false, false)));
    long end = System.nanoTime() + LONGEST_NS;
    while (running.isAlive() && System.nanoTime() < end) {
      Workload.getppid(1);
      running.join(2);
    }
    if (running.isAlive()) {
      throw new IOException("it did not end: " + out + err);
    }
    return new Output(
        exitCode[0], out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }
}
