package jbt.kernel.dwarf;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which registers of x86-64 a function's parameters are in when it is called (System V ABI, 3.2.3;
 * Itanium C++ ABI for what has a constructor or destructor of its own).
 */
final class CallingConvention {
  /** What kind of register 8 bytes of a value go into. */
  private enum Part {
    NOTHING,
    GENERAL,
    FLOATING
  }

  // Languages.
  private static final int GO = 0x16;
  private static final int RUST = 0x1c;

  private static final int GENERAL_REGISTERS = 6;
  private static final int FLOATING_REGISTERS = 8;

  /** Larger values are in memory. */
  private static final int MOST_BYTES = 16;

  /** Operations of location expressions. */
  private static final int DEREFERENCE = 0x06;

  private static final int BASE_REGISTER = 0x70;
  private static final int FRAME_BASE = 0x91;

  /** Encodings. */
  private static final int FLOAT = 4;

  private static final int COMPLEX_FLOAT = 3;
  private static final int DEEPEST = 64;

  private final Entries entries;
  private final EntryTypes types;

  CallingConvention(Entries entries, EntryTypes types) {
    this.entries = entries;
    this.types = types;
  }

  /** Whether functions of a language are called by rules that are known here. */
  static boolean knows(long language) {
    return language != GO;
  }

  /**
   * The place among general registers of each parameter, of its first one if it has two; -1 for
   * what is elsewhere.
   *
   * @param returned the entry whose type a function returns
   * @param addressed which are structs that are passed by their address
   */
  List<Integer> registers(Entry returned, List<Entry> parameters, List<Boolean> addressed) {
    Entry result = types.plain(entries.referred(returned, Entries.TYPE));
    int general = inMemory(result) ? 1 : 0;
    int floating = 0;
    Entry returnedByRust = structOfRust(result);
    boolean known = general == 1 || returnedByRust == null || ofRust(returnedByRust).isPresent();
    List<Integer> registers = new ArrayList<>();
    for (int i = 0; i < parameters.size(); i++) {
      Entry type = types.plain(entries.referred(parameters.get(i), Entries.TYPE));
      Optional<List<Part>> passed = passed(type, addressed.get(i));
      known &= passed.isPresent();
      List<Part> parts = passed.orElse(List.of());
      int more = count(parts, Part.GENERAL);
      int others = count(parts, Part.FLOATING);
      boolean fits = general + more <= GENERAL_REGISTERS && floating + others <= FLOATING_REGISTERS;
      registers.add(known && fits && more > 0 ? general : -1);
      general += fits ? more : 0;
      floating += fits ? others : 0;
    }
    return registers;
  }

  /**
   * Whether a parameter is a struct that is passed by its address: its value is where a register or
   * the stack points to then, as compilers write it.
   */
  boolean isAddressed(Entry parameter, Entry typed) {
    Entry type = types.plain(entries.referred(typed, Entries.TYPE));
    byte[] at = parameter.bytes(Entries.LOCATION);
    if (type == null || !EntryTypes.isStruct(type)) {
      return false;
    }
    if (isRust(type)) {
      return isLarge(type);
    }
    if (at.length == 0) {
      return types.byReference(type);
    }
    int operation = at[0] & 0xff;
    boolean register = operation >= BASE_REGISTER && operation < BASE_REGISTER + 32;
    return (register && at.length == 2 && at[1] == 0)
        || (operation == FRAME_BASE && at[at.length - 1] == DEREFERENCE);
  }

  private static boolean isRust(Entry type) {
    return type.unit.language() == RUST;
  }

  /** The type itself, if it is one. */
  private static @Nullable Entry structOfRust(@Nullable Entry type) {
    return type != null && EntryTypes.isStruct(type) && isRust(type) ? type : null;
  }

  /**
   * Rust has rules of its own, of which those for one number or two are settled: each goes alone.
   * Empty for others.
   */
  private Optional<List<Part>> ofRust(Entry struct) {
    List<Part> numbers = new ArrayList<>();
    return addNumbers(struct, numbers, 0) ? Optional.of(numbers) : Optional.empty();
  }

