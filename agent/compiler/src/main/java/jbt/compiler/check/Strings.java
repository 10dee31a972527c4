package jbt.compiler.check;

import java.nio.charset.StandardCharsets;

/** Text as the compiler holds it, bytes as Latin-1 characters, and as people write it. */
final class Strings {
  private Strings() {}

  static String bytes(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }

  static String text(String bytes) {
    return new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }
}
