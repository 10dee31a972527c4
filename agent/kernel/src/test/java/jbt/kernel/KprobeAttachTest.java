package jbt.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import jbt.compiler.plan.Attachment.Point;
import jbt.compiler.plan.LossCounter;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Kprobes that are attached as fentry and fexit give the events of those that are not. */
@Tag("kernel")
class KprobeAttachTest {
  private static final int CALLS = 2_000;
  private static final int MISSING = 40;
  private static final String AS_KPROBES = "config = { kprobe_attach = kprobe } ";
  private static final Path NOWHERE = Path.of("/run/jbt-" + "z".repeat(150));

  /** At entries: of the last two one looks at where it is and one at a narrow argument. */
  private static final String ENTRIES =
      """
      kprobe:__x64_sys_getpgid /pid == PID/ {
        @calls[probe, func] = count(); @first[((struct pt_regs *)arg0)->di] = count();
      }
      kprobe:__do_sys_getppid /pid == PID && comm == "load-1"/ { @one = count(); }
      kprobe:do_sys_openat2 /pid == PID && strcontains(str(arg1), "jbt-z")/ {
        @name[str(arg1), ((struct open_how *)arg2)->mode] = count();
      }
      kprobe:filename_lookup
      /pid == PID && strcontains(str(((struct filename *)arg1)->name), "jbt-z")/ {
        @lookups = count();
      }
      kprobe:__do_sys_getppid /pid == PID && reg("ip") != 0/ { @others = count(); }
      kprobe:do_sys_openat2
      /pid == PID && (int32)arg0 == -100 && strcontains(str(arg1), "jbt-z")/ {
        @folder[(int32)arg0] = count();
      }
      """;

  /** At returns, of functions that return a long and an int. */
  private static final String RETURNS =
      """
      kretprobe:__x64_sys_getpgid /pid == PID/ { @failed[probe, func, retval] = count(); }
      kretprobe:vmlinux:__do_sys_getppid /pid == PID/ { @returns[probe] = count(); }
      kprobe:do_sys_openat2 /pid == PID && reg("ip") != 0 && strcontains(str(arg1), "jbt-z")/ {
        @opening[tid] = 1;
      }
      kretprobe:do_sys_openat2 /pid == PID && @opening[tid]/ {
        @result[retval] = count(); delete(@opening[tid]);
      }
      kprobe:filename_lookup
      /pid == PID && reg("ip") != 0 && strcontains(str(((struct filename *)arg1)->name), "jbt-z")/ {
        @known[tid] = 1;
      }
      kretprobe:filename_lookup /@known[tid]/ { @looked[retval] = count(); delete(@known[tid]); }
      """;

  @BeforeEach
  void probes() {
    Kernels.needKprobes();
    Kernels.needFunctionProbes();
  }

  private static long direct(ScriptSession session) {
    return session.plan().attachments().stream()
        .filter(attachment -> attachment.point() instanceof Point.DirectFunction)
        .count();
  }

  private static void work() throws InterruptedException {
    Workload.onThreads(
        3,
        () -> {
          Workload.getppid(CALLS);
          Workload.getpgid(-3, 3);
        });
    for (int i = 0; i < MISSING; i++) {
      assertThat(Files.exists(NOWHERE)).isFalse();
      assertThatThrownBy(() -> Files.newInputStream(NOWHERE));
    }
  }

  /** What is in the maps in the end, as text. */
  private static Map<String, String> traced(String script, int direct, String... maps)
      throws Exception {
    try (ScriptSession session = ScriptSession.start(script)) {
      assertThat(direct(session)).isEqualTo(direct);
      work();
      session.stop();
      for (LossCounter.Source source : LossCounter.Source.values()) {
        assertThat(session.lost(source)).as(source.name()).isZero();
      }
      assertThat(session.loaded().recursionMisses().orElse(0)).isZero();
      Map<String, String> all = new TreeMap<>();
      for (String map : maps) {
        Map<String, List<Long>> rows = new TreeMap<>();
        session.rows(map).forEach((key, row) -> rows.put(key.toString(), row.words()));
        all.put(map, rows.toString());
      }
      return all;
    }
  }

  @Test
  void entries() throws Exception {
    String[] maps = {"@calls", "@first", "@one", "@name", "@lookups", "@others", "@folder"};
    Map<String, String> function = traced(ENTRIES, 4, maps);
    assertThat(function).isEqualTo(traced(AS_KPROBES + ENTRIES, 0, maps));
    assertThat(function)
        .containsEntry("@calls", "{[kprobe:__x64_sys_getpgid, __x64_sys_getpgid]=[21]}")
        .containsEntry("@one", "{[]=[" + CALLS + "]}")
        .containsEntry("@name", "{[" + NOWHERE + ", 0]=[" + MISSING + "]}")
        .containsEntry("@lookups", "{[]=[" + MISSING + "]}")
        .containsEntry("@others", "{[]=[" + 3 * CALLS + "]}")
        .containsEntry("@folder", "{[-100]=[" + MISSING + "]}");
    assertThat(function.get("@first")).contains("[0]=[3]", "[3]=[3]");
  }

  @Test
  void returns() throws Exception {
    String[] maps = {"@failed", "@returns", "@result", "@looked"};
    Map<String, String> function = traced(RETURNS, 4, maps);
    assertThat(function).isEqualTo(traced(AS_KPROBES + RETURNS, 0, maps));
    assertThat(function)
        .containsEntry("@returns", "{[kretprobe:vmlinux:__do_sys_getppid]=[" + 3 * CALLS + "]}");
    // What is in the register's other half is the compiler's choice.
    assertThat(function.get("@looked")).matches("\\{\\[(-2|4294967294)]=\\[" + MISSING + "]}");
    assertThat(function.get("@failed"))
        .contains("[kretprobe:__x64_sys_getpgid, __x64_sys_getpgid, -3]=[9]");
    assertThat(function).containsEntry("@result", "{[-2]=[" + MISSING + "]}");
  }
}
