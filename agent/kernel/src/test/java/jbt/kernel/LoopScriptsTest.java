package jbt.kernel;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Loops, and what programs ask of maps, on the real kernel. */
@Tag("kernel")
class LoopScriptsTest {
  /** In a tracepoint whose field is 5. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "unroll (3) { @ += 2; }                                                        | 6",
        "for ($i : 0..5) { @ += $i; }                                                  | 10",
        "for ($i : 0..10) { if ($i == 3) { continue } if ($i == 6) { break } @ += $i; } | 12",
        "for ($i : 0..3) { for ($j : 0..3) { if ($j > $i) { break; } @ += 1; } }       | 6",
        "for ($i : 0..1000000) { @ += 1; if ($i == 99999) { break; } }                 | 100000",
        "for ($i : 0..args.pid) { @ += args.pid; }                                     | 25",
        "for ($i : 0..args.pid) { if ($i == 2) { return; } @ += 1; } @ += 100;         | 2",
        "$x = 0; while ($x < 7000) { $x++; @ += $x; }                                  | 24503500",
        "$x = 0; while (1) { $x++; if ($x % 2) { continue; } @ += $x; if $x > 8 { break } } | 30",
        "$x = 0; while ($x < args.pid) { $y = 0; while ($y < $x) { $y++; @++; } $x++; } | 10",
        "$x = 0; while ($x < 3) { $x++; for ($i : 0..$x) { if ($i == 1) { return; } @++; } } | 2",
        "$t = (1, 2); for ($i : 0..args.pid) { $t = ($t.1, $t.0 + 1); } @ += $t.0;      | 4",
        "$c = comm; for ($i : 0..args.pid) { if ($c == comm) { @++; } $c = \"a\"; }   | 1",
        "for ($i : 0..args.pid) { for ($j : 0..args.pid) { for ($k : 0..args.pid) { @++; } } } | 125",
        "for ($i : 0..args.pid) { @h[$i, comm] = $i; } for ($kv : @h) { @ += $kv.1; }   | 10",
        "@c = count(); @s = sum(args.pid); @a = avg(args.pid); @ += (int64)@c + @s + @a; | 11",
        "@m[1] = min(args.pid); @n[1] = max(-args.pid); @ += (int64)@m[1] + @n[1] * 100; | -495",
        "@k[comm] = count(); for ($kv : @k) { if ($kv.0 == comm) { @ += $kv.1; } }       | 1",
        "@k[1] = 1; @k[2] = 2; @ += len(@k); delete(@k, 1); @ += len(@k) * 10;           | 12",
        "@k[1] = 5; if (find(@k, 1, $v)) { @ += $v; } if (has_key(@k, 2)) { @ += 100; }     | 5",
        "@k[1] = (1, \"a\", 3); for ($kv : @k) { @ += $kv.1.2; print($kv); }           | 3",
        "@k[1] = 5; clear(@k); @k[2] = 7; for ($kv : @k) { @ += $kv.1; }                | 7",
        "for ($i : 0..args.pid) { printf(\"%d %s\\n\", $i, comm); @++; }              | 5",
        "for ($i : 0..100) { let $a = 0; if ($i % 2) { $a = 1 } else { $a = 2 } @ += $a; }          | 150",
        "$x = 0; $s = 1; while ($x < args.pid * 400) { $s = $s * 5 ^ $x; $x++; } @ += $s & 0xffff; | 13985",
        "$x = 0; $s = 1; while ($x < 9000) { $s = $s * 5 ^ $x; $x++; } @ += $s & 0xffff; | 37305",
        "$x = 0; $s = 1; while ($x < 40000) { $s = $s * 5 ^ $x; $x++; } @ += $s & 0xffff; | 34945",
        "$x = (int64)args.pid - 12; $n = (int64)args.pid - 6; @ += $x / 3 + $x % 3 * 100 + $x / ($n * 2) * 1000 + $x % ($n * 2) * 10; | 2888",
        "$x = (int64)args.pid << 63; $n = (int64)args.pid - 6; if ($x / $n == $x && $x % $n == 0 && $x / ($n + 1) == 1 && $x % ($n + 1) == 1) { @ += 5; } | 5",
        "$i = 0; $p = &$i; while ($i < 10) { $i++; @ += 1; } @ += *$p * 100;           | 1010",
        "$x = args.pid; $n = 0; while (nsecs > 5) { $n++; if ($n > 3) { break; } @m = min($x); $x = (15 <= $x ? 14 : $x << $n) + (int32)$x ^ $x; } @ += $n + $x; | 130",
        "$x = args.pid; $i = 0; while ($i <= ($x % +$x + 3)) { $x--; $i++; } @ += $i; | 4",
        "$x = args.pid; $i = 0; while (($x & 255) > $i) { $i++; $x = $x ^ 33; $x = (int16)$i >> 31; } @ += $i; | 1",
        "$x = args.pid; $i = 0; while ($i < ($x & 2047)) { ++$i; $x = $x >> 30; } @ += $i; | 1",
        "$x = args.pid; $i = 0; while ($i < ((2 <= $x && $x) & 15)) { $x += 50; $i++; } @ += $i; | 1",
        "$t = str(uptr(0)); $i = 0; while ($i < args.pid) { $i++; if (!strcontains($t, comm)) { @++; } } | 5",
        "$n = 0; $i = 0; while ($i < 20) { if (args.pid & (1 << $i)) { $n = $n * 2 + 1; } else { $n *= 2; } $i++; } if ($n == 7) { @++; } @ += $n; | 655360",
        "$n = 0; for ($i : 0..20) { $n *= 2; if (args.pid >> $i == 0) { continue; } $n++; } if ($n == 9) { @++; } @ += $n; | 917504",
        "$n = 0; for ($i : 0..20) { $n = $n * 2 + (args.pid > $i ? 1 : 0); } if ($n == 3) { @++; } @ += $n; | 1015808",
        "$n = 0; for ($i : 0..20) { $n *= 2; if (args.pid > $i && $n++ >= 0) { @++; } } if ($n == 3) { @++; } @ += $n; | 1015813",
      })
  void counts(String body, long expected) throws Exception {
    comesTo(
        "tracepoint:syscalls:sys_enter_getpgid /pid == PID && args.pid == 5/ { " + body + " }",
        expected);
  }

  private static void comesTo(String script, long expected) throws Exception {
    try (ScriptSession session = ScriptSession.start(script)) {
      Workload.getpgid(5, 5);
      session.stop();
      assertThat(session.words("@")).containsExactly(expected);
      assertThat(session.loaded().losses()).containsOnly(0);
    }
  }

  /** The verifier must not learn from each, or it goes through the loop for all they can be. */
  @ParameterizedTest
  @ValueSource(strings = {"$x & (1 << %d)", "$x > %d", "($x >> %d) & 1"})
  void mayStandBehindManyTests(String test) throws Exception {
    String tests =
        IntStream.range(0, 18)
            .mapToObj(i -> "if (" + test.formatted(i) + ") { @ += 1; }")
            .collect(joining(" "));
    long each = test.contains(">> %d") || test.contains("<<") ? 2 : 5;
    try (ScriptSession session =
        ScriptSession.start(
            "tracepoint:syscalls:sys_enter_getpgid /pid == PID/ { $x = args.pid; $y = $x; "
                + tests
                + tests.replace("$x", "$y")
                + " $i = 0; while ($i < $x) { $i++; } @ += 100 * $i; "
                + tests
                + tests.replace("$x", "$y")
                + " }")) {
      Workload.getpgid(5, 5);
      session.stop();
      assertThat(session.words("@")).containsExactly(500 + 4 * each);
    }
  }

