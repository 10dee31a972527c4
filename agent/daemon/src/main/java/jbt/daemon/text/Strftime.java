package jbt.daemon.text;

import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Wall-clock time in the words of strftime(3), in the C locale and the local time zone. */
public final class Strftime {
  private Strftime() {}

  /** Also with %f for microseconds, which no conversion of strftime(3) is. */
  public static String now(String format) {
    ZonedDateTime time = ZonedDateTime.now(ZoneId.systemDefault());
    return format(withFractions(format, time, "f"), time);
  }

  /** Conversions that strftime(3) does not have are left as they are. */
  public static String format(String format, ZonedDateTime time) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < format.length(); i++) {
      char c = format.charAt(i);
      if (c == '%' && i + 1 < format.length()) {
        text.append(conversion(format.charAt(++i), time));
      } else {
        text.append(c);
      }
    }
    return text.toString();
  }

  /**
   * The same, but %f, %l and %k are the micro-, milli- and nanoseconds of the second, in 6, 3 and 9
   * digits.
   */
  static String precise(String format, ZonedDateTime time) {
    return format(withFractions(format, time, "flk"), time);
  }

  private static String withFractions(String format, ZonedDateTime time, String conversions) {
    StringBuilder plain = new StringBuilder();
    for (int i = 0; i < format.length(); i++) {
      char c = format.charAt(i);
      if (c != '%' || i + 1 == format.length()) {
        plain.append(c);
        continue;
      }
      char conversion = format.charAt(++i);
      switch (conversions.indexOf(conversion) < 0 ? '%' : conversion) {
        case 'f' -> plain.append("%06d".formatted(time.getNano() / 1000));
        case 'l' -> plain.append("%03d".formatted(time.getNano() / 1_000_000));
        case 'k' -> plain.append("%09d".formatted(time.getNano()));
        default -> plain.append(c).append(conversion);
      }
    }
    return plain.toString();
  }

  private static String conversion(char c, ZonedDateTime time) {
    return switch (c) {
      case 'a' -> pattern("EEE", time);
      case 'A' -> pattern("EEEE", time);
      case 'b', 'h' -> pattern("MMM", time);
      case 'B' -> pattern("MMMM", time);
      case 'c' -> format("%a %b %e %H:%M:%S %Y", time);
      case 'C' -> two(time.getYear() / 100);
      case 'd' -> two(time.getDayOfMonth());
      case 'D', 'x' -> format("%m/%d/%y", time);
      case 'e' -> "%2d".formatted(time.getDayOfMonth());
      case 'F' -> format("%Y-%m-%d", time);
      case 'G' -> pattern("YYYY", time);
      case 'H' -> two(time.getHour());
      case 'I' -> two((time.getHour() + 11) % 12 + 1);
      case 'j' -> "%03d".formatted(time.getDayOfYear());
      case 'k' -> "%2d".formatted(time.getHour());
      case 'l' -> "%2d".formatted((time.getHour() + 11) % 12 + 1);
      case 'm' -> two(time.getMonthValue());
      case 'M' -> two(time.getMinute());
      case 'n' -> "\n";
      case 'p' -> time.getHour() < 12 ? "AM" : "PM";
      case 'P' -> time.getHour() < 12 ? "am" : "pm";
      case 'r' -> format("%I:%M:%S %p", time);
      case 'R' -> format("%H:%M", time);
      case 's' -> Long.toString(time.toEpochSecond());
      case 'S' -> two(time.getSecond());
      case 't' -> "\t";
      case 'T', 'X' -> format("%H:%M:%S", time);
      case 'u' -> Integer.toString(time.getDayOfWeek().getValue());
      case 'w' -> Integer.toString(time.getDayOfWeek().getValue() % 7);
      case 'y' -> two(time.getYear() % 100);
      case 'Y' -> Integer.toString(time.getYear());
      case 'z' -> pattern("xx", time);
      case 'Z' -> pattern("zzz", time);
      case '%' -> "%";
      default -> "%" + c;
    };
  }

  private static String two(int number) {
    return "%02d".formatted(number);
  }

  private static String pattern(String pattern, ZonedDateTime time) {
    return DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH).format(time);
  }
}
