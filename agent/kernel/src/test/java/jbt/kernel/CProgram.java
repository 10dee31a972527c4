package jbt.kernel;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.COPY_ATTRIBUTES;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;

import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/**
 * Small programs in C, compiled for a test. They are kept beside the classes of the tests, from
 * where an emulated machine takes them, in which a compiler takes long.
 */
public final class CProgram {
  /** A folder or, for the tests of other rooms, a JAR file. */
  private static final URL CLASSES =
      CProgram.class.getProtectionDomain().getCodeSource().getLocation();

  private static final Path KEPT =
      Path.of(URI.create(CLASSES.toString())).resolveSibling("c-programs");

  private CProgram() {}

  /**
   * Compiles into a folder; skips the test where there is no C compiler. Debug information may name
   * another folder, unless an option names this one.
   */
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
      String by, String suffix, Path folder, String name, String source, String... options)
      throws IOException, InterruptedException {
    Path compiler = Path.of("/usr/bin", by);
    Assumptions.assumeTrue(Files.isExecutable(compiler), by + " is not installed");
    Path text = folder.resolve(name + suffix);
    Path program = folder.resolve(name);
    String age = Files.getLastModifiedTime(compiler).toString();
    String all = String.join("\0", options);
    boolean keep = !all.contains(folder.toString());
    Path kept = KEPT.resolve(digest(by, age, name, source, all));
    if (keep && Files.exists(kept)) {
      return Files.copy(kept, program, REPLACE_EXISTING, COPY_ATTRIBUTES);
    }
    Files.writeString(text, source);
    List<String> command =
        new ArrayList<>(List.of(compiler.toString(), "-o", program.toString(), text.toString()));
    command.addAll(List.of(options));
    output(command);
    if (keep) {
      Files.createDirectories(KEPT);
      Path whole = Files.createTempFile(KEPT, "", ".part");
      Files.copy(program, whole, REPLACE_EXISTING, COPY_ATTRIBUTES);
      Files.move(whole, kept, ATOMIC_MOVE);
    }
    return program;
  }

  private static String digest(String... parts) {
    try {
      byte[] all = String.join("\0", parts).getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(all));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
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
