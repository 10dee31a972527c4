package jbt.compiler.check;

import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import jbt.compiler.CompileException;
import jbt.compiler.FakeTarget;
import jbt.compiler.lang.Source;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.StringLength;

/** Whatever is given: a checked script or an error with a place, never a crash. */
class HostileScriptsTest {
  private static final String[] WORDS = {
    "BEGIN",
    "tracepoint:syscalls:sys_enter_*",
    "t:sched:sched_switch",
    "interval:s:1",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "/",
    ";",
    ",",
    "=",
    "+=",
    "++",
    "--",
    "==",
    "?",
    ":",
    ".",
    "->",
    "!",
    "-",
    "&&",
    "||",
    "<<",
    "@",
    "@x",
    "@y",
    "$a",
    "$b",
    "if",
    "else",
    "let",
    "return",
    "args",
    "pid",
    "comm",
    "host",
    "probe",
    "nsecs",
    "count()",
    "sum",
    "hist",
    "lhist",
    "printf",
    "print",
    "str",
    "delete",
    "clear",
    "exit",
    "\"%d %s\"",
    "\"a\"",
    "0",
    "1",
    "5s",
    "18446744073709551615",
    "(int8)",
    "true",
    "args.fd",
    "args.pid",
    "args.comm",
    "#",
    "\\",
    "\"",
    "/*",
    "//\n",
    "\n",
    "\t"
  };

  private static void check(String script) {
    try {
      Checked checked = Checker.check(new Source("stdin", script), new FakeTarget("web01"));
      CheckedPrinter.print(checked, new Source("stdin", script));
    } catch (CompileException e) {
      if (!String.valueOf(e.getMessage()).contains("ERROR: ")) {
        throw new AssertionError("no message for " + script, e);
      }
    }
  }

  /** What is in a value is checked once for each round, not twice for each block around it. */
  @Example
  void blocksInBlocks() {
    String value = "1";
    for (int i = 0; i < 60; i++) {
      value = "{ $v%d = %s; $v%d + 1 }".formatted(i, value, i);
    }
    String script = "BEGIN { $x = " + value + "; print($x); }";
    assertTimeoutPreemptively(Duration.ofSeconds(30), () -> check(script));
  }

  @Property(tries = 2000)
  void anyCharacters(@ForAll @StringLength(max = 200) String script) {
    check(script);
  }

  @Property(tries = 5000)
  void anyWords(@ForAll("words") String script) {
    check("BEGIN { " + script);
    check(script);
  }

  @Property(tries = 3000)
  void anyStatements(@ForAll("words") String statement, @ForAll("words") String other) {
    check("t:sched:sched_switch { @x = " + statement + "; " + other + "; print(@x); }");
  }

  @Provide
  Arbitrary<String> words() {
    return Arbitraries.of(WORDS).list().ofMaxSize(25).map(words -> String.join(" ", words));
  }
}
