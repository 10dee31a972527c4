package jbt.compiler.check;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
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
    List<String> parts = written.parts();
    if (parts.isEmpty() || parts.size() > 2) {
      return arity(written, "software probe type requires 1 or 2 arguments");
    }
    Optional<SoftwareEvent> event = SoftwareEvent.named(parts.getFirst());
    if (event.isEmpty()) {
      return unknown(
          written,
          "software",
          SoftwareEvent.ALL.stream().flatMap(e -> Stream.of(e.name(), e.alias())).toList());
    }
    long count = count(written, event.get().defaultCount());
    if (count < 1) {
      return expansion.wrong(written, "Invalid count: '" + parts.get(1) + "'");
    }
    if (event.get().clock() && count < Expansion.SHORTEST_PERIOD) {
      return expansion.wrong(
          written, "Count '" + parts.get(1) + "' of nanoseconds is less than 100 us");
    }
    Point point = new Point.Software(event.get().name(), event.get().config(), count);
    return Expansion.one(
        written, Kind.SOFTWARE, point, "software:" + event.get().name() + ":" + count);
  }

  List<Expanded> hardware(AttachPoint written) {
    List<String> parts = written.parts();
    if (parts.isEmpty() || parts.size() > 2) {
      return arity(written, "hardware probe type requires 1 or 2 arguments");
    }
    Optional<HardwareEvent> event = HardwareEvent.named(parts.getFirst());
    if (event.isEmpty()) {
      return unknown(
          written,
          "hardware",
          HardwareEvent.ALL.stream().flatMap(e -> Stream.of(e.name(), e.alias())).toList());
    }
    long count = count(written, event.get().defaultCount());
    if (count < 1) {
      return expansion.wrong(written, "Invalid count: '" + parts.get(1) + "'");
    }
    Point point = new Point.Hardware(event.get().name(), event.get().config(), count);
    return Expansion.one(
        written, Kind.HARDWARE, point, "hardware:" + event.get().name() + ":" + count);
  }

  private static long count(AttachPoint written, long usual) {
    List<String> parts = written.parts();
    return parts.size() < 2 || parts.get(1).isEmpty() ? usual : Expansion.number(parts.get(1));
  }

  private List<Expanded> arity(AttachPoint written, String message) {
    return expansion.wrong(written, message + ", found " + written.parts().size());
  }

  private List<Expanded> unknown(AttachPoint written, String type, List<String> names) {
    String name = written.parts().getFirst();
    diagnostics.error(
        written.range(),
        "Unknown %s event: '%s'".formatted(type, name),
        List.of(),
        Nearest.hint(name, names));
    return List.of();
  }

  /** {@code address:length:mode}. */
  List<Expanded> watchpoint(AttachPoint written) {
    List<String> parts = written.parts();
    if (parts.size() != 3) {
      return arity(written, "watchpoint probe type requires 3 arguments");
    }
    long address = address(parts.getFirst());
    if (address == 0) {
      return expansion.wrong(written, "Invalid address: '" + parts.getFirst() + "'");
    }
    long length = Expansion.number(parts.get(1));
    if (length != 1 && length != 2 && length != 4 && length != 8) {
      return expansion.wrong(
          written, "Invalid length: '" + parts.get(1) + "'; 1, 2, 4 and 8 are possible");
    }
    if (mode(parts.get(2)) != EXECUTE && address % length != 0) {
      return expansion.wrong(
          written,
          "The address %s is no multiple of the length %d".formatted(parts.getFirst(), length));
    }
    int mode = mode(parts.get(2));
    if (mode == 0) {
      return expansion.wrong(
          written,
          "Invalid mode: '" + parts.get(2) + "'; this processor can watch for w, rw and x");
    }
    if (mode == EXECUTE && length != 8) {
      return expansion.wrong(written, "The length of a watchpoint with mode x is 8");
    }
    Point point = new Point.Watchpoint(address, (int) length, mode);
    return Expansion.one(written, Kind.WATCHPOINT, point, "watchpoint:" + String.join(":", parts));
  }

  /** 0 if it is none. */
  private static long address(String text) {
    if (text.matches("0[xX][0-9a-fA-F]{1,16}")) {
      return Long.parseUnsignedLong(text.substring(2), 16);
    }
    return Math.max(0, Expansion.number(text));
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
