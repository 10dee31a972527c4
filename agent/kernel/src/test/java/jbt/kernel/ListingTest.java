package jbt.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import jbt.compiler.check.ProbeListing;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What -l and -lv say of this kernel. */
@Tag("kernel")
class ListingTest {
  @TempDir private Path folder;

  private static List<String> list(String pattern) throws Exception {
    try (HostTarget target = new HostTarget("here")) {
      return ProbeListing.matching(pattern, false, target);
    }
  }

  private static List<String> details(String pattern) throws Exception {
    try (HostTarget target = new HostTarget("here")) {
      return ProbeListing.matching(pattern, true, target);
    }
  }

  @Test
  @Covers("listing")
  void listsWhatTracefsHas() throws Exception {
    try (HostTarget target = new HostTarget("here")) {
      List<String> listed = ProbeListing.matching("tracepoint:*", false, target);
      List<String> formats = new ArrayList<>();
      for (String point : listed) {
        String[] parts = point.split(":", 3);
        formats.add(
            point + fields(target.read("events/%s/%s/format".formatted(parts[1], parts[2]))));
      }
      assertThat(listed)
          .hasSize((int) target.read("available_events").lines().count())
          .doesNotHaveDuplicates();
      List<String> detailed = ProbeListing.matching("tracepoint:*", true, target);
      assertThat(detailed).hasSameSizeAs(formats);
      for (int i = 0; i < formats.size(); i++) {
        assertThat(detailed.get(i)).isEqualTo(formats.get(i));
      }
    }
    assertThat(list("t:*sys_enter_getp*id"))
        .contains("tracepoint:syscalls:sys_enter_getpid", "tracepoint:syscalls:sys_enter_getppid");
    assertThat(details("tracepoint:syscalls:sys_enter_openat"))
        .containsExactly(
            """
            tracepoint:syscalls:sys_enter_openat
                int __syscall_nr
                int dfd
                const char *filename
                int flags
                umode_t mode""");
  }

  /**
   * The declarations of a format file, the first group of fields left out, as every event has it.
   */
  private static String fields(String format) {
    return format
        .lines()
        .filter(line -> line.startsWith("\tfield:"))
        .map(line -> line.substring("\tfield:".length(), line.indexOf(';')).strip())
        .filter(field -> !field.contains(" common_"))
        .map(field -> "\n    " + field.replaceAll(" *(\\*+) *(?=\\w)", " $1"))
        .collect(Collectors.joining());
  }

  @Test
  @Covers("listing")
  void withoutAPatternListsWhatTheKernelHas() throws Exception {
    assertThat(list("").stream().map(name -> name.substring(0, name.indexOf(':'))).distinct())
        .contains("fentry", "hardware", "iter", "rawtracepoint", "software", "tracepoint")
        .doesNotContain("begin", "end", "interval", "profile");
    assertThat(list("in*:*"))
        .containsExactly("interval:hz:", "interval:ms:", "interval:s:", "interval:us:");
  }

  @Test
  @Covers("listing")
  void listsTheKernelsFunctions() throws Exception {
    assertThat(list("kprobe:vfs_o*")).contains("kprobe:vfs_open");
    assertThat(list("kretprobe:vfs_open")).containsExactly("kretprobe:vfs_open");
    assertThat(details("kprobe:vfs_open"))
        .containsExactly("kprobe:vfs_open\n    const struct path *path\n    struct file *file");
    assertThat(details("kretprobe:vfs_open")).containsExactly("kretprobe:vfs_open\n    int retval");
    assertThat(details("fentry:vfs_open"))
        .containsExactly(
            "fentry:vmlinux:vfs_open\n    const struct path *path\n    struct file *file");
    assertThat(details("kretfunc:vfs_open").getFirst()).endsWith("\n    int retval");
    assertThat(details("rawtracepoint:sched_process_exit").getFirst())
        .startsWith("rawtracepoint:vmlinux:sched_process_exit\n    struct task_struct *p");
  }

  @Test
  @Covers("listing")
  void listsEventsAndIterators() throws Exception {
    assertThat(list("software:")).hasSize(14).contains("software:cpu-clock:", "software:cpu:");
    assertThat(list("hardware:*")).hasSize(12).contains("hardware:bus-cycles:");
    assertThat(list("iter:task*")).contains("iter:task", "iter:task_file", "iter:task_vma");
    assertThat(details("iter:task").getFirst()).contains("struct task_struct *task;");
    assertThat(list("interval")).hasSize(4);
    assertThat(list("begin")).containsExactly("begin");
    assertThat(list("*:no_such_thing")).isEmpty();
  }

  @Test
  void printsTypes() throws Exception {
    assertThat(details("struct path"))
        .containsExactly(
            """
            struct path {
                struct vfsmount *mnt; /* offset 0, size 8 */
                struct dentry *dentry; /* offset 8, size 8 */
            }; /* size 16 */""");
    assertThat(details("struct task_struct").getFirst()).contains("pid_t pid; /* offset ");
    assertThat(details("enum pid_type").getFirst())
        .startsWith("enum pid_type {\n    PIDTYPE_PID = 0,");
    assertThat(list("struct dentr*")).contains("struct dentry");
    assertThatThrownBy(() -> list("structure path")).hasMessageContaining("struct, union and enum");
  }

  @Test
  @Covers("listing")
  void listsPlacesInPrograms() throws Exception {
    Path program = CProgram.compile(folder, "counter", UserProbesTest.COUNTER, "-O1");
    String file = program.toString();
    assertThat(list("uprobe:" + file + ":helper_*"))
        .containsExactly("uprobe:" + file + ":helper_a", "uprobe:" + file + ":helper_b");
    assertThat(details("uprobe:" + file + ":increment").getFirst())
        .startsWith("uprobe:" + file + ":increment\n    increment+0\n    increment+");
    assertThatThrownBy(() -> list("uprobe:x")).hasMessageContaining("Name a program or library");
    assertThat(list("usdt:" + file + ":*")).isEmpty();
    assertThat(list("U:" + file + ":*")).isEmpty();
    assertThat(list("UProbe:" + file + ":helper_a")).isEqualTo(list("u:" + file + ":helper_a"));
    assertThatThrownBy(() -> list("U:*")).hasMessageContaining("usdt:/");
    assertThatThrownBy(() -> list("U")).hasMessageContaining("usdt:/");
    assertThat(list("*:" + file + ":helper_*")).isEqualTo(list("uprobe:" + file + ":helper_*"));
  }
}
