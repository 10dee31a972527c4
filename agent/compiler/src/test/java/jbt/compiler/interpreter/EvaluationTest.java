package jbt.compiler.interpreter;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import jbt.compiler.CompileException;
import jbt.compiler.Compiler;
import jbt.compiler.plan.KernelMap;
import jbt.compiler.plan.Plan;
import org.junit.jupiter.api.Test;

/** Everything is evaluated once, in order, with the type that it has. */
final class EvaluationTest {
  private static final FixedTarget TARGET = new FixedTarget(2, Map.of());

  /** The arguments of the printfs of a BEGIN block; the variable {@code $one} is 1 there. */
  private static List<List<Object>> lines(String body) throws CompileException {
    Plan plan = Compiler.compile("BEGIN { @one = 1; $one = @one; " + body + " }", "test", TARGET);
    Machine machine = new Machine(plan, 2);
    machine.begin();
    return machine.records(KernelMap.DATA_RING).stream()
        .map(record -> ScriptExpectations.arguments(plan, record))
        .toList();
  }

  @Test
  void tupleThatGetsWiderIsEvaluatedOnce() throws CompileException {
    assertThat(
            lines(
                "@t[1] = ($one, \"short\"); @t[2] = (2, \"a longer text\");"
                    + "@u = (1, \"the longest text of them all\"); @u = @t[++$one];"
                    + "$u = @u; printf(\"%d %d %s\", $one, $u.0, $u.1);"))
        .isEqualTo(List.of(List.of(2L, 2L, "a longer text")));
  }

  @Test
  void tupleAsKeyIsEvaluatedOnce() throws CompileException {
    assertThat(
            lines(
                "@t[2] = (5, \"five\"); @k[5, \"five\"] = 7;"
                    + "printf(\"%d %d\", @k[@t[++$one]], $one);"))
        .isEqualTo(List.of(List.of(7L, 2L)));
  }

  @Test
  void comparisonOfTuplesEvaluatesAllOfBothOnce() throws CompileException {
    assertThat(
            lines(
                "@t[2] = (5, 6); $same = @t[++$one] == (5, 6); printf(\"%d %d\", $same, $one);"
                    + "$same = (9, ++$one) == (8, ++$one); printf(\"%d %d\", $same, $one);"))
        .isEqualTo(List.of(List.of(1L, 2L), List.of(0L, 4L)));
  }

  @Test
  void knownConditionLeavesTheCommonType() throws CompileException {
    assertThat(lines("$u = (uint64)$one; printf(\"%d\", (true ? ~$u : -$one) < 0);"))
        .isEqualTo(List.of(List.of(1L)));
  }

  @Test
  void anyLiteralCanBeTakenFromAMap() throws CompileException {
    assertThat(lines("@x = 1; @x -= 0xfffffffffffffffe; printf(\"%d\", @x);"))
        .isEqualTo(List.of(List.of(3L)));
  }

  @Test
  void routineThatNothingCallsIsLeftOut() throws CompileException {
    String script = "BEGIN { @x[1] = 1; $v = 51; $n = $v >= $v ? 1 : (int64)len(@x); exit($n); }";
    Plan plan = Compiler.compile(script, "test", TARGET);
    assertThat(plan.programs().getFirst().code().routines()).isEmpty();
  }
}
