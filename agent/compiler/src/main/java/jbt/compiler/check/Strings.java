package jbt.compiler.check;

import java.nio.charset.StandardCharsets;

/** Text as the compiler holds it, bytes as Latin-1 characters, and as people write it. */
public final class Strings {
  private Strings() {}

  static String bytes(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }

  /** What is before the first NUL. */
  public static String toNul(String bytes) {
    int nul = bytes.indexOf('\0');
    return nul < 0 ? bytes : bytes.substring(0, nul);
  }

  static String text(String bytes) {
    return new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }
}
