package jbt.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import jbt.kernel.sys.KernelFolder;
import jbt.kernel.sys.SystemCallException;

/** Whether the kernel may take the processor from a task that is in the kernel. */
final class Preemption {
  private static final Path VERSION = Path.of("/proc/sys/kernel/version");

  private Preemption() {}

  /** Also if that can't be told. */
  static boolean possible() {
    try {
      String version = Files.readString(VERSION);
      return version.contains("PREEMPT")
          && !(version.contains("PREEMPT_DYNAMIC") && isOff(chosen()));
    } catch (IOException | SystemCallException e) {
      return true;
    }
  }

  /** The choices of this kernel, the one that it runs with in parentheses. */
  private static String chosen() throws IOException {
    try (KernelFolder folder = KernelFolder.debugfs()) {
      return Files.readString(folder.root().resolve("sched/preempt"));
    }
  }

  static boolean isOff(String chosen) {
    return chosen.contains("(none)") || chosen.contains("(voluntary)");
  }
}
