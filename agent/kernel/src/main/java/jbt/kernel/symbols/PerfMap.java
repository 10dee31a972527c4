package jbt.kernel.symbols;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import jbt.kernel.sys.PlainFile;

/**
 * Functions that a process has compiled while it runs, as it tells of them in {@code
 * /tmp/perf-PID.map}: lines of address, size, name.
 */
final class PerfMap {
  private static final long LARGEST = 64 << 20;
  private static final int MOST_FUNCTIONS = 1 << 20;
  private static final int LONGEST_NAME = 1024;

  private record Function(long address, long size, String name) {}

  private final List<Function> functions;

  private PerfMap(List<Function> functions) {
    this.functions = functions;
  }

  /**
   * That of a running process. It is in the process's own file system, by the process's own number
   * of itself, and believed only if it belongs to the process's user or to root.
   */
  static Optional<PerfMap> of(int process) {
    Path folder = Path.of("/proc/" + process);
    try {
      int user = (Integer) Files.getAttribute(folder, "unix:uid");
      Path path = folder.resolve("root/tmp/perf-" + ownNumber(folder) + ".map");
      Optional<PlainFile> file = PlainFile.open(path);
      if (file.isEmpty()) {
        return Optional.empty();
      }
      try (PlainFile open = file.get()) {
        boolean theirs = open.owner() == user || open.owner() == 0;
        return theirs && open.size() <= LARGEST ? Optional.of(read(open)) : Optional.empty();
      }
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** The last of its numbers is that in its own namespace. */
  private static String ownNumber(Path folder) throws IOException {
    for (String line : Files.readAllLines(folder.resolve("status"), StandardCharsets.ISO_8859_1)) {
      if (line.startsWith("NSpid:")) {
        String[] numbers = line.split("\\s+", -1);
        return numbers[numbers.length - 1];
      }
    }
    throw new IOException("no number of its own");
  }

  private static PerfMap read(PlainFile file) throws IOException {
    List<Function> all = new ArrayList<>();
    var decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(Files.newInputStream(file.path()), decoder))) {
      long left = LARGEST;
      for (String line = lines.readLine();
          line != null && left > 0 && all.size() < MOST_FUNCTIONS;
          line = lines.readLine()) {
        left -= line.length();
        parse(line).ifPresent(all::add);
      }
    }
    // Stable: of two at one address the one that was compiled later comes last.
    all.sort(Comparator.comparingLong(Function::address));
    return new PerfMap(all);
  }

  private static Optional<Function> parse(String line) {
    String[] fields = line.split(" ", 3);
    if (fields.length < 3) {
      return Optional.empty();
    }
    try {
      String name = fields[2].substring(0, Math.min(LONGEST_NAME, fields[2].length()));
      return Optional.of(new Function(hexadecimal(fields[0]), hexadecimal(fields[1]), name));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  private static long hexadecimal(String text) {
    return Long.parseUnsignedLong(text.startsWith("0x") ? text.substring(2) : text, 16);
  }

  Optional<Symbol> at(long address) {
    int low = 0;
    int high = functions.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (Long.compareUnsigned(functions.get(middle).address, address) <= 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    if (low == 0) {
      return Optional.empty();
    }
    Function function = functions.get(low - 1);
    long distance = address - function.address;
    return Long.compareUnsigned(distance, function.size) < 0
        ? Optional.of(new Symbol(function.name, distance))
        : Optional.empty();
  }
}