  private boolean addNumbers(@Nullable Entry written, List<Part> numbers, int depth) {
    Entry type = types.plain(written);
    if (type == null || depth > DEEPEST || !types.lengths(type).isEmpty()) {
      return false;
    }
    if (EntryTypes.isStruct(type)) {
      Entry whole = types.whole(type);
      return !types.hasVariants(whole)
          && types.parts(whole).stream()
              .allMatch(part -> addNumbers(part.entry(), numbers, depth + 1));
    }
    numbers.add(type.number(Entries.ENCODING) == FLOAT ? Part.FLOATING : Part.GENERAL);
    return numbers.size() <= 2 && type.number(Entries.BYTE_SIZE, Long.BYTES) <= Long.BYTES;
  }

  private static int count(List<Part> parts, Part part) {
    return (int) parts.stream().filter(part::equals).count();
  }

  /** Whether a result is; then the caller gives the address first. */
  private boolean inMemory(@Nullable Entry type) {
    if (type == null || !EntryTypes.isStruct(type)) {
      return false;
    }
    return isRust(type) ? isLarge(type) : types.byReference(type) || !classify(type, 0, parts(), 0);
  }

  private boolean isLarge(Entry struct) {
    return types.whole(struct).number(Entries.BYTE_SIZE) > MOST_BYTES;
  }

  private static Part[] parts() {
    return new Part[] {Part.NOTHING, Part.NOTHING};
  }

  /** The kinds of the two halves of a value, none if it is in memory; empty if that isn't known. */
  private Optional<List<Part>> passed(@Nullable Entry type, boolean addressed) {
    if (addressed) {
      return Optional.of(List.of(Part.GENERAL));
    }
    Entry struct = structOfRust(type);
    if (struct != null) {
      return ofRust(struct);
    }
    Part[] parts = parts();
    return Optional.of(classify(type, 0, parts, 0) ? List.of(parts) : List.of());
  }

  /** Adds what is at a place of a value; false if the whole value is in memory then. */
  private boolean classify(@Nullable Entry written, long at, Part[] parts, int depth) {
    Entry type = types.plain(written);
    if (type == null || depth > DEEPEST) {
      return false;
    }
    if (EntryTypes.isStruct(type)) {
      Entry whole = types.whole(type);
      return whole.number(Entries.BYTE_SIZE) <= MOST_BYTES
          && types.parts(whole).stream()
              .allMatch(
                  part ->
                      part.bits()
                          ? add(Part.GENERAL, at + part.offset(), 1, parts)
                          : classify(part.entry(), at + part.offset(), parts, depth + 1));
    }
    List<Integer> lengths = types.lengths(type);
    if (!lengths.isEmpty()) {
      return array(type, lengths, at, parts, depth);
    }
    long size =
        types.isMethodPointer(type) ? MOST_BYTES : type.number(Entries.BYTE_SIZE, Long.BYTES);
    int encoding = (int) type.number(Entries.ENCODING);
    boolean complex = encoding == COMPLEX_FLOAT;
    if (encoding != FLOAT && !complex) {
      return add(Part.GENERAL, at, size, parts);
    }
    String name = type.text(Entries.NAME);
    boolean old = size / (complex ? 2 : 1) > Long.BYTES && (name == null || !name.contains("128"));
    return !old && add(Part.FLOATING, at, size, parts);
  }

  /** Of a parameter it is a vector: arrays are passed as pointers. */
  private boolean array(Entry type, List<Integer> lengths, long at, Part[] parts, int depth) {
    if (depth == 0) {
      return add(Part.FLOATING, at, 1, parts);
    }
    Entry element = types.plain(entries.referred(type, Entries.TYPE));
    long count = lengths.stream().mapToLong(Integer::longValue).reduce(1, (a, b) -> a * b);
    long size = element == null ? 0 : element.number(Entries.BYTE_SIZE, Long.BYTES);
    for (long i = 0; i < count && at + i * size < MOST_BYTES; i++) {
      if (!classify(element, at + i * size, parts, depth + 1)) {
        return false;
      }
    }
    return true;
  }

  /** What is not aligned makes a value go to memory. */
  private static boolean add(Part part, long at, long size, Part[] parts) {
    if (at % Math.clamp(size, 1, Long.BYTES) != 0) {
      return false;
    }
    for (long i = at / Long.BYTES; i * Long.BYTES < at + size; i++) {
      if (i >= parts.length) {
        return false;
      }
      parts[(int) i] = parts[(int) i] == Part.GENERAL ? Part.GENERAL : part;
    }
    return true;
  }
}
