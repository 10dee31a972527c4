package jbt.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import jbt.compiler.CompileException;
import jbt.compiler.Compiler;
import jbt.compiler.target.KernelFunctions;
import jbt.kernel.code.KernelCode;
import jbt.kernel.symbols.KernelSymbols;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Probes in the kernel's code, on system calls of this process. */
@Tag("kernel")
class KprobesTest {
  @BeforeEach
  void kprobes() {
    Kernels.needKprobes();
  }

  @Test
  @Covers({"kprobe", "kretprobe"})
  void countsCallsAndReturns() throws Exception {
    String script =
        """
        kprobe:__x64_sys_getpgid/pid == PID/ { @calls = count(); @probe[probe] = count(); @func[func] = count();
          @first = sum(((struct pt_regs *)arg0)->di); @ip = max(reg("ip") != 0 ? 1 : 0); }
        kretprobe:__x64_sys_getpgid/pid == PID/ { @returns = count(); @failed[(int64)retval] = count(); }
        kprobe:vmlinux:__do_sys_getppid/pid == PID/ { @ppid = count(); @named[probe] = count(); }
        """;
    try (ScriptSession session = ScriptSession.start(script)) {
      assertThat(session.loaded().attached()).isEqualTo(3);
      Workload.getpgid(-5, -1);
      Workload.getppid(100);
      session.stop();
      assertThat(session.words("@calls")).containsExactly(5L);
      assertThat(session.words("@returns")).containsExactly(5L);
      assertThat(session.words("@func", "__x64_sys_getpgid")).containsExactly(5L);
      assertThat(session.rows("@probe")).hasSize(1);
      assertThat(session.words("@failed", -3L)).containsExactly(5L);
      assertThat(session.words("@ppid")).containsExactly(100L);
      assertThat(session.words("@ip")).containsExactly(1L);
    }
  }

  @Test
  @Covers("kprobe, pattern")
  void attachesToPatterns() throws Exception {
    String script =
        """
        kprobe:__*_sys_getp*id/pid == PID/ { @[probe] = count(); }
        kretprobe:__*_sys_getp*id/pid == PID/ { @all = count(); }
        """;
    KernelIds before = KernelIds.ofThisProcess();
    try (ScriptSession session = ScriptSession.start(script)) {
      assertThat(session.loaded().attached()).isGreaterThanOrEqualTo(4);
      if (Kernels.linksManyKprobes()) {
        assertThat(KernelIds.ofThisProcess().without(before).links()).hasSize(2);
      }
      Workload.getpgid(1, 7);
      Workload.getppid(11);
      session.stop();
      assertThat(session.rows("@")).hasSize(2);
      assertThat(session.words("@all")).containsExactly(18L);
    }
  }

  @Test
  @Covers("kprobe, instruction and address")
  void attachesInsideOfFunctions() throws Exception {
    try (HostTarget target = new HostTarget("here")) {
      KernelFunctions.Function function =
          target
              .functions()
              .named(List.of("__do_sys_getppid"))
              .values()
              .iterator()
              .next()
              .getFirst();
      List<Long> starts = target.functions().instructions(function).orElseThrow();
      long second = starts.get(1);
      // First: the kernel takes a probe's own instruction away some time after the probe is gone.
      assertThat(problem(target, "kprobe:__do_sys_getppid+1 {}"))
          .contains(
              "Could not add kprobe into middle of instruction: __do_sys_getppid+1",
              "__do_sys_getppid+" + second);
      String address = "0x" + Long.toHexString(function.address());
      String script =
          "kprobe:__do_sys_getppid+%d/pid == PID/ { @inside = count(); } kprobe:%s/pid == PID/ { @start = count(); } kretprobe:%s/pid == PID/ { @end = count(); }"
              .formatted(second, address, address);
      try (ScriptSession session = ScriptSession.start(script)) {
        Workload.getppid(20);
        session.stop();
        assertThat(session.words("@inside")).containsExactly(20L);
        assertThat(session.words("@start")).containsExactly(20L);
        assertThat(session.words("@end")).containsExactly(20L);
      }
    }
  }

