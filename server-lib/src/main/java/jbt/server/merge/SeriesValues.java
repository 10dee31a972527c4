package jbt.server.merge;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import jbt.v1.MapSchema;
import jbt.v1.SeriesFold;

/** Values of tseries on the wire: three words for each interval, ascending by the first. */
final class SeriesValues {
  /** The most intervals that a script can ask for. */
  static final int MOST_INTERVALS = 1000;

  private static final int SLOT = 3 * Long.BYTES;

  private SeriesValues() {}

  /**
   * What a value has.
   *
   * @throws MalformedException when it is no series of this map
   */
  static List<Cell.Slot> decode(MapSchema map, ByteString value) {
    int count = value.size() / SLOT;
    if (value.size() % SLOT != 0 || count > map.getIntervals()) {
      throw new MalformedException("a series of impossible length");
    }
    ByteBuffer from = value.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    List<Cell.Slot> slots = new ArrayList<>(count);
    long before = -1;
    for (int i = 0; i < count; i++) {
      Cell.Slot slot = new Cell.Slot(from.getLong(), from.getLong(), from.getLong());
      if (slot.number() <= before) {
        throw new MalformedException("a series whose intervals are in no order");
      }
      before = slot.number();
      slots.add(slot);
    }
    if (count > 1 && before - slots.getFirst().number() >= map.getIntervals()) {
      throw new MalformedException("a series longer than its map has it");
    }
    return slots;
  }

  static ByteString encode(Iterable<Cell.Slot> slots, int count) {
    ByteBuffer to = ByteBuffer.allocate(count * SLOT).order(ByteOrder.LITTLE_ENDIAN);
    for (Cell.Slot slot : slots) {
      to.putLong(slot.number()).putLong(slot.first()).putLong(slot.second());
    }
    return ByteString.copyFrom(to.flip());
  }

  /** Interval by interval; of all of them the newest stay, as many as each host keeps. */
  static ByteString merge(MapSchema map, ByteString a, ByteString b) {
    TreeMap<Long, Cell.Slot> all = new TreeMap<>();
    decode(map, a).forEach(slot -> all.put(slot.number(), slot));
    decode(map, b).forEach(slot -> all.merge(slot.number(), slot, (x, y) -> join(map, x, y)));
    while (all.size() > 1 && all.firstKey() <= all.lastKey() - map.getIntervals()) {
      all.pollFirstEntry();
    }
    return encode(all.values(), all.size());
  }

  private static Cell.Slot join(MapSchema map, Cell.Slot a, Cell.Slot b) {
    return switch (map.getFold()) {
      case FOLD_SUM, FOLD_AVG ->
          new Cell.Slot(a.number(), a.first() + b.first(), a.second() + b.second());
      case FOLD_MIN -> less(map, a.first(), b.first()) ? a : b;
      case FOLD_MAX -> less(map, a.first(), b.first()) ? b : a;
      // Of two at one time the larger, so that the order of hosts makes no difference.
      case FOLD_LAST, UNRECOGNIZED -> {
        int order = Long.compareUnsigned(a.second(), b.second());
        yield order != 0 ? (order > 0 ? a : b) : a.first() >= b.first() ? a : b;
      }
    };
  }

  private static boolean less(MapSchema map, long a, long b) {
    return map.getValue().getSigned() ? a < b : Long.compareUnsigned(a, b) < 0;
  }

  /** Whether a map can have such series at all. */
  static boolean possible(MapSchema map) {
    return map.getIntervalNs() > 0
        && map.getIntervals() > 0
        && map.getIntervals() <= MOST_INTERVALS
        && map.getFold() != SeriesFold.UNRECOGNIZED;
  }
}
