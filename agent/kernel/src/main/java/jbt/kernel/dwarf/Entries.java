package jbt.kernel.dwarf;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The entries of {@code .debug_info}, and the sections that they point into. */
final class Entries {
  static final int SIBLING = 0x01;
  static final int LOCATION = 0x02;
  static final int NAME = 0x03;
  static final int BYTE_SIZE = 0x0b;
  static final int BIT_OFFSET = 0x0c;
  static final int BIT_SIZE = 0x0d;
  static final int LINES = 0x10;
  static final int LOW_PC = 0x11;
  static final int LANGUAGE = 0x13;
  static final int FOLDER = 0x1b;
  static final int INLINE = 0x20;
  static final int UPPER_BOUND = 0x2f;
  static final int ABSTRACT_ORIGIN = 0x31;
  static final int ARTIFICIAL = 0x34;
  static final int CALLING_CONVENTION = 0x36;
  static final int COUNT = 0x37;
  static final int MEMBER_LOCATION = 0x38;
  static final int DECLARATION = 0x3c;
  static final int RANGES = 0x55;
  static final int ENCODING = 0x3e;
  static final int SPECIFICATION = 0x47;
  static final int TYPE = 0x49;
  static final int DATA_BIT_OFFSET = 0x6b;
  static final int LINKAGE_NAME = 0x6e;
  static final int TEXT_OFFSETS = 0x72;
  static final int ADDRESSES = 0x73;
  static final int RANGE_LISTS = 0x74;
  static final int CONST_VALUE = 0x1c;
  static final int DEFAULTED = 0x8b;

  /** Of all that have a location those that somebody asks for. */
  private static final int PARAMETER = 0x05;

  private static final int BLOCK = 0x09;
  private static final int BLOCK1 = 0x0a;
  private static final int EXPRESSION = 0x18;

  private static final int SKELETON = 4;

  /** Bytes of the number by which a skeleton and its file know each other. */
  private static final int DWO_ID = 8;

  /** Of all attributes those that are kept. */
  private static final boolean[] KEPT = new boolean[0x90];

  static {
    for (int attribute :
        new int[] {
          SIBLING,
          LOCATION,
          NAME,
          BYTE_SIZE,
          BIT_OFFSET,
          BIT_SIZE,
          LINES,
          LOW_PC,
          LANGUAGE,
          FOLDER,
          INLINE,
          UPPER_BOUND,
          ABSTRACT_ORIGIN,
          ARTIFICIAL,
          CALLING_CONVENTION,
          COUNT,
          MEMBER_LOCATION,
          DECLARATION,
          ENCODING,
          SPECIFICATION,
          TYPE,
          DATA_BIT_OFFSET,
          LINKAGE_NAME,
          TEXT_OFFSETS,
          ADDRESSES,
          RANGE_LISTS,
          RANGES,
          CONST_VALUE,
          DEFAULTED
        }) {
      KEPT[attribute] = true;
    }
  }

  private final Section info;
  private final Section abbreviations;
  private final Section texts;
  private final Section lineTexts;
  private final Section textOffsets;
  private final Section addresses;
  private final Ranges ranges;
  private final List<Unit> units = new ArrayList<>();

  Entries(DebugInformation.Sections sections) throws IOException {
    info = new Section(sections.bytes("debug_info"));
    abbreviations = new Section(sections.bytes("debug_abbrev"));
    texts = new Section(sections.bytes("debug_str"));
    lineTexts = new Section(sections.bytes("debug_line_str"));
    textOffsets = new Section(sections.bytes("debug_str_offsets"));
    addresses = new Section(sections.bytes("debug_addr"));
    ranges = new Ranges(sections);
    readUnits();
  }

  List<Unit> units() {
    return units;
  }

  private void readUnits() {
    Map<Long, Abbreviations> known = new HashMap<>();
    int at = 0;
    while (at + 11 < info.size()) {
      info.moveTo(at);
      long length = info.u4();
      boolean wide = length == 0xffffffffL;
      if (wide) {
        length = info.u8();
      }
      long end = info.place() + length;
      if (length <= 0 || end > info.size()) {
        return;
      }
      int version = info.u2();
      int kind = version >= 5 ? info.u1() : 1;
      int addressSize = version >= 5 ? info.u1() : 8;
      long shapes = wide ? info.u8() : info.u4();
      if (version < 5) {
        addressSize = info.u1();
      }
      // Units of types (2, 6) are asked for by nobody. Of what is in other files there are
      // skeletons (4), which tell of lines.
      if (version >= 2 && version <= 5 && (kind == 1 || kind == SKELETON)) {
        int entries = info.place() + (kind == SKELETON ? DWO_ID : 0);
        Abbreviations own =
            known.computeIfAbsent(shapes, place -> new Abbreviations(abbreviations, place));
        Unit unit =
            new Unit(
                at,
                entries,
                (int) end,
                version,
                addressSize,
                wide,
                own,
                wide ? 16 : 8,
                8,
                wide ? 20 : 12,
                0,
                -1);
        units.add(completed(unit));
      }
      at = (int) end;
    }
  }

  /** Twice: the first entry says itself where the tables are that its own address is in. */
  private Unit completed(Unit unit) {
    Unit known = unit;
    for (int i = 0; i < 2; i++) {
      Entry first = at(known, known.entries());
      known = first == null ? known : known.with(first);
    }
    return known;
  }

  String text(long place) {
    return texts.textAt(place);
  }

  String lineText(long place) {
    return lineTexts.textAt(place);
  }