  /** Only loops in loops have their frames at the same time. */
  @Test
  void canBeManyOneAfterAnother() throws Exception {
    counts("for ($i : 0..args.pid) { for ($j : 0..$i) { @++; } } ".repeat(30), 300);
  }

  /** The verifier does not finish where it looks at each place, for each way to a search. */
  @Test
  void searchesBehindBranches() throws Exception {
    String searches =
        IntStream.range(0, 8)
            .mapToObj(
                i ->
                    "if (%d < args.pid) { @ += strstr($t, str_concat($t, \"\")) + 1; } "
                        .formatted(2 * i))
            .collect(joining());
    counts(
        "$t = str_concat(comm, \"\"); for ($i : 0..40) { @n += len(@k); } @k[1] = 1; " + searches,
        3);
  }

  /** The verifier does not finish with that many copies: a loop has one. */
  @Test
  void unrollsBehindBranches() throws Exception {
    comesTo(
        """
            BEGIN {
              $a = pid; $b = (uint16)-@m["x", $a];
              @p[$b] = (@m[$a >= $b ? "x" : "y", $a]++, tid == 2 ? $b != 13 ? "c" : "d" : "e");
              $a = $a + ($a | ~$b);
              unroll (68) {
                $b = (uint64)~@m[tid <= $b ? "x" : "y", $a];
                @ += 1;
                $a--;
                @n[pid <= $b ? "." : "", $a] = (1, pid <= $a ? ("a", 2) : ("b", 2));
                delete(@c[$b ?: $a, ("a", $a)]);
              }
              @c[1, ("a", 2)] = count();
            }
            """,
        68);
  }

