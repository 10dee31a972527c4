package jbt.compiler.lang;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ParserTest {
  private static String tree(String script) {
    Source source = new Source("stdin", script);
    Diagnostics diagnostics = new Diagnostics();
    Ast.Script parsed = Parser.parse(source, diagnostics);
    assertThat(diagnostics.render(source)).isEmpty();
    return AstPrinter.print(parsed, source);
  }

  private static String errors(String script) {
    Source source = new Source("stdin", script);
    Diagnostics diagnostics = new Diagnostics();
    Parser.parse(source, diagnostics);
    return diagnostics.render(source);
  }

  /** The tree of one expression, on one line. */
  private static String expr(String expr) {
    String[] lines = tree("BEGIN { $x = " + expr + " }").split("\n", -1);
    return flat(lines, 3, 6);
  }

  private static String flat(String[] lines, int at, int indent) {
    StringBuilder children = new StringBuilder();
    for (int i = at + 1; i < lines.length && depth(lines[i]) > depth(lines[at]); i++) {
      if (depth(lines[i]) == depth(lines[at]) + 2) {
        children.append(children.isEmpty() ? "" : " ").append(flat(lines, i, indent + 2));
      }
    }
    String label = lines[at].strip().replaceFirst("^\\d+ +", "");
    return children.isEmpty() ? label : "(" + label + " " + children + ")";
  }

  private static int depth(String line) {
    return line.length() < 6 ? 0 : line.length() - line.substring(6).stripLeading().length();
  }

  @Test
  void readsBlocksStatementsAndExpressions() {
    assertThat(
            tree(
                """
                #!/usr/bin/env jbt-remote
                // counts
                tracepoint:raw_syscalls:sys_enter,
                tracepoint:syscalls:sys_enter_*   /pid == 5 && comm != "x"/
                {
                  @[comm, args->id] = count(); /* a comment */
                  if ($a > 1) { $b++ } else if $a { --@ } else { return; }
                  let $c: string[8] = "a";
                  print(@, 3)
                }
                i:s:1 { clear(@); }
                """))
        .isEqualTo(
            """
               3  probe tracepoint:raw_syscalls:sys_enter
               4  probe tracepoint:syscalls:sys_enter_*
               4    predicate
               4      &&
               4        ==
               4          pid
               4          5
               4        !=
               4          comm
               4          "x"
               6    =
               6      @[]
               6        comm
               6        .id
               6          args
               6      count()
               7    if
               7      >
               7        $a
               7        1
               7    then
               7      evaluate
               7        ++ after
               7          $b
               7    else
               7      if
               7        $a
               7      then
               7        evaluate
               7          -- before
               7            @
               7      else
               7        return
               8    let $c: string[8]
               8      "a"
               9    evaluate
               9      print()
               9        @
               9        3
              11  probe i:s:1
              11    evaluate
              11      clear()
              11        @
            """);
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = " => ",
      quoteCharacter = '`',
      value = {
        "1 + 2 * 3 => (+ 1 (* 2 3))",
        "1 - 2 - 3 => (- (- 1 2) 3)",
        "(1 + 2) * 3 => (* (+ 1 2) 3)",
        "1 << 2 + 3 => (<< 1 (+ 2 3))",
        "1 < 2 == 3 > 4 => (== (< 1 2) (> 3 4))",
        "1 | 2 ^ 3 & 4 => (| 1 (^ 2 (& 3 4)))",
        "1 & 2 == 3 => (& 1 (== 2 3))",
        "1 || 2 && 3 => (|| 1 (&& 2 3))",
        "1 ? 2 : 3 ? 4 : 5 => (?: 1 2 (?: 3 4 5))",
        "$a ?: 3 => (?: $a 3)",
        "-1 + ~2 => (+ (- 1) (~ 2))",
        "!$a++ => (! (++ after $a))",
        "- -1 => (- (- 1))",
        "(int8)$a + 1 => (+ ((int8) $a) 1)",
        "($a) + 1 => (+ $a 1)",
        "(uint64) -1 => ((uint64) (- 1))",
        "(1, (2, \"x\")).1.0 => (.0 (.1 (tuple 1 (tuple 2 \"x\"))))",
        "(1,) => (tuple 1)",
        "args.x[1] => ([] (.x args) 1)",
        "args.a.b->c => (.c (.b (.a args)))",
        "@x[1, (2, 3)] => (@x[] 1 (tuple 2 3))",
        "str(args.p, 4) => (str() (.p args) 4)",
        "pid() => pid()",
      })
  void bindsAsInC(String script, String tree) {
    assertThat(expr(script)).isEqualTo(tree);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "42, 42",
    "1_000_000, 1000000",
    "0x1F, 31",
    "0XfF, 255",
    "0777, 511",
    "5e3, 5000",
    "1E6, 1000000",
    "7u, 7",
    "7ULL, 7",
    "7ll, 7",
    "3ns, 3",
    "3us, 3000",
    "3ms, 3000000",
    "3s, 3000000000",
    "2m, 120000000000",
    "1h, 3600000000000",
    "1d, 86400000000000",
    "9223372036854775807, 9223372036854775807",
    "18446744073709551615, 18446744073709551615",
    "0xffffffffffffffff, 18446744073709551615",
  })
  void readsNumbers(String written, String value) {
    assertThat(expr(written)).isEqualTo(value);
  }

  @ParameterizedTest
  @CsvSource({
    "18446744073709551616, number '18446744073709551616' is larger than 64 bits",
    "5e30, number '5e30' is larger than 64 bits",
    "0b101, invalid integer suffix 'b101'",
    "08, '''08'' is octal, as it begins with 0: its digits are 0 to 7'",
    "1_, invalid number '1_'",
    "0x, invalid number '0x'",
    "5x, invalid integer suffix 'x'",
    "999999999d, number '999999999d' is larger than 64 bits",
  })
  void refusesNumbers(String written, String message) {
    assertThat(errors("BEGIN { $x = " + written + "; }"))
        .startsWith("stdin:1:14-%d: ERROR: syntax: %s\n".formatted(14 + written.length(), message));
  }

  @Test
  void readsEscapes() {
    assertThat(expr("\"a\\n\\t\\r\\\"\\\\\\x41\\101\\7z\\377\""))
        .isEqualTo("\"a\\n\\t\\r\\\"\\\\AA\\x07z\\xff\"");
    assertThat(expr("\"\u00e9\"")).isEqualTo("\"\\xc3\\xa9\"");
  }

  @Test
  void divisionAndPredicateShareTheSlash() {
    assertThat(tree("tracepoint:a:b / pid / 2 == 1 /{ $x = 4 / 2 / 1; }"))
        .contains("==\n   1        /\n   1          pid\n   1          2");
    assertThat(tree("tracepoint:a:b/pid/ // c\n{ }")).contains("predicate\n   1      pid");
    assertThat(tree("tracepoint:a:*/pid/{ }")).contains("probe tracepoint:a:*\n");
  }

  @Test
  void tellsOfTextsInOtherQuotesOnce() {
    assertThat(errors("BEGIN { printf('%d\\n', 1); print('x); }\n"))
        .isEqualTo(
            """
            stdin:1:16-22: ERROR: syntax: invalid characters ''%d\\n''
            BEGIN { printf('%d\\n', 1); print('x); }
                           ~~~~~~
            HINT: Texts stand in straight double quotes: "text"
            stdin:1:34-35: ERROR: syntax: invalid character '''
            BEGIN { printf('%d\\n', 1); print('x); }
                                             ~
            HINT: Texts stand in straight double quotes: "text"
            """);
  }

  @Test
  void tellsOfSeveralErrors() {
    assertThat(
            errors(
                """
                BEGIN { $x = ; print(1); @y = 1 + }
                bad { $z = 1 $w }
                interval:s:1 { if (1) { print( ; } $q = "abc; }
                END { exit(); }
                """))
        .isEqualTo(
            """
            stdin:1:14-15: ERROR: syntax: expected an expression, not ';'
            BEGIN { $x = ; print(1); @y = 1 + }
                         ~
            stdin:1:35-36: ERROR: syntax: expected an expression, not '}'
            BEGIN { $x = ; print(1); @y = 1 + }
                                              ~
            stdin:2:14-16: ERROR: syntax: expected ';' or '}', not '$w'
            bad { $z = 1 $w }
                         ~~
            stdin:3:32-33: ERROR: syntax: expected an expression, not ';'
            interval:s:1 { if (1) { print( ; } $q = "abc; }
                                           ~
            stdin:3:41-45: ERROR: syntax: string without end
            interval:s:1 { if (1) { print( ; } $q = "abc; }
                                                    ~~~~
            """);
  }

  @Test
  void tellsOfWhatIsMissing() {
    assertThat(errors("BEGIN { if (1) { print(1); "))
        .isEqualTo(
            """
            stdin:1:16-17: ERROR: syntax: '{' without '}'
            BEGIN { if (1) { print(1);\s
                           ~
            """);
    assertThat(errors("BEGIN"))
        .isEqualTo(
            """
            stdin:1:6-6: ERROR: syntax: expected '{', not end of script
            BEGIN
                 ~
            """);
    assertThat(errors("} BEGIN { $ }"))
        .isEqualTo(
            """
            stdin:1:1-2: ERROR: syntax: expected a probe, not '}'
            } BEGIN { $ }
            ~
            stdin:1:11-12: ERROR: syntax: invalid character '$'
            } BEGIN { $ }
                      ~
            """);
    assertThat(errors("BEGIN { 5 = 3; 1++; @x[] = 1 }"))
        .contains("only variables and maps can be assigned to")
        .contains("'++' needs a variable or a map")
        .contains("expected a key");
    assertThat(errors("BEGIN { /* }")).contains("comment without end");
  }

  @Test
  void limitsNesting() {
    int many = 100_000;
    assertThat(errors("BEGIN { $x = " + "(".repeat(many) + "1" + ")".repeat(many) + " }"))
        .contains("syntax: nested too deeply: at most 256 levels are allowed");
    assertThat(errors("BEGIN { $x = 1" + "+1".repeat(many) + " }")).contains("nested too deeply");
    assertThat(errors("BEGIN { $x = " + "-".repeat(1) + "~".repeat(many) + "1 }"))
        .contains("nested too deeply");
    assertThat(errors("BEGIN { " + "if 1 { } else ".repeat(10_000) + "{ } }"))
        .contains("nested too deeply");
    assertThat(errors("BEGIN { " + "if 1 {".repeat(10_000) + "}".repeat(10_000) + "}"))
        .contains("nested too deeply");
    assertThat(errors("BEGIN { $x = $x" + ".a".repeat(many) + " }")).contains("nested too deeply");
    assertThat(errors("BEGIN { $x = 1" + "?1:1".repeat(10_000) + " }"))
        .contains("nested too deeply");
    assertThat(errors("BEGIN { $x = " + "(".repeat(200) + "1" + ")".repeat(200) + " }")).isEmpty();
    assertThat(errors("BEGIN { $x = 1" + " || 1 && 2".repeat(10_000) + " }")).isEmpty();
  }

  @Test
  void limitsSize() {
    assertThat(errors("BEGIN { }" + " ".repeat(256 * 1024)))
        .contains("syntax: script of 262153 characters; at most 262144 are allowed");
  }

  @Test
  void cutsLongLinesAndAdaptsToTabs() {
    String error = errors("BEGIN { " + "$x = 1; ".repeat(1000) + "$y = ; }");
    assertThat(error.lines()).allMatch(line -> line.length() < 260);
    assertThat(error).contains("...");
    assertThat(errors("BEGIN {\n\t$y = \t;\n}"))
        .isEqualTo(
            """
            stdin:2:8-9: ERROR: syntax: expected an expression, not ';'
                $y =     ;
                         ~
            """);
  }
}
