package jbt.daemon.values;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import jbt.compiler.types.Meaning;
import jbt.compiler.types.Type;

/**
 * Values as programs store them (see {@link Type#storedSize}) to the wire's canonical encoding.
 *
 * @param probes texts of attach points by cookie
 * @param symbols makes the text of symbolic values
 * @param trailer what stands behind a text that may have been longer; bytes, each as a character
 * @param kept characters that {@code str()} keeps: a text that fills a room of so many may have
 *     been longer, one that fills an array of the traced side is whole
 */
public record Canonical(List<String> probes, Symbols symbols, String trailer, int kept) {
  /** What numbers of this host mean. */
  @FunctionalInterface
  public interface Symbols {
    /** Appends the text of a symbolic value whose words are at {@code at}. */
    void put(Meaning meaning, ByteBuffer from, int at, Bytes to);
  }

  /** Appends the value at {@code at}; in the byte order of this machine. */
  public void append(Type type, ByteBuffer from, int at, Bytes to) {
    switch (type) {
      case Type.None _, Type.Struct _ -> {}
      case Type.Int number -> appendNumber(number, from.getLong(at), to);
      case Type.Bool _, Type.Pointer _ -> to.putLong(from.getLong(at));
      case Type.Str str -> appendText(from, at, length(from, at, str.size()), str.size(), to);
      case Type.ProbeName _ -> {
        int place = to.size();
        to.putInt(0);
        to.put(probes.get((int) from.getLong(at)));
        to.setInt(place, to.size() - place - 4);
      }
      case Type.Symbolic(Meaning meaning) -> {
        int place = to.size();
        to.putInt(0);
        symbols.put(meaning, from, at, to);
        to.setInt(place, to.size() - place - 4);
      }
      case Type.Buffer buffer -> appendBuffer(from, at + Long.BYTES, length(from, at, buffer), to);
      case Type.Tuple tuple -> {
        int part = at;
        for (Type partType : tuple.parts()) {
          append(partType, from, part, to);
          part += partType.storedSize();
        }
      }
      case Type.Array array -> {
        to.putInt(array.length());
        for (int i = 0; i < array.length(); i++) {
          appendElement(array.element(), from, at, i, to);
        }
      }
    }
  }

  private static void appendNumber(Type.Int type, long number, Bytes to) {
    if (type.named()) {
      int place = to.size();
      to.putInt(0);
      to.put(type.enumeration().text(number));
      to.setInt(place, to.size() - place - 4);
    } else {
      to.putLong(number);
    }
  }

  private void appendElement(Type element, ByteBuffer from, int at, int index, Bytes to) {
    int place = at + index * Type.sizeOf(element);
    switch (element) {
      case Type.Int number -> appendNumber(number, element(number, from, at, index), to);
      case Type.Bool _ -> to.putLong(from.get(place) == 0 ? 0 : 1);
      default -> append(element, from, place, to);
    }
  }

  /** An integer of an array that begins at {@code at}; there it fills only its own width. */
  public static long element(Type.Int type, ByteBuffer from, int at, int index) {
    boolean signed = type.signed();
    int place = at + index * type.bytes();
    return switch (type.bytes()) {
      case 1 -> signed ? from.get(place) : from.get(place) & 0xffL;
      case 2 -> signed ? from.getShort(place) : from.getShort(place) & 0xffffL;
      case 4 -> signed ? from.getInt(place) : from.getInt(place) & 0xffff_ffffL;
      default -> from.getLong(place);
    };
  }

  /** A text of known length as a canonical string. */
  public void appendText(ByteBuffer from, int at, int length, int room, Bytes to) {
    int place = to.size();
    to.putInt(0);
    putText(from, at, length, room, to);
    to.setInt(place, to.size() - place - 4);
  }

  /** The bytes of a text and, where it may have been longer, the mark of that. */
  public void putText(ByteBuffer from, int at, int length, int room, Bytes to) {
    to.put(from, at, length);
    if (length >= room && room == kept) {
      to.put(trailer.getBytes(StandardCharsets.ISO_8859_1));
    }
  }

  /** Bytes in use of a buffer that is at {@code at}. */
  public static int length(ByteBuffer from, int at, Type.Buffer buffer) {
    return Math.clamp(from.getLong(at), 0, buffer.size());
  }

  /** So many bytes as a canonical buffer. */
  public static void appendBuffer(ByteBuffer from, int at, int length, Bytes to) {
    to.putInt(length);
    to.put(from, at, length);
  }

  /** Bytes before the first NUL. */
  public static int length(ByteBuffer from, int at, int room) {
    int length = 0;
    while (length < room && from.get(at + length) != 0) {
      length++;
    }
    return length;
  }
}