  /** The inner loop can end in each of its rounds, in each round of the outer one. */
  @Test
  void loopsInsideOfBranches() throws Exception {
    comesTo(
        """
            fn f($x: int64, $c: uint64): int32 {
              for ($i : 2..16) { $j = 1; while ($j != 5) { ++$j; let $s: string = "%"; } ++$x; }
              return +$x << ($x >= $x);
            }
            tracepoint:syscalls:sys_enter_getpgid /pid == PID/ {
              let $a: int64 = args.pid;
              $p = &$a;
              if (*$p == 5) { @m[$a] = sum(f($a, 3) + @n[(pid, "x")]++); }
              @ += (int64)@m[5];
            }
            """,
        38);
  }

  /** Each deletion is one of all buckets. */
  @Test
  void canDeleteHistograms() throws Exception {
    try (ScriptSession session =
        ScriptSession.start(
            "tracepoint:syscalls:sys_enter_getpgid /pid == PID/ { @h[args.pid] = hist(args.pid, 5);"
                + "unroll (2) { $i = (int16)6; while ($i > 2) { $i--; delete(@h[$i]); @++; } } }")) {
      Workload.getpgid(5, 6);
      session.stop();
      assertThat(session.words("@")).containsExactly(16L);
      assertThat(session.rows("@h").keySet()).containsExactly(List.of(6L));
    }
  }

  @Test
  void addsUpOverProcessors() throws Exception {
    try (ScriptSession session =
        ScriptSession.start(
            """
            tracepoint:syscalls:sys_enter_getpgid /pid == PID/ {
              @c[args.pid] = count(); @all = count();
            }
            tracepoint:syscalls:sys_enter_getppid /pid == PID/ {
              for ($kv : @c) { @seen[$kv.0] += $kv.1; }
              @total += (int64)@all;
              @one += (int64)@c[3];
            }
            """)) {
      Workload.onThreads(2, () -> Workload.getpgid(1, 1000));
      Workload.getppid(1);
      session.stop();
      Map<List<Object>, Row> seen = session.rows("@seen");
      assertThat(seen).hasSize(1000);
      assertThat(seen.values()).allMatch(row -> row.words().equals(List.of(2L)));
      assertThat(session.words("@total")).containsExactly(2000L);
      assertThat(session.words("@one")).containsExactly(2L);
    }
  }
}
