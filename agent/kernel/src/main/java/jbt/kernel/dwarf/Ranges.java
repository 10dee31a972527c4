package jbt.kernel.dwarf;

import java.io.IOException;
import java.util.OptionalLong;

/**
 * Where code begins that is not all in one place, as of functions with parts that seldom run:
 * {@code .debug_ranges}, since DWARF 5 {@code .debug_rnglists}. The first range is that of the
 * start.
 */
final class Ranges {
  private static final int MOST = 64;

  private final Section pairs;
  private final Section lists;
  private final Entries entries;

  Ranges(DebugInformation.Sections sections, Entries entries) throws IOException {
    this.pairs = new Section(sections.bytes("debug_ranges"));
    this.lists = new Section(sections.bytes("debug_rnglists"));
    this.entries = entries;
  }

  /** Where the code of an entry begins; empty for one without code. */
  OptionalLong start(Entry entry) {
    if (entry.has(Entries.LOW_PC)) {
      return OptionalLong.of(entry.number(Entries.LOW_PC));
    }
    if (!entry.has(Entries.RANGES)) {
      return OptionalLong.empty();
    }
    Unit unit = entry.unit;
    Entry root = entries.at(unit, unit.entries());
    long base = root == null ? 0 : root.number(Entries.LOW_PC, 0);
    long place = entry.number(Entries.RANGES);
    return unit.version() < 5
        ? ofPairs(unit, place, base)
        : ofList(unit, root == null ? place : listed(unit, root, place), base);
  }

  /** A place is the number of a list if the unit tells where its lists are. */
  private long listed(Unit unit, Entry root, long place) {
    long base = root.number(Entries.RANGE_LISTS);
    if (base < 0) {
      return place;
    }
    long at = base + place * unit.offsetSize();
    if (at >= lists.size()) {
      return at;
    }
    lists.moveTo(at);
    return base + lists.unsigned(unit.offsetSize());
  }

  private OptionalLong ofPairs(Unit unit, long place, long start) {
    int size = unit.addressSize();
    long none = size == 8 ? -1 : (1L << (8 * size)) - 1;
    long base = start;
    if (place >= pairs.size()) {
      return OptionalLong.empty();
    }
    pairs.moveTo(place);
    for (int i = 0; i < MOST; i++) {
      long from = pairs.unsigned(size);
      long to = pairs.unsigned(size);
      if (from == 0 && to == 0) {
        return OptionalLong.empty();
      }
      if (from != none) {
        return OptionalLong.of(base + from);
      }
      base = to;
    }
    return OptionalLong.empty();
  }

  private OptionalLong ofList(Unit unit, long place, long start) {
    long base = start;
    if (place >= lists.size()) {
      return OptionalLong.empty();
    }
    lists.moveTo(place);
    for (int i = 0; i < MOST; i++) {
      switch (lists.u1()) {
        // DW_RLE_base_addressx, startx_endx and startx_length, offset_pair, base_address, and
        // start_end and start_length.
        case 1 -> base = entries.address(unit, lists.leb());
        case 2, 3 -> {
          return OptionalLong.of(entries.address(unit, lists.leb()));
        }
        case 4 -> {
          return OptionalLong.of(base + lists.leb());
        }
        case 5 -> base = lists.unsigned(unit.addressSize());
        case 6, 7 -> {
          return OptionalLong.of(lists.unsigned(unit.addressSize()));
        }
        default -> {
          return OptionalLong.empty();
        }
      }
    }
    return OptionalLong.empty();
  }
}
