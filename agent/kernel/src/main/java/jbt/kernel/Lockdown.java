package jbt.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the kernel keeps even from root. */
final class Lockdown {
  private static final Path STATE = Path.of("/sys/kernel/security/lockdown");

  private Lockdown() {}

  /**
   * Whether it shows nothing of itself: then it refuses kprobes, and programs that read its memory.
   * The lesser state, integrity, forbids no tracing.
   */
  static boolean confidential() {
    try {
      return Files.readString(STATE).contains("[confidentiality]");
    } catch (IOException e) {
      return false; // Not built in, or its file system is not mounted.
    }
  }
}
