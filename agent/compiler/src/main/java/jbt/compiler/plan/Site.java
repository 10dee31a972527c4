package jbt.compiler.plan;

import java.util.List;
import java.util.Optional;
import jbt.compiler.types.Type;

/**
 * A place of the script that sends records to user space.
 *
 * <p>Every record begins with a header of 24 bytes: u64 CLOCK_BOOTTIME in nanoseconds, u32 place in
 * {@link Plan#sites}, u32 processor, u32 place in {@link Plan#programs}, u32 that is zero but for a
 * Packet. A record of {@link Print}, {@link Clear} or {@link Zero} goes on with u64 generation of
 * the map (0 where it has none), a Clear or Zero record then with u64 outcome (see {@link
 * Outcome}), a Print of one key with the key parts as stored, without generation and bucket. A
 * {@link Printf}, {@link Packet} or {@link Value} record goes on with its fields in order, each
 * {@link Type#storedSize} bytes, but a field that is a string or buffer ({@link Type.Str}, {@link
 * Type.Buffer}) as u64 length only: the bytes of all such strings follow in order, unpadded, behind
 * the last field. An {@link Exit} record goes on with u64 exit code.
 *
 * <p>Text of the script (formats) is held as its bytes, each as a Latin-1 character.
 */
public sealed interface Site {
  /**
   * Text; on the data ring.
   *
   * @param format the parsed format: literal text and conversions, one argument each
   * @param place where it is in the script, for what may fail: {@code file:line:column-column}
   */
  record Printf(Use use, List<Piece> format, List<Type> arguments, String place) implements Site {
    /** What is done with the text. */
    public enum Use {
      PRINT,
      /** A message about the script's own trouble, with its place in the script in front. */
      ERROR,
      WARNING,
      JOIN,
      /** A command that the agent runs for a shell; what it says is shown. */
      SYSTEM,
      /** The path of a file whose contents are shown. */
      CAT
    }

    public Printf {
      format = List.copyOf(format);
      arguments = List.copyOf(arguments);
    }

    public Printf(Use use, List<Piece> format, List<Type> arguments) {
      this(use, format, arguments, "");
    }
  }

  /** time(format); on the data ring, without fields. */
  record Time(String format) implements Site {}

  /**
   * A packet for a file of whoever runs the script, with two fields: the packet's length ({@link
   * Type#INT64}) and a {@link Type.Buffer} of the bytes that were had of it. It is on the data ring
   * or in a map of kind PACKETS; the header's last word says how many bytes are in front of the
   * buffer's that do not belong to it.
   */
  record Packet(String file) implements Site {}

  /** print() of a value that is no map; on the data ring, with one field. */
  record Value(Type type) implements Site {}

  /**
   * print(@m); on the control ring.
   *
   * @param scriptMap place in {@link Plan#scriptMaps}
   * @param top 0 when not given
   * @param div 0 when not given
   * @param interval period of the interval probe it stands in
   * @param inEachRun of its program it is done
   */
  record Print(
      int scriptMap,
      int top,
      long div,
      boolean oneKey,
      Place place,
      Optional<Long> interval,
      boolean inEachRun)
      implements Site {}

  record Clear(int scriptMap) implements Site {}

  record Zero(int scriptMap) implements Site {}

  record Exit() implements Site {}

  enum Place {
    BEGIN,
    END,
    INTERVAL,
    EVENT
  }

  /** What became of a clear or zero. */
  enum Outcome {
    /** The generation moved on: the old one is complete after a grace period. */
    MOVED,
    /** No free slot: the contents stay and are cleared by a later clear. */
    JOINED,
    /** Another processor moved it on at the same time. */
    OVERTAKEN
  }

  /** A piece of a printf format. */
  sealed interface Piece {
    record Text(String text) implements Piece {}

    /**
     * One conversion.
     *
     * @param conversion one of d i u o x X c s p; r for a buffer, R for its bytes as hexadecimal
     *     escapes (%rx), H for plain hexadecimal numbers (%rh)
     * @param bytes to which an integer is narrowed first: 1, 2, 4 or 8
     * @param width least number of characters, 0 when not given
     * @param precision least number of digits, most bytes of a text; -1 when not given
     */
    record Conversion(
        char conversion,
        int bytes,
        int width,
        int precision,
        boolean leftAligned,
        boolean plus,
        boolean alternate,
        boolean zeroPadded)
        implements Piece {}
  }
}
