package jbt.compiler.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import jbt.compiler.CompileException;
import jbt.compiler.FakeTarget;
import jbt.compiler.lang.Source;
import jbt.compiler.lang.SourceRange;
import jbt.compiler.plan.Attachment.Point;
import jbt.compiler.plan.Decision;
import jbt.compiler.plan.ScriptMap;
import jbt.compiler.plan.Site;
import jbt.compiler.types.Type;
import org.junit.jupiter.api.Test;

class CheckerTest {
  private static Checked check(String script) throws CompileException {
    return Checker.check(new Source("stdin", script), new FakeTarget("web01"));
  }

  private static String print(String script) throws CompileException {
    Source source = new Source("stdin", script);
    return CheckedPrinter.print(Checker.check(source, new FakeTarget("web01")), source);
  }

  private static ScriptMap.Value valueOf(String script) throws CompileException {
    return check(script).maps().getFirst().value();
  }

  @Test
  void saysHowItDecidedWhatIsKnown() throws CompileException {
    String script =
        """
        BEGIN {
          if comptime (host == "web01") { @a = 1 } else if comptime (pid == 1) { @b = 1 }
          @c = comptime (host == "web02") ? 1 : 2;
        }
        """;
    assertThat(check(script).decisions())
        .containsExactly(new Decision("stdin:2:6-32", true), new Decision("stdin:3:8-34", false));
  }

  /** What depends on the attach point or on the arguments of a macro says nothing of the host. */
  @Test
  void whatIsNotDecidedOnceForAllIsLeftOut() throws CompileException {
    assertThat(check("BEGIN, END { if comptime (probe == \"begin\") { @ = 1 } }").decisions())
        .isEmpty();
    assertThat(
            check(
                    "macro m(x) { if comptime (x == 1) { print(1) } }"
                        + " BEGIN { m(1); m(2); if comptime (1 == 2) { @ = 2 } }")
                .decisions())
        .containsExactly(new Decision("stdin:1:73-90", false));
    assertThat(
            check("macro m(x) { if comptime (x == 1) { print(1) } } BEGIN { m(1); m(1); }")
                .decisions())
        .containsExactly(new Decision("stdin:1:17-34", true));
  }

  @Test
  void checksCountByCommWithIntervalPrint() throws CompileException {
    Checked checked =
        check(
            """
            tracepoint:raw_syscalls:sys_enter /pid == 5/ { @[comm] = count(); }
            interval:s:1 { print(@); clear(@); }
            """);
    assertThat(checked.maps())
        .containsExactly(
            new Checked.MapDecl(
                "@",
                List.of(new Type.Str(16)),
                new ScriptMap.Value.Count(),
                true,
                false,
                false,
                true,
                false,
                false,
                4096,
                new SourceRange(47, 64)));
    assertThat(checked.attachPointNames())
        .containsExactly("tracepoint:raw_syscalls:sys_enter", "interval:s:1");
    assertThat(checked.sites())
        .containsExactly(
            new Site.Print(0, 0, 0, false, Site.Place.INTERVAL, Optional.of(1_000_000_000L), true),
            new Site.Clear(0));
    assertThat(checked.warnings()).isEmpty();
  }

  @Test
  void typesFieldsOfSystemCalls() throws CompileException {
    assertThat(
            print(
                """
                tracepoint:syscalls:sys_enter_openat {
                  @f[str(args.filename)] = count();
                  @d[args->dfd, args.mode] = sum(args.flags);
                }
                """))
        .isEqualTo(
            """
            map @f[string[1024]]: Count[]
            map @d[int64, uint64]: Sum[signed=true]
            probe tracepoint:syscalls:sys_enter_openat
               2    @f[str(ctx+24:pointer):string[1024]] <- 1
               3    @d[ctx+16:int32, ctx+40:uint16] <- ctx+32:int32
            """);
  }

  @Test
  void oneProgramServesEqualLayouts() throws CompileException {
    Checked checked = check("t:syscalls:sys_enter_read,tracepoint:syscalls:sys_enter_* { @++ }");
    assertThat(checked.probes()).hasSize(1);
    assertThat(checked.attachPointNames())
        .containsExactly(
            "tracepoint:syscalls:sys_enter_read",
            "tracepoint:syscalls:sys_enter_getppid",
            "tracepoint:syscalls:sys_enter_kill",
            "tracepoint:syscalls:sys_enter_openat",
            "tracepoint:syscalls:sys_enter_write");
    assertThat(checked.probes().getFirst().points())
        .extracting(Checked.PointAt::cookie)
        .containsExactly(1, 2, 3, 4, 5);

    Checked two =
        check("t:syscalls:sys_enter_read,t:sched:sched_process_ex*,i:s:1,i:s:2,p:hz:99 { @++ }");
    assertThat(two.probes()).extracting(probe -> probe.points().size()).containsExactly(3, 1, 1, 1);

    Checked fields = check("t:sched:sched_process_ex*,t:syscalls:sys_enter_kill { @ = args.pid }");
    assertThat(fields.probes()).hasSize(3);
  }

