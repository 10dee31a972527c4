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
  public record Bits(int bytes, int shift, int width) {
    /** For a field that begins at a bit and whose type has so many bytes. */
    static Bits at(int bit, int width, int typeBytes) {
      int bytes = typeBytes;
      while (bytes < Long.BYTES && start(bit, bytes) * 8 + 8 * bytes < bit + width) {
        bytes *= 2;
      }
      return new Bits(bytes, bit - start(bit, bytes) * 8, width);
    }

    /** Offset of the aligned bytes that a bit is in. */
    static int start(int bit, int bytes) {
      return bit / (8 * bytes) * bytes;
    }
  }

  /** One that is no bit-field. */
  public static Member plain(String name, Type type, int offset) {
    return new Member(name, type, offset, Optional.empty(), false, false);
  }

  /** One whose type has so many bytes, from a bit of the struct on. */
  public static Member bitField(String name, Type type, int bit, int width, int typeBytes) {
    Bits bits = Bits.at(bit, width, typeBytes);
    return new Member(name, type, Bits.start(bit, bits.bytes()), Optional.of(bits), false, false);
  }

  Member movedBy(int bytes) {
    return new Member(name, type, offset + bytes, bits, perCpu, processId);
  }
}
