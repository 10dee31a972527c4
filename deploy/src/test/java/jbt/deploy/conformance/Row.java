package jbt.deploy.conformance;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * A script and what it must print. In the files below {@code /conformance} a row is a line {@code
 * === name}, a line {@code # OPTION... | PARAMETER...} if the command line has options or the
 * script parameters, the script, and parts that begin with {@code --- part}:
 *
 * <ul>
 *   <li>{@code text}: standard output; {@code match}: the same as a regular expression
 *   <li>{@code error}: standard error; {@code exit}: the exit code, if it is another than 0, or 1
 *       of a script that was not attached
 *   <li>{@code json}: standard output with {@code -f json -q}
 *   <li>{@code 0.17: why}, {@code 0.17 json: why}: what bpftrace 0.17 prints instead; something
 *       that no row can say, if nothing follows
 * </ul>
 *
 * PID stands for a process that calls getppid all the while. What stands before the first row of a
 * file is for its reader.
 *
 * @param name with the file, for example {@code "maps: keys"}
 * @param options of the command line
 * @param parts by the word that they begin with, without blank lines at the end
 * @param reasons what parts say behind their word, by the word
 */
public record Row(
    String name,
    List<String> options,
    String script,
    Map<String, String> parts,
    Map<String, String> reasons) {

  /** Spaces that are not inside of quotes. */
  private static final String BETWEEN_OPTIONS = " (?=(?:[^']*'[^']*')*[^']*$)";

  /** What the options end with that stand before the script. */
  private static final String SCRIPT = "|";

  public Row {
    options = List.copyOf(options);
    parts = Map.copyOf(parts);
    reasons = Map.copyOf(reasons);
  }

  /** All of them, in the order of the files' names. */
  public static List<Row> all() throws IOException, URISyntaxException {
    Path folder = Path.of(Objects.requireNonNull(Row.class.getResource("/conformance")).toURI());
    List<Row> rows = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.sorted().toList()) {
        String name = file.getFileName().toString().replace(".txt", "");
        String[] blocks = Files.readString(file).split("(?m)^=== ", -1);
        for (int i = 1; i < blocks.length; i++) {
          rows.add(of(name, blocks[i]));
        }
      }
    }
    return rows;
  }

  private static Row of(String file, String block) {
    String[] pieces = block.split("(?m)^--- ", -1);
    String[] head = pieces[0].split("\n", 2);
    String script = head[1].strip();
    List<String> options = List.of();
    if (script.startsWith("# ")) {
      String[] lines = script.split("\n", 2);
      options = List.of(lines[0].substring(2).split(BETWEEN_OPTIONS));
      script = lines[1];
    }
    Map<String, String> parts = new HashMap<>();
    Map<String, String> reasons = new HashMap<>();
    for (int i = 1; i < pieces.length; i++) {
      String[] piece = pieces[i].split("\n", 2);
      String[] title = piece[0].strip().split(": ", 2);
      parts.put(title[0], piece.length > 1 ? piece[1].stripTrailing() : "");
      if (title.length > 1) {
        reasons.put(title[0], title[1]);
      }
    }
    return new Row(file + ": " + head[0].strip(), options, script, parts, reasons);
  }

  public int exitCode() {
    String error = parts.getOrDefault("error", ATTACHED);
    return Integer.parseInt(parts.getOrDefault("exit", error.contains(ATTACHED) ? "0" : "1"));
  }

  /** Whether the script has an error. */
  public boolean refused() {
    return exitCode() == 1 && !parts.getOrDefault("error", "").contains(ATTACHED);
  }

  private static final String ATTACHED = "Attached";

  /**
   * The command line for a process.
   *
   * @param text what the script is changed to
   */
  public List<String> arguments(long pid, UnaryOperator<String> text) {
    int end = options.contains(SCRIPT) ? options.indexOf(SCRIPT) : options.size();
    List<String> all = new ArrayList<>(options.subList(0, end));
    all.addAll(List.of("-e", text.apply(script)));
    all.addAll(options.subList(Math.min(end + 1, options.size()), options.size()));
    return all.stream()
        .map(word -> word.replaceAll("\\bPID\\b", "" + pid).replace("'", ""))
        .toList();
  }
}
