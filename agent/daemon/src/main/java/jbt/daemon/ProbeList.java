package jbt.daemon;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import jbt.kernel.HostTarget;

/** The attach points of this host by name. */
final class ProbeList {
  private static final List<String> SOFTWARE =
      List.of(
          "alignment-faults",
          "bpf-output",
          "context-switches",
          "cpu-clock",
          "cpu-migrations",
          "dummy",
          "emulation-faults",
          "major-faults",
          "minor-faults",
          "page-faults",
          "task-clock");

  private static final List<String> UNITS = List.of("hz", "ms", "s", "us");

  private ProbeList() {}

  /**
   * @param pattern with {@code *} for any text; empty for everything
   */
  static List<String> matching(String pattern, HostTarget target) {
    Pattern wanted = glob(pattern.isEmpty() ? "*" : pattern);
    List<String> found = new ArrayList<>();
    Stream.of(
            Stream.of("BEGIN", "END"),
            UNITS.stream().map(unit -> "interval:" + unit + ":"),
            UNITS.stream().map(unit -> "profile:" + unit + ":"),
            SOFTWARE.stream().map(event -> "software:" + event + ":"),
            target.tracepoints().stream().sorted().map(event -> "tracepoint:" + event))
        .flatMap(names -> names)
        .filter(name -> wanted.matcher(name).matches())
        .forEach(found::add);
    return found;
  }

  private static Pattern glob(String pattern) {
    StringBuilder regex = new StringBuilder();
    for (String literal : pattern.split("\\*", -1)) {
      regex.append(regex.isEmpty() ? "" : ".*").append(Pattern.quote(literal));
    }
    return Pattern.compile(regex.toString(), Pattern.CASE_INSENSITIVE);
  }
}
