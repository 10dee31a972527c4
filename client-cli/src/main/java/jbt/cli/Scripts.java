package jbt.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Script texts, from wherever the command line says. */
final class Scripts {
  /** What an agent accepts. */
  private static final int MAX_BYTES = 256 << 10;

  private Scripts() {}

  /** The name that messages about the script use. */
  static String name(Command.Source source) {
    return switch (source) {
      case Command.Source.File(Path path) -> path.toString();
      case Command.Source.Text _, Command.Source.StandardInput _ -> "stdin";
    };
  }

  static String read(Command.Source source, InputStream standardInput) throws UsageException {
    return switch (source) {
      case Command.Source.Text(String script) -> script;
      case Command.Source.StandardInput _ -> read(standardInput, "standard input");
      // Java takes the empty name for the folder where it is.
      case Command.Source.File(Path path) when path.toString().isEmpty() ->
          throw new UsageException("'': no such file");
      case Command.Source.File(Path path) -> {
        try (InputStream file = Files.newInputStream(path)) {
          yield read(file, path.toString());
        } catch (NoSuchFileException e) {
          throw new UsageException(path + ": no such file");
        } catch (AccessDeniedException e) {
          throw new UsageException(path + ": permission denied");
        } catch (IOException e) {
          throw new UsageException(path + ": " + e.getMessage());
        }
      }
    };
  }

  static String read(InputStream from, String name) throws UsageException {
    try {
      byte[] text = from.readNBytes(MAX_BYTES + 1);
      if (text.length > MAX_BYTES) {
        throw new UsageException(name + ": a script has at most " + (MAX_BYTES >> 10) + " KiB");
      }
      return new String(text, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UsageException(name + ": " + e.getMessage());
    }
  }
}
