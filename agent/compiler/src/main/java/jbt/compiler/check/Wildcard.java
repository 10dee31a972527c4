package jbt.compiler.check;

/** Patterns in which {@code *} stands for any characters, none included. */
final class Wildcard {
  private Wildcard() {}

  static boolean isPattern(String text) {
    return text.indexOf('*') >= 0;
  }

  static boolean matches(String pattern, String text) {
    int at = 0;
    int star = -1;
    int resume = 0;
    int p = 0;
    while (at < text.length()) {
      if (p < pattern.length() && pattern.charAt(p) == '*') {
        star = p++;
        resume = at;
      } else if (p < pattern.length() && pattern.charAt(p) == text.charAt(at)) {
        p++;
        at++;
      } else if (star >= 0) {
        // The last star takes one character more.
        p = star + 1;
        at = ++resume;
      } else {
        return false;
      }
    }
    return pattern.substring(p).chars().allMatch(c -> c == '*');
  }
}
