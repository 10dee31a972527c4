package jbt.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import jbt.compiler.plan.Program;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Loads in a child process without the capabilities for it. */
@Tag("kernel")
class MissingPrivilegeTest {
  @Test
  void isNamed() throws Exception {
    Process process =
        JavaProcess.of(Loader.class, "setpriv", "--bounding-set=-sys_admin,-bpf,-perfmon")
            .redirectErrorStream(true)
            .start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(out)
        .isEqualTo(
            """
            PRIVILEGE
            create map globals: not permitted; tracing needs root, or CAP_BPF and CAP_PERFMON\
             (BPF_MAP_CREATE: Operation not permitted)
            """);
  }

  static final class Loader {
    private Loader() {}

    public static void main(String[] args) {
      try (LoadedPlan loaded =
          LoadedPlan.load(
              HandPlans.plan(
                  List.of(HandPlans.counting("any", Program.Kind.TRACEPOINT, 1, true)),
                  List.of()))) {
        System.out.println("loaded " + loaded.attached());
      } catch (LoadException e) {
        System.out.println(e.reason() + "\n" + e.getMessage());
      }
    }
  }
}
