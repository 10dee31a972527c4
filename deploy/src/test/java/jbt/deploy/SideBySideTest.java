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
import jbt.deploy.conformance.Caller;
import jbt.deploy.conformance.Row;
import jbt.deploy.fleet.Running;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/**
 * What the rows say that jbt prints, Debian's bpftrace 0.17 prints, too, if it takes the script, or
 * what the row says that it prints instead, and why. What it does not take is counted by the last
 * test's name.
 *
 * <p>For it {@code args} is a pointer, {@code delete} takes an element, and scripts of BEGIN alone
 * get a probe that exits. Not compared are blank lines and blanks at the end of lines, and the
 * blank between elements of JSON's arrays; a bool is the number that 0.17 prints for it. The line
 * {@code Attaching N probes...} is left out, which later versions write to standard error.
 */
@Tag("kernel")
final class SideBySideTest {
  private static final Path PROGRAM = Path.of("/usr/bin/bpftrace");
  private static final int AT_ONCE = 3;
  private static final Duration LIMIT = Duration.ofSeconds(60);

  /** So many outputs at least are compared, or something is wrong with bpftrace. */
  private static final int LEAST = 230;

  /** It looks for tracepoints where some hosts mount nothing: then it gets them for itself. */
  private static final String WITH_TRACEPOINTS =
      "[ -d /sys/kernel/tracing/events ] || mount -t tracefs tracefs /sys/kernel/tracing;"
          + " exec \"$0\" \"$@\"";

  private record Answer(int exitCode, List<String> out, List<String> err) {
    boolean taken() {
      return exitCode == 0;
    }
  }

  /**
   * An output of a row.
   *
   * @param part which it is: {@code text} or {@code json}
   */
  private record Output(Row row, String part, Answer answer) {
    /** What the row calls what is printed instead. */
    String old() {
      return part.equals("text") ? "0.17" : "0.17 " + part;
    }

    boolean differs() {
      return row.parts().containsKey(old());
    }

    String name() {
      String why = row.reasons().get(old());
      return row.name() + (part.equals("text") ? "" : " (JSON)") + (why == null ? "" : ": " + why);
    }
  }

  @TestFactory
  Stream<DynamicTest> printsTheSame() throws Exception {
    assumeTrue(Files.isExecutable(PROGRAM), "bpftrace is not installed");
    List<Output> outputs = outputs();
    List<Output> taken = outputs.stream().filter(o -> o.answer.taken() || o.differs()).toList();
    long named = taken.stream().filter(Output::differs).count();
    long refused = outputs.stream().filter(o -> !o.answer.taken() && o.row.refused()).count();
    String sum =
        "%d outputs compared, %d of them named as different; %d scripts that both refuse; %d that 0.17 does not take"
            .formatted(taken.size(), named, refused, outputs.size() - taken.size() - refused);
    return Stream.concat(
        taken.stream().map(o -> DynamicTest.dynamicTest(o.name(), () -> check(o))),
        Stream.of(
            DynamicTest.dynamicTest(
                sum, () -> assertThat(taken).hasSizeGreaterThanOrEqualTo(LEAST))));
  }

  private static List<Output> outputs() throws Exception {
    try (Caller _ = new Caller();
        ExecutorService runners = Executors.newFixedThreadPool(AT_ONCE)) {
      List<Future<Output>> running = new ArrayList<>();
      for (Row row : Row.all()) {
        running.add(runners.submit(() -> new Output(row, "text", run(row, List.of()))));
        if (row.parts().containsKey("json")) {
          List<String> json = List.of("-f", "json", "-q");
          running.add(runners.submit(() -> new Output(row, "json", run(row, json))));
        }
      }
      List<Output> outputs = new ArrayList<>();
      for (Future<Output> one : running) {
        outputs.add(one.get());
      }
      return outputs;
    }
  }

  private static Answer run(Row row, List<String> options) throws Exception {
    boolean ends = row.script().contains("exit(") || row.options().contains("-c");
    String exit = ends ? "" : " interval:ms:10 { exit(); }";
    List<String> command =
        new ArrayList<>(
            List.of("unshare", "--mount", "sh", "-c", WITH_TRACEPOINTS, PROGRAM.toString()));
    command.addAll(options);
    command.addAll(row.arguments(Caller.PID, script -> spelt(script) + exit));
    try (Running bpftrace = Running.start(command)) {
      int code = bpftrace.exitCode(LIMIT);
      return new Answer(code, bpftrace.out(), bpftrace.err());
    }
  }

  private static String spelt(String script) {
    return script
        .replaceAll("\\bargs\\.", "args->")
        .replaceAll("\\bdelete\\((@\\w*), \\(?([^()]+)\\)?\\)", "delete($1[$2])");
  }

  private static void check(Output output) {
    Row row = output.row;
    Answer answer = output.answer;
    assertThat(answer.taken()).as("%s", answer).isTrue();
    String printed = comparable(answer.out.stream());
    String expected = row.parts().get(output.part);
    String instead = row.parts().get(output.old());
    if (instead != null) {
      if (!instead.isEmpty()) {
        assertThat(printed).as("%s", answer).isEqualTo(comparable(instead.lines()));
      }
      return;
    }
    assertThat(row.exitCode()).as("exit code of jbt-remote, and %s", answer).isZero();
    if (expected != null) {
      assertThat(printed).as("%s", answer).isEqualTo(comparable(expected.lines()));
    }
    if (row.parts().containsKey("match")) {
      String lines = answer.out.stream().filter(SideBySideTest::isOutput).collect(joining("\n"));
      assertThat(lines.stripTrailing()).matches("(?s)" + row.parts().get("match"));
    }
  }

  private static String comparable(Stream<String> lines) {
    return lines
        .map(String::stripTrailing)
        .filter(line -> !line.isEmpty() && isOutput(line))
        .map(line -> line.replaceAll("\\btrue\\b", "1").replaceAll("\\bfalse\\b", "0"))
        .map(line -> line.replace("}, {", "},{"))
        .collect(joining("\n"));
  }

  private static boolean isOutput(String line) {
    return !line.matches("Attaching \\d+ probes?\\.\\.\\.");
  }
}
