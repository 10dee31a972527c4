package jbt.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The kernel's modules. */
final class Modules {
  private static final Path FILE = Path.of("/proc/modules");

  private Modules() {}

  /**
   * Those that are loaded, each with its address, as one that was loaded again has another; none
   * where the kernel has no modules.
   */
  static List<String> loaded() {
    try {
      return Files.readAllLines(FILE).stream().map(Modules::nameAndAddress).sorted().toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  /** Of a line: name, size, uses, users, state, address. */
  private static String nameAndAddress(String line) {
    String[] words = line.split(" ", -1);
    return words[0] + " " + words[Math.min(5, words.length - 1)];
  }
}
