package jbt.compiler.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import jbt.compiler.CompileException;
import jbt.compiler.FakeTarget;
import jbt.compiler.lang.Source;
import jbt.compiler.plan.ScriptMap;
import jbt.compiler.types.Type;
import org.junit.jupiter.api.Test;

class CheckerTest {
  static Checked check(String script) throws CompileException {
    return Checker.check(new Source("stdin", script), new FakeTarget("web01"));
  }

  @Test
  void checksCountByCommWithIntervalPrint() throws CompileException {
    Checked checked =
        check(
            """
            tracepoint:raw_syscalls:sys_enter /pid == 5/ { @[comm] = count(); }
            interval:s:1 { print(@); clear(@); }
            """);
    assertThat(checked.maps())
        .containsExactly(
            new Checked.MapDecl(
                "@",
                List.of(new Type.Str(16)),
                new ScriptMap.Value.Count(),
                true,
                false,
                false,
                true,
                false,
                4096));
    assertThat(checked.probes()).hasSize(2);
    assertThat(checked.attachPointNames())
        .containsExactly("tracepoint:raw_syscalls:sys_enter", "interval:s:1");
    assertThat(checked.sites()).hasSize(2);
  }
}
