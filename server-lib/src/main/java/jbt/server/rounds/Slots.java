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

  boolean contains(long slot) {
    Map.@Nullable Entry<Long, Long> before = ranges.floorEntry(slot);
    return before != null && before.getValue() >= slot;
  }
}
