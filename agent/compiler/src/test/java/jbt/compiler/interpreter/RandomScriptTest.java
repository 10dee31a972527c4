package jbt.compiler.interpreter;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import jbt.compiler.CompileException;
import jbt.compiler.Compiler;
import jbt.compiler.plan.KernelMap;
import jbt.compiler.plan.Plan;
import jbt.compiler.plan.ScriptMap;
import org.junit.jupiter.api.Test;

/** Random scripts leave what they would leave by the rules of the language. */
final class RandomScriptTest {
  private static final int SCRIPTS = 500;
  private static final FixedTarget TARGET = new FixedTarget(2, Map.of());

  @Test
  void machineDoesWhatTheLanguageSays() throws CompileException {
    for (long seed = 1; seed <= SCRIPTS; seed++) {
      check(seed);
    }
  }

  private static void check(long seed) throws CompileException {
    RandomScript script = RandomScript.of(seed);
    Plan plan = Compiler.compile(script.text(), "seed " + seed, TARGET);
    Machine machine = new Machine(plan, 2);
    machine.begin();
    for (int i = 0; i < plan.scriptMaps().size(); i++) {
      ScriptMap map = plan.scriptMaps().get(i);
      assertThat(ScriptExpectations.withoutZeros(machine.contents(i, machine.generation(i))))
          .as("%s of seed %d:%n%s", map.name(), seed, script.text())
          .isEqualTo(ScriptExpectations.contents(map, script));
    }
    List<List<Object>> lines =
        machine.drain(KernelMap.DATA_RING).stream()
            .map(record -> ScriptExpectations.arguments(plan, record))
            .toList();
    assertThat(lines).as("lines of seed %d:%n%s", seed, script.text()).isEqualTo(script.lines());
    assertThat(machine.losses()).containsOnly(0);
  }
}
