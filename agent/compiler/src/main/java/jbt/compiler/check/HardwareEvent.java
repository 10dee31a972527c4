package jbt.compiler.check;

import java.util.List;
import java.util.Optional;

/**
 * A hardware event of perf_event_open(2).
 *
 * @param config its number there (PERF_COUNT_HW_*)
 * @param defaultCount events for each firing when the script gives no count
 */
record HardwareEvent(String name, String alias, int config, long defaultCount) {
  static final List<HardwareEvent> ALL =
      List.of(
          new HardwareEvent("cpu-cycles", "cycles", 0, 1_000_000),
          new HardwareEvent("instructions", "", 1, 1_000_000),
          new HardwareEvent("cache-references", "", 2, 1_000_000),
          new HardwareEvent("cache-misses", "", 3, 1_000_000),
          new HardwareEvent("branch-instructions", "branches", 4, 100_000),
          new HardwareEvent("branch-misses", "", 5, 100_000),
          new HardwareEvent("bus-cycles", "", 6, 100_000),
          new HardwareEvent("frontend-stalls", "", 7, 1_000_000),
          new HardwareEvent("backend-stalls", "", 8, 1_000_000),
          new HardwareEvent("ref-cycles", "", 9, 1_000_000));

  static Optional<HardwareEvent> named(String name) {
    return ALL.stream()
        .filter(event -> event.name.equals(name) || (!name.isEmpty() && event.alias.equals(name)))
        .findFirst();
  }
}
