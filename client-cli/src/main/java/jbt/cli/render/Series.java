package jbt.cli.render;

import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import jbt.server.merge.Cell;
import jbt.v1.MapSchema;
import org.jspecify.annotations.Nullable;

/** A series as bpftrace draws it: a line for each interval, from the oldest that has something. */
final class Series {
  /** Of a line, its borders included. */
  private static final int WIDTH = 53;

  private static final int LEAST_WIDTH = 21;
  private static final long SECOND = 1_000_000_000;
  private static final DateTimeFormatter START =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.nnnnnnnnn");

  private Series() {}

  /**
   * How times are written: by whole seconds where that is enough.
   *
   * @param digits behind the second
   */
  private record Precision(String label, int digits) {
    static Precision of(long intervalNs) {
      return intervalNs % SECOND == 0
          ? new Precision("hh:mm:ss", 0)
          : intervalNs % 1_000_000 == 0
              ? new Precision("hh:mm:ss.ms", 3)
              : intervalNs % 1_000 == 0
                  ? new Precision("hh:mm:ss.us", 6)
                  : new Precision("hh:mm:ss.ns", 9);
    }

    int width() {
      return 8 + (digits == 0 ? 0 : digits + 1);
    }

    DateTimeFormatter formatter() {
      String fraction = digits == 0 ? "" : "." + "S".repeat(digits);
      return DateTimeFormatter.ofPattern("HH:mm:ss" + fraction);
    }
  }

  /** {@code zone}: in which times are shown. */
  static void draw(Bytes out, MapSchema map, Cell.Series series, ZoneId zone) {
    if (series.slots().isEmpty()) {
      out.add("<no data>\n");
      return;
    }
    Map<Long, BigInteger> values = new HashMap<>();
    series.slots().forEach(slot -> values.put(slot.number(), number(map, slot.value(map))));
    Scale scale = Scale.of(values.values());
    Precision precision = Precision.of(map.getIntervalNs());
    DateTimeFormatter time = precision.formatter();
    String indent = " ".repeat(precision.width() + 1);
    String bar = "_".repeat(WIDTH - 2);
    out.add(indent).add(scale.ends()).add('\n');
    out.add(padded(precision.label(), precision.width())).add(" |").add(bar).add("|\n");
    long last = series.slots().getLast().number();
    for (long number = series.slots().getFirst().number(); number <= last; number++) {
      @Nullable BigInteger value = values.get(number);
      out.add(start(map, number, zone).format(time))
          .add(' ')
          .add(scale.line(value))
          .add(' ')
          .add(value == null ? "-" : value.toString())
          .add('\n');
    }
    out.add(indent).add('v').add(bar).add("v\n");
    out.add(indent).add(scale.ends()).add('\n');
  }

  /** A value, which without a sign may be more than a long holds. */
  private static BigInteger number(MapSchema map, long value) {
    return new BigInteger(Values.decimal(value, map.getValue().getSigned()));
  }

  /** Where values are between the borders. */
  private record Scale(BigInteger least, BigInteger most) {
    /** Of one value, there is room on both sides of it. */
    static Scale of(Collection<BigInteger> values) {
      BigInteger least = Collections.min(values);
      BigInteger most = Collections.max(values);
      return least.equals(most)
          ? new Scale(least.subtract(BigInteger.ONE), most.add(BigInteger.ONE))
          : new Scale(least, most);
    }

    /** In bpftrace's order: 15 of 26 are 30 of 52 columns, not 29.999. */
    int place(BigInteger value) {
      double range = most.subtract(least).doubleValue();
      return (int) ((WIDTH - 1) * value.subtract(least).doubleValue() / range);
    }

    String ends() {
      String right = most.toString();
      String left = padded(least.toString(), LEAST_WIDTH);
      return left + " ".repeat(Math.max(0, WIDTH - left.length() - right.length())) + right;
    }

    /** A line with a mark, and one for zero where that is inside. */
    String line(@Nullable BigInteger value) {
      char[] line = new char[WIDTH];
      Arrays.fill(line, ' ');
      if (least.signum() < 0 && most.signum() > 0) {
        line[place(BigInteger.ZERO)] = '.';
      }
      line[0] = '|';
      line[WIDTH - 1] = '|';
      if (value != null) {
        line[place(value)] = '*';
      }
      return new String(line);
    }
  }

  private static String padded(String text, int width) {
    return text + " ".repeat(Math.max(0, width - text.length()));
  }

  private static LocalDateTime start(MapSchema map, long number, ZoneId zone) {
    long interval = map.getIntervalNs();
    // In two parts: the product may be too large for 64 bits if a host sends nonsense.
    long seconds = Math.multiplyHigh(number, interval) == 0 ? number * interval / SECOND : 0;
    long rest = Math.multiplyHigh(number, interval) == 0 ? number * interval % SECOND : 0;
    return LocalDateTime.ofInstant(Instant.ofEpochSecond(seconds, rest), zone);
  }

  /** Intervals that have nothing are left out; times are in UTC. */
  static void json(Bytes out, MapSchema map, Cell.Series series) {
    out.add('[');
    List<Cell.Slot> slots = series.slots();
    for (int i = 0; i < slots.size(); i++) {
      Cell.Slot slot = slots.get(i);
      out.add(i > 0 ? "," : "")
          .add("{\"interval_start\":\"")
          .add(start(map, slot.number(), ZoneOffset.UTC).format(START))
          .add("\",\"value\":");
      JsonMap.number(out, slot.value(map), map.getValue().getSigned());
      out.add('}');
    }
    out.add(']');
  }
}
