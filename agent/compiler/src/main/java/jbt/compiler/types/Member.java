package jbt.compiler.types;

import java.util.Optional;

/**
 * A member of a struct or union.
 *
 * @param name empty for an anonymous struct or union
 * @param offset in bytes; of a bit-field that of the bytes which hold it
 * @param perCpu a pointer into a processor's own area, which can't be followed as it is
 * @param processId it holds the number of a process or thread
 */
public record Member(
    String name, Type type, int offset, Optional<Bits> bits, boolean perCpu, boolean processId) {
  /**
   * Which bits of the member's bytes hold a bit-field.
   *
   * @param bytes how many there are: 1, 2, 4 or 8
   * @param shift of the lowest bit
   */
  public record Bits(int bytes, int shift, int width) {}

  /** One that is no bit-field. */
  public static Member plain(String name, Type type, int offset) {
    return new Member(name, type, offset, Optional.empty(), false, false);
  }

  /**
   * One whose type has so many bytes, from a bit of the struct on: in aligned bytes, or, of a
   * packed struct, in those that its first byte begins. It has no type if that are nine.
   */
  public static Member bitField(String name, Type type, int bit, int width, int typeBytes) {
    for (int bytes = typeBytes; bytes <= Long.BYTES; bytes *= 2) {
      int start = bit / (8 * bytes) * bytes;
      if (bit + width <= 8 * (start + bytes)) {
        return bitField(name, type, start, new Bits(bytes, bit - 8 * start, width));
      }
    }
    return bit % 8 + width <= 64
        ? bitField(name, type, bit / 8, new Bits(Long.BYTES, bit % 8, width))
        : plain(name, Type.NONE, bit / 8);
  }

  private static Member bitField(String name, Type type, int offset, Bits bits) {
    return new Member(name, type, offset, Optional.of(bits), false, false);
  }

  Member movedBy(int bytes) {
    return new Member(name, type, offset + bytes, bits, perCpu, processId);
  }
}
