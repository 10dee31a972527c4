package jbt.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** fentry and fexit, on system calls of this process. */
@Tag("kernel")
class FunctionProbesTest {
  @Test
  @Covers({"fentry", "fexit"})
  void readsArgumentsAndReturnValues() throws Exception {
    Kernels.needFunctionProbes();
    String script =
        """
        fentry:__x64_sys_getpgid/pid == PID/ { @calls = count(); @first = sum(args.regs->di); @probe[probe] = count(); }
        fexit:__x64_sys_getpgid/pid == PID/ { @failed[retval] = count(); @again = sum(args.regs->di); @func[func] = count(); }
        kfunc:vmlinux:__do_sys_getppid/pid == PID/ { @ppid = count(); @type[probetype] = count(); }
        kretfunc:do_sys_openat2/pid == PID/ { @name[str(args.filename)] = count(); @result[retval] = count(); @fd[args.dfd] = count(); }
        """;
    try (ScriptSession session = ScriptSession.start(script)) {
      Workload.getpgid(-5, -1);
      Workload.getppid(100);
      Path missing = Path.of("/run/jbt-" + "y".repeat(100));
      assertThatThrownBy(() -> Files.newInputStream(missing));
      session.stop();
      assertThat(session.words("@calls")).containsExactly(5L);
      assertThat(session.words("@first")).containsExactly(session.words("@again").getFirst());
      assertThat(session.words("@failed", -3L)).containsExactly(5L);
      assertThat(session.words("@func", "__x64_sys_getpgid")).containsExactly(5L);
      assertThat(session.words("@ppid")).containsExactly(100L);
      assertThat(session.words("@type", "fentry")).containsExactly(100L);
      assertThat(session.words("@name", missing.toString())).containsExactly(1L);
      assertThat(session.words("@result", -2L).getFirst()).isPositive();
    }
  }

  @Test
  @Covers("fentry, pattern")
  void attachesToPatterns() throws Exception {
    Kernels.needFunctionProbes();
    try (ScriptSession session =
        ScriptSession.start("fentry:__*_sys_getp*id/pid == PID/ { @[probe] = count(); }")) {
      Workload.getpgid(1, 7);
      Workload.getppid(11);
      session.stop();
      assertThat(session.rows("@")).hasSize(2);
    }
  }

  @Test
  void findsModules() throws Exception {
    Kernels.needFunctionProbes();
    Assumptions.assumeTrue(
        Files.exists(Path.of("/sys/kernel/btf/overlay")),
        "the module overlay has no type information here");
    // This process may open other files meanwhile, to load classes.
    String ours = "/pid == PID && str(args.file->f_path.dentry->d_name.name) == \"passwd\"/";
    try (ScriptSession session =
        ScriptSession.start(
            "fentry:overlay:ovl_open OURS { @entry = count(); @flags = max(args.file->f_flags); } fexit:ovl_open OURS { @exit[retval] = count(); }"
                .replace("OURS", ours))) {
      for (int i = 0; i < 4; i++) {
        Files.newInputStream(Path.of("/etc/passwd")).close();
      }
      session.stop();
      assertThat(session.words("@entry")).containsExactly(4L);
      assertThat(session.words("@exit", 0L)).containsExactly(4L);
    }
  }

  @Test
  void saysThatTheKernelRefuses() throws Exception {
    try {
      ScriptSession.start("fentry:vfs_open {}").close();
    } catch (LoadException e) {
      assertThat(e.reason()).isEqualTo(LoadException.Reason.FEATURE);
      assertThat(e).hasMessageContaining("refuses fentry and fexit");
    }
  }
}