  /** The unit that an offset lies in. */
  @Nullable Unit unit(long offset) {
    int low = 0;
    int high = units.size() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      Unit unit = units.get(middle);
      if (offset < unit.start()) {
        high = middle - 1;
      } else if (offset >= unit.end()) {
        low = middle + 1;
      } else {
        return unit;
      }
    }
    return null;
  }

  /** The entry at an offset; null for the end of a list of children, and where there is none. */
  @Nullable Entry at(Unit unit, int offset) {
    if (offset < unit.entries() || offset >= unit.end()) {
      return null;
    }
    info.moveTo(offset);
    long code = info.leb();
    if (code == 0) {
      return null;
    }
    Abbreviations.Shape shape = unit.abbreviations().shape(code);
    Entry entry = new Entry(unit, offset, shape.tag(), shape.children());
    for (int i = 0; i < shape.attributes().length; i++) {
      int attribute = shape.attributes()[i];
      boolean kept = attribute < KEPT.length && KEPT[attribute];
      int form = shape.forms()[i];
      Object value =
          attribute == LOCATION && shape.tag() == PARAMETER && isExpression(form)
              ? info.bytes(form == BLOCK1 ? info.u1() : info.leb())
              : value(unit, form, shape.constants()[i], kept);
      if (kept && value != null) {
        entry.put(attribute, value);
      }
    }
    entry.end = info.place();
    return entry;
  }

  /** The entry that an attribute refers to. */
  @Nullable Entry referred(Entry entry, int attribute) {
    long offset = entry.number(attribute);
    Unit unit = unit(offset);
    return unit == null ? null : at(unit, (int) offset);
  }

  /** A number, a text, or null for what nobody needs. */
  private @Nullable Object value(Unit unit, int form, long constant, boolean kept) {
    switch (form) {
      case 0x01 -> { // addr
        return info.unsigned(unit.addressSize());
      }
      case 0x03 -> info.skip(info.u2()); // block2
      case 0x04 -> info.skip(info.u4()); // block4
      case 0x05 -> { // data2
        return (long) info.u2();
      }
      case 0x06 -> { // data4
        return info.u4();
      }
      case 0x07 -> { // data8
        return info.u8();
      }
      case 0x08 -> { // string
        if (kept) {
          return info.text();
        }
        info.skipText();
      }
      case BLOCK, EXPRESSION -> info.skip(info.leb());
      case BLOCK1 -> info.skip(info.u1());
      case 0x0b, 0x0c -> { // data1, flag
        return (long) info.u1();
      }
      case 0x0d -> { // sdata
        return info.signedLeb();
      }
      case 0x0e -> { // strp
        long place = info.unsigned(unit.offsetSize());
        return kept ? texts.textAt(place) : null;
      }
      case 0x0f, 0x22 -> { // udata, loclistx
        return info.leb();
      }
      case 0x23 -> { // rnglistx
        return ranges.list(unit, info.leb());
      }
      case 0x10 -> { // ref_addr
        return info.unsigned(unit.version() == 2 ? unit.addressSize() : unit.offsetSize());
      }
      case 0x11 -> { // ref1
        return unit.start() + (long) info.u1();
      }
      case 0x12 -> { // ref2
        return unit.start() + (long) info.u2();
      }
      case 0x13 -> { // ref4
        return unit.start() + info.u4();
      }
      case 0x14 -> { // ref8
        return unit.start() + info.u8();
      }
      case 0x15 -> { // ref_udata
        return unit.start() + info.leb();
      }
      case 0x16 -> { // indirect
        return value(unit, (int) info.leb(), 0, kept);
      }
      case 0x17 -> { // sec_offset
        return info.unsigned(unit.offsetSize());
      }
      case 0x19 -> { // flag_present
        return 1L;
      }
      case 0x1a -> { // strx
        return indexed(unit, info.leb(), kept);
      }
      case 0x25, 0x26, 0x27, 0x28 -> { // strx1 to strx4
        return indexed(unit, info.unsigned(form - 0x24), kept);
      }
      case 0x1b -> { // addrx
        return address(unit, info.leb());
      }
      case 0x29, 0x2a, 0x2b, 0x2c -> { // addrx1 to addrx4
        return address(unit, info.unsigned(form - 0x28));
      }
      case 0x1c, 0x1d, 0x1f20, 0x1f21 -> // ref_sup4, strp_sup, and those of dwz
          info.skip(form == 0x1c ? 4 : unit.offsetSize());
      case 0x1e -> info.skip(16); // data16
      case 0x1f -> { // line_strp
        long place = info.unsigned(unit.offsetSize());
        return kept ? lineTexts.textAt(place) : null;
      }
      case 0x20, 0x24 -> info.skip(8); // ref_sig8, ref_sup8
      case Abbreviations.IMPLICIT_CONST -> {
        return constant;
      }
      default -> throw new IllegalArgumentException("no form " + form);
    }
    return null;
  }

  private @Nullable String indexed(Unit unit, long index, boolean kept) {
    if (!kept) {
      return null;
    }
    textOffsets.moveTo(unit.textOffsets() + index * unit.offsetSize());
    return texts.textAt(textOffsets.unsigned(unit.offsetSize()));
  }

  private static boolean isExpression(int form) {
    return form == BLOCK || form == EXPRESSION || form == BLOCK1;
  }

  /** Where the code of an entry is entered; empty if it has none. */
  OptionalLong start(Entry entry) {
    return entry.has(LOW_PC)
        ? OptionalLong.of(entry.number(LOW_PC))
        : entry.has(RANGES)
            ? ranges.first(entry.unit, entry.number(RANGES), this)
            : OptionalLong.empty();
  }

  long address(Unit unit, long index) {
    addresses.moveTo(unit.addresses() + index * unit.addressSize());
    return addresses.unsigned(unit.addressSize());
  }
}
