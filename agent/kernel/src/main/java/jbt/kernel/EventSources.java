package jbt.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import jbt.kernel.sys.SystemCallException;

/** Sources of perf events that have no fixed number. */
final class EventSources {
  private EventSources() {}

  /** Whether the kernel has a source. */
  static boolean has(String source) {
    return Files.exists(Path.of("/sys/bus/event_source/devices", source, "type"));
  }

  /** The number that perf_event_open(2) takes for a source. */
  static int type(String source) {
    Path file = Path.of("/sys/bus/event_source/devices", source, "type");
    try {
      return Integer.parseInt(Files.readString(file).strip());
    } catch (IOException | NumberFormatException e) {
      throw new SystemCallException("read " + file, SystemCallException.EOPNOTSUPP);
    }
  }
}
