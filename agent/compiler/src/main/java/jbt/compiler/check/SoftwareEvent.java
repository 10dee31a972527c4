package jbt.compiler.check;

import java.util.List;
import java.util.Optional;

/**
 * A software event of perf_event_open(2).
 *
 * @param config its number there (PERF_COUNT_SW_*)
 * @param defaultCount events for each firing when the script gives no count
 */
record SoftwareEvent(String name, String alias, int config, long defaultCount) {
  static final List<SoftwareEvent> ALL =
      List.of(
          new SoftwareEvent("cpu-clock", "cpu", 0, 1_000_000),
          new SoftwareEvent("task-clock", "", 1, 1_000_000),
          new SoftwareEvent("page-faults", "faults", 2, 100),
          new SoftwareEvent("context-switches", "cs", 3, 1000),
          new SoftwareEvent("cpu-migrations", "", 4, 1),
          new SoftwareEvent("minor-faults", "", 5, 100),
          new SoftwareEvent("major-faults", "", 6, 1),
          new SoftwareEvent("alignment-faults", "", 7, 1),
          new SoftwareEvent("emulation-faults", "", 8, 1),
          new SoftwareEvent("dummy", "", 9, 1),
          new SoftwareEvent("bpf-output", "", 10, 1));

  /** Whether its count is a time in nanoseconds, for which the kernel sets a timer. */
  boolean clock() {
    return name.endsWith("-clock");
  }

  static Optional<SoftwareEvent> named(String name) {
    return ALL.stream()
        .filter(event -> event.name.equals(name) || (!name.isEmpty() && event.alias.equals(name)))
        .findFirst();
  }
}