  @Test
  void expandsTimedAndSoftwareProbes() throws CompileException {
    Checked checked =
        check(
            """
            Begin,interval:hz:100,i:500ms,interval:1s,profile:hz:99,p:us:100,
            software:cs,s:faults:10,software:cpu-clock:,s:dummy:1e3, end { @++ }
            """);
    List<Point> points =
        checked.probes().stream()
            .flatMap(probe -> probe.points().stream())
            .map(Checked.PointAt::point)
            .toList();
    assertThat(points)
        .containsExactly(
            new Point.Begin(),
            new Point.Interval(10_000_000),
            new Point.Interval(500_000_000),
            new Point.Interval(1_000_000_000),
            new Point.Profile(10_101_010),
            new Point.Profile(100_000),
            new Point.Software("context-switches", 3, 1000),
            new Point.Software("page-faults", 2, 10),
            new Point.Software("cpu-clock", 0, 1_000_000),
            new Point.Software("dummy", 9, 1000),
            new Point.End());
    assertThat(checked.attachPointNames())
        .containsExactly(
            "begin",
            "interval:hz:100",
            "interval:500ms",
            "interval:1s",
            "profile:hz:99",
            "profile:us:100",
            "software:cs",
            "software:faults:10",
            "software:cpu-clock",
            "software:dummy:1000",
            "end");
  }

  @Test
  void probeIsItsNumber() throws CompileException {
    assertThat(
            print(
                """
                t:syscalls:sys_enter_* {
                  @[probe] = count();
                  if (probe == "tracepoint:syscalls:sys_enter_read") { @x++ }
                  if (probe != "nothing") { @x++ }
                }
                i:s:1 { @[probe] = count(); if (probe == "interval:s:1") { @x++ } }
                """))
        .contains(
            """
               2    @[probe] <- 1
               3    if (probe eq 4:probe name):bool
               3      @x++
               4    if 1:bool
            """)
        .contains(
            """
               6    @[6:probe name] <- 1
               6    if 1:bool
            """);
  }

  @Test
  void foldsTheHost() throws CompileException {
    assertThat(print("BEGIN /host == \"web01\"/ { @a = host; if (host != \"web01\" && pid) {} }"))
        .isEqualTo(
            """
            map @a: Plain[type=Str[size=6]]
            probe begin
               1    /1:bool/
               1    @a = "web01"
               1    if 0:bool
            """);
  }

  @Test
  void foldsConstants() throws CompileException {
    assertThat(
            print(
                """
                BEGIN {
                  @d = -9223372036854775808; @e = 1 << 63; @g = ~0; @h = -8 >> 1; @i = -7 / 2;
                  @j = 5 > 3; @k = "a" == "b"; @l = !3; @m = 9223372036854775807 + 1;
                  @n = (int8)255 + (uint8)-1; @o = 1 ? 2 : "3" == "4"; @p = 2 - 3; @q = -7 % 4;
                }
                """))
        .contains("@d = -9223372036854775808:int64")
        .contains("@e = -9223372036854775808:uint64")
        .contains("@g = -1:int64")
        .contains("@h = -4:int64")
        .contains("@i = -3:int64")
        .contains("@j = 1:bool")
        .contains("@k = 0:bool")
        .contains("@l = 0:bool")
        .contains("@m = -9223372036854775808:uint64")
        .contains("@n = 254:int64")
        .contains("@o = 2:int64")
        .contains("@p = -1:int64")
        .contains("@q = -3:int64");
  }

