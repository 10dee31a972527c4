package jbt.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
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

  @Test
  void namesTheHardwareEventThatIsMissing() throws Exception {
    try (ScriptSession session =
        ScriptSession.start("hardware:bus-cycles:100 { @ = count(); }")) {
      assertThat(session.loaded().attached()).isEqualTo(1);
    } catch (LoadException e) {
      assertThat(e)
          .hasMessageContaining(
              "attach hardware:bus-cycles:100: there is no counter for bus-cycles");
    }
  }

  @Test
  void watchesMemory() throws Exception {
    Kernels.needWatchpoints();
    Path program = CProgram.compile(folder, "watched", WATCHED, "-O1", "-no-pie");
    String script =
        """
        watchpoint:%s:8:w/comm == "watched"/ { @written = count(); }
        watchpoint:%s:8:rw/comm == "watched"/ { @used = count(); }
        watchpoint:%s:8:x/comm == "watched"/ { @run = count(); }
        """
            .formatted(
                address(program, "written"),
                address(program, "used"),
                address(program, "function"));
    try (ScriptSession session = ScriptSession.start(script)) {
      CProgram.output(List.of(program.toString()));
      session.stop();
      assertThat(session.words("@written")).containsExactly(10L);
      assertThat(session.words("@used")).containsExactly(15L);
      assertThat(session.words("@run")).containsExactly(7L);
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
  void saysThatAllDebugRegistersAreInUse() {
    String script =
        IntStream.rangeClosed(1, 5)
            .mapToObj(i -> "watchpoint:0x" + i + "000:1:w {}")
            .collect(Collectors.joining(" "));
    assertThatThrownBy(() -> ScriptSession.start(script).close())
        .hasMessageContaining("all debug registers are in use");
  }

  @Test
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
}
