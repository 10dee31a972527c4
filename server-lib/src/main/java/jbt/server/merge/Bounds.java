package jbt.server.merge;

import jbt.v1.MapSchema;
import jbt.v1.ValueKind;

/**
 * The values that fall into one bucket.
 *
 * @param low the smallest; meaningless when {@code openBelow}
 * @param high the first above; meaningless when {@code openAbove}
 */
public record Bounds(long low, long high, boolean openBelow, boolean openAbove) {
  /** The bounds of a bucket of a map of kind HIST or LHIST. */
  public static Bounds of(MapSchema map, int bucket) {
    if (map.getKind() == ValueKind.VALUE_HIST) {
      return power(map.getHistBits(), bucket);
    }
    return linear(map.getLhistMin(), map.getLhistMax(), map.getLhistStep(), bucket);
  }

  /** True for a bucket of a single value, shown as {@code [1]}. */
  public boolean single() {
    return !openBelow && !openAbove && high - low == 1;
  }

  private static Bounds power(int bits, int bucket) {
    if (bucket == 0) {
      return new Bounds(Long.MIN_VALUE, 0, true, false);
    }
    int exact = 2 << bits;
    if (bucket <= exact) {
      return new Bounds(bucket - 1L, bucket, false, false);
    }
    // 2^bits buckets for each power of two from 2^(bits+1) on.
    int past = bucket - 1 - exact;
    int shift = 1 + (past >> bits);
    long low = ((1L << bits) + (past & ((1 << bits) - 1))) << shift;
    long high = low + (1L << shift);
    return new Bounds(low, high, false, high <= low);
  }

  private static Bounds linear(long min, long max, long step, int bucket) {
    if (bucket == 0) {
      return new Bounds(Long.MIN_VALUE, min, true, false);
    }
    // Nothing here may pass the largest number, which the maximum itself can be.
    if (bucket - 1 > (max - min - 1) / step) {
      return new Bounds(max, Long.MAX_VALUE, false, true);
    }
    long low = min + (bucket - 1) * step;
    return new Bounds(low, step < max - low ? low + step : max, false, false);
  }
}
