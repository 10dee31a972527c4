package jbt.deploy;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import jbt.deploy.conformance.Row;
import jbt.deploy.fleet.Running;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/**
 * What the rows say that jbt prints, Debian's bpftrace 0.17 prints, too, or what the row says that
 * it prints instead, and why. Not compared are blank lines and blanks at the end of lines; the line
 * {@code Attaching N probes...} is left out, which later versions write to standard error. Scripts
 * of BEGIN alone get a probe that exits, which this version does not by itself.
 */
@Tag("kernel")
final class SideBySideTest {
  private static final Path PROGRAM = Path.of("/usr/bin/bpftrace");
  private static final int AT_ONCE = 2;
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final long PID = ProcessHandle.current().pid();

  /** It looks for tracepoints where some hosts mount nothing: then it gets them for itself. */
  private static final String WITH_TRACEPOINTS =
      "[ -d /sys/kernel/tracing/events ] || mount -t tracefs tracefs /sys/kernel/tracing;"
          + " exec \"$0\" \"$@\"";

  private static ExecutorService runners;

  @BeforeAll
  static void start() {
    assumeTrue(Files.isExecutable(PROGRAM), "bpftrace is not installed");
    runners = Executors.newFixedThreadPool(AT_ONCE);
  }

  @AfterAll
  static void stop() {
    if (runners != null) {
      runners.shutdownNow();
    }
  }

  @TestFactory
  Stream<DynamicTest> printsTheSame() throws Exception {
    List<DynamicTest> tests = new ArrayList<>();
    for (Row row : Row.all()) {
      if (row.hasOld()) {
        Future<String> printed = runners.submit(() -> run(row));
        String name = row.name() + (row.why().isEmpty() ? "" : " (" + row.why() + ")");
        tests.add(
            DynamicTest.dynamicTest(
                name, () -> assertThat(printed.get()).isEqualTo(comparable(row.old().lines()))));
      }
    }
    return tests.stream();
  }

  private static String run(Row row) throws Exception {
    boolean ends = row.script().contains("exit(") || row.options().contains("-c");
    String exit = ends ? "" : " interval:ms:10 { exit(); }";
    List<String> command =
        new ArrayList<>(
            List.of("unshare", "--mount", "sh", "-c", WITH_TRACEPOINTS, PROGRAM.toString()));
    command.addAll(row.arguments(PID, script -> script + exit));
    try (Running bpftrace = Running.start(command)) {
      assertThat(bpftrace.exitCode(LIMIT)).as(bpftrace.toString()).isZero();
      return comparable(bpftrace.out().stream());
    }
  }

  private static String comparable(Stream<String> lines) {
    return lines
        .map(String::stripTrailing)
        .filter(line -> !line.isEmpty() && !line.matches("Attaching \\d+ probes?\\.\\.\\."))
        .collect(joining("\n"));
  }
}
