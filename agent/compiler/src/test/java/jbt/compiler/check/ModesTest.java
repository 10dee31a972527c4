package jbt.compiler.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.OptionalInt;
import jbt.compiler.CompileException;
import jbt.compiler.FakeTarget;
import jbt.compiler.lang.Parameters;
import jbt.compiler.lang.Parameters.Circumstances;
import jbt.compiler.lang.Parameters.Mode;
import jbt.compiler.lang.Parameters.Unsafe;
import jbt.compiler.lang.Source;
import org.junit.jupiter.api.Test;

/** Probes that nothing in the kernel starts. */
class ModesTest {
  private static final String SCRIPT =
      "BEGIN { } test:a { return 1; } BENCH:b { @ = 1; } Test:c { return; } self:signal:SIGUSR1 { }";

  private static List<String> probes(Mode mode, String script) throws CompileException {
    Parameters parameters =
        new Parameters(
            new Circumstances(
                mode,
                Unsafe.NOT_ASKED,
                Unsafe.NOT_ASKED,
                OptionalInt.empty(),
                OptionalInt.empty()));
    return Checker.check(new Source("stdin", script), parameters, new FakeTarget("web01"))
        .attachPointNames();
  }

  @Test
  void testsAndBenchesRunOnlyInTheirMode() throws CompileException {
    assertThat(probes(Mode.TRACE, SCRIPT)).containsExactly("begin", "self:signal:SIGUSR1");
    assertThat(probes(Mode.TEST, SCRIPT))
        .containsExactly("begin", "test:a", "test:c", "self:signal:SIGUSR1");
    assertThat(probes(Mode.BENCH, SCRIPT))
        .containsExactly("begin", "bench:b", "self:signal:SIGUSR1");
  }

  @Test
  void aModeWithoutProbesOfItsOwnHasNothingToDo() {
    assertThatThrownBy(() -> probes(Mode.TEST, "BEGIN { }"))
        .hasMessage("ERROR: No probes to attach\n");
    assertThatThrownBy(() -> probes(Mode.TRACE, "test:a { }"))
        .hasMessage("ERROR: No probes to attach\n");
  }

  @Test
  void mistakesAreShown() {
    assertThatThrownBy(() -> probes(Mode.TEST, "test:a { } test:a { }"))
        .hasMessageContaining("stdin:1:12-18: ERROR: There are two of test:a");
    assertThatThrownBy(() -> probes(Mode.TEST, "test:a:b { }"))
        .hasMessageContaining("test probe type requires 1 argument, found 2");
    assertThatThrownBy(() -> probes(Mode.TRACE, "self:signal:SIGUSR2 { }"))
        .hasMessageContaining("The only probe of self is self:signal:SIGUSR1");
  }
}
