package jbt.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import jbt.compiler.plan.Attachment;
import jbt.compiler.plan.Plan;
import jbt.compiler.plan.Program;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("kernel")
class KilledProcessTest {
  @Test
  void leavesNothingBehind() throws Exception {
    Process process =
        JavaProcess.of(Victim.class).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
      assertThat(out.readLine()).isEqualTo("attached");
      KernelIds ids = KernelIds.heldBy(process.pid());
      assertThat(ids.links()).hasSize(3);
      assertThat(ids.left()).hasSize(3 + 2 + 5);
      process.destroyForcibly();
      assertThat(ids.leftAfter(Duration.ofSeconds(10))).isEmpty();
    } finally {
      process.destroyForcibly();
    }
  }

  /** Attaches a tracepoint and two timers, and sits there. */
  static final class Victim {
    private Victim() {}

    public static void main(String[] args) throws Exception {
      int id;
      try (HostTarget target = new HostTarget("here")) {
        id = target.tracepoint("syscalls", "sys_enter_getppid").orElseThrow().id();
      }
      Plan plan =
          HandPlans.plan(
              List.of(
                  HandPlans.counting("getppid", Program.Kind.TRACEPOINT, 1, true),
                  HandPlans.ticking("tick")),
              List.of(
                  new Attachment(
                      0,
                      new Attachment.Point.Tracepoint("syscalls", "sys_enter_getppid", id),
                      0,
                      ""),
                  new Attachment(1, new Attachment.Point.Interval(1_000_000), 1, ""),
                  new Attachment(1, new Attachment.Point.Interval(1_000_000), 2, "")));
      LoadedPlan loaded = LoadedPlan.load(plan);
      loaded.attach();
      loaded.openGate();
      System.out.println("attached");
      // Until it is killed, or whoever started it has ended.
      int _ = System.in.read();
      loaded.close();
    }
  }
}
