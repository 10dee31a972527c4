package jbt.daemon.text;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import jbt.compiler.plan.Site;
import jbt.compiler.plan.Site.Piece.Conversion;
import jbt.compiler.types.Type;
import jbt.daemon.values.Bytes;
import jbt.daemon.values.Canonical;

/**
 * A printf of the script, made ready to write the text of its records.
 *
 * <p>A record's arguments stand in order, each in its stored size; a string as its length, its
 * bytes behind all arguments.
 */
public final class LineFormat {
  private final Canonical canonical;
  private final Argument[] arguments;
  private final byte[] end;
  private final int textsAt;
  private final boolean forShell;
  private boolean plain;

  private static final class Argument {
    /** Literal text. */
    final byte[] before;

    final Conversion how;
    final Type type;

    /** From the record's first argument. */
    final int offset;

    Argument(byte[] before, Conversion how, Type type, int offset) {
      this.before = before;
      this.how = how;
      this.type = type;
      this.offset = offset;
    }
  }

  public LineFormat(Site.Printf site, Canonical canonical) {
    this.canonical = canonical;
    this.forShell = site.use() == Site.Printf.Use.SYSTEM;
    List<Argument> all = new ArrayList<>();
    StringBuilder text = new StringBuilder();
    int offset = 0;
    for (Site.Piece piece : site.format()) {
      switch (piece) {
        case Site.Piece.Text literal -> text.append(literal.text());
        case Conversion how -> {
          Type type = site.arguments().get(all.size());
          all.add(new Argument(latin1(text), how, type, offset));
          offset += isText(type) ? Long.BYTES : type.storedSize();
          text.setLength(0);
        }
      }
    }
    arguments = all.toArray(Argument[]::new);
    end = latin1(text);
    textsAt = offset;
  }

  private static boolean isText(Type type) {
    return type instanceof Type.Str || type instanceof Type.Buffer;
  }

