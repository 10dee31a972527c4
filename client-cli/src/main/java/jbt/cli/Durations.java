package jbt.cli;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Lengths of time on the command line: 10s, 500ms, 5m, 1h. */
final class Durations {
  private static final Pattern FORM = Pattern.compile("(\\d{1,9})(ms|s|m|h)");

  private Durations() {}

  /** In nanoseconds, more than 0. */
  static long parse(String text) throws UsageException {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches() || Long.parseLong(matcher.group(1)) == 0) {
      throw new UsageException("not a length of time: " + text + " (10s, 500ms, 5m or 1h)");
    }
    long unit =
        switch (matcher.group(2)) {
          case "ms" -> 1_000_000L;
          case "s" -> 1_000_000_000L;
          case "m" -> 60_000_000_000L;
          default -> 3_600_000_000_000L;
        };
    long count = Long.parseLong(matcher.group(1));
    if (count > Long.MAX_VALUE / unit) {
      throw new UsageException("too long a time: " + text);
    }
    return count * unit;
  }
}
