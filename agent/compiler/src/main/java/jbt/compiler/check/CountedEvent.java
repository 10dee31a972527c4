package jbt.compiler.check;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * An event of perf_event_open(2) that is counted.
 *
 * @param config its number there (PERF_COUNT_SW_*, PERF_COUNT_HW_*)
 * @param defaultCount events for each firing when the script gives no count
 */
record CountedEvent(String name, String alias, int config, long defaultCount) {
  static final List<CountedEvent> SOFTWARE =
      List.of(
          new CountedEvent("cpu-clock", "cpu", 0, 1_000_000),
          new CountedEvent("task-clock", "", 1, 1_000_000),
          new CountedEvent("page-faults", "faults", 2, 100),
          new CountedEvent("context-switches", "cs", 3, 1000),
          new CountedEvent("cpu-migrations", "", 4, 1),
          new CountedEvent("minor-faults", "", 5, 100),
          new CountedEvent("major-faults", "", 6, 1),
          new CountedEvent("alignment-faults", "", 7, 1),
          new CountedEvent("emulation-faults", "", 8, 1),
          new CountedEvent("dummy", "", 9, 1),
          new CountedEvent("bpf-output", "", 10, 1));

  static final List<CountedEvent> HARDWARE =
      List.of(
          new CountedEvent("cpu-cycles", "cycles", 0, 1_000_000),
          new CountedEvent("instructions", "", 1, 1_000_000),
          new CountedEvent("cache-references", "", 2, 1_000_000),
          new CountedEvent("cache-misses", "", 3, 1_000_000),
          new CountedEvent("branch-instructions", "branches", 4, 100_000),
          new CountedEvent("branch-misses", "", 5, 100_000),
          new CountedEvent("bus-cycles", "", 6, 100_000),
          new CountedEvent("frontend-stalls", "", 7, 1_000_000),
          new CountedEvent("backend-stalls", "", 8, 1_000_000),
          new CountedEvent("ref-cycles", "", 9, 1_000_000));

  /** Whether the count of a software event is a time in nanoseconds, for which there is a timer. */
  boolean clock() {
    return name.endsWith("-clock");
  }

  static Optional<CountedEvent> named(List<CountedEvent> events, String name) {
    return events.stream()
        .filter(event -> event.name.equals(name) || (!name.isEmpty() && event.alias.equals(name)))
        .findFirst();
  }

  static List<String> names(List<CountedEvent> events) {
    return events.stream()
        .flatMap(event -> Stream.of(event.name, event.alias))
        .filter(name -> !name.isEmpty())
        .toList();
  }
}
