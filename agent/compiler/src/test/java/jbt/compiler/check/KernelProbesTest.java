package jbt.compiler.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Set;
import jbt.compiler.CompileException;
import jbt.compiler.Compiler;
import jbt.compiler.FakeTarget;
import jbt.compiler.plan.Attachment;
import jbt.compiler.plan.Attachment.Point;
import jbt.compiler.plan.Plan;
import jbt.compiler.plan.Program;
import jbt.compiler.target.Target;
import org.junit.jupiter.api.Test;

class KernelProbesTest {
  private static final long START = 0xffffffff81000000L;

  private static Plan compile(String script) throws CompileException {
    return Compiler.compile(script, "test", new FakeTarget("here"));
  }

  private static List<Point> points(String script) throws CompileException {
    return compile(script).attachments().stream().map(Attachment::point).toList();
  }

  private static List<String> names(String script) throws CompileException {
    return compile(script).attachPointNames();
  }

  private static String problem(String script) {
    try {
      compile(script);
      throw new AssertionError("no error: " + script);
    } catch (CompileException e) {
      return String.valueOf(e.getMessage());
    }
  }

  @Test
  void findsFunctions() throws Exception {
    assertThat(points("kprobe:vfs_open { @ = arg0; }"))
        .containsExactly(new Point.Kprobe("vfs_open", START, 0, false));
    assertThat(points("kretprobe:vfs_disk { @ = retval; }"))
        .containsExactly(new Point.Kprobe("disk:vfs_disk", START + 0x140, 0, true));
    assertThat(points("k:disk:vfs_disk {} kr:vfs_read {}")).hasSize(2);
    assertThat(points("kprobe:vfs_open+5 {}"))
        .containsExactly(new Point.Kprobe("vfs_open", START, 5, false));
    assertThat(points("kprobe:0xffffffff81000048 {}"))
        .containsExactly(new Point.Kprobe("", START + 0x40, 8, false));
    assertThat(points("kprobe:twice {}")).hasSize(2);
  }

  @Test
  void aKernelWithoutKprobesIsAsOneWithoutTheFunction() throws Exception {
    FakeTarget without = new FakeTarget("here", Set.of(Target.Feature.KPROBE));
    String script = "kprobe:vfs_open { @ = 1; } BEGIN { @ = 2; }";
    String lacks = "kprobe probes need CONFIG_KPROBE_EVENTS, which this kernel lacks";
    assertThatThrownBy(() -> Compiler.compile(script, "test", without))
        .hasMessageContaining("ERROR: " + lacks);
    Plan plan = Compiler.compile("config = { missing_probes = warn } " + script, "test", without);
    assertThat(plan.attachments()).hasSize(1);
    assertThat(plan.warnings().getFirst()).contains("WARNING: " + lacks + ". Skipping.");
  }

  @Test
  void makesOneProgramForPatterns() throws Exception {
    Plan plan = compile("kprobe:vfs_* { @[probe] = count(); }");
    assertThat(plan.programs()).hasSize(1);
    assertThat(plan.programs().getFirst().kind()).isEqualTo(Program.Kind.KPROBE_MULTI);
    assertThat(plan.attachPointNames())
        .containsExactly("kprobe:vfs_open", "kprobe:vfs_read", "kprobe:vfs_disk");
    assertThat(compile("kprobe:d*:vfs_* {}").attachPointNames())
        .containsExactly("kprobe:disk:vfs_disk");
    assertThat(compile("kprobe:vfs_* { @[func] = count(); }").programs()).hasSize(3);
  }

  @Test
  void refusesWhatIsNoPlace() {
    assertThat(problem("kprobe:vfs_open+1 {}"))
        .contains(
            "Could not add kprobe into middle of instruction: vfs_open+1",
            "Instructions begin at vfs_open+0 and vfs_open+5");
    assertThat(problem("kprobe:vfs_open+64 {}")).contains("vfs_open, which has 64 bytes");
    assertThat(problem("kretprobe:vfs_open+5 {}")).contains("Offsets are not allowed");
    assertThat(problem("kretprobe:0xffffffff81000005 {}")).contains("takes the start");
    assertThat(problem("kprobe:0x5 {}")).contains("No function of the kernel is at address 0x5");
    assertThat(problem("kprobe:vfs_opne {}")).contains("Did you mean 'vfs_open'?");
    assertThat(problem("kprobe:rcu_* {}")).contains("No matches for kprobe rcu_*");
    assertThat(problem("kprobe:a:b:c {}")).contains("requires 1 or 2 arguments, found 3");
    assertThat(problem("kprobe:vfs_open { print(retval); }")).contains("'retval' is not available");
    assertThat(problem("kretprobe:vfs_open { print(arg0); }")).contains("'arg0' is not available");
    assertThat(problem("fentry:vfs_open {}")).contains("type information (BTF)");
    assertThat(problem("iter:task {}")).contains("type information (BTF)");
  }

  /** A table of names, perhaps with a short one, and their usual counts. */
  private static void checkEvents(String type, String table) throws Exception {
    for (String row : table.split(",\\s*", -1)) {
      String[] parts = row.split(" ", -1);
      String[] spellings = parts[0].split("\\|", -1);
      for (String name : spellings) {
        for (String usual : List.of(type + ":" + name, type + ":" + name + ":")) {
          assertThat(names(usual + " {}")).containsExactly(type + ":" + name);
          assertThat(points(usual + " {}"))
              .isEqualTo(points("%s:%s:%s {}".formatted(type, name, parts[1])));
        }
        assertThat(names("%s:%s:200000 {}".formatted(type, name)))
            .containsExactly("%s:%s:200000".formatted(type, name));
      }
    }
  }

  @Test
  void knowsEventsAndTheirUsualCounts() throws Exception {
    String software =
        """
        alignment-faults 1, bpf-output 1, context-switches|cs 1000, cpu-clock|cpu 1000000,
        cpu-migrations 1, dummy 1, emulation-faults 1, major-faults 1, minor-faults 100,
        page-faults|faults 100, task-clock 1000000""";
    String hardware =
        """
        backend-stalls 1000000, branch-instructions|branches 100000, branch-misses 100000,
        bus-cycles 100000, cache-misses 1000000, cache-references 1000000, cpu-cycles|cycles 1000000,
        frontend-stalls 1000000, instructions 1000000, ref-cycles 1000000""";
    checkEvents("software", software);
    checkEvents("hardware", hardware);
    assertThat(points("hardware:cycles: {} h:branch-misses:5000 {}"))
        .containsExactly(
            new Point.Hardware("cpu-cycles", 0, 1_000_000),
            new Point.Hardware("branch-misses", 5, 5000));
    assertThat(problem("hardware:cycels {}")).contains("Did you mean 'cycles'?");
    assertThat(problem("hardware:cycles:0 {}")).contains("Invalid count: '0'");
    assertThat(points("watchpoint:0x1000:8:rw {} w:0x1001:8:x {}"))
        .containsExactly(new Point.Watchpoint(0x1000, 8, 3), new Point.Watchpoint(0x1001, 8, 4));
    assertThat(problem("watchpoint:0x1001:8:w {}")).contains("no multiple of the length");
    assertThat(problem("watchpoint:0x1000:3:w {}")).contains("Invalid length");
    assertThat(problem("watchpoint:0x1000:8:r {}")).contains("Invalid mode");
  }
}
