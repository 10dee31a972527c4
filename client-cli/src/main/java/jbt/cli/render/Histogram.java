package jbt.cli.render;

import java.util.ArrayList;
import java.util.List;
import jbt.server.merge.Bounds;
import jbt.server.merge.Cell;
import jbt.v1.MapSchema;
import jbt.v1.ValueKind;

/** The rows of a histogram, from its first bucket that is not empty to the last such one. */
final class Histogram {
  private static final int BAR = 52;

  /**
   * One row.
   *
   * @param whole the count before it was divided, by which bars are drawn
   */
  record Bar(Bounds bounds, String label, long whole, long count) {}

  private Histogram() {}

  /** Counts are divided by {@code divisor} for hist; bpftrace has no division for lhist. */
  static List<Bar> bars(MapSchema schema, Cell.Histogram cell, long divisor) {
    boolean linear = schema.getKind() == ValueKind.VALUE_LHIST;
    List<Bar> bars = new ArrayList<>();
    int next = 0;
    for (Cell.Bucket bucket : cell.buckets()) {
      for (int index = bars.isEmpty() ? bucket.index() : next; index < bucket.index(); index++) {
        bars.add(bar(schema, index, 0, 1));
      }
      bars.add(bar(schema, bucket.index(), bucket.count(), linear ? 1 : divisor));
      next = bucket.index() + 1;
    }
    return bars;
  }

  /** The rows as bpftrace draws them, in a float's precision: label, count, bar. */
  static void draw(Bytes out, List<Bar> bars) {
    long max = bars.stream().mapToLong(Bar::whole).max().orElse(0);
    for (Bar bar : bars) {
      int length = max == 0 ? 0 : (int) ((float) bar.whole / max * BAR);
      String count = Long.toString(bar.count);
      out.add(bar.label)
          .add(" ".repeat(Math.max(0, 16 - bar.label.length())))
          .add(" ".repeat(Math.max(0, 8 - count.length())))
          .add(count)
          .add(" |")
          .add("@".repeat(length))
          .add(" ".repeat(BAR - length))
          .add("|\n");
    }
  }

  private static Bar bar(MapSchema schema, int index, long count, long divisor) {
    Bounds bounds = Bounds.of(schema, index);
    return new Bar(bounds, label(schema, bounds), count, count / divisor);
  }

  private static String label(MapSchema schema, Bounds bounds) {
    boolean power = schema.getKind() == ValueKind.VALUE_HIST;
    long step = schema.getLhistStep();
    String low = power ? powerOf1024(bounds.low()) : inSteps(bounds.low(), step);
    String high = power ? powerOf1024(bounds.high()) : inSteps(bounds.high(), step);
    if (bounds.openBelow()) {
      return "(..., " + high + ")";
    }
    if (bounds.openAbove() && !power) {
      return "[" + low + ", ...)";
    }
    return power && bounds.single() ? "[" + low + "]" : "[" + low + ", " + high + ")";
  }

  /** 1K for 1024, 1280 for 1280. */
  private static String powerOf1024(long value) {
    String units = "KMGTPE";
    int unit = -1;
    long rest = value;
    while (rest != 0 && (rest & 1023) == 0 && unit + 1 < units.length()) {
      rest >>>= 10;
      unit++;
    }
    return unit < 0 ? Long.toUnsignedString(rest) : rest + units.substring(unit, unit + 1);
  }

  private static String inSteps(long value, long step) {
    if (step % 1024 != 0 || value == 0 || value % 1024 != 0) {
      return Long.toString(value);
    }
    return value % (1 << 20) == 0 ? (value >> 20) + "M" : (value >> 10) + "K";
  }
}
