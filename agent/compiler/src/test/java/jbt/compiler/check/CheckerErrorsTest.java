package jbt.compiler.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Collectors;
import jbt.compiler.CompileException;
import jbt.compiler.FakeTarget;
import jbt.compiler.lang.Source;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CheckerErrorsTest {
  private static CompileException fails(String script) {
    try {
      Checker.check(new Source("stdin", script), new FakeTarget("web01"));
    } catch (CompileException e) {
      return e;
    }
    throw new AssertionError("compiles: " + script);
  }

  /** The messages of all errors and the hints, without places and lines of the script. */
  private static String messages(String script) {
    return String.valueOf(fails(script).getMessage())
        .lines()
        .filter(line -> line.contains("ERROR: ") || line.startsWith("HINT: "))
        .map(line -> line.replaceFirst("^stdin:[^ ]* ERROR: ", ""))
        .collect(Collectors.joining(" / "));
  }

  @Test
  void showsPlaceMarkerContextAndHint() {
    assertThat(
            fails(
                    """
                    BEGIN { print($a); }
                    tracepoint:syscalls:sys_enter_opnat { @ = count(); }
                    interval:s:1 {
                      @x = 1;
                      @x = "a";
                      pritn(@x); @y = min(comm,
                        3);
                    }
                    """)
                .getMessage())
        .isEqualTo(
            """
            stdin:1:15-17: ERROR: Undefined or undeclared variable: $a
            BEGIN { print($a); }
                          ~~
            stdin:2:1-36: ERROR: No matches for tracepoint syscalls:sys_enter_opnat
            tracepoint:syscalls:sys_enter_opnat { @ = count(); }
            ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
            HINT: Did you mean 'syscalls:sys_enter_openat'?
            stdin:5:3-11: ERROR: Type mismatch for @x: it holds int64, not string
              @x = "a";
              ~~~~~~~~
            stdin:4:3-9: ERROR: This is the first assignment.
              @x = 1;
              ~~~~~~
            stdin:6:3-12: ERROR: Unknown function: 'pritn'
              pritn(@x); @y = min(comm,
              ~~~~~~~~~
            HINT: Did you mean 'print'?
            stdin:6-7: ERROR: min() requires 1 argument (2 provided)
              pritn(@x); @y = min(comm,
                3);
            """);
  }

  @Test
  void aProbeThatMatchesNothingIsItsOwnKindOfError() {
    assertThat(fails("t:a:b { @x = 1; } BEGIN { print(@x); }").noMatch()).isTrue();
    assertThat(messages("t:a:b { @x = 1; } BEGIN { print(@x); }"))
        .isEqualTo("No matches for tracepoint a:b");
    assertThat(messages("t:sched:sched_switch,t:nope:* { @++ }"))
        .isEqualTo("No matches for tracepoint nope:*");
    assertThat(fails("t:a:b { @x = 1; } BEGIN { $x++; }").noMatch()).isFalse();
    assertThat(fails("BEGIN { $x++; }").noMatch()).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = " => ",
      quoteCharacter = '`',
      value = {
        "@ = count(); @ = sum(1); => @ holds count(): no other values can go there / This is the first count().",
        "@ = count(); @ = 1; => @ holds count(): no other values can go there / This is the first count().",
        "@ = 1; @ = count(); => @ is set to other values, too: it can't hold count() / This is the other one.",
        "@++; @ = count(); => @ is set to other values, too: it can't hold count() / This is the other one.",
        "@ = hist(1); @ = hist(1, 3); => hist() of one map must have the same parameters everywhere / This is the first one.",
        "@x[1] = 1; @x = 2; => @x is used with no key here, but elsewhere with a key / This is the first use.",
        "@x[1,2] = 1; @x[1] = 2; => @x is used with a key here, but elsewhere with a key of 2 parts / This is the first use.",
        "@x[1] = 1; @x[\"a\"] = 2; => Type mismatch for the key of @x: it is int64, not string / This is the first use.",
        "@ = hist(1); print(@ + 1); => @ holds hist() and can't be read by the script",
        "@x = \"a\"; @x++; => @x holds string: only integers can be counted up or down",
        "$x = \"a\"; $x++; => $x is string: only integers and pointers to something known can be counted up or down",
        "$x = \"a\"; $x = 1; => Type mismatch for $x: it holds string[2], not int64 / This is the initial declaration.",
        "print(@nope); => Undefined map: @nope",
        "@counts = 1; print(@count); => Undefined map: @count / HINT: Did you mean '@counts'?",
        "print(@a); @a = @b; @b = @a; => The type of @a can't be told / The type of @b can't be told",
        "let $x; print($x); => The type of this variable can't be told",
        "let $x = 1; let $x = 2; => Variable $x was already declared / This is the initial declaration.",
        "let $x: foo = 1; => Unknown type: 'foo'",
        "let $x: string[2] = \"abc\"; => Type mismatch for $x: it holds string[2], not string[4] / This is the initial declaration.",
        "if (1) { let $f = 1 } print($f); => Undefined or undeclared variable: $f",
        "print(nosuch != \"\"); => Unknown identifier: 'nosuch'",
        "print(pidd); => Unknown identifier: 'pidd' / HINT: Did you mean 'pid'?",
        "print($x); => Undefined or undeclared variable: $x",
        "print(args.x); => 'args' is not available in begin",
        "print(1 / 0); => Division by zero",
        "print(pid % 0); => Division by zero",
        "print(18446744073709551615 + 1); => The constant 18446744073709551616 does not fit 64 bits",
        "print(1 << 64); => A shift is by 0 to 63 bits",
        "print(comm + 1); => The operator '+' needs integers, not string",
        "print(!comm); => A condition is an integer, bool or pointer, not string",
        "if comm { } => A condition is an integer, bool or pointer, not string",
        "print(comm == 1); => Can't compare string with int64 / left (string[16]) / right (int64)",
        "print(comm < comm); => The operator '<' needs integers, not string / The operator '<' needs integers, not string",
        "print(pid ? 1 : \"a\"); => Both branches must have the same type: int64 and string",
        "print((1, 2).2); => The tuple has no part 2: its parts are 0 to 1",
        "print(pid.0); => uint32 has no field '0'",
        "print(pid[0]); => Only arrays can be indexed, not uint32",
        "print((int8)comm); => Can't cast string to int8",
        "$x = count(); => count() must be assigned directly to a map",
        "$x = print(1); => print() has no value",
        "$x = foo(); => Unknown function: 'foo'",
        "@ = lhist(1, 0, 10, 0); => The step of lhist() must be at least 1",
        "@ = lhist(1, 10, 5, 1); => The maximum of lhist() must be larger than its minimum",
        "@ = lhist(1, 0, 100000, 1); => lhist() of 100000 buckets; at most 1000 are possible",
        "@ = lhist(1, pid, 3, 1); => The minimum of lhist() must be a literal integer",
        "@ = hist(1, 6); => The number of bits of hist() must be from 0 to 5, not 6",
        "@ = count(1); => count() requires 0 arguments (1 provided)",
        "@ = sum(); => sum() requires 1 argument (0 provided)",
        "@ = sum(\"a\"); => The argument of sum() is an integer, not string",
        "clear(1); => clear() takes a whole map: clear(@x)",
        "zero(); => zero() requires 1 argument (0 provided)",
        "delete(1); => delete() takes a map and a key: delete(@x, key)",
        "@ = 1; print(@, \"x\"); => The top of print() must be a literal integer",
        "@[1] = 1; print(@[1], 2); => print() of one key takes no top and div",
        "exit(\"a\"); => The argument of exit() is an integer, not string",
        "time(1); => time() takes a string literal of less than 64 characters",
        "return \"x\"; => What a probe returns is an integer, not string",
        "printf(1); => printf() needs a format, a string literal",
        "printf(\"%d\"); => printf: not enough arguments for format string (0 supplied, 1 expected)",
        "printf(\"%d\", 1, 2); => printf: too many arguments for format string (2 supplied, 1 expected)",
        "printf(\"%d\", comm); => printf: '%d' prints integers, not string",
        "printf(\"%q\", 1); => printf: unsupported format specifier '%q'",
        "printf(\"%\", 1); => printf: unsupported format specifier '%'",
        "printf(\"%*d\", 1, 2); => printf: '*' is not supported: '%*d'",
        "@ = str(1, 2, 3); => str() takes up to 2 arguments (3 provided)",
        "@ = is_str(); => is_str() requires 1 argument (0 provided)",
        "@ = stack_len(1); => len() takes a map that has keys, or a stack",
        "@ = str(comm, pid); => How much str() keeps of a text is a literal number",
        "$i = 0; @[$i] = 1; @[$i++] *= 2; => The key would be evaluated twice here: put it into a variable first",
        "pid(1); => pid() takes curr_ns or init",
      })
  void tellsWhatIsWrong(String body, String messages) {
    assertThat(messages("BEGIN { " + body + " }")).isEqualTo(messages);
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = " => ",
      value = {
        "unheardof:vfs_read => Unknown probe type: 'unheardof'",
        "intervl:s:1 => Unknown probe type: 'intervl' / HINT: Did you mean 'interval'?",
        "interval:x:1 => Invalid unit: 'x'; hz, s, ms and us are known",
        "interval:s:0 => Invalid period: 's:0' / HINT: Periods are interval:hz:99, interval:s:1,"
            + " interval:ms:100 or interval:100ms",
        "interval:s:x => Invalid period: 's:x' / HINT: Periods are interval:hz:99, interval:s:1,"
            + " interval:ms:100 or interval:100ms",
        "profile:99999 => Period '99999' is shorter than 100 us",
        "profile:hz:20000 => Period 'hz:20000' is shorter than 100 us",
        "software:task-clock:10 => Count '10' of nanoseconds is less than 100 us",
        "interval => interval probe type requires 1 or 2 arguments, found 0",
        "software:faultz => Unknown software event: 'faultz' / HINT: Did you mean 'faults'?",
        "software:faults:0 => Invalid count: '0'",
        "BEGIN:x => BEGIN takes no arguments",
        "tracepoint:a => tracepoint probe type requires 2 arguments, found 1",
        "tracepoint:sched:shed_switch => No matches for tracepoint sched:shed_switch / HINT: Did you mean 'sched:sched_switch'?",
      })
  void tellsWhatIsWrongWithAProbe(String probe, String messages) {
    assertThat(messages(probe + " { @++ }")).isEqualTo(messages);
  }

  @Test
  void tellsOfFields() {
    assertThat(messages("t:syscalls:sys_enter_openat { print(args.filname) }"))
        .isEqualTo(
            "tracepoint:syscalls:sys_enter_openat has no field 'filname'"
                + " / HINT: Did you mean 'filename'?");
    assertThat(messages("t:syscalls:sys_enter_* { print(args.fd) }"))
        .isEqualTo("tracepoint:syscalls:sys_enter_getppid has no field 'fd'");
    assertThat(messages("t:skb:kfree_skb { print(args.cpus); print(args.skbaddr + 1) }"))
        .isEqualTo(
            "The field 'cpus' of type '__rel_loc cpumask_t' can't be used"
                + " / Only 'pointer + integer' and 'pointer - integer' of known size are possible");
    assertThat(messages("t:raw_syscalls:sys_enter { print(args.args[6]) }"))
        .isEqualTo("The index 6 is outside of the array of 6 elements");
    assertThat(messages("t:raw_syscalls:sys_enter { print(args) }"))
        .isEqualTo("'args' can't be used as a whole: name a field");
  }

  @Test
  void warns() throws CompileException {
    Checked checked =
        Checker.check(
            new Source("x.bt", "BEGIN { 5; @ = str(pid, 2000); }"), new FakeTarget("web01"));
    assertThat(checked.warnings())
        .isEqualTo(
            List.of(
                """
                x.bt:1:9-10: WARNING: The value is not used
                BEGIN { 5; @ = str(pid, 2000); }
                        ~""",
                """
                x.bt:1:25-29: WARNING: str() keeps at most 1024 characters
                BEGIN { 5; @ = str(pid, 2000); }
                                        ~~~~"""));
  }

  @Test
  void anEmptyScriptHasNoProbes() {
    assertThatThrownBy(() -> Checker.check(new Source("stdin", " // x"), new FakeTarget("web01")))
        .isInstanceOf(CompileException.class)
        .hasMessage("ERROR: No probes to attach\n");
  }
}
