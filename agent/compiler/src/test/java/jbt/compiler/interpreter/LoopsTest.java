package jbt.compiler.interpreter;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import jbt.compiler.bpf.Helper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Loops, and what programs ask of maps, run without a kernel. */
final class LoopsTest {
  private static ScriptRun run(String body, long... ids) {
    ScriptRun run = ScriptRun.of("tracepoint:x:call { " + body + " }");
    for (int i = 0; i < ids.length; i++) {
      run.fire(i % 2, ids[i]);
    }
    return run;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "unroll (3) { @ += 2; }                                                      | 6",
        "unroll (2) { $x = 5; unroll (3) { @ += $x; } }                              | 30",
        "unroll (100) { unroll (10) { @ += 1; } }                                    | 1000",
        "$n = 0; unroll (60) { unroll (60) { if (++$n == 3000) { return; } @ += 1; } } | 2999",
        "$n = 0; unroll (60) { $n++; unroll (60) { $n += 2; } } @ += $n;             | 7260",
        "for ($i : 0..5) { @ += $i; }                                                | 10",
        "for $i : 1..4 { @ += $i; }                                                  | 6",
        "for ($i : 5..5) { @ += 1; } @ += 7;                                         | 7",
        "for ($i : 5..-5) { @ += 1; } @ += 7;                                        | 7",
        "for ($i : -3..3) { @ += $i; }                                               | -3",
        "for ($i : 0..10) { if ($i == 3) { continue } if ($i == 6) { break } @ += $i; } | 12",
        "for ($i : 0..3) { for ($j : 0..3) { if ($j > $i) { break; } @ += 1; } }     | 6",
        "for ($i : 0..100000) { @ += 1; if ($i == 999) { break; } }                  | 1000",
        "for ($i : 0..args.id) { @ += $i; }                                          | 10",
        "$n = args.id; for ($i : $n..$n * 2) { @ += $i; }                            | 35",
        "for ($i : 0..args.id) { if ($i == 2) { return; } @ += 1; } @ += 100;        | 2",
        "for ($i : 0..3) { if ($i == 2) { return; } @ += 1; } @ += 100;              | 2",
        "$x = 0; while ($x < 7) { $x++; @ += $x; }                                   | 28",
        "$x = 0; while (1) { $x++; if ($x % 2) { continue; } @ += $x; if $x > 8 { break } } | 30",
        "$x = 0; while ($x < args.id) { $y = 0; while ($y < $x) { $y++; @ += 1; } $x++; } | 10",
        "$x = 0; while ($x < 3) { $x++; for ($i : 0..$x) { if ($i == 1) { return; } @++; } } | 2",
        "$x = 10; while ($x > 0) { $x -= 3; @ += 1; } @ += $x * 100;                 | -196",
        "$x = 0; while (4 >= $x) { $x++; @ += 1; }                                   | 5",
        "let $x: uint8 = 250; while ($x < 255) { $x++; @ += 1; }                     | 5",
        "let $x: int8 = 0; while ($x < 300) { $x++; @ += 1; if (@ > 500) { break; } } | 501",
        "$x = 0; while ($x < 4 && args.id == 5) { $x++; @ += 1; }                    | 4",
        "$x = 0; while ($x < 4) { if ($x == 2) { $x = 10; } $x++; @ += 1; }          | 3",
        "$x = 0; while ($x < 10) { $x += 2; $y = 0; while ($y < 3) { $y++; @ += 1; } } | 15",
        "$x = 0; while ($x < 3) { $x++; for ($i : 0..args.id) { @ += $x; } }         | 30",
        "$x = 0; while ($x < 1000) { $y = $x * 3; $x++; @a = $y; } @ += @a;          | 2997",
        "$x = 0; while ($x < 100) { $x++; if ($x > 50) { return; } @ += 1; } @ += 1000 | 50",
        "$x = 0; while ($x < args.id * 100) { $x++; if ($x == 333) { break; } @ += 1; } | 332",
        "$x = 0; while ($x < args.id * 100) { $x++; if ($x % 2) { continue; } @ += 1; } | 250",
        "$x = 0; while ($x < args.id * 99) { $x++; if ($x == 130) { return; } @ += 1; } @ = 0 | 129",
        "$x = 5; if (args.id == 5) { $x = 2; } while ($x < 7) { $x++; @ += 1; }      | 5",
        "$x = 0; while ($x++ < 7) { @ += 1; } @ += $x * 10;                          | 87",
        "$x = 0; while ($x < 5) { unroll (3) { $x++; } @ += 1; }                     | 2",
        "$x = 0; $s = args.id - 4; while ($x < 3000) { $s = $s * 5 ^ $x; $x++; } @ += $s & 0xffff; | 64889",
        "$x = 0; $s = args.id - 4; while ($x < 9000) { $s = $s * 5 ^ $x; $x++; } @ += $s & 0xffff; | 37305",
        "$x = 0; $s = 1; while ($x < args.id * 400) { $s = $s * 5 ^ $x; $x++; } @ += $s & 0xffff; | 13985",
        "$x = 0; $s = 1; while ($x < 3000) { $s = $s * 5 ^ $x; $x++; } @ += $s & 0xffff; | 64889",
        "$x = 0; while (1) { if ($x > 1000) { break; } $x++; } @ += $x;              | 1001",
        "$x = 0; while (1) { $x += 3; if ($x > 1000) { break; } } @ += $x;           | 1002",
        "$x = 0; while ($x < 1000) { if ($x == args.id) { break; } $x++; } @ += $x;  | 5",
        "$x = 0; while ($x < 1000 && args.id != $x) { $x++; } @ += $x;               | 5",
        "$x = 0; while (1) { if (args.id == $x ? 1 : $x == 9) { break; } $x++; } @ += $x; | 5",
        "$x = 0; while (1) { if (!args.id) { break; } if ($x == 9) { break; } $x++; } @ += $x; | 9",
        "$x = 0; $y = args.id; while ($x < 10) { $y += $x; $x++; } @ += $y;          | 50",
        "$x = 0; $y = args.id; while ($x < 10) { $x++; if ($x > 7) { continue; } $y--; } @ += $y; | -2",
        "$x = args.id; while (1) { $x++; if (1) { break; } } @ += $x;                | 6",
        "$x = 0; $y = 0; for ($i : 0..9) { if ($i / 2 % 2) { continue; } $y = $i; $x++; } @ += 10 * $x + $y; | 58",
        "$x = 0; $n = 0; while ($x < 9) { $y = 0; while ($y++ < $x) { $n += $y > 3 ? 2 : 1; } $x++; } @ += $n; | 51",
        "$i = 0; while ($i < 9) { $j = 0; while ($j < 5 && args.id > 7) { $j++; $i++; } $i++; @++; } | 9",
        "$i = 0; while ($i < 9) { for ($j : 0..5) { if (args.id) { break; } $i++; } $i++; @++; } | 9",
        "$i = 0; $n = 3; while ($i < 4) { $x = $i > 1 ? args.id : 0; if ($x < 5) { $n = 2; } else { $n = 20; }"
            + " $j = 0; while ($j < $n) { $j++; @++; } $i++; }                       | 44",
        "$i = 0; while ($i < 4) { $n = $i; if ($i == 3 - args.id / 5) { $n = 20; }"
            + " if ($i < 2 ? 1 : args.id == 5) { $j = 0; while ($j < $n) { $j++; @++; } } $i++; } | 24",
        "$x = 9; while ($x < 3) { $y = 2; $x += $y; } @ += $x;                     | 9",
        "$x = 1; while ($x < 1 << 40) { $x <<= 3; } @ += ($x >> 30) + -7 / 2 + -7 % 4; | 4090",
        "$x = (uint8)250; $i = 0; while ($i < 9) { $x = (uint8)($x + 1); $i++; } @ += $x; | 3",
        "$x = 5; if (args.id == 5) { $x = 2; } $i = 0; while ($i < 3) { $x++; $i++; } @ += $x; | 5",
        "$s = 1; for ($i : 0..args.id) { $s *= 2; } @ += $s;                         | 32",
        "for ($i : 0..args.id) { @ += args.id; }                                     | 25",
        "$i = 9; for ($j : 0..args.id) { $i = $j; } @ += $i;                         | 4",
        "for ($i : 0..args.id) { $i = 100; @ += 1; }                                 | 5",
        "$t = (1, 2); for ($i : 0..args.id) { $t = ($t.1, $t.0 + 1); } @ += $t.0;    | 4",
        "@ += if args.id > 3 { $a = 2; $a * 2 } else { 0 };                          | 4",
        "@ += { $a = args.id; $a + 1 };                                              | 6",
        "$x = { let $y = 3; $y } + { let $y = 4; $y }; @ += $x;                      | 7",
        "{ $a = 1; @ += $a; } { $a = 2; @ += $a; }                                   | 3",
        "if comptime (1 == 1) { @ += 1; } else { @ += 2; }                           | 1",
        "@ += comptime (2 * 3);                                                      | 6",
        "$r = (x = 3, y = args.id); @ += $r.x + $r.y;                                | 8",
        "if ((1, 2) == (1, 2)) { @ += 1 } if ((x = 1) != (x = 2)) { @ += 2 }         | 3",
      })
  void counts(String body, long expected) {
    assertThat(run(body, 5).only("@")).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "$x = 0; while ($x < 7) { $x++; @ += 1; }",
        "$x = 9; while ($x >= -9 && pid > 0) { @ += 1; $x -= 2; }",
        "$x = 0; while ($x < 9) { $y = 3; while ($y > 0) { --$y; if (pid > 5) { break; } } $x++; }",
        "$x = 0; $s = 1; while ($x < 2500) { $s = $s * 5 ^ $x; $x++; } @ += $s;",
        "for ($x : 0..5000) { $s = $x; }",
        "$x = 0; while (1) { @ += $x; if ($x == 20) { break; } $x++; }",
        "$x = 0; while (1) { if (pid > 5) { break; } $x++; if ($x > 20) { break; } }"
      })
  void needsNoCallsForFewRounds(String body) {
    assertThat(run(body).calls(Helper.LOOP)).isZero();
  }

  @Test
  void needsNoLoopForWhatTheScriptSays() {
    ScriptRun run = run("@ += 450000;", 5);
    ScriptRun loop =
        run("$x = 0; $s = 0; while (1) { $s += 900; if ($x++ == 499) { break; } } @ += $s;", 5);
    assertThat(loop.only("@")).isEqualTo(run.only("@")).isEqualTo(450_000);
    assertThat(loop.plan().programs().getFirst().code())
        .isEqualTo(run.plan().programs().getFirst().code());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "$x = 0; while ($x < 20) { @[$x, tid] = 1; $x++; }",
        "$x = 0; while ($x < 9) { $y = 0; while ($y < 9) { @[$x, $y] += pid; $y++; } $x++; }",
        "$x = 0; while ($x < args.id) { if ($x == tid) { @ = 1; } $x++; }",
        "$x = 0; while ($x < 4) { if (args.id > 7) { @a = tid; } @[$x] = rand + tid; $x++; }"
      })
  void asksOnceWhatIsTheSameInAllRounds(String body) {
    assertThat(run(body, 5).timesAsked()).isEqualTo(1);
  }

  @Test
  void doesNotAskForWhatNoRoundNeeds() {
    String body = "$x = 0; while ($x < 20) { if ($x > args.id) { @a = tid; } @[$x] = 1; $x++; }";
    assertThat(run(body, 50).timesAsked()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "$x = 0; while ($x < 2500) { @ += 1; $x++; }",
        "$x = 0; while ($x < args.id) { $x++; }",
        "$x = 0; while ($x < 100000) { $x++; } $y = 0; while ($y < 5) { @ += 1; $y++; }",
        "$x = args.id; while ($x < 7) { $x++; }",
        "$x = 0; while ($x < 7) { if (pid > 5) { continue; } $x++; }",
        "$x = 0; while ($x < 7) { if (pid > 5) { $x++; } }",
        "$x = 0; while ($x < 7) { $x--; }",
        "$x = 0; while ($x < 7 || pid > 5) { $x++; }",
        "let $x: uint8 = 0; while ($x < 7) { $x++; }"
      })
  void letsTheKernelCallTheRest(String body) {
    assertThat(run(body).calls(Helper.LOOP)).isEqualTo(1);
  }

  @Test
  void goesOverMaps() {
    ScriptRun run =
        run(
            """
            @in[args.id, comm] = args.id * 10; @c[args.id] = count(); @m[args.id] = max(args.id);
            @one[args.id]++;
            if (args.id == 3) {
              for ($kv : @in) { @keys += $kv.0.0; @values[$kv.0] = $kv.1; }
              for ($kv : @c) { @counts[$kv.0] = $kv.1; }
              for ($kv : @m) { @most += $kv.1; }
              for ($kv : @one) { @ones += $kv.1; if ($kv.1 > 1) { break; } }
              for ($kv : @in) { delete(@in, $kv.0); }
              @left = len(@in); @len = len(@c);
            }
            """,
            1,
            2,
            1,
            1,
            3);
    assertThat(run.only("@keys")).isEqualTo(6);
    assertThat(run.words("@values"))
        .isEqualTo(
            Map.of(List.of(1L, "comm"), 10L, List.of(2L, "comm"), 20L, List.of(3L, "comm"), 30L));
    assertThat(run.words("@counts"))
        .isEqualTo(Map.of(List.of(1L), 3L, List.of(2L), 1L, List.of(3L), 1L));
    assertThat(run.only("@most")).isEqualTo(6);
    assertThat(run.only("@ones")).isEqualTo(3);
    assertThat(run.only("@left")).isZero();
    assertThat(run.only("@len")).isEqualTo(3);
  }

  @Test
  void goesOverTheGenerationThatTheRunWorksOn() {
    ScriptRun run =
        run(
            """
            @x[args.id]++;
            if (args.id == 2) { clear(@x); @x[7]++; for ($kv : @x) { @seen[$kv.0]++; } @n = len(@x); }
            """,
            1,
            2);
    assertThat(run.words("@seen")).isEqualTo(Map.of(List.of(7L), 1L));
    assertThat(run.only("@n")).isEqualTo(1);
  }

  @Test
  void readsAggregations() {
    ScriptRun run =
        run(
            """
            @c = count(); @s = sum(-args.id); @low = min(args.id); @high = max(args.id);
            @a = avg(args.id); @ck[args.id] = count(); @lowk[1] = min(-args.id);
            if (@c > 3) {
              @r[1] = (int64)@c; @r[2] = (int64)@s; @r[3] = (int64)@low; @r[4] = (int64)@high;
              @r[5] = (int64)@a; @r[6] = (int64)@ck[10]; @r[7] = (int64)@ck[99];
              @r[8] = (int64)@lowk[1]; @r[9] = (int64)@lowk[1] + @c;
            }
            """,
            10,
            20,
            10,
            4);
    assertThat(run.words("@r"))
        .isEqualTo(
            Map.of(
                List.of(1L),
                4L,
                List.of(2L),
                -44L,
                List.of(3L),
                4L,
                List.of(4L),
                20L,
                List.of(5L),
                11L,
                List.of(6L),
                2L,
                List.of(8L),
                -20L,
                List.of(9L),
                -16L));
  }

  @Test
  void asksForKeys() {
    ScriptRun run =
        run(
            """
            @m[args.id] = args.id * 2; @t[args.id] = ("text", args.id);
            if (has_key(@m, 5)) { @has[1]++; }
            if (!has_key(@m, 6)) { @has[2]++; }
            if (find(@m, 5, $v)) { @has[3] = $v; }
            if (find(@m, 6, $w)) { @has[4] = 1; } else { @has[5] = $w + 1; }
            if (find(@t, 5, $tv)) { @has[6] = $tv.1; }
            if (delete(@m, 5)) { @has[7]++; }
            if (delete(@m[5])) { @has[8]++; } else { @has[9]++; }
            """,
            5);
    assertThat(run.words("@has"))
        .isEqualTo(
            Map.of(
                List.of(1L),
                1L,
                List.of(2L),
                1L,
                List.of(3L),
                10L,
                List.of(5L),
                1L,
                List.of(6L),
                5L,
                List.of(7L),
                1L,
                List.of(9L),
                1L));
  }
}
