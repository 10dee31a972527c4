package jbt.kernel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Processor lists of sysfs. */
public final class Cpus {
  private static final Path FOLDER = Path.of("/sys/devices/system/cpu");

  private Cpus() {}

  /** Numbers of the processors that there may ever be, ascending. */
  static List<Integer> possible() {
    return read("possible");
  }

  /** Numbers of the processors that are on now, ascending. */
  public static List<Integer> online() {
    return read("online");
  }

  private static List<Integer> read(String name) {
    try {
      return parse(Files.readString(FOLDER.resolve(name)).strip());
    } catch (IOException e) {
      throw new UncheckedIOException("read processor list " + name, e);
    }
  }

  /** {@code 0-3,8}. */
  static List<Integer> parse(String list) {
    List<Integer> cpus = new ArrayList<>();
    for (String range : list.split(",", -1)) {
      int dash = range.indexOf('-');
      int first = Integer.parseInt(dash < 0 ? range : range.substring(0, dash));
      int last = dash < 0 ? first : Integer.parseInt(range.substring(dash + 1));
      for (int cpu = first; cpu <= last; cpu++) {
        cpus.add(cpu);
      }
    }
    return List.copyOf(cpus);
  }
}
