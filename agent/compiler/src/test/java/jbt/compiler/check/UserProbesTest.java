package jbt.compiler.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.OptionalInt;
import jbt.compiler.CompileException;
import jbt.compiler.Compiler;
import jbt.compiler.FakeTarget;
import jbt.compiler.lang.Parameters;
import jbt.compiler.plan.Attachment;
import jbt.compiler.plan.Attachment.Point.Uprobe;
import jbt.compiler.plan.KernelMap;
import jbt.compiler.plan.Plan;
import jbt.compiler.plan.Program;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UserProbesTest {
  private static final Parameters PROCESS =
      new Parameters(
          new Parameters.Circumstances(
              Parameters.Mode.TRACE,
              Parameters.Unsafe.NOT_ASKED,
              Parameters.Unsafe.NOT_ASKED,
              OptionalInt.of(7),
              OptionalInt.empty()));

  private static Plan plan(String script) {
    try {
      return Compiler.compile(script, "test", new FakeTarget("a"));
    } catch (CompileException e) {
      throw new AssertionError(e.getMessage(), e);
    }
  }

  private static List<Attachment.Point> points(String script) {
    return plan(script).attachments().stream().map(Attachment::point).toList();
  }

  @Test
  void findsThePlaceOfAFunction() {
    assertThat(points("uprobe:/bin/app:work_a { @ = count(); }"))
        .containsExactly(new Uprobe("/bin/app", 0x140, false, 0));
    assertThat(points("u:app:work_a+8/pid == 1/ { @ = count(); }"))
        .containsExactly(new Uprobe("/bin/app", 0x148, false, 0));
    assertThat(points("ur:\"/bin/app\":0x1140 { @ = count(); }"))
        .containsExactly(new Uprobe("/bin/app", 0x140, true, 0));
    assertThat(points("uprobe:app:0x1f00 { @ = count(); }"))
        .containsExactly(new Uprobe("/bin/app", 0xf00, false, 0));
  }

  @Test
  void findsTheCodeOfALine() {
    assertThat(points("uprobe:app@app.c:10 { @ = count(); }"))
        .containsExactly(
            new Uprobe("/bin/app", 0x148, false, 0), new Uprobe("/bin/app", 0xf00, false, 0));
    assertThat(points("uprobe:\"/bin/app\"@app.c:10:9 { @ = count(); }"))
        .containsExactly(new Uprobe("/bin/app", 0x14c, false, 0));
    assertThat(plan("uprobe:app@\"app.c\":\"12\":5 { @ = count(); }").attachPointNames())
        .containsExactly("uprobe:/bin/app@app.c:12:5");
    assertThat(plan("uprobe:app@app.c:12:5 { @ = count(); }").attachPointNames())
        .containsExactly("uprobe:/bin/app@app.c:12:5");
  }

  @Test
  void takesAFunctionOfTwoNamesOnce() {
    Plan plan = plan("uprobe:app:* { @ = count(); }");
    assertThat(plan.attachPointNames())
        .containsExactly(
            "uprobe:/bin/app:alias", "uprobe:/bin/app:work_a", "uprobe:/bin/app:work_b");
    assertThat(plan.programs()).hasSize(1);
    assertThat(plan.programs().getFirst().kind()).isEqualTo(Program.Kind.UPROBE_MULTI);
  }

  @Test
  void makesAProgramForEachNameOfAFunctionThatTheScriptAsksFor() {
    assertThat(plan("uprobe:app:work_* { @[func] = count(); }").programs()).hasSize(2);
    assertThat(plan("uprobe:app:work_*, uretprobe:app:work_* { @[probe] = count(); }").programs())
        .hasSize(2);
  }

  @Test
  void findsFunctionsByTheirNamesInCpp() {
    assertThat(points("uprobe:app:cpp:\"ns::work(int*)\" { @ = count(); }"))
        .containsExactly(new Uprobe("/bin/app", 0x140, false, 0));
    assertThat(points("uretprobe:app:cpp:ns::work { @ = count(); }")).hasSize(2);
    assertThat(points("uprobe:app:cpp:\"*::wor*\" { @ = count(); }")).hasSize(2);
    assertThat(plan("uprobe:app:cpp:\"ns::work\" { @ = count(); }").attachPointNames())
        .containsExactly("uprobe:/bin/app:work_a", "uprobe:/bin/app:work_b");
  }

  @Test
  void unwindsStacksOfTheProcessOnly() throws CompileException {
    Plan plan =
        Compiler.compile(
            "uprobe:work_a { @[dw_ustack, dw_ustack(perf, 3)] = count(); }",
            "t",
            PROCESS,
            new FakeTarget("a"));
    assertThat(plan.unwound()).hasValue(7);
    assertThat(plan.maps()).filteredOn(map -> map.kind() == KernelMap.Kind.UNWIND).hasSize(1);
    assertThat(plan("uprobe:app:work_a { @[ustack] = count(); }").unwound()).isEmpty();
    assertThatThrownBy(
            () ->
                Compiler.compile(
                    "uprobe:app:work_a { @[dw_ustack] = count(); }", "t", new FakeTarget("a")))
        .hasMessageContaining(
            "t:1:23-32: ERROR: dw_ustack needs the process whose stacks it shows: name it with -p");
    assertThatThrownBy(
            () ->
                Compiler.compile(
                    "interval:s:1 { print(dw_ustack); }", "t", PROCESS, new FakeTarget("a")))
        .hasMessageContaining(
            "dw_ustack is not available in interval:s:1: other processes run it, too");
  }

  @Test
  void takesTheProgramOfTheProcess() throws CompileException {
    for (String point :
        List.of("uprobe:work_a", "uprobe:cpp:\"ns::work(int*)\"", "uprobe:*:work_a")) {
      Plan plan = Compiler.compile(point + " { @ = count(); }", "t", PROCESS, new FakeTarget("a"));
      assertThat(plan.attachPointNames()).containsExactly("uprobe:/bin/app:work_a");
    }
    assertThat(
            Compiler.compile("usdt:begin { @ = count(); }", "t", PROCESS, new FakeTarget("a"))
                .attachments())
        .hasSize(2);
  }

  @Test
  void knowsArgumentsFromDebugInformation() {
    Plan plan =
        plan(
            "uprobe:app:work_a { @[args.small, args.p.y, args.flags] = count(); }"
                + " uprobe:app:work_* { @a = count(); }");
    assertThat(plan.programs()).hasSize(2);
    assertThat(plan("uprobe:app:work_a { print(args); $all = args(); @ = $all.small; }").programs())
        .hasSize(1);
  }

  @Test
  void knowsStructsOfThePrograms() {
    assertThat(
            plan("uprobe:app:main { @ = ((struct point *)arg0)->y + sizeof(struct point); }"
                    + " usdt:app:begin { @m[((point *)arg1).x] = count(); }")
                .programs())
        .hasSize(3);
  }

  @Test
  void takesAllPlacesOfAMarker() {
    Plan plan = plan("usdt:app:begin /arg0 > 5/ { @ = sum(arg1); }");
    assertThat(plan.attachments()).hasSize(2);
    assertThat(plan.programs()).hasSize(2);
    assertThat(plan.attachPointNames())
        .containsExactly("usdt:/bin/app:app:begin", "usdt:/bin/app:app:begin");
    assertThat(points("usdt:/bin/app:app:e* { print(arg0); }"))
        .containsExactly(new Uprobe("/bin/app", 0x148, false, 0x200));
    assertThat(points("usdt:app:* { @ = count(); }")).hasSize(3);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "uprobe:app:work_a+2 {} | Could not add uprobe into middle of instruction: /bin/app:work_a+2",
        "uprobe:app:work_a+2 {} | Instructions begin at work_a+0 and work_a+4",
        "uprobe:app:0x1143 {} | Could not add uprobe into middle of instruction: /bin/app:work_a+3",
        "uprobe:app:work_a+16 {} | is behind the end of work_a, which has 16 bytes",
        "uprobe:app:wirk_a {} | Did you mean 'work_a'?",
        "uprobe:app:x* {} | No matches for uprobe app:x*",
        "uprobe:nothing:x {} | No program or library nothing",
        "uprobe:app:a:x {} | uprobe probe type knows no language 'a'",
        "uretprobe:app:go:main {} | HINT: That of C++ is uretprobe:app:cpp:main",
        "uprobe:app::main {} | uprobe probe type requires 2 arguments, found 3",
        "uprobe:app {} | uprobe probe type requires 2 arguments, found 1",
        "uprobe:app:0x5000 {} | /bin/app has nothing at address 0x5000",
        "uprobe:app:0x1f90 {} | /bin/app has no code at address 0x1f90",
        "uretprobe:app:work_a+4 {} | Offsets are not allowed for uretprobe",
        "uretprobe:app:0x1144 {} | is inside of work_a",
        "uprobe:app:main { print(retval); } | 'retval' is not available in uprobe:/bin/app:main",
        "uretprobe:app:main { print(arg0); } | 'arg0' is not available in uretprobe:/bin/app:main",
        "uprobe:app:main { print(arg6); } | arg6 is not in a register",
        "uprobe:app:main { print(reg(\"xx\")); } | xx",
        "uprobe:app:\"ns::work\" {} | /bin/app has no symbol ns::work",
        "uprobe:app:\"ns::work\" {} | That is its name in C++: uprobe:/bin/app:cpp:\"ns::work\"",
        "uprobe:app:cpp:\"ns::wrk\" {} | Did you mean 'ns::work'?",
        "uprobe:app:cpp:\"ns::work(char)\" {} | /bin/app has no function ns::work(char)",
        "uprobe:app:small {} | /bin/app: the compiler has put small into its callers",
        "uprobe:work_a {} | uprobe probe type requires 2 arguments, found 1",
        "uprobe:app:main { print(args.x); } | its program has no debug information of arguments there",
        "uprobe:app:main { @ = args; } | its program has no debug information of arguments there",
        "uprobe:app:work_a { print(args.smal); } | Did you mean 'small'?",
        "uprobe:app:work_a { print(args.share); } | is in no register that can be read",
        "uprobe:app:work_a { print(args.p.z); } | z",
        "uprobe:app:work_a { print(args[0]); } | HINT: Fields of args: small, share, p, pair, flags",
        "uprobe:app:work_a { print(args()[0]); } | Arguments have no numbers here: name a field",
        "uprobe:app:main { print(args[0]); } | its program has no debug information of arguments there",
        "uprobe:app:main { print(sizeof(union point)); } | Unknown union: 'point'",
        "uprobe:app:main { @ = 1; } begin { print(sizeof(struct point)); } | Unknown struct: 'point'",
        "usdt:app:begni {} | No matches for usdt app:begni",
        "usdt:app:begin { print(arg3); } | has 3 arguments, there is no arg3",
        "usdt:app:end { print(arg1); } | Where usdt:/bin/app:app:end keeps arg1 is not understood",
      })
  void refuses(String script, String message) {
    try {
      Compiler.compile(script, "test", new FakeTarget("a"));
      throw new AssertionError("no error");
    } catch (CompileException e) {
      assertThat(e.getMessage()).contains(message);
    }
  }
}
