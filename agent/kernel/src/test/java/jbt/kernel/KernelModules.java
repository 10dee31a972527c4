package jbt.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** Modules of an emulated machine's kernel, whose folder is in the property kernel.modules. */
public final class KernelModules {
  private KernelModules() {}

  /**
   * Loads a module that is not there yet; skips the test where the kernel's modules are not known.
   */
  public static void need(String name, String... parameters)
      throws IOException, InterruptedException {
    if (Files.exists(Path.of("/sys/module", name.replace('-', '_')))) {
      return;
    }
    String folder = System.getProperty("kernel.modules");
    Assumptions.assumeTrue(folder != null, "the module " + name + " is not here");
    Optional<Path> found;
    try (Stream<Path> files = Files.walk(Path.of(String.valueOf(folder)))) {
      found =
          files
              .filter(path -> path.getFileName().toString().matches(name + "\\.ko(\\.xz)?"))
              .findFirst();
    }
    if (found.isEmpty()) {
      return; // It is part of this kernel.
    }
    Path file = found.get();
    Path plain = Files.createTempFile(name, ".ko");
    List<String> command = new ArrayList<>(List.of("busybox", "insmod", plain.toString()));
    command.addAll(List.of(parameters));
    try {
      CProgram.output(
          List.of(
              "sh",
              "-c",
              (file.toString().endsWith(".xz") ? "xz -dc " : "cat ") + file + " >" + plain));
      CProgram.output(command);
    } finally {
      Files.delete(plain);
    }
  }
}
