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
        main.bt:2:9-13: ERROR: The arguments do not fit m()
        BEGIN { m(1); }
                ~~~~
        main.bt:1:1-12: ERROR: This is the closest definition.
        macro m(@a) { @b = 1 }
        ~~~~~~~~~~~
        """);
    assertThatThrownBy(
            () -> Compiler.compile("macro m(x) { m(x) } BEGIN { m(1); }", "t", ScriptRun.TARGET))
        .hasMessageContaining("m() calls itself: recursion is not possible");
  }

  @Test
  void callsFunctions() {
    assertThat(
            run(
                "fn add($a: int64, $b : int64): int64 { return $a + $b; } ",
                "$a = 5; @ += add(add(1, 2), $a) + $a;"))
        .isEqualTo(13);
    assertThat(run("fn up($x: int64): int64 { $x += 1; return $x; } ", "$y = 3; @ += up($y) + $y;"))
        .isEqualTo(7);
    assertThat(
            run(
                "fn two($x: int64): int64 { $y = $x; return $y - $x + 2; } ",
                "$z = 5; if ((--$z, \"a\", 2) == (two($z) + 2, \"a\", two(1))) { @ += $z; }"))
        .isEqualTo(4);
    assertThat(run("fn put($k: int64): void { @x[$k] = $k; @++; } ", "put(3); put(4); @ += @x[4];"))
        .isEqualTo(6);
    assertThat(run("fn seven(): uint8 { return 7 } macro m(x) { x + seven() } ", "@ += m(1);"))
        .isEqualTo(8);
    assertThat(
            run(
                "fn long($s: string): uint64 { return strlen($s); } ",
                "@ += long(\"ab\") + long(\"abcde\");"))
        .isEqualTo(7);
  }

  @Test
  void endsFunctionsWhereTheyReturn() {
    String functions =
        "fn size($n: int64): int64 { if ($n < 10) { return 1; } else if ($n < 100) { return 2; }"
            + " @y++; return 3; } "
            + "fn half($n: int64): int64 { if ($n > 5) { if ($n > 7) { return 70; } @y++; } return $n; } "
            + "fn first($n: int64): int64 { for ($i : 0..10) { for ($j : 0..10) {"
            + " if ($i * $j == $n) { return 10 * $i + $j; } } @y += 100; } return -1; } "
            + "fn rolled($n: int64): int64 { unroll(4) { if ($n > 2) { return $n; } $n++; } return 0; } "
            + "fn ends($n: int64): int64 { { if ($n == 1) { return 5; } else { return 0; } } @y++; } "
            + "fn none($n: int64): void { if ($n == 1) { return; } @y += 1000; } ";
    assertThat(run(functions, "@ += size(9) + 10 * size(99) + 100 * size(100) + 1000 * @y;"))
        .isEqualTo(1321);
    assertThat(run(functions, "@ += half(8) + 100 * half(6) + 1000 * half(5) + 10000 * @y;"))
        .isEqualTo(15670);
    assertThat(run(functions, "@ += first(6) + 1000 * @y;")).isEqualTo(100_016);
    assertThat(run(functions, "if ((16, 1) == (first(args.id + 1), 1)) { @++; }")).isEqualTo(1);
    assertThat(run(functions, "@ += first(-3) + @y;")).isEqualTo(999);
    assertThat(run(functions, "@ += rolled(1) + 10 * rolled(7);")).isEqualTo(73);
    assertThat(run(functions, "@ += ends(1) + ends(2) + @y;")).isEqualTo(5);
    assertThat(run(functions, "none(1); none(2); none(3); @ += @y;")).isEqualTo(2000);
  }

  @Test
  void refusesWrongFunctions() {
    String call = " BEGIN { print(f(1)); }";
    refused("fn f($n: int64): int64 { return f($n); }" + call, "f() calls itself: recursion");
    String returns = "a function that returns int64 needs a return on every path";
    refused("fn f($n: int64): int64 { @++; }" + call, returns);
    refused("fn f($n: int64): int64 { if ($n > 5) { return 1; } @++; }" + call, returns);
    refused("fn f($n: int64): int64 { if ($n > 5) { return 1; } else { @++; } }" + call, returns);
    refused("fn f($n: int64): int64 { while ($n > 0) { return 1; } }" + call, returns);
    refused("fn f($n: int64): int64 { unroll(2) { return 1; } exit(); }" + call, returns);
    refused("fn f($n: int64): int64 { return; }" + call, "return without a value");
    refused("fn f($n: int64): void { return 1; }" + call, "a function of type void has no value");
    refused("fn f($n: int64): void { @++; }" + call, "This block has no value");
    refused(
        "fn f($n: int64): string { return 1; }" + call,
        "The function returns string[1024], not int64");
    refused("fn f($n: string): int64 { return 1; }" + call, "it holds string[1024], not int64");
    refused("fn f(): int64 { return 1; }" + call, "The arguments do not fit f()");
    refused("fn f($n): int64 { return 1; }" + call, "expected ':'");
    refused("fn f($n: int64): int64 { $x = { return 1; 2 }; }" + call, "return inside of");
  }

  private static void refused(String script, String message) {
    assertThatThrownBy(() -> Compiler.compile(script, "t", ScriptRun.TARGET))
        .isInstanceOf(CompileException.class)
        .hasMessageContaining(message);
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
        ScriptRun.of("import \"lib/a.bt\"; import \"b.bt\"; " + HEAD + "@ += a; }", parameters);
    assertThat(run.plan().programs()).hasSize(2);
    assertThat(run.only("@")).isEqualTo(100);
    Parameters withSettings =
        new Parameters(List.of(), Map.of(), Map.of("s.bt", "config = { max_strlen = 5 }"));
    fails(
        "import \"s.bt\"; BEGIN { }",
        withSettings,
        """
        s.bt:1:12-26: ERROR: Only the script itself has settings, not an import
        config = { max_strlen = 5 }
                   ~~~~~~~~~~~~~~
        """);
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
  void namesImportsByTheirPaths() {
    Parameters parameters =
        new Parameters(
            List.of(),
            Map.of(),
            Map.of(
                "main.bt", "never read",
                "../here/main.bt", "never read",
                "../lib/a.bt", "import \"b.bt\"; import \"../here/main.bt\";",
                "../lib/b.bt", "BEGIN { x(); }"));
    String script =
        "config = { max_strlen = 64 } import \"main.bt\"; import \"../lib/a.bt\"; BEGIN { y(); }";
    assertThatThrownBy(
            () -> Compiler.compile(script, "all/here/main.bt", parameters, ScriptRun.TARGET))
        .hasMessage(
            """
            all/here/main.bt:1:78-81: ERROR: Unknown function: 'y'
            %s
                                                                                         ~~~
            all/lib/b.bt:1:9-12: ERROR: Unknown function: 'x'
            BEGIN { x(); }
                    ~~~
            """
                .formatted(script));
  }

  @Test
  void tellsOfTroubleInImportsByTheirPaths() throws Exception {
    Parameters parameters =
        new Parameters(
            List.of(), Map.of(), Map.of("e.bt", "// One.\nmacro e() { warnf(\"it\"); }"));
    String script = "import \"e.bt\"; BEGIN { e; }";
    assertThat(
            Compiler.compile(script, "lib/main.bt", parameters, ScriptRun.TARGET)
                .sites()
                .toString())
        .contains("lib/e.bt:2:13-24: WARNING: ");
  }

  @Test
  void importsAsTheSettingAllows() throws Exception {
    Parameters parameters = new Parameters(List.of(), Map.of(), Map.of("a.bt", "macro a() { 1 }"));
    String script =
        "config = { unstable_import_statement = %s }\nimport \"stdlib/meta\"; import \"a.bt\";\n"
            + "BEGIN { print(a); }";
    String place = "import \"stdlib/meta\"; import \"a.bt\";\n                      ~~~~~~~~~~~~~";
    fails(
        script.formatted("error"),
        parameters,
        "main.bt:2:23-36: ERROR: import may change: unstable_import_statement refuses it\n"
            + place
            + "\n");
    assertThat(warnings(script.formatted("warn"), parameters))
        .containsExactly("main.bt:2:23-36: WARNING: import may change\n" + place);
    assertThat(warnings(script.formatted("enable"), parameters)).isEmpty();
    assertThat(warnings("import \"a.bt\"; BEGIN { print(a); }", parameters)).isEmpty();
    assertThatThrownBy(() -> warnings(script.formatted("maybe"), parameters))
        .hasMessageContaining("unstable_import_statement is one of enable, warn, error");
  }

  private static List<String> warnings(String script, Parameters parameters)
      throws CompileException {
    return Compiler.compile(script, "main.bt", parameters, ScriptRun.TARGET).warnings();
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
              if (str(1 + $3) == "ext" && 2 + "text" == "xt" && str(1 + $1) == "8" && str(2 - 5) == "-3") { @n[7] = 1; }
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
                1L,
                List.of(7L),
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
