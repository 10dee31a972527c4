package jbt.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A control group of version 2, as the kernel sees a process in it. */
@Tag("kernel")
final class ControlGroupTest {
  @Test
  void cgroupidIsTheNumberThatTheKernelHas() throws Exception {
    Optional<Path> hierarchy = hierarchy();
    assumeTrue(hierarchy.isPresent(), "no control groups of version 2 are mounted");
    Path group = hierarchy.get().resolve("jbt-test-" + ProcessHandle.current().pid());
    Files.createDirectory(group);
    try {
      Process process = new ProcessBuilder("/bin/sh", "-c", "read line; exit 0").start();
      Files.writeString(group.resolve("cgroup.procs"), Long.toString(process.pid()));
      try (ScriptSession session =
          ScriptSession.start(
              "tracepoint:syscalls:sys_enter_exit_group /pid == %d/ { @all = count();"
                      .formatted(process.pid())
                  + " if (cgroup == cgroupid(\"%s\")) { @inside = count(); } }".formatted(group))) {
        process.outputWriter().close();
        assertThat(process.waitFor()).isZero();
        session.stop();
        assertThat(session.words("@all")).isEqualTo(List.of(1L));
        assertThat(session.words("@inside")).isEqualTo(List.of(1L));
      }
    } finally {
      Files.delete(group);
    }
  }

  private static Optional<Path> hierarchy() throws IOException {
    return Files.readAllLines(Path.of("/proc/mounts")).stream()
        .map(line -> line.split(" "))
        .filter(mount -> mount[2].equals("cgroup2"))
        .map(mount -> Path.of(mount[1]))
        .findFirst();
  }
}
