package jbt.kernel.symbols;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.IntConsumer;
import java.util.function.IntPredicate;

/** Finds by name what stands in a text, some hundred thousand names in two megabytes. */
final class NamePlaces {
  private static final int NONE = -1;

  private final byte[] text;
  private final int[] names;

  /** Places of names, from where the hash of the name tells to the first that is free. */
  private final int[] slots;

  /**
   * Files the names of some places.
   *
   * @param names where each begins in the text; it ends before a newline, a tab or the end
   */
  NamePlaces(byte[] text, int[] names, IntPredicate which) {
    this.text = text;
    this.names = names;
    this.slots = new int[Integer.highestOneBit(Math.max(1, names.length)) << 2];
    Arrays.fill(slots, NONE);
    for (int place = 0; place < names.length; place++) {
      if (which.test(place)) {
        int slot = slot(text, names[place]);
        while (slots[slot] != NONE) {
          slot = slot + 1 & slots.length - 1;
        }
        slots[slot] = place;
      }
    }
  }

  private static boolean ends(byte[] text, int at) {
    return at >= text.length || text[at] == '\n' || text[at] == '\t';
  }

  private int slot(byte[] bytes, int start) {
    int hash = 0;
    for (int at = start; !ends(bytes, at); at++) {
      hash = 31 * hash + bytes[at];
    }
    return (hash ^ hash >>> 15) & slots.length - 1;
  }

  /** Names the places of a name, in their order. */
  void each(String name, IntConsumer place) {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    for (int slot = slot(bytes, 0); slots[slot] != NONE; slot = slot + 1 & slots.length - 1) {
      int start = names[slots[slot]];
      int end = start + bytes.length;
      if (end <= text.length
          && Arrays.equals(text, start, end, bytes, 0, bytes.length)
          && ends(text, end)) {
        place.accept(slots[slot]);
      }
    }
  }
}
