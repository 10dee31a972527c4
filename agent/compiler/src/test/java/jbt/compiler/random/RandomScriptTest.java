package jbt.compiler.random;

import jbt.compiler.CompileException;
import jbt.compiler.Compiler;
import jbt.compiler.interpreter.FixedTarget;
import jbt.compiler.plan.Plan;
import org.junit.jupiter.api.Test;

/** Random scripts do what they must by the rules of the language. */
final class RandomScriptTest {
  private static final int SCRIPTS = Integer.getInteger("random.scripts", 500);
  private static final long FIRST_SEED = Long.getLong("random.seed", 1);
  private static final int PROCESSORS = 2;
  private static final FixedTarget TARGET = new FixedTarget(PROCESSORS, Event.FORMATS);
  private static final Host HOST = new Host(1000, 1001, 10, 20, "test", "testhost");
  private static final long PATH = 0x7f00_1000L;

  @Test
  void machineDoesWhatTheLanguageSays() {
    for (long seed = FIRST_SEED; seed < FIRST_SEED + SCRIPTS; seed++) {
      RandomScript script = RandomScript.of(seed);
      try {
        check(script);
      } catch (CompileException | RuntimeException | AssertionError e) {
        if (e instanceof CompileException && e.toString().contains(RandomScript.TOO_LARGE)) {
          continue;
        }
        throw new AssertionError("%s:%n%s%n%s".formatted(script, script.text(HOST), e), e);
      }
    }
  }

  private static void check(RandomScript script) throws CompileException {
    Plan plan = Compiler.compile(script.text(HOST), script.toString(), TARGET);
    MachineRun run = new MachineRun(script, plan, TARGET, HOST, PROCESSORS, PATH);
    Comparison.check(plan, run, script.outcome(HOST, PATH), "the machine");
  }
}