  /** String literals hold bytes as Latin-1 characters. */
  private static byte[] latin1(StringBuilder text) {
    return text.toString().getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Appends the text of a record whose arguments start at {@code at}. */
  public void append(ByteBuffer record, int at, Bytes to) {
    int text = at + textsAt;
    plain = true;
    for (Argument argument : arguments) {
      to.put(argument.before);
      int start = to.size();
      int place = at + argument.offset;
      if (argument.type instanceof Type.Str str) {
        int length = (int) record.getLong(place);
        canonical.putText(record, text, length, str.size(), to);
        text += length;
      } else if (argument.type instanceof Type.Buffer) {
        int length = (int) record.getLong(place);
        putBuffer(record, text, length, argument.how.conversion(), to);
        text += length;
      } else if (argument.how.conversion() == 's') {
        putPlain(argument.type, record, place, to);
      } else {
        putNumber(record.getLong(place), argument, to);
      }
      cut(start, argument.how, to);
      to.pad(start, argument.how.width(), argument.how.leftAligned());
      if (forShell) {
        plain &= ShellText.isPlain(to, start);
      }
    }
    to.put(end);
  }

  /** Whether the text made last has nothing in it that a traced process put there for a shell. */
  public boolean isPlain() {
    return plain;
  }

  /** A text to its precision, but no character of several bytes into parts. */
  private static void cut(int start, Conversion how, Bytes to) {
    if (how.precision() < 0 || "srRH".indexOf(how.conversion()) < 0) {
      return;
    }
    int end = start + how.precision();
    if (end < to.size()) {
      while (end > start && (to.get(end) & 0xc0) == 0x80) {
        end--;
      }
      to.truncate(end);
    }
  }

  /** Printable characters as they are and the others as escapes, or all bytes as numbers. */
  private static void putBuffer(ByteBuffer record, int at, int length, char conversion, Bytes to) {
    for (int i = 0; i < length; i++) {
      int b = record.get(at + i) & 0xff;
      boolean printable = b >= ' ' && b < 0x7f && conversion != 'R' && conversion != 'H';
      if (printable) {
        to.put(b);
      } else {
        to.put(conversion != 'H' ? "\\x" : i > 0 ? " " : "");
        to.put(Character.forDigit(b >> 4, 16));
        to.put(Character.forDigit(b & 15, 16));
      }
    }
  }

  private static void putNumber(long stored, Argument argument, Bytes to) {
    Conversion how = argument.how;
    long unsigned = zeroExtended(stored, how.bytes());
    boolean marked = how.alternate() && unsigned != 0;
    switch (how.conversion()) {
      case 'd', 'i' -> putDecimal(stored, how, to);
      case 'u' -> putDigits(unsigned, "", 10, how, to);
      case 'o' -> putDigits(unsigned, "", 8, how, to);
      case 'x' -> putDigits(unsigned, marked ? "0x" : "", 16, how, to);
      case 'X' -> putDigits(unsigned, marked ? "0X" : "", 16, how, to);
      case 'p' -> putDigits(stored, "0x", 16, how, to);
      case 'c' -> to.put((int) stored);
      case 'G' -> to.put(AllocationFlags.text(unsigned));
      default -> throw new IllegalStateException("no conversion of a number: " + how);
    }
  }

  /**
   * As in C signed, whatever the value's own type: {@code retval} by %d is -2 if that was returned.
   */
  private static void putDecimal(long stored, Conversion how, Bytes to) {
    long value = signExtended(stored, how.bytes());
    boolean negative = value < 0;
    String sign = negative ? "-" : how.plus() ? "+" : "";
    putDigits(negative ? -value : value, sign, 10, how, to);
  }

  private static void putDigits(
      long magnitude, String prefix, int radix, Conversion how, Bytes to) {
    boolean upperCase = how.conversion() == 'X';
    int start = to.size();
    if (magnitude != 0) {
      to.putUnsigned(magnitude, radix, upperCase);
    }
    int digits = to.size() - start;
    int zeros = leastDigits(digits, prefix.length(), how) - digits;
    if (zeros > 0 || !prefix.isEmpty()) {
      to.truncate(start);
      to.put(prefix);
      to.fill('0', zeros);
      if (magnitude != 0) {
        to.putUnsigned(magnitude, radix, upperCase);
      }
    }
  }

  /** Zero has no digits of its own, so that a precision of 0 shows none. */
  private static int leastDigits(int digits, int prefix, Conversion how) {
    boolean padded = how.zeroPadded() && !how.leftAligned();
    int without = padded ? Math.max(how.width() - prefix, 1) : 1;
    int least = how.precision() < 0 ? without : how.precision();
    // By # an octal number begins with a zero.
    int marked = how.alternate() && how.conversion() == 'o' ? digits + 1 : 0;
    return Math.max(least, marked);
  }

  private static long signExtended(long value, int bytes) {
    int shift = 64 - 8 * bytes;
    return value << shift >> shift;
  }

  private static long zeroExtended(long value, int bytes) {
    int shift = 64 - 8 * bytes;
    return value << shift >>> shift;
  }

  /** The default text of a value, as print() shows it. */
  private void putPlain(Type type, ByteBuffer record, int at, Bytes to) {
    switch (type) {
      case Type.None _, Type.Struct _ -> {}
      case Type.Int number -> putInteger(number, record.getLong(at), to);
      case Type.Bool _ -> to.put(record.getLong(at) != 0 ? "true" : "false");
      case Type.Pointer _ -> {
        to.put("0x");
        to.putUnsigned(record.getLong(at), 16, false);
      }
      case Type.ProbeName _ -> to.put(canonical.probes().get((int) record.getLong(at)));
      case Type.Symbolic symbolic -> canonical.symbols().put(symbolic.meaning(), record, at, to);
      case Type.Buffer buffer ->
          putBuffer(record, at + Long.BYTES, Canonical.length(record, at, buffer), 'r', to);
      case Type.Str str ->
          canonical.putText(record, at, Canonical.length(record, at, str.size()), str.size(), to);
      case Type.Tuple tuple -> putParts(tuple, record, at, to);
      case Type.Array array -> {
        to.put('[');
        for (int i = 0; i < array.length(); i++) {
          if (i > 0) {
            to.put(',');
          }
          putElement(array.element(), record, at, i, to);
        }
        to.put(']');
      }
    }
  }

  private static void putInteger(Type.Int type, long number, Bytes to) {
    if (type.named()) {
      to.put(type.enumeration().text(number));
    } else if (type.signed()) {
      to.putDecimal(number);
    } else {
      to.putUnsigned(zeroExtended(number, type.bytes()), 10, false);
    }
  }

  /** In parentheses, or with names in braces. */
  private void putParts(Type.Tuple tuple, ByteBuffer record, int at, Bytes to) {
    boolean named = !tuple.names().isEmpty();
    int part = at;
    String before = named ? "{ " : "(";
    for (int i = 0; i < tuple.parts().size(); i++) {
      to.put(before);
      if (named) {
        to.put('.');
        to.put(tuple.names().get(i));
        to.put(" = ");
      }
      putPlain(tuple.parts().get(i), record, part, to);
      part += tuple.parts().get(i).storedSize();
      before = ", ";
    }
    to.put(named ? " }" : ")");
  }

  private void putElement(Type element, ByteBuffer record, int at, int index, Bytes to) {
    int place = at + index * Type.sizeOf(element);
    switch (element) {
      case Type.Int number -> putInteger(number, Canonical.element(number, record, at, index), to);
      case Type.Bool _ -> to.put(record.get(place) != 0 ? "true" : "false");
      default -> putPlain(element, record, place, to);
    }
  }
}
