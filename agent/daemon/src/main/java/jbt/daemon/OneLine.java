package jbt.daemon;

/** Text of others on one line of ours. */
final class OneLine {
  private OneLine() {}

  /**
   * Without anything that could begin a line of its own or drive a terminal.
   *
   * @param most characters of the text that are shown
   */
  static String of(String text, int most) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      if (i == most) {
        return line.append("...").toString();
      }
      char c = text.charAt(i);
      switch (c) {
        case '\n' -> line.append("\\n");
        case '\t' -> line.append("\\t");
        default -> {
          if (isPlain(c)) {
            line.append(c);
          } else {
            line.append("\\u%04x".formatted((int) c));
          }
        }
      }
    }
    return line.toString();
  }

  private static boolean isPlain(char c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE,
          Character.UNASSIGNED,
          Character.PRIVATE_USE ->
          false;
      default -> true;
    };
  }
}
