package jbt.kernel.dwarf;

import java.io.IOException;
import java.util.OptionalLong;

/** Where code begins that lies in several pieces, of which the first is where it is entered. */
final class Ranges {
  private static final int END = 0;
  private static final int BASE_INDEX = 1;
  private static final int START_END_INDEX = 2;
  private static final int START_LENGTH_INDEX = 3;
  private static final int OFFSETS = 4;
  private static final int BASE = 5;
  private static final int START_END = 6;
  private static final int START_LENGTH = 7;

  private final Section old;
  private final Section lists;

  Ranges(DebugInformation.Sections sections) throws IOException {
    old = new Section(sections.bytes("debug_ranges"));
    lists = new Section(sections.bytes("debug_rnglists"));
  }

  /** The place of the list of a number; since DWARF 5. -1 as long as the table's is not known. */
  long list(Unit unit, long index) {
    long place = unit.rangeLists() + index * unit.offsetSize();
    if (place + unit.offsetSize() > lists.size()) {
      return -1;
    }
    lists.moveTo(place);
    return unit.rangeLists() + lists.unsigned(unit.offsetSize());
  }

  OptionalLong first(Unit unit, long list, Entries entries) {
    if (list < 0) {
      return OptionalLong.empty();
    }
    return unit.version() < 5 ? firstOfPairs(unit, list) : firstOfEntries(unit, list, entries);
  }

  private OptionalLong firstOfPairs(Unit unit, long list) {
    old.moveTo(list);
    long none = unit.addressSize() == Long.BYTES ? -1 : 0xffff_ffffL;
    long base = unit.base();
    while (true) {
      long start = old.unsigned(unit.addressSize());
      long end = old.unsigned(unit.addressSize());
      if (start == none) {
        base = end;
      } else if (start != end) {
        return OptionalLong.of(base + start);
      } else if (start == 0) {
        return OptionalLong.empty();
      }
    }
  }

  private OptionalLong firstOfEntries(Unit unit, long list, Entries entries) {
    lists.moveTo(list);
    long base = unit.base();
    while (true) {
      switch (lists.u1()) {
        case END -> {
          return OptionalLong.empty();
        }
        case BASE_INDEX -> base = entries.address(unit, lists.leb());
        case BASE -> base = lists.unsigned(unit.addressSize());
        case START_END_INDEX, START_LENGTH_INDEX -> {
          return OptionalLong.of(entries.address(unit, lists.leb()));
        }
        case START_END, START_LENGTH -> {
          return OptionalLong.of(lists.unsigned(unit.addressSize()));
        }
        case OFFSETS -> {
          return OptionalLong.of(base + lists.leb());
        }
        default -> throw new IllegalArgumentException("no kind of range");
      }
    }
  }
}
