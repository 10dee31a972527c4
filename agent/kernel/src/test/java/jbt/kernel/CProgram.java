package jbt.kernel;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Assumptions;

/** Small programs in C, compiled for a test. */
public final class CProgram {
  /** What was compiled, by command and source: a compiler takes long in an emulated machine. */
  private static final Map<List<String>, byte[]> COMPILED = new ConcurrentHashMap<>();

  private CProgram() {}

  /** Compiles into a folder; skips the test where there is no C compiler. */
  public static Path compile(Path folder, String name, String source, String... options)
      throws IOException, InterruptedException {
    return compile("gcc", ".c", folder, name, source, options);
  }

  /** The same for C++. */
  public static Path compileCpp(Path folder, String name, String source, String... options)
      throws IOException, InterruptedException {
    return compile("g++", ".cc", folder, name, source, options);
  }

  private static Path compile(
      String compiler, String suffix, Path folder, String name, String source, String... options)
      throws IOException, InterruptedException {
    Assumptions.assumeTrue(
        Files.isExecutable(Path.of("/usr/bin", compiler)), compiler + " is not installed");
    Path text = folder.resolve(name + suffix);
    Path program = folder.resolve(name);
    List<String> key = new ArrayList<>(List.of(compiler, name, source));
    key.addAll(List.of(options));
    byte[] known = COMPILED.get(key);
    if (known != null) {
      Files.write(program, known);
      Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
      return program;
    }
    Files.writeString(text, source);
    List<String> command =
        new ArrayList<>(List.of("/usr/bin/" + compiler, "-o", program.toString(), text.toString()));
    command.addAll(List.of(options));
    output(command);
    COMPILED.put(key, Files.readAllBytes(program));
    return program;
  }

  /** What a command prints; it must succeed. */
  public static String output(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new AssertionError(String.join(" ", command) + ": " + text);
    }
    return text;
  }
}
