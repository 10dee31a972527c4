package jbt.server.merge;

import java.util.List;
import jbt.v1.MapSchema;
import jbt.v1.SeriesFold;

/** The value of one row of a map. */
public sealed interface Cell {
  /** COUNT, SUM, COUNTER. */
  record Word(long bits, boolean signed) implements Cell {}

  /** MIN and MAX: what it is of, unless nothing was put in since zero(): {@code bits} is 0 then. */
  record Extreme(long bits, boolean set, boolean signed) implements Cell {}

  /** AVG and STATS: the average is {@code total / count}, divided as {@code signed} says. */
  record Mean(long total, long count, boolean signed) implements Cell {
    /** Truncated towards zero; 0 of nothing. */
    public long average() {
      if (count == 0) {
        return 0;
      }
      return signed ? total / count : Long.divideUnsigned(total, count);
    }
  }

  /** HIST and LHIST: the buckets that are not zero, ascending; bounds by {@link Bounds#of}. */
  record Histogram(List<Bucket> buckets) implements Cell {
    public Histogram {
      buckets = List.copyOf(buckets);
    }

    public long total() {
      return buckets.stream().mapToLong(Bucket::count).sum();
    }
  }

  record Bucket(int index, long count) {}

  /** TSERIES: the intervals that have something, ascending. */
  record Series(List<Slot> slots) implements Cell {
    public Series {
      slots = List.copyOf(slots);
    }
  }

  /**
   * An interval, by its number since 1970, and the two words of the map's {@link
   * jbt.v1.SeriesFold}.
   */
  record Slot(long number, long first, long second) {
    /** What the values of the interval came to. */
    public long value(MapSchema map) {
      return map.getFold() == SeriesFold.FOLD_AVG
          ? new Mean(first, second, map.getValue().getSigned()).average()
          : first;
    }
  }

  /** PLAIN. */
  record Single(Datum value) implements Cell {}
}
