package jbt.compiler.check;

import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import jbt.compiler.check.Checked.Probe.Kind;
import jbt.compiler.lang.Ast.AttachPoint;
import jbt.compiler.lang.Diagnostics;
import jbt.compiler.plan.Attachment.Point;

/** Attach points that fire once every so many events, and accesses to memory. */
final class CountedProbes {
  private static final int READ = 1;
  private static final int WRITE = 2;
  private static final int EXECUTE = 4;

  private final Diagnostics diagnostics;
  private final Expansion expansion;

  CountedProbes(Diagnostics diagnostics, Expansion expansion) {
    this.diagnostics = diagnostics;
    this.expansion = expansion;
  }

  List<Expanded> software(AttachPoint written) {
    return counted(
        written,
        Kind.SOFTWARE,
        "software",
        CountedEvent.SOFTWARE,
        (event, count) -> new Point.Software(event.name(), event.config(), count));
  }

  List<Expanded> hardware(AttachPoint written) {
    return counted(
        written,
        Kind.HARDWARE,
        "hardware",
        CountedEvent.HARDWARE,
        (event, count) -> new Point.Hardware(event.name(), event.config(), count));
  }

  private List<Expanded> counted(
      AttachPoint written,
      Kind kind,
      String type,
      List<CountedEvent> events,
      BiFunction<CountedEvent, Long, Point> point) {
    List<String> parts = written.parts();
    if (parts.isEmpty() || parts.size() > 2) {
      return arity(written, type + " probe type requires 1 or 2 arguments");
    }
    Optional<CountedEvent> event = CountedEvent.named(events, parts.getFirst());
    if (event.isEmpty()) {
      diagnostics.error(
          written.range(),
          "Unknown %s event: '%s'".formatted(type, parts.getFirst()),
          List.of(),
          Nearest.hint(parts.getFirst(), CountedEvent.names(events)));
      return List.of();
    }
    boolean usual = parts.size() < 2 || parts.get(1).isEmpty();
    long count = usual ? event.get().defaultCount() : Expansion.number(parts.get(1));
    if (count < 1) {
      return expansion.wrong(written, "Invalid count: '" + parts.get(1) + "'");
    }
    if (kind == Kind.SOFTWARE && event.get().clock() && count < Expansion.SHORTEST_PERIOD) {
      return expansion.wrong(
          written, "Count '" + parts.get(1) + "' of nanoseconds is less than 100 us");
    }
    return Expansion.one(
        written,
        kind,
        point.apply(event.get(), count),
        type + ":" + parts.getFirst() + (usual ? "" : ":" + count));
  }

  private List<Expanded> arity(AttachPoint written, String message) {
    return expansion.wrong(written, message + ", found " + written.parts().size());
  }

  /** {@code address:length:mode}; scripts of 2019 have an empty part in front. */
  List<Expanded> watchpoint(AttachPoint written) {
    List<String> all = written.parts();
    boolean old = all.size() == 4 && all.getFirst().isEmpty();
    List<String> parts = old ? all.subList(1, 4) : all;
    if (parts.size() != 3) {
      return arity(written, "watchpoint probe type requires 3 arguments");
    }
    long address = Kprobes.address(parts.getFirst());
    if (address == 0) {
      address = Math.max(0, Expansion.number(parts.getFirst()));
    }
    if (address == 0) {
      return expansion.wrong(written, "Invalid address: '" + parts.getFirst() + "'");
    }
    long length = Expansion.number(parts.get(1));
    if (length != 1 && length != 2 && length != 4 && length != 8) {
      return expansion.wrong(
          written, "Invalid length: '" + parts.get(1) + "'; 1, 2, 4 and 8 are possible");
    }
    int mode = mode(parts.get(2));
    if (mode == 0) {
      return expansion.wrong(
          written,
          "Invalid mode: '" + parts.get(2) + "'; this processor can watch for w, rw and x");
    }
    Optional<String> refused = refused(parts.getFirst(), address, length, mode);
    if (refused.isPresent()) {
      expansion.missing(written, refused.get(), List.of());
      return List.of();
    }
    Point point = new Point.Watchpoint(address, (int) length, mode);
    return Expansion.one(written, Kind.WATCHPOINT, point, "watchpoint:" + String.join(":", parts));
  }

  /** Why the processor can't watch there, as far as it is clear before it is tried. */
  private static Optional<String> refused(String text, long address, long length, int mode) {
    if (mode == EXECUTE) {
      return length == 8
          ? Optional.empty()
          : Optional.of("The length of a watchpoint with mode x is 8");
    }
    return address % length == 0
        ? Optional.empty()
        : Optional.of("The address %s is no multiple of the length %d".formatted(text, length));
  }

  private static int mode(String letters) {
    return switch (letters) {
      case "w" -> WRITE;
      case "rw", "wr" -> READ | WRITE;
      case "x" -> EXECUTE;
      default -> 0;
    };
  }
}
