package jbt.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import jbt.compiler.Compiler;
import jbt.compiler.plan.Plan;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The verifier gives up for a process that is stopped, or frozen with its control group. */
@Tag("kernel")
class StoppedProcessTest {
  private static final int STOPS = 20;

  /** Longer than the verifier takes. */
  private static final long BETWEEN_MS = 50L * Kernels.PATIENCE;

  @Test
  void loadsItsProgramsWhenItGoesOn() throws Exception {
    Process process = JavaProcess.of(Loader.class).redirectErrorStream(true).start();
    try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
      assertThat(out.readLine()).isEqualTo("compiled");
      for (int i = 0; i < STOPS && !out.ready(); i++) {
        signal("STOP", process);
        signal("CONT", process);
        TimeUnit.MILLISECONDS.sleep(BETWEEN_MS);
      }
      process.getOutputStream().write('\n');
      process.getOutputStream().flush();
      assertThat(out.readLine()).matches("[1-9]\\d* loads");
    } finally {
      process.destroyForcibly();
    }
  }

  private static void signal(String name, Process process) throws Exception {
    new ProcessBuilder("kill", "-s", name, Long.toString(process.pid())).start().waitFor();
  }

  /** Loads a program that the verifier takes some milliseconds for, until it is told to end. */
  static final class Loader {
    private Loader() {}

    public static void main(String[] args) throws Exception {
      try (HostTarget target = new HostTarget("here")) {
        String script = "BEGIN { unroll (20) { @[rand % 10] = hist(rand); @t[comm] = comm; } }";
        Plan plan = Compiler.compile(script, "test", target);
        System.out.println("compiled");
        int loads = 0;
        while (System.in.available() == 0) {
          LoadedPlan.load(plan).close();
          loads++;
        }
        System.out.println(loads + " loads");
      } catch (LoadException e) {
        System.out.println(e.getMessage());
      }
    }
  }
}
