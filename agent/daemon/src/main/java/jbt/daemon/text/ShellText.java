package jbt.daemon.text;

import jbt.daemon.values.Bytes;

/** Whether traced text can stand in a command as one word, or a part of one, and nothing else. */
final class ShellText {
  private static final String PLAIN = "_./:@%+,=-";

  private ShellText() {}

  static boolean isPlain(Bytes text, int from) {
    for (int i = from; i < text.size(); i++) {
      int c = text.get(i);
      boolean plain =
          (c >= '0' && c <= '9')
              || (c >= 'A' && c <= 'Z')
              || (c >= 'a' && c <= 'z')
              || PLAIN.indexOf(c) >= 0;
      if (!plain) {
        return false;
      }
    }
    return true;
  }
}
