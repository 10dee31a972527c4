package jbt.compiler.lang;

import java.math.BigInteger;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads a number: decimal, hexadecimal, octal or like 5e6, with a suffix of type or duration. */
public final class NumberText {
  public sealed interface Result {}

  public record Value(long number, boolean unsigned) implements Result {}

  public record Wrong(String message) implements Result {}

  private static final Map<String, Long> NANOSECONDS =
      Map.of(
          "ns", 1L,
          "us", 1_000L,
          "ms", 1_000_000L,
          "s", 1_000_000_000L,
          "m", 60_000_000_000L,
          "h", 3_600_000_000_000L,
          "d", 86_400_000_000_000L);

  private static final Pattern SCALE = Pattern.compile("[eE]([0-9](?:_*[0-9])?)(?![0-9_])");

  /** 10^20 is more than 64 bits already. */
  private static final int LARGEST_EXPONENT = 20;

  private static final int MOST_DIGITS = 64;

  /** Digits of any radix that make less than 63 bits. */
  private static final int SURELY_FITS = 15;

  private NumberText() {}

  /** Reads a word that begins with a digit; durations in nanoseconds. */
  public static Result read(String word) {
    String lower = word.toLowerCase(Locale.ROOT);
    int radix = lower.startsWith("0x") ? 16 : lower.startsWith("0") ? 8 : 10;
    int start = radix == 16 ? 2 : 0;
    int end = start;
    while (end < word.length()
        && (word.charAt(end) == '_' || Character.digit(word.charAt(end), radix) >= 0)) {
      end++;
    }
    String digits = word.substring(start, end).replace("_", "");
    if (digits.isEmpty() || word.charAt(end - 1) == '_' || digits.length() > MOST_DIGITS) {
      return new Wrong("invalid number '" + word + "'");
    }
    if (end == word.length() && digits.length() <= SURELY_FITS) {
      return new Value(Long.parseLong(digits, radix), false);
    }
    BigInteger value = new BigInteger(digits, radix);
    String suffix = word.substring(end);
    if (radix == 8 && suffix.matches("[89].*")) {
      return new Wrong("'" + word + "' is octal, as it begins with 0: its digits are 0 to 7");
    }
    Matcher scale = SCALE.matcher(suffix);
    if (radix == 10 && scale.lookingAt()) {
      int exponent = Integer.parseInt(scale.group(1).replace("_", ""));
      value = value.multiply(BigInteger.TEN.pow(Math.min(exponent, LARGEST_EXPONENT)));
      suffix = suffix.substring(scale.end());
    }
    boolean unsigned = false;
    Long unit = NANOSECONDS.get(suffix);
    if (unit != null) {
      value = value.multiply(BigInteger.valueOf(unit));
    } else if (suffix.matches("(?i)u|ul|ull")) {
      unsigned = true;
    } else if (!suffix.matches("(?i)l|ll|")) {
      return new Wrong("invalid integer suffix '" + suffix + "'");
    }
    if (value.bitLength() > 64) {
      return new Wrong("number '" + word + "' is larger than 64 bits");
    }
    return new Value(value.longValue(), unsigned || value.bitLength() > 63);
  }
}