  @Test
  void infersTypesFromTheWholeScript() throws CompileException {
    assertThat(
            print(
                """
                BEGIN {
                  $x = 0; $x = nsecs; $y = 1; $y--; $z = pid; $w = "a"; $w = "abcdef";
                  $t = (1, "a"); $t = (2, "abc"); @t = $t; @k[$t] = 1; @k[1, "abcdef"] = @later;
                  print($t.1);
                }
                i:s:1 { @later = nsecs; @self = @self + 1; }
                """))
        .isEqualTo(
            """
            map @t: Plain[type=Tuple[parts=[Int[bytes=8, signed=true], Str[size=4]], names=[]]]
            map @k[int64, string[7]]: Plain[type=Int[bytes=8, signed=false]]
            map @later: Plain[type=Int[bytes=8, signed=false]] read
            map @self: Plain[type=Int[bytes=8, signed=true]] read
            probe begin
                    $0: uint64
                    $1: int64
                    $2: uint64
                    $3: string[7]
                    $4: (int64, string)
               2    $0 = 0:uint64
               2    $0 = nsecs
               2    $1 = 1:int64
               2    $1--
               2    $2 = pid
               2    $3 = "a"
               2    $3 = "abcdef"
               3    $4 = (1:int64, "a")
               3    $4 = (2:int64, "abc")
               3    @t = $4
               3    @k[$4.0, $4.1] = 1:uint64
               3    @k[1:int64, "abcdef"] = @later
               4    print#0 $4.1
            probe interval:s:1
               6    @later = nsecs
               6    @self = (@self add 1:int64):int64
            """);
  }

  @Test
  void whatIsNotKnownYetTakesTheOthersSign() throws CompileException {
    assertThat(valueOf("BEGIN { @ = @ + nsecs }"))
        .isEqualTo(new ScriptMap.Value.Plain(Type.UINT64));
    assertThat(valueOf("BEGIN { @ = pid ? @ : nsecs }"))
        .isEqualTo(new ScriptMap.Value.Plain(Type.UINT64));
  }

  @Test
  void tellsValueKindsApart() throws CompileException {
    assertThat(valueOf("BEGIN { @++ }")).isEqualTo(new ScriptMap.Value.Counter(true));
    assertThat(valueOf("BEGIN { @ += nsecs }")).isEqualTo(new ScriptMap.Value.Counter(false));
    assertThat(valueOf("BEGIN { @ += nsecs; @-- }")).isEqualTo(new ScriptMap.Value.Counter(true));
    assertThat(valueOf("BEGIN { @++ } END { @ = 5 }"))
        .isEqualTo(new ScriptMap.Value.Plain(Type.INT64));
    assertThat(valueOf("BEGIN { @ *= 2 }")).isEqualTo(new ScriptMap.Value.Plain(Type.INT64));
    assertThat(valueOf("BEGIN { @ = sum(nsecs) }")).isEqualTo(new ScriptMap.Value.Sum(false));
    assertThat(valueOf("BEGIN { @ = sum(nsecs); @ = sum(-1) }"))
        .isEqualTo(new ScriptMap.Value.Sum(true));
    assertThat(valueOf("BEGIN { @ = max(pid) }")).isEqualTo(new ScriptMap.Value.Max(false));
    assertThat(valueOf("BEGIN { @ = min(1) }")).isEqualTo(new ScriptMap.Value.Min(true));
    assertThat(valueOf("BEGIN { @ = hist(1, 3) }")).isEqualTo(new ScriptMap.Value.Hist(3));
    assertThat(valueOf("BEGIN { @ = lhist(1, 0, 4 * 25, 10) }"))
        .isEqualTo(new ScriptMap.Value.Lhist(0, 100, 10));
  }

  @Test
  void followsWhatBelongsToOneHost() throws CompileException {
    Checked checked =
        check(
            """
            t:sched:sched_switch {
              @a[comm, cpu, uid] = count(); @b[pid] = count(); $p = tid; $q = ($p + 1, 2);
              @c[$q] = count(); @d = pid; @e[@d] = count(); @f[pid == 1] = count();
              @g[args.next_pid] = count(); @h[args.next_prio] = count();
              @i[pid ? 1 : 2] = count(); @j[pid ?: 1] = count();
            }
            t:skb:kfree_skb { @k[args.skbaddr] = count(); }
            """);
    assertThat(checked.maps().stream().filter(Checked.MapDecl::hostBound))
        .extracting(Checked.MapDecl::name)
        .containsExactly("@b", "@c", "@e", "@g", "@j", "@k");
  }

