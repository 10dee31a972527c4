package jbt.kernel;

import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The number that a kernel's headers have for its version. */
final class KernelVersion {
  private static final Pattern RELEASE =
      Pattern.compile("([0-9]{1,4})\\.([0-9]{1,4})(?:\\.([0-9]{1,4}))?.*");

  private static final int MOST = 255;

  private KernelVersion() {}

  /** Of a release such as {@code 6.1.0-18-amd64}; empty if it does not begin with numbers. */
  static OptionalInt code(String release) {
    Matcher numbers = RELEASE.matcher(release);
    if (!numbers.matches()) {
      return OptionalInt.empty();
    }
    int last = numbers.group(3) == null ? 0 : Integer.parseInt(numbers.group(3));
    return OptionalInt.of(
        (Integer.parseInt(numbers.group(1)) << 16)
            + (Integer.parseInt(numbers.group(2)) << 8)
            + Math.min(last, MOST));
  }
}
