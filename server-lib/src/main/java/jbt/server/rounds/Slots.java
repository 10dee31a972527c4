package jbt.server.rounds;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A set of slots, kept as ranges: slots come nearly in order, so that one range holds them all. */
final class Slots {
  /** First slot of a range to its last. */
  private final TreeMap<Long, Long> ranges = new TreeMap<>();

  /** False when it was there already. */
  boolean add(long slot) {
    Map.@Nullable Entry<Long, Long> before = ranges.floorEntry(slot);
    if (before != null && before.getValue() >= slot) {
      return false;
    }
    long first = slot;
    long last = slot;
    if (before != null && before.getValue() == slot - 1) {
      first = before.getKey();
    }
    @Nullable Long joined = ranges.remove(slot + 1);
    if (joined != null) {
      last = joined;
    }
    ranges.put(first, last);
    return true;
  }

  /** Number of ranges. */
  int size() {
    return ranges.size();
  }

  /** Makes one of the two oldest ranges, if there are two. */
  void closeOldestGap() {
    if (ranges.size() > 1) {
      Map.Entry<Long, Long> oldest = ranges.firstEntry();
      ranges.remove(oldest.getKey());
      Map.Entry<Long, Long> next = ranges.firstEntry();
      ranges.remove(next.getKey());
      ranges.put(oldest.getKey(), next.getValue());
    }
  }

  boolean contains(long slot) {
    Map.@Nullable Entry<Long, Long> before = ranges.floorEntry(slot);
    return before != null && before.getValue() >= slot;
  }
}
