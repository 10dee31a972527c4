package jbt.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The scripts that a script imports and the headers that it includes, as far as they are here. What
 * is not found is left out: a compiler knows whether it is needed.
 */
final class Companions {
  // Only blanks of the line in front: else each of many empty lines is looked through to the last.
  private static final String START = "(?m)(?:^|[;}]|\\*/)\\h*";

  /** Blanks, with a short comment at the most. */
  private static final String GAP = "\\s*+(?:/\\*[^*]{0,200}\\*/\\s*+)?";

  private static final Pattern IMPORT = Pattern.compile(START + "import" + GAP + "\"([^\"\n]+)\"");

  /** The name of a header may be defined for an {@code #include} of what it is defined as. */
  private static final Pattern INCLUDE =
      Pattern.compile(START + "#\\s*(?:include|define\\s+\\w++)" + GAP + "[<\"]([^>\"\n]+)[>\"]");

  /** As much as an agent takes of a script with all that belongs to it. */
  private static final int MOST_BYTES = 256 << 10;

  private static final int MOST_FILES = 256;

  private record Open(String name, String text) {
    /** FILE:LINE:COLUMN. */
    String place(int offset) {
      long line = 1 + text.substring(0, offset).chars().filter(c -> c == '\n').count();
      return name + ":" + line + ":" + (offset - text.lastIndexOf('\n', offset - 1));
    }
  }

  private final String script;
  private final Path folder;
  private final List<Path> headers;
  private final Map<String, String> texts = new LinkedHashMap<>();
  private final Deque<Open> open = new ArrayDeque<>();
  private int bytes;

  private Companions(String script, Path folder, List<Path> headers) {
    this.script = script;
    this.folder = folder;
    this.headers = headers;
  }

  /**
   * Their texts, by the names that the compiler looks for.
   *
   * @param script the name of the script; a path where it is in a file
   * @param included headers to put in front of it
   * @param headers folders of headers
   */
  static Map<String, String> of(
      String script, String text, List<String> included, List<Path> headers) throws UsageException {
    Path folder = Optional.ofNullable(Path.of(script).getParent()).orElse(Path.of(""));
    Companions found = new Companions(script, folder, headers);
    for (String header : included) {
      found.include(script, header);
    }
    found.open.add(new Open(script, text));
    while (!found.open.isEmpty()) {
      Open next = found.open.poll();
      Matcher imports = IMPORT.matcher(next.text);
      while (imports.find()) {
        String name = found.near(next.name, imports.group(1));
        found.scripts(name, next.place(imports.start(1) - 1));
      }
      Matcher includes = INCLUDE.matcher(next.text);
      while (includes.find()) {
        found.include(next.name, includes.group(1));
      }
    }
    return found.texts;
  }

  /** The path from the script's folder of what stands in one of its companions. */
  private String near(String from, String path) {
    Path there = from.equals(script) ? Path.of(path) : Path.of(from).resolveSibling(path);
    return there.normalize().toString();
  }

  /**
   * A script, or those in a folder.
   *
   * @param place of the import
   */
  private void scripts(String name, String place) throws UsageException {
    Path path = folder.resolve(name);
    boolean many = Files.isDirectory(path);
    if (!Files.exists(path) || name.endsWith(".c")) {
      // The compiler says where it stands, and why it can't be had.
      return;
    } else if (!many && !name.endsWith(".bt") && !name.endsWith(".h")) {
      throw new UsageException(
          place + ": import takes .bt and .h files and folders of them, not " + name);
    }
    refuseIfOpen(place, many ? path : Optional.ofNullable(path.getParent()).orElse(Path.of("")));
    if (!many) {
      take(name, path);
      return;
    }
    try (Stream<Path> files = Files.list(path)) {
      for (Path file : files.sorted().toList()) {
        if (file.toString().endsWith(".bt")) {
          take((name.endsWith("/") ? name : name + "/") + file.getFileName(), file);
        }
      }
    } catch (IOException e) {
      throw new UsageException(path + ": " + e.getMessage());
    }
  }

  /** What anybody can put there would run as whoever imports it. */
  private static void refuseIfOpen(String place, Path folder) throws UsageException {
    try {
      Path real = folder.toAbsolutePath();
      if (Files.isDirectory(real)
          && Files.getPosixFilePermissions(real).contains(PosixFilePermission.OTHERS_WRITE)) {
        throw new UsageException(
            place + ": import from a folder that everybody may write to: " + real);
      }
    } catch (IOException e) {
      throw new UsageException(folder + ": " + e.getMessage());
    }
  }

  /** A header is called .h: a script must not be able to send other files of ours. */
  private void include(String from, String name) throws UsageException {
    String near = near(from, name);
    if (!name.endsWith(".h") || take(near, folder.resolve(near))) {
      return;
    }
    for (Path place : headers) {
      if (take(name, place.resolve(name))) {
        return;
      }
    }
  }

  private boolean take(String name, Path path) throws UsageException {
    if (texts.containsKey(name)) {
      return true;
    }
    if (!Files.isRegularFile(path)) {
      return false;
    }
    try (InputStream file = Files.newInputStream(path)) {
      String text = Scripts.read(file, path.toString());
      bytes += text.length();
      if (bytes > MOST_BYTES || texts.size() == MOST_FILES) {
        throw new UsageException(
            path + ": a script and what it includes have at most 256 KiB and 256 files");
      }
      texts.put(name, text);
      open.add(new Open(name, text));
      return true;
    } catch (IOException e) {
      throw new UsageException(path + ": " + e.getMessage());
    }
  }
}
