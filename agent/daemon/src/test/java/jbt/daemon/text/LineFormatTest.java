package jbt.daemon.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import jbt.compiler.plan.Site;
import jbt.compiler.plan.Site.Piece;
import jbt.compiler.types.Type;
import jbt.daemon.values.Bytes;
import jbt.daemon.values.Canonical;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LineFormatTest {
  private static final int KEPT = 8;

  private static final Canonical CANONICAL =
      new Canonical(
          List.of("begin", "tracepoint:a:b"),
          (meaning, from, at, to) -> to.put("symbol"),
          "..",
          KEPT);

  /** The fields of a record; a text is given as the bytes in use. */
  private static String line(List<Piece> format, List<Type> types, Object... fields) {
    ByteBuffer record = ByteBuffer.allocate(512).order(ByteOrder.nativeOrder());
    ByteBuffer texts = ByteBuffer.allocate(256);
    for (Object field : fields) {
      if (field instanceof String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        record.putLong(bytes.length);
        texts.put(bytes);
      } else {
        record.putLong((Long) field);
      }
    }
    record.put(texts.flip());
    Bytes to = new Bytes(16);
    new LineFormat(new Site.Printf(Site.Printf.Use.PRINT, format, types), CANONICAL)
        .append(record, 0, to);
    return to.copy().toString(StandardCharsets.ISO_8859_1);
  }

  /** A conversion as written, with its integer width. */
  private static Piece.Conversion conversion(String text, int bytes) {
    String flags = text.replaceAll("[^-+#0].*", "");
    String rest = text.substring(flags.length());
    String[] sizes = rest.substring(0, rest.length() - 1).split("\\.", -1);
    String width = sizes[0];
    return new Piece.Conversion(
        rest.charAt(rest.length() - 1),
        bytes,
        width.isEmpty() ? 0 : Integer.parseInt(width),
        sizes.length == 1 ? -1 : Integer.parseInt("0" + sizes[1]),
        flags.contains("-"),
        flags.contains("+"),
        flags.contains("#"),
        flags.contains("0"));
  }

  private static String number(String how, int bytes, long value) {
    return line(List.of(conversion(how, bytes)), List.of(Type.INT64), value);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"d", "5d", "-5d", "05d", "+d", "+5d", "x", "X", "8x", "08x", "#x", "#010x", "o"})
  void numbersAreThoseOfTheLanguageC(String how) {
    for (long value : new long[] {0, 1, 9, 10, 42, 12345, 1234567890123L, Long.MAX_VALUE}) {
      String expected = String.format(Locale.ROOT, "%" + how, value);
      if (!how.contains("#") || value != 0) {
        assertThat(number(how, 8, value)).as(how).isEqualTo(expected);
      }
    }
  }

  @Test
  void negativeNumbers() {
    assertThat(number("d", 8, -1)).isEqualTo("-1");
    assertThat(number("d", 8, Long.MIN_VALUE)).isEqualTo("-9223372036854775808");
    assertThat(number("05d", 8, -42)).isEqualTo("-0042");
    assertThat(number("-5d", 8, -42)).isEqualTo("-42  ");
    assertThat(number("u", 8, -1)).isEqualTo("18446744073709551615");
    assertThat(number("x", 8, -1)).isEqualTo("ffffffffffffffff");
  }

  @Test
  void precisionIsTheLeastNumberOfDigits() {
    assertThat(number(".3d", 8, 7)).isEqualTo("007");
    assertThat(number(".3d", 8, -7)).isEqualTo("-007");
    assertThat(number("+8.3d", 8, 7)).isEqualTo("    +007");
    assertThat(number("-8.3d", 8, -7)).isEqualTo("-007    ");
    assertThat(number("08.3d", 8, 7)).isEqualTo("     007");
    assertThat(number("2.2u", 8, 5)).isEqualTo("05");
    assertThat(number("#.4x", 8, 255)).isEqualTo("0x00ff");
    assertThat(number(".2d", 8, 12345)).isEqualTo("12345");
  }

  @Test
  void zeroHasNoDigitsOfItsOwn() {
    assertThat(number(".d", 8, 0)).isEmpty();
    assertThat(number("5.0x", 8, 0)).isEqualTo("     ");
    assertThat(number("+.0d", 8, 0)).isEqualTo("+");
    assertThat(number(".2d", 8, 0)).isEqualTo("00");
    assertThat(number("d", 8, 0)).isEqualTo("0");
    assertThat(number("05d", 8, 0)).isEqualTo("00000");
  }

  @Test
  void octalNumbersBeginWithAZeroOnce() {
    assertThat(number("#o", 8, 8)).isEqualTo("010");
    assertThat(number("#.5o", 8, 8)).isEqualTo("00010");
    assertThat(number("#.3o", 8, 8)).isEqualTo("010");
    assertThat(number("#05o", 8, 8)).isEqualTo("00010");
    assertThat(number("#.0o", 8, 0)).isEqualTo("0");
  }

  @Test
  void precisionIsTheMostOfAText() {
    Type text = new Type.Str(16);
    List<Piece> pieces =
        List.of(
            conversion(".3s", 8),
            new Piece.Text("|"),
            conversion("-6.2s", 8),
            new Piece.Text("|"),
            conversion("6.9s", 8),
            new Piece.Text("|"),
            conversion(".s", 8),
            new Piece.Text("|"),
            // Two bytes each.
            conversion(".3s", 8));
    assertThat(
            line(
                pieces,
                List.of(text, text, text, text, text),
                "first",
                "ab",
                "c",
                "d",
                "\u00c3\u00a4\u00c3\u00b6"))
        .isEqualTo("fir|ab    |     c||\u00c3\u00a4");
  }

  @Test
  void integersAreNarrowedFirst() {
    assertThat(number("d", 1, 0x1ff)).isEqualTo("-1");
    assertThat(number("u", 1, 0x1ff)).isEqualTo("255");
    assertThat(number("x", 2, 0x12345)).isEqualTo("2345");
    assertThat(number("d", 4, 0xffff_ffffL)).isEqualTo("-1");
  }

  @Test
  void charactersAndPointers() {
    assertThat(number("c", 8, 'A')).isEqualTo("A");
    assertThat(number("p", 8, 0xabc)).isEqualTo("0xabc");
  }

  @Test
  void textsStandBehindAllFields() {
    Type text = new Type.Str(16);
    assertThat(
            line(
                List.of(
                    new Piece.Text("<"),
                    conversion("s", 8),
                    new Piece.Text("|"),
                    conversion("d", 8),
                    new Piece.Text("|"),
                    conversion("6s", 8),
                    new Piece.Text("|"),
                    conversion("-6s", 8),
                    new Piece.Text(">\n")),
                List.of(text, Type.INT64, text, text),
                "first",
                7L,
                "abc",
                ""))
        .isEqualTo("<first|7|   abc|      >\n");
  }

  @Test
  void aTextThatMayHaveBeenLongerIsMarked() {
    List<Piece> format = List.of(conversion("s", 8));
    assertThat(line(format, List.of(new Type.Str(KEPT)), "abcdefgh")).isEqualTo("abcdefgh..");
    assertThat(line(format, List.of(new Type.Str(KEPT)), "abcdefg")).isEqualTo("abcdefg");
  }

  @Test
  void anArrayOfCharactersThatIsFullIsNotMarked() {
    assertThat(line(List.of(conversion("s", 8)), List.of(new Type.Str(4)), "abcd"))
        .isEqualTo("abcd");
  }

  @Test
  void anythingHasAText() {
    assertThat(line(List.of(conversion("s", 8)), List.of(Type.INT64), -5L)).isEqualTo("-5");
    assertThat(line(List.of(conversion("s", 8)), List.of(Type.BOOL), 1L)).isEqualTo("true");
    assertThat(line(List.of(conversion("s", 8)), List.of(Type.PROBE_NAME), 1L))
        .isEqualTo("tracepoint:a:b");
    assertThat(
            line(
                List.of(conversion("s", 8)),
                List.of(new Type.Tuple(List.of(Type.INT64, Type.UINT64))),
                1L,
                2L))
        .isEqualTo("(1, 2)");
    assertThat(
            line(
                List.of(conversion("s", 8)),
                List.of(new Type.Array(new Type.Int(4, true), 2)),
                (2L << 32) | 0xffff_ffffL))
        .isEqualTo("[-1,2]");
  }
}
