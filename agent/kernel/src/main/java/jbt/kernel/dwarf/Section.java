package jbt.kernel.dwarf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** A place in a section; reading moves it on. */
final class Section {
  private final ByteBuffer bytes;

  Section(byte[] content) {
    bytes = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
  }

  int size() {
    return bytes.capacity();
  }

  int place() {
    return bytes.position();
  }

  /**
   * @throws IllegalArgumentException if there is no such place
   */
  void moveTo(long place) {
    if (place < 0 || place > bytes.capacity()) {
      throw new IllegalArgumentException("no place " + place);
    }
    bytes.position((int) place);
  }

  void skip(long count) {
    moveTo(bytes.position() + count);
  }

  int u1() {
    return bytes.get() & 0xff;
  }

  int u2() {
    return bytes.getShort() & 0xffff;
  }

  long u4() {
    return Integer.toUnsignedLong(bytes.getInt());
  }

  long u8() {
    return bytes.getLong();
  }

  byte[] bytes(long count) {
    int start = bytes.position();
    skip(count);
    byte[] copy = new byte[(int) count];
    bytes.get(start, copy);
    return copy;
  }

  /** Of so many bytes, at most 8. */
  long unsigned(int count) {
    long number = 0;
    for (int i = 0; i < count; i++) {
      number |= (long) u1() << (8 * i);
    }
    return number;
  }

  long leb() {
    return leb(false);
  }

  long signedLeb() {
    return leb(true);
  }

  private long leb(boolean signed) {
    long number = 0;
    int shift = 0;
    int part;
    do {
      part = u1();
      number |= shift < 64 ? (long) (part & 0x7f) << shift : 0;
      shift += 7;
    } while ((part & 0x80) != 0);
    return signed && shift < 64 && (part & 0x40) != 0 ? number | -1L << shift : number;
  }

  /** Up to a NUL. */
  String text() {
    int start = bytes.position();
    skipText();
    byte[] text = new byte[bytes.position() - 1 - start];
    bytes.get(start, text);
    return new String(text, StandardCharsets.UTF_8);
  }

  void skipText() {
    while (bytes.get() != 0) {
      // All bytes up to the NUL.
    }
  }

  String textAt(long place) {
    moveTo(place);
    return text();
  }
}
