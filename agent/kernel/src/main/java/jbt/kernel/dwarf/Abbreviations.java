package jbt.kernel.dwarf;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The shapes of entries of one unit: tag, children, and which attributes stand in which form. */
final class Abbreviations {
  static final int IMPLICIT_CONST = 0x21;

  /**
   * @param constants for each attribute what the form IMPLICIT_CONST gives it
   */
  @SuppressWarnings("ArrayRecordComponent") // nobody compares shapes
  record Shape(int tag, boolean children, int[] attributes, int[] forms, long[] constants) {}

  private final Map<Long, Shape> shapes = new HashMap<>();

  Abbreviations(Section section, long start) {
    section.moveTo(start);
    for (long code = section.leb(); code != 0; code = section.leb()) {
      int tag = (int) section.leb();
      boolean children = section.u1() != 0;
      List<long[]> all = new ArrayList<>();
      while (true) {
        long attribute = section.leb();
        long form = section.leb();
        long constant = form == IMPLICIT_CONST ? section.signedLeb() : 0;
        if (attribute == 0 && form == 0) {
          break;
        }
        all.add(new long[] {attribute, form, constant});
      }
      shapes.put(
          code,
          new Shape(
              tag,
              children,
              all.stream().mapToInt(a -> (int) a[0]).toArray(),
              all.stream().mapToInt(a -> (int) a[1]).toArray(),
              all.stream().mapToLong(a -> a[2]).toArray()));
    }
  }

  Shape shape(long code) {
    Shape shape = shapes.get(code);
    if (shape == null) {
      throw new IllegalArgumentException("no abbreviation " + code);
    }
    return shape;
  }
}
