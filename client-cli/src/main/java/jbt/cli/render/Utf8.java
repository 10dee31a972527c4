package jbt.cli.render;

/** What traced bytes are as text: they can be anything. */
final class Utf8 {
  private static final String HEX = "0123456789abcdef";

  private Utf8() {}

  /** Length of the valid UTF-8 sequence that starts here; 0 if none does. */
  static int sequence(byte[] text, int at) {
    int lead = text[at] & 0xff;
    if (lead < 0x80) {
      return 1;
    }
    int length = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
    if (length == 0 || at + length > text.length) {
      return 0;
    }
    for (int i = 1; i < length; i++) {
      if ((text[at + i] & 0xc0) != 0x80) {
        return 0;
      }
    }
    int second = text[at + 1] & 0xff;
    boolean overlong = (lead == 0xe0 && second < 0xa0) || (lead == 0xf0 && second < 0x90);
    boolean surrogate = lead == 0xed && second >= 0xa0;
    boolean beyond = lead == 0xf4 && second >= 0x90;
    return overlong || surrogate || beyond ? 0 : length;
  }

  static String hex(byte b) {
    return "" + HEX.charAt((b >> 4) & 15) + HEX.charAt(b & 15);
  }

  /**
   * Text that can't drive a terminal: control characters and bytes that are no UTF-8 appear as
   * \xNN; only newline and tab stay. A process chooses its own name, so names can hold anything.
   */
  static void escape(Bytes out, byte[] text, int from, int to) {
    int plain = from;
    int i = from;
    while (i < to) {
      byte b = text[i];
      if ((b >= 0x20 && b != 0x7f) || b == '\n' || b == '\t') {
        i++;
        continue;
      }
      int length = b >= 0 ? 0 : sequence(text, i);
      if (length > 0 && i + length <= to && !isControl(text, i, length)) {
        i += length;
        continue;
      }
      out.add(text, plain, i - plain);
      for (int end = Math.min(to, i + Math.max(1, length)); i < end; i++) {
        out.add("\\x").add(hex(text[i]));
      }
      plain = i;
    }
    out.add(text, plain, to - plain);
  }

  /** C1 controls, and the marks that turn the direction of the text around them. */
  private static boolean isControl(byte[] text, int at, int length) {
    int code = length == 2 ? text[at] & 0x1f : length == 3 ? text[at] & 0x0f : text[at] & 0x07;
    for (int i = 1; i < length; i++) {
      code = (code << 6) | (text[at + i] & 0x3f);
    }
    return (code >= 0x80 && code < 0xa0)
        || code == 0x200e
        || code == 0x200f
        || (code >= 0x2028 && code <= 0x202e)
        || (code >= 0x2066 && code <= 0x2069);
  }
}
