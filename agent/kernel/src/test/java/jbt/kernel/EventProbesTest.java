package jbt.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import jbt.compiler.check.ProbeListing;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Counters of the processor, watchpoints and iterators. */
@Tag("kernel")
class EventProbesTest {
  private static final String WATCHED =
      """
      // Not zero, or the kernel writes there when it makes the process.
      volatile long written = 1;
      volatile long used = 1;
      __attribute__((noinline)) void function(void) { __asm__ volatile(""); }
      int main(void) {
        for (int i = 0; i < 10; i++) { written = i; used = i; }
        for (int i = 0; i < 5; i++) used;
        for (int i = 0; i < 7; i++) function();
        return written != 9;
      }
      """;

  @TempDir private Path folder;

  /** Passes where there is a counter; elsewhere its row of the matrix says what is missing. */
  @Test
  @Covers("hardware")
  void namesTheHardwareEventThatIsMissing() throws Exception {
    try (ScriptSession session = ScriptSession.start("hardware:bus-cycles:100 { @ = count(); }")) {
      assertThat(session.loaded().attached()).isEqualTo(1);
    } catch (LoadException e) {
      assertThat(e)
          .hasMessageContaining(
              "attach hardware:bus-cycles:100: there is no counter for bus-cycles");
      Assumptions.assumeTrue(false, "there is no counter for bus-cycles");
    }
  }

  @Test
  @Covers("software")
  void takesEverySoftwareEvent() throws Exception {
    List<String> names = names("software:");
    assertThat(names).hasSize(14);
    for (String name : names) {
      for (String count : List.of("", ":", ":1000000")) {
        try (ScriptSession session =
            ScriptSession.start("software:" + name + count + " { @ = count(); }")) {
          assertThat(session.loaded().attached()).as(name + count).isEqualTo(1);
        }
      }
    }
  }

  /** Where there is no counter at all, all of them are named. */
  @Test
  @Covers("hardware")
  void takesOrNamesEveryHardwareEvent() throws Exception {
    List<String> names = names("hardware:");
    assertThat(names).hasSize(12);
    boolean missing = false;
    for (String name : names) {
      try (ScriptSession session = ScriptSession.start("hardware:" + name + " { @ = count(); }")) {
        assertThat(session.loaded().attached()).as(name).isEqualTo(1);
      } catch (LoadException e) {
        // By its long name, of those that have two.
        assertThat(e).hasMessageContaining("there is no counter for ");
        missing = true;
      }
    }
    Assumptions.assumeFalse(missing, "there are no counters for some events");
  }

  private static List<String> names(String type) throws Exception {
    try (HostTarget target = new HostTarget("here")) {
      return ProbeListing.matching(type, false, target).stream()
          .map(listed -> listed.split(":", -1)[1])
          .toList();
    }
  }

  @Test
  @Covers("watchpoint")
  void watchesMemory() throws Exception {
    Kernels.needWatchpoints();
    // By a name of its own: another process may run the same test, and has the same addresses.
    String name = "watched" + ProcessHandle.current().pid();
    Path program = CProgram.compile(folder, name, WATCHED, "-O1", "-no-pie");
    assertThat(accesses(program, address(program, "written") + ":8:w")).isEqualTo(10);
    assertThat(accesses(program, address(program, "used") + ":8:rw")).isEqualTo(15);
    assertThat(accesses(program, address(program, "function") + ":8:x")).isEqualTo(7);
  }

  /** One watchpoint at a time: an emulated processor reports old accesses with those of others. */
  private static long accesses(Path program, String watched) throws Exception {
    String script = "watchpoint:%s/comm == \"watchedPID\"/ { @ = count(); }".formatted(watched);
    try (ScriptSession session = ScriptSession.start(script)) {
      CProgram.output(List.of(program.toString()));
      session.stop();
      return session.words("@").getFirst();
    }
  }

  private static String address(Path program, String symbol) throws Exception {
    return CProgram.output(List.of("nm", program.toString()))
        .lines()
        .filter(line -> line.endsWith(" " + symbol))
        .map(line -> "0x" + line.substring(0, line.indexOf(' ')))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void saysThatAllDebugRegistersAreInUse() throws Exception {
    String script =
        IntStream.rangeClosed(1, 5)
            .mapToObj(i -> "watchpoint:0x" + i + "000:1:w {}")
            .collect(Collectors.joining(" "));
    assertThatThrownBy(() -> ScriptSession.start(script).close())
        .hasMessageContaining("all debug registers are in use");
    try (ScriptSession session =
        ScriptSession.start("config = { missing_probes = warn } " + script)) {
      List<String> warnings = session.loaded().plan().warnings();
      assertThat(warnings)
          .contains(
              "WARNING: attach watchpoint:0x5000:1:w: all debug registers are in use, there are"
                  + " four. Skipping.");
      // Those of an earlier session may be released late.
      assertThat(session.loaded().attached()).isEqualTo(5 - warnings.size());
    }
  }

  @Test
  @Covers("iter")
  void goesThroughObjects() throws Exception {
    String script =
        "iter:task/ctx.task->tgid == PID/ { @threads = count(); @pid = max(ctx.task->tgid); @null[ctx.task == 0] = count(); }";
    try (ScriptSession session = ScriptSession.start(script)) {
      session.loaded().iterate();
      session.stop();
      assertThat(session.words("@threads").getFirst()).isPositive();
      assertThat(session.words("@pid")).containsExactly(ProcessHandle.current().pid());
      assertThat(session.rows("@null")).hasSize(1);
    }
  }

  @Test
  void goesThroughFilesAndMemoryOfProcesses() throws Exception {
    String script =
        """
        iter:task_file/ctx.task->tgid == PID/ { @files = count(); @fd = max(ctx.fd); }
        iter:task_vma/ctx.task->tgid == PID/ { @areas = count(); @flags = max(ctx.vma->vm_end - ctx.vma->vm_start > 0 ? 1 : 0); }
        """;
    try (ScriptSession session = ScriptSession.start(script)) {
      session.loaded().iterate();
      session.stop();
      assertThat(session.words("@files").getFirst()).isGreaterThan(3);
      assertThat(session.words("@fd").getFirst()).isGreaterThan(2);
      assertThat(session.words("@areas").getFirst()).isGreaterThan(10);
      assertThat(session.words("@flags")).containsExactly(1L);
    }
  }

  @Test
  @Covers("iter, every kind")
  void goesThroughEveryKindOfObject() throws Exception {
    try (HostTarget target = new HostTarget("here")) {
      List<String> kinds = ProbeListing.matching("iter:*", false, target);
      assertThat(kinds).contains("iter:task", "iter:bpf_map", "iter:tcp", "iter:ksym");
      for (String kind : kinds) {
        try (ScriptSession session = ScriptSession.start(kind + " { @ = count(); }")) {
          session.loaded().iterate();
          session.stop();
          assertThat(session.loaded().losses()).as(kind).containsOnly(0);
        }
      }
      assertThatThrownBy(() -> ScriptSession.start("iter:sockmap {}").close())
          .hasMessageContaining("goes through one map of a program");
    }
    String script =
        "iter:cgroup/ctx.cgroup != 0/ { @ = count(); } iter:bpf_map { @maps = count(); }";
    try (ScriptSession session = ScriptSession.start(script)) {
      session.loaded().iterate();
      assertThat(session.words("@maps").getFirst()).isPositive();
    }
  }
}