  @Test
  void parsesFormats() throws CompileException {
    Checked checked =
        check("BEGIN { printf(\"%-5d|%s|%x|%08llX%% %.3hhd\\n\", pid, comm, tid, -1, 65); }");
    assertThat(checked.sites())
        .containsExactly(
            new Site.Printf(
                Site.Printf.Use.PRINT,
                List.of(
                    new Site.Piece.Conversion('d', 8, 5, -1, true, false, false, false),
                    new Site.Piece.Text("|"),
                    new Site.Piece.Conversion('s', 8, 0, -1, false, false, false, false),
                    new Site.Piece.Text("|"),
                    new Site.Piece.Conversion('x', 4, 0, -1, false, false, false, false),
                    new Site.Piece.Text("|"),
                    new Site.Piece.Conversion('X', 8, 8, -1, false, false, false, true),
                    new Site.Piece.Text("% "),
                    new Site.Piece.Conversion('d', 1, 0, 3, false, false, false, false),
                    new Site.Piece.Text("\n")),
                List.of(Type.UINT32, new Type.Str(16), Type.UINT32, Type.INT64, Type.INT64)));
  }

  @Test
  void readsText() throws CompileException {
    assertThat(
            print(
                """
                t:syscalls:sys_enter_write {
                  @a = str(args.buf, args.count); @b = str(args.buf + 3, 10); @c = str("hello", 2);
                }
                t:sched:sched_process_exec { @d = args.filename; @e[args.pid] = str(args.filename) }
                t:sched:sched_process_exit { @f[args.comm, args.group_dead] = count() }
                """))
        .isEqualTo(
            """
            map @a: Plain[type=Str[size=1024]]
            map @b: Plain[type=Str[size=10]]
            map @c: Plain[type=Str[size=3]]
            map @d: Plain[type=Str[size=1024]]
            map @e[int64]: Plain[type=Str[size=1024]] host-bound
            map @f[string[16], bool]: Count[]
            probe tracepoint:syscalls:sys_enter_write
               2    @a = str(ctx+24:pointer, ctx+32:uint64):string[1024]
               2    @b = str((pointer)((uint64)ctx+24:pointer add 3:uint64):uint64, 10:int64):string[10]
               2    @c = "he"
            probe tracepoint:sched:sched_process_exec
               4    @d = ctx+8:string[1024]
               4    @e[ctx+12:int32] = ctx+8:string[1024]
            probe tracepoint:sched:sched_process_exit
               5    @f[ctx+8:string[16], ctx+32:bool] <- 1
            """);
  }

  @Test
  void givesOperandsACommonSign() throws CompileException {
    assertThat(
            print(
                """
                BEGIN {
                  @a = nsecs / 2 > pid; @b = (int64)nsecs % 3; @c = nsecs - 1; @d = -pid;
                  @e = nsecs >> 1; @f = (int8)pid >> uid; @g = pid + (1 == cpu);
                }
                """))
        .contains("@a = ((nsecs divide 2:uint64):uint64 gt (uint64)pid):bool")
        .contains("@b = ((int64)nsecs modulo 3:int64):int64")
        .contains("@c = (nsecs subtract 1:uint64):int64")
        .contains("@d = negate((int64)pid)")
        .contains("@e = (nsecs shift_right 1:int64):uint64")
        .contains("@f = ((int64)(int8)pid shift_right uid):int64")
        .contains("@g = ((int64)pid add (int64)(1:int64 eq (int64)cpu):bool):int64");
  }

  @Test
  void setsVariablesBeforeTheyAreRead() throws CompileException {
    assertThat(
            print(
                "BEGIN { let $d; if (pid) { $d = 5 } print($d); let $q: int8; $q = pid; @ = $q }"))
        .isEqualTo(
            """
            map @: Plain[type=Int[bytes=8, signed=true]]
            probe begin
                    $0: int64
                    $1: int8
               1    $0 = 0:int64
               1    if pid
               1      $0 = 5:int64
               1    print#0 $0
               1    $1 = 0:int8
               1    $1 = (int8)pid
               1    @ = $1
            """);
  }

  @Test
  void checksWhatTheParserAllows() throws Exception {
    // The deepest tree that is allowed must not need more stack than a small thread has.
    String chain = "BEGIN { $x = pid; @ = " + "-(".repeat(120) + "$x" + ")".repeat(120) + "; }";
    String longChain = "BEGIN { @ = pid" + " + pid".repeat(250) + "; }";
    String alternatives = "BEGIN /pid == 1" + " || pid == 2".repeat(10_000) + "/ { @++ }";
    StringBuilder failures = new StringBuilder();
    Runnable work =
        () -> {
          for (String script : List.of(chain, longChain, alternatives)) {
            try {
              assertThat(print(script)).isNotEmpty();
            } catch (CompileException | StackOverflowError e) {
              failures.append(e);
            }
          }
        };
    Thread thread = new Thread(null, work, "small stack", 512 * 1024);
    thread.start();
    thread.join();
    assertThat(failures).isEmpty();
  }
}
