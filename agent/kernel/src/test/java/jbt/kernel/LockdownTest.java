package jbt.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A kernel that shows nothing of itself, not even to root: it stays so until the machine ends. */
@Tag("kernel")
@Order(Integer.MAX_VALUE)
class LockdownTest {
  @Test
  @Covers("locked down")
  void isNamed() throws Exception {
    Assumptions.assumeTrue(
        System.getProperty("kernel.modules") != null, "only an emulated machine is locked down");
    CProgram.output(
        List.of("busybox", "mount", "-t", "securityfs", "securityfs", "/sys/kernel/security"));
    Files.writeString(Path.of("/sys/kernel/security/lockdown"), "confidentiality");
    assertThatThrownBy(
            () ->
                ScriptSession.start("config = { kprobe_attach = kprobe } kprobe:do_nanosleep {}")
                    .close())
        .isInstanceOf(LoadException.class)
        .hasMessage(
            "attach kprobe:do_nanosleep: this kernel is locked down (confidentiality), which"
                + " forbids it (perf_event_open: Operation not permitted)");
    assertThatThrownBy(
            () ->
                ScriptSession.start("BEGIN { @ = ((struct task_struct *)(uint64)curtask)->tgid; }")
                    .close())
        .isInstanceOf(LoadException.class)
        .hasMessageContaining(
            "this kernel is locked down (confidentiality): programs may not read its memory");
    try (ScriptSession session =
        ScriptSession.start(
            "tracepoint:syscalls:sys_enter_getpgid /pid == PID/ { @ = count(); }")) {
      Workload.getpgid(1, 100);
      session.stop();
      assertThat(session.words("@")).containsExactly(100L);
    }
  }
}
