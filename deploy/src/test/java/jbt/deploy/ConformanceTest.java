package jbt.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import jbt.deploy.conformance.Caller;
import jbt.deploy.conformance.Row;
import jbt.deploy.fleet.LocalRun;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/**
 * Every row prints on this kernel exactly what it says, see {@link Row}. Most of a run is waiting:
 * several run at once.
 */
@Tag("kernel")
final class ConformanceTest {
  private static final int AT_ONCE = 6;

  private static ExecutorService runners;
  private static Caller caller;

  private record Output(int exitCode, String out, String err) {}

  @BeforeAll
  static void start() {
    runners = Executors.newFixedThreadPool(AT_ONCE);
    caller = new Caller();
  }

  @AfterAll
  static void stop() {
    runners.shutdownNow();
    caller.close();
  }

  @TestFactory
  Stream<DynamicTest> scriptsPrintExactly() throws Exception {
    List<DynamicTest> tests = new ArrayList<>();
    for (Row row : Row.all()) {
      Future<Output> text = runners.submit(() -> run(row.arguments(Caller.PID, script -> script)));
      tests.add(DynamicTest.dynamicTest(row.name(), () -> checkText(row, text.get())));
      if (row.parts().containsKey("json")) {
        List<String> arguments = new ArrayList<>(List.of("-f", "json", "-q"));
        arguments.addAll(row.arguments(Caller.PID, script -> script));
        Future<Output> json = runners.submit(() -> run(arguments));
        tests.add(
            DynamicTest.dynamicTest(row.name() + " (JSON)", () -> check(row, "json", json.get())));
      }
    }
    return tests.stream();
  }

  private static void checkText(Row row, Output output) {
    check(row, "text", output);
    if (row.parts().containsKey("match")) {
      assertThat(output.out).as(output.err).matches("(?s)" + row.parts().get("match"));
    }
    if (row.parts().containsKey("error")) {
      assertThat(output.err).isEqualTo(row.parts().get("error"));
    }
    assertThat(output.exitCode).as(output.toString()).isEqualTo(row.exitCode());
  }

  private static void check(Row row, String part, Output output) {
    if (row.parts().containsKey(part)) {
      assertThat(output.out).as(output.err).isEqualTo(row.parts().get(part));
    }
  }

  private static Output run(List<String> arguments) throws Exception {
    LocalRun run = LocalRun.of(arguments, () -> {});
    return new Output(run.exitCode(), run.out().stripTrailing(), run.err().stripTrailing());
  }
}