  @Test
  @Covers("kprobe, structs and texts")
  void readsWhatFunctionsAreGiven() throws Exception {
    String script =
        """
        kprobe:do_sys_openat2/pid == PID/ { @name[str(arg1)] = count(); }
        kprobe:vfs_open/pid == PID/ { @file[str(((struct path *)arg0)->dentry->d_name.name)] = count(); }
        kretprobe:do_sys_openat2/pid == PID/ { @result[(int64)retval] = count(); }
        """;
    try (ScriptSession session = ScriptSession.start(script)) {
      Path missing = Path.of("/run/jbt-" + "x".repeat(190));
      Files.exists(missing);
      assertThatThrownBy(() -> Files.newInputStream(missing));
      session.stop();
      assertThat(session.words("@name", missing.toString())).containsExactly(1L);
      assertThat(session.words("@result", -2L).getFirst()).isPositive();
    }
  }

  /** With --unsafe it is the kernel that looks. */
  @Test
  void leavesPlacesToTheKernel() {
    assertThatThrownBy(() -> ScriptSession.startUnsafe("kprobe:do_nanosleep+1 {}").close())
        .isInstanceOf(LoadException.class)
        .hasMessage(
            "Could not add kprobe into middle of instruction: kprobe:do_nanosleep+1 (offset 1)");
  }

  @Test
  void readsInstructionsFromAFileOfTheKernel() {
    String modules = System.getProperty("kernel.modules");
    Assumptions.assumeTrue(modules != null, "there is no file of this kernel");
    Path file = Path.of(String.valueOf(modules)).resolveSibling("vmlinux");
    KernelFunctions.Function function =
        KernelSymbols.ofThisHost().functions(Set.of("do_nanosleep")).values().stream()
            .flatMap(List::stream)
            .findFirst()
            .orElseThrow();
    List<Long> inFile = KernelCode.inFile(file, function.address(), function.size()).orElseThrow();
    List<Long> running = KernelCode.starts(function.address(), function.size()).orElseThrow();
    // Further on the kernel has put in what suits its processor.
    assertThat(inFile).hasSizeGreaterThan(20);
    assertThat(inFile.subList(0, 20)).isEqualTo(running.subList(0, 20));
  }

  @Test
  void saysWhatIsMissing() {
    try (HostTarget target = new HostTarget("here")) {
      assertThat(problem(target, "kprobe:vfs_opem {}"))
          .contains("No function vfs_opem in the kernel", "Did you mean 'vfs_open'?");
      assertThat(problem(target, "kprobe:no_such_* {}"))
          .contains("No matches for kprobe no_such_*");
      assertThat(problem(target, "kprobe:nomodule:vfs_open {}")).contains("No function vfs_open");
      assertThat(problem(target, "kretprobe:vfs_open+4 {}"))
          .contains("Offsets are not allowed for kretprobe");
      assertThat(problem(target, "kprobe:vfs_open+99999 {}"))
          .contains("is behind the end of vfs_open");
      assertThat(problem(target, "kprobe:rcu_* {}")).contains("No matches");
      assertThat(problem(target, "kprobe:0x10 {}"))
          .contains("No function of the kernel is at address 0x10");
    }
    assertThatThrownBy(() -> ScriptSession.start("kprobe:perf_trace_buf_alloc {}").close())
        .hasMessageContaining("kprobe:perf_trace_buf_alloc");
    assertThatThrownBy(() -> ScriptSession.start("kprobe:do_int3 {}").close())
        .hasMessageContaining("the kernel allows no probe there");
  }

  @Test
  @Covers("missing probes")
  void goesOnWithoutWhatTheKernelRefuses() throws Exception {
    String script =
        "config = { missing_probes = warn } kprobe:entry_SYSCALL_64, kprobe:__*_sys_getppid/pid == PID/ { @ = count(); }";
    try (ScriptSession session = ScriptSession.start(script)) {
      Workload.getppid(10);
      session.stop();
      assertThat(session.words("@").getFirst()).isBetween(10L, 20L);
      assertThat(session.loaded().plan().attachments())
          .hasSize(session.plan().attachments().size() - 1);
      assertThat(session.loaded().plan().warnings())
          .singleElement()
          .asString()
          .startsWith("WARNING: attach kprobe:entry_SYSCALL_64: the kernel allows no probe there")
          .endsWith(". Skipping.");
    }
    try (ScriptSession session = ScriptSession.start(script.replace("warn", "ignore"))) {
      assertThat(session.loaded().plan().warnings()).isEmpty();
    }
    assertThatThrownBy(() -> ScriptSession.start(script.replace("warn", "error")).close())
        .isInstanceOf(LoadException.class);
  }

  private static String problem(HostTarget target, String script) {
    try {
      Compiler.compile(script, "test", target);
      throw new AssertionError("no error: " + script);
    } catch (CompileException e) {
      return String.valueOf(e.getMessage());
    }
  }
}
