package jbt.compiler.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import jbt.compiler.CompileException;
import jbt.compiler.FakeTarget;
import jbt.compiler.lang.Source;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WarningsTest {
  /** The places of a script's warnings with their messages. */
  private static String warnings(String script) throws CompileException {
    return Checker.check(new Source("x", script), new FakeTarget("web01")).warnings().stream()
        .flatMap(String::lines)
        .filter(line -> line.contains(" WARNING: "))
        .map(line -> line.replaceFirst("^x:1:", "").replace(" WARNING:", ""))
        .collect(Collectors.joining(" / "));
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = " => ",
      quoteCharacter = '`',
      emptyValue = "",
      value = {
        "BEGIN { exit(); print(1); print(2); } => 17-25: This is never reached",
        "BEGIN { return; print(1) } => 17-25: This is never reached",
        "BEGIN { if (pid) { return } else { exit(1) } print(1); } => 46-54: This is never reached",
        "BEGIN { pid ? exit() : exit(); print(1); } => 32-40: This is never reached",
        "BEGIN { { { exit() } print(1); } print(2); } => 22-30: This is never reached / 34-42: This is never reached",
        "BEGIN { unroll (2) { return } print(1); } => 31-39: This is never reached",
        "BEGIN { if (pid) { return } print(1); } => ``",
        "BEGIN { if (pid) { return; } else { print(1) } print(2); } => ``",
        "BEGIN { for ($i : 0..3) { if ($i) { continue; print(1); } break; } print(2); } => 47-55: This is never reached",
        "BEGIN { while (pid) { return } for ($i : 0..2) { exit() } print(1); } => ``",
        "macro m() { exit(); print(1); } BEGIN { m(); print(2) } => 21-29: This is never reached / 41-44: expanded from",
        "BEGIN { exit() } => ``",
      })
  void ofWhatIsNeverReached(String script, String expected) throws CompileException {
    assertThat(warnings(script)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = " => ",
      quoteCharacter = '`',
      emptyValue = "",
      value = {
        "for ($i : 0..2) { @x = 1; print(@x); } => 35-44: A map is printed as it is then, not as it is in this round of the loop",
        "@x[1] = 1; for ($kv : @x) { print(@x, 1) } => 37-49: A map is printed as it is then, not as it is in this round of the loop",
        "while (pid) { @x = 1; if (tid) { print(@x) } } => 42-51: A map is printed as it is then, not as it is in this round of the loop",
        "for ($i : 0..2) { @x[1] = 1; print(@x[1]); print($i); } => ``",
        "unroll (2) { @x = 1; print(@x); } => ``",
        "for ($i : 0..2) { @x = 1; } print(@x); => ``",
      })
  void ofMapsThatArePrintedInALoop(String script, String expected) throws CompileException {
    assertThat(warnings("BEGIN { " + script + " }")).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = " => ",
      quoteCharacter = '`',
      emptyValue = "",
      value = {
        "$a = -1; print($a < nsecs); => 24-34: int64 and uint64 are mixed: both are taken as int64",
        "print(nsecs == -1); => 15-26: uint64 and int64 are mixed: both are taken as int64",
        "print(nsecs / -1); => 15-25: uint64 and int64 are mixed: both are taken as int64",
        "@a = nsecs; @b = @a - 1; print(@a + @b); => 40-47: uint64 and int64 are mixed: both are taken as int64",
        "@a = -1; @a = nsecs; => 18-28: @a is int64: uint64 is taken as that",
        "$a = nsecs; $a = -1; => 9-19: $a is int64: uint64 is taken as that",
        "let $a: uint8 = -1; => 9-27: $a is uint8: int64 is taken as that",
        "print(((int32*)1 == (int8*)1, (int8*)1 == (int8*)2)); => 16-37: Pointers to different types are compared: int32 and int8",
        "$a = 1; $a = nsecs; print($a > 5); @c = count(); print(@c < nsecs); => ``",
        "$a = -1; print(($a < pid, $a == cpu, nsecs - nsecs, -nsecs, nsecs & -1, nsecs << $a)); => ``",
        "@start[tid] = nsecs; $d = nsecs - @start[tid]; @h = hist($d / 1000); print($d > 5); => ``",
        "@a += nsecs; @a++; $i = 0; while ($i < nsecs) { $i++ } for ($j : 0..3) { print($j < nsecs) } => ``",
      })
  void ofSigns(String script, String expected) throws CompileException {
    assertThat(warnings("BEGIN { " + script + " }")).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = " => ",
      quoteCharacter = '`',
      emptyValue = "",
      value = {
        "let $a; print(1); => 13-15: This variable is never set",
        "let $a: int32; if (pid) { let $b: string; } => 13-15: This variable is never set / 39-41: This variable is never set",
        "let $a: int32; print(sizeof($a)); let $b: typeof($a) = 1; => 13-15: This variable is never set",
        "let $a: int32; print($a); print($a); => 30-32: $a is read before it is set",
        "let $a: int32; print(sizeof($a)); print($a); $a = 1; => 49-51: $a is read before it is set",
        "let $a: int32; $p = &$a; print($p); let $b; if (pid) { $b = 1 } let $c: int8; $c++; => ``",
      })
  void ofVariablesThatNothingSets(String script, String expected) throws CompileException {
    assertThat(warnings("BEGIN { " + script + " }")).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = " => ",
      quoteCharacter = '`',
      emptyValue = "",
      value = {
        "print(args); => 27-31: Arguments that can't be read are left out: share, pair",
        "$a = args(); => 26-32: Arguments that can't be read are left out: share, pair",
        "print((args.small, args.p, args.flags)); => ``",
      })
  void ofArgumentsThatAreNoPartOfAll(String script, String expected) throws CompileException {
    assertThat(warnings("uprobe:app:work_a { " + script + " }")).isEqualTo(expected);
  }
}
