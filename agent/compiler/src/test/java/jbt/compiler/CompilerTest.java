package jbt.compiler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.regex.Pattern;
import jbt.compiler.lang.Parameters;
import jbt.compiler.plan.Plan;
import jbt.compiler.plan.ScriptMap;
import jbt.compiler.target.Target;
import org.junit.jupiter.api.Test;

class CompilerTest {
  private static final String SCRIPT =
      """
      tracepoint:raw_syscalls:sys_enter /pid == 5/ { @[comm] = count(); }
      interval:s:1 { print(@); clear(@); }
      """;

  @Test
  void saysWhereTooManyTextsAreSearched() {
    String search = "if (strcontains($s, \"a\")) { @ = 1; } ";
    String few = "BEGIN { $s = str(kptr(5)); %s }".formatted(search.repeat(5));
    String many = "BEGIN { $s = str(kptr(5)); %s }".formatted(search.repeat(20));
    Target old =
        with(
            (method, arguments) ->
                method.getName().equals("feature") && arguments[0] == Target.Feature.LOOP
                    ? Target.Answer.NO
                    : method.invoke(new FakeTarget("a"), arguments));
    assertThatCode(() -> Compiler.compile(few, "stdin", old)).doesNotThrowAnyException();
    assertThatCode(() -> Compiler.compile(many, "stdin", new FakeTarget("a")))
        .doesNotThrowAnyException();
    assertThatThrownBy(() -> Compiler.compile(many, "stdin", old))
        .isInstanceOf(CompileException.class)
        .hasMessageContaining("1:439-459: ERROR: Up to here texts of 12");
  }

  @Test
  void equalInputGivesEqualPlans() throws CompileException {
    assertThat(Compiler.compile(SCRIPT, "stdin", new FakeTarget("a")))
        .isEqualTo(Compiler.compile(SCRIPT, "stdin", new FakeTarget("a")));
  }

  @Test
  void gateCountersAndFirstHotKeysOfAProcessorAreInOnePage() throws CompileException {
    Plan plan = Compiler.compile(SCRIPT, "stdin", new FakeTarget("a"));
    assertThat(plan.globals().cpuArea() % 4096).isZero();
    assertThat(plan.globals().cpuStride()).isEqualTo(4096);
    assertThat(plan.scriptMaps().getFirst().storage())
        .isInstanceOfSatisfying(
            ScriptMap.Storage.Hash.class,
            hash ->
                assertThat(hash.hotKeys())
                    .hasValueSatisfying(
                        hot ->
                            assertThat(hot.offset() + hot.slots() * hot.slotSize())
                                .isEqualTo(4096)));
  }

  private interface Answers {
    Object answer(Method method, Object[] arguments) throws ReflectiveOperationException;
  }

  private static Target with(Answers answers) {
    return (Target)
        Proxy.newProxyInstance(
            Target.class.getClassLoader(),
            new Class<?>[] {Target.class},
            (proxy, method, arguments) -> answers.answer(method, arguments));
  }

  /** To read them takes longer than to compile the rest. */
  @Test
  void onlyAScriptThatNeedsThemAsksForKernelTypes() throws CompileException {
    Target target =
        with(
            (method, arguments) -> {
              assertThat(method.getName()).isNotEqualTo("kernelTypes");
              return method.invoke(new FakeTarget("a"), arguments);
            });
    assertThat(Compiler.compile(SCRIPT, "stdin", target)).isNotNull();
    assertThat(Compiler.dump("#define N 5\n" + SCRIPT, "stdin", Parameters.NONE, target))
        .isNotEmpty();
  }

  @Test
  void programThatIsTooLargeIsRefused() {
    String script =
        "END { while (pid) { unroll (100) { unroll (15) { @[comm, nsecs] = stats(cpu); } break; } } }";
    for (Compilation way : List.<Compilation>of(Compiler::compile, Compiler::dump)) {
      assertThatThrownBy(
              () -> way.of("BEGIN { }\n" + script, "stdin", Parameters.NONE, new FakeTarget("a")))
          .isInstanceOf(CompileException.class)
          .hasMessageMatching(
              "stdin:2:1-\\d+: ERROR: This comes to \\d+ operations, a program can have 20000\n"
                  + Pattern.quote(script)
                  + "\n~+\n");
    }
  }

  private interface Compilation {
    Object of(String script, String file, Parameters parameters, Target target)
        throws CompileException;
  }

  @Test
  void dumpShowsEveryStage() throws CompileException {
    assertThat(Compiler.dump(SCRIPT, "stdin", Parameters.NONE, new FakeTarget("a")))
        .contains("   1  probe tracepoint:raw_syscalls:sys_enter\n   1    predicate\n")
        .contains("   1    /((int64)pid eq 5:int64):bool/")
        .contains("get_current_pid_tgid")
        .contains("exit");
  }
}
