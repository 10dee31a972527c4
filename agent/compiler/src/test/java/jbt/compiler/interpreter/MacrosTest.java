package jbt.compiler.interpreter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import jbt.compiler.CompileException;
import jbt.compiler.Compiler;
import jbt.compiler.lang.Parameters;
import org.junit.jupiter.api.Test;

/** Macros, imported scripts, parameters and options: what is done before names are looked up. */
final class MacrosTest {
  private static final String HEAD = "tracepoint:x:call { ";

  private static long run(String macros, String body) {
    ScriptRun run = ScriptRun.of(macros + HEAD + body + " }");
    run.fire(0, 5);
    return run.only("@");
  }

  private static void fails(String script, Parameters parameters, String message) {
    assertThatThrownBy(() -> Compiler.compile(script, "main.bt", parameters, ScriptRun.TARGET))
        .isInstanceOf(CompileException.class)
        .hasMessage(message);
  }

  @Test
  void takesExpressionsVariablesAndMaps() {
    assertThat(run("macro twice(x) { x * 2 } ", "@ += twice(args.id + 1);")).isEqualTo(12);
    assertThat(run("macro one() { 1 } ", "@ += one + one();")).isEqualTo(2);
    assertThat(run("macro up($x) { $x += 1; } ", "$a = 3; up($a); up($a); @ += $a;")).isEqualTo(5);
    assertThat(run("macro add(@m, n) { @m += n; } ", "add(@, 3); add(@, 4);")).isEqualTo(7);
    assertThat(run("macro put(@m, k) { @m[k] = k; @m[k] + 1 } ", "@ += put(@x, 4);")).isEqualTo(5);
    assertThat(run("macro m(x) { if (x > 3) { 1 } else { 2 } } ", "@ += m(args.id) + m(0);"))
        .isEqualTo(3);
    assertThat(run("macro a(x) { x + 1 } macro b(x) { a(a(x)) } ", "@ += b(1);")).isEqualTo(3);
  }

  @Test
  void keepsVariablesApart() {
    assertThat(run("macro m(x) { $a = x + 1; $a * 2 } ", "$a = 10; @ += m($a) + $a;"))
        .isEqualTo(32);
    assertThat(run("macro m(x) { let $t = x; $t } ", "$s = m(\"abc\"); @ += m(3) + m(4);"))
        .isEqualTo(7);
  }

  @Test
  void choosesByKindAndNumberOfArguments() {
    String macros =
        "macro f(x) { 1 } macro f($x) { 2 } macro f(@x) { 4 } macro f(x, y) { 8 } macro f() { 16 } ";
    assertThat(run(macros, "$v = 1; @y[1] = 1; @z = 1; @ += f(1) + f($v) + f(@z) + f(1, 2) + f;"))
        .isEqualTo(31);
    assertThat(run(macros, "@y[1] = 1; @ += f(@y[1]);")).isEqualTo(1);
  }

  @Test
  void tellsWhereAnExpansionComesFrom() {
    fails(
        "macro m(x) { nosuch(x) }\nBEGIN { print(m(1)); }",
        Parameters.NONE,
        """
        main.bt:1:14-23: ERROR: Unknown function: 'nosuch'
        macro m(x) { nosuch(x) }
                     ~~~~~~~~~
        main.bt:2:15-19: ERROR: expanded from
        BEGIN { print(m(1)); }
                      ~~~~
        """);
    fails(
        "macro m(@a) { @b = 1 }\nBEGIN { m(1); }",
        Parameters.NONE,
        """
        main.bt:2:9-13: ERROR: The arguments do not fit the macro m()
        BEGIN { m(1); }
                ~~~~
        main.bt:1:1-12: ERROR: This is the closest definition.
        macro m(@a) { @b = 1 }
        ~~~~~~~~~~~
        """);
    assertThatThrownBy(
            () -> Compiler.compile("macro m(x) { m(x) } BEGIN { m(1); }", "t", ScriptRun.TARGET))
        .hasMessageContaining("Macros call each other too often here");
  }

  @Test
  void importsScripts() {
    Parameters parameters =
        new Parameters(
            List.of(),
            Map.of(),
            Map.of(
                "lib/a.bt", "#!/bin/sh\nimport \"../b.bt\";\nmacro a() { b + 1 }",
                "b.bt", "macro b() { 10 }\nBEGIN { @ += 100; }"));
    ScriptRun run =
        ScriptRun.of("import \"lib/a.bt\"; " + HEAD + "@ += a; } import \"b.bt\";", parameters);
    assertThat(run.plan().programs()).hasSize(2);
    assertThat(run.only("@")).isEqualTo(100);
    fails(
        "import \"c.bt\"; BEGIN { }",
        parameters,
        """
        main.bt:1:1-14: ERROR: Can't import 'c.bt': there is no such script
        import "c.bt"; BEGIN { }
        ~~~~~~~~~~~~~
        """);
    fails(
        "import \"e.bt\";\nBEGIN { }",
        new Parameters(List.of(), Map.of(), Map.of("e.bt", "\n  BEGIN { x(); }")),
        """
        e.bt:2:11-14: ERROR: Unknown function: 'x'
          BEGIN { x(); }
                  ~~~
        """);
  }

  @Test
  void replacesParameters() {
    Parameters parameters = new Parameters(List.of("7", "call", "text", "-3"), Map.of());
    ScriptRun run =
        ScriptRun.of(
            """
            tracepoint:x:$2 {
              @n[1] = $1; @n[2] = $#; @n[3] = $4; @n[4] = $9 + 5;
              if ($3 == "text" && str($1) == "7" && str($3 + 2) == "xt" && str($9) == "") { @n[5] = 1; }
              if (str($3, 2) == "te") { @n[6] = 1; }
            }
            """,
            parameters);
    run.fire(0, 1);
    assertThat(run.words("@n"))
        .isEqualTo(
            Map.of(
                List.of(1L),
                7L,
                List.of(2L),
                4L,
                List.of(3L),
                -3L,
                List.of(4L),
                5L,
                List.of(5L),
                1L,
                List.of(6L),
                1L));
    assertThat(run.plan().warnings()).anyMatch(warning -> warning.contains("$9 is not given"));
  }

  @Test
  void replacesOptions() {
    Parameters parameters =
        new Parameters(List.of(), Map.of("n", "12", "on", "true", "name", "abc"));
    String script =
        """
        tracepoint:x:call {
          @n[1] = getopt("n", 5, "how many"); @n[2] = getopt("m", -1);
          if (getopt("on")) { @n[3] = 1; } if (getopt("off")) { @n[4] = 1; }
          if (getopt("name", "") == "abc") { @n[5] = 1; }
        }
        """;
    ScriptRun run = ScriptRun.of(script, parameters);
    run.fire(0, 1);
    assertThat(run.words("@n"))
        .isEqualTo(Map.of(List.of(1L), 12L, List.of(2L), -1L, List.of(3L), 1L, List.of(5L), 1L));
    fails(
        "BEGIN { print(getopt(\"n\", 5)); }",
        new Parameters(List.of(), Map.of("n", "x", "q", "1")),
        """
        main.bt:1:15-29: ERROR: The option --n is a number, not 'x'
        BEGIN { print(getopt("n", 5)); }
                      ~~~~~~~~~~~~~~
        ERROR: The script has no option --q
        HINT: Its options are --n
        """);
  }
}
