package jbt.compiler.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.OptionalInt;
import jbt.compiler.CompileException;
import jbt.compiler.FakeTarget;
import jbt.compiler.lang.Parameters;
import jbt.compiler.lang.Parameters.Circumstances;
import jbt.compiler.lang.Parameters.Unsafe;
import jbt.compiler.lang.Source;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UnsafeCallsTest {
  private static Checked check(String call, Unsafe unsafe, Unsafe files) throws CompileException {
    Parameters parameters =
        new Parameters(
            new Circumstances(
                Parameters.Mode.TRACE, unsafe, files, OptionalInt.empty(), OptionalInt.empty()));
    return Checker.check(
        new Source("stdin", "tracepoint:syscalls:sys_enter_openat { %s }".formatted(call)),
        parameters,
        new FakeTarget("web01"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "signal(\"KILL\");",
        "signal_thread(9);",
        "system(\"ls\");",
        "cat(\"/proc/stat\");"
      })
  void areGuarded(String call) throws CompileException {
    assertThat(check(call, Unsafe.ALLOWED, Unsafe.ALLOWED).probes()).hasSize(1);
    assertThatThrownBy(() -> check(call, Unsafe.NOT_ASKED, Unsafe.NOT_ASKED))
        .hasMessageContaining("is an unsafe function being used in safe mode")
        .hasMessageContaining("HINT: Allow it with --unsafe.")
        .satisfies(e -> assertThat(((CompileException) e).refused()).isFalse());
    assertThatThrownBy(() -> check(call, Unsafe.FORBIDDEN, Unsafe.FORBIDDEN))
        .hasMessageContaining("is an unsafe function, which this host forbids")
        .satisfies(e -> assertThat(((CompileException) e).refused()).isTrue());
  }

  @Test
  void filesCanBeAllowedAlone() throws CompileException {
    assertThat(check("cat(\"/proc/stat\");", Unsafe.FORBIDDEN, Unsafe.ALLOWED).probes()).hasSize(1);
  }

  @Test
  void aMistakeBesideIsNoRefusal() {
    assertThatThrownBy(() -> check("signal(9); print($x);", Unsafe.FORBIDDEN, Unsafe.FORBIDDEN))
        .satisfies(e -> assertThat(((CompileException) e).refused()).isFalse());
  }

  @Test
  void signalsHaveNamesAndNumbers() {
    assertThatThrownBy(() -> check("signal(\"SIGNONE\");", Unsafe.ALLOWED, Unsafe.ALLOWED))
        .hasMessageContaining("There is no signal 'SIGNONE'");
    assertThatThrownBy(() -> check("signal(65);", Unsafe.ALLOWED, Unsafe.ALLOWED))
        .hasMessageContaining("A signal is a number from 1 to 64, not 65");
  }

  @Test
  void oneProcessIsAPartOfThePredicate() throws CompileException {
    Parameters parameters =
        new Parameters(
            new Circumstances(
                Parameters.Mode.TRACE,
                Unsafe.NOT_ASKED,
                Unsafe.NOT_ASKED,
                OptionalInt.of(77),
                OptionalInt.empty()));
    String script =
        "BEGIN { } interval:s:1 { } tracepoint:syscalls:sys_enter_openat /cpu == 1/ { @ = count(); }";
    Checked checked =
        Checker.check(new Source("stdin", script), parameters, new FakeTarget("web01"));
    assertThat(checked.probes().stream().map(probe -> probe.predicate().isPresent()))
        .containsExactly(false, false, true);
    assertThat(checked.probes().getLast().predicate().orElseThrow())
        .isInstanceOf(Checked.Expr.Logical.class);
  }
}
