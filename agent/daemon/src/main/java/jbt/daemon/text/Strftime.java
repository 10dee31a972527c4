package jbt.daemon.text;

import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.IsoFields;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Wall-clock time in the words of strftime(3), in the C locale and the local time zone. */
public final class Strftime {
  /** As glibc has it: the flags are {@code _ - 0 ^ #}; E and O mean nothing in the C locale. */
  private static final Pattern DIRECTIVE =
      Pattern.compile(
          "%(?<flags>[-_0^#]*)(?<width>[0-9]{0,3})"
              + "(?:E(?=[cCxXyYZ])|O(?=[bBhCdegGHIjklmMSuUVwWyZ]))?(?<conversion>[a-zA-Z%])");

  /**
   * What a conversion gives.
   *
   * @param width to which it is filled with {@code pad}, if no flag says otherwise
   */
  private record Part(String text, int width, char pad) {
    static Part number(int number, int width) {
      return new Part(Integer.toString(number), width, '0');
    }

    static Part text(String text) {
      return new Part(text, 0, ' ');
    }
  }

  private Strftime() {}

  /** Also with %f for microseconds, which no conversion of strftime(3) is. */
  public static String now(String format) {
    ZonedDateTime time = ZonedDateTime.now(ZoneId.systemDefault());
    return format(withFractions(format, time, "f"), time);
  }

  /**
   * In the format and in what is returned each character is a byte. Conversions that strftime(3)
   * does not have are left as they are.
   */
  public static String format(String format, ZonedDateTime time) {
    StringBuilder text = new StringBuilder();
    Matcher directive = DIRECTIVE.matcher(format);
    int at = 0;
    while (directive.find()) {
      text.append(format, at, directive.start());
      Part part = part(directive.group("conversion").charAt(0), time);
      String width = directive.group("width");
      int least = width.isEmpty() ? 0 : Integer.parseInt(width);
      text.append(part == null ? directive.group() : padded(part, directive.group("flags"), least));
      at = directive.end();
    }
    return text.append(format, at, format.length()).toString();
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

  private static String padded(Part part, String flags, int width) {
    char pad = part.pad;
    String text = part.text;
    for (int i = 0; i < flags.length(); i++) {
      switch (flags.charAt(i)) {
        case '^' -> text = text.toUpperCase(Locale.ROOT);
        case '#' -> text = otherCase(text);
        default -> pad = flags.charAt(i);
      }
    }
    int least = Math.max(width, pad == '-' ? 0 : part.width);
    return (pad == '0' ? "0" : " ").repeat(Math.max(0, least - text.length())) + text;
  }

  /** MON of Mon, am of AM. */
  private static String otherCase(String text) {
    String upper = text.toUpperCase(Locale.ROOT);
    return text.equals(upper) ? text.toLowerCase(Locale.ROOT) : upper;
  }

  private static @Nullable Part part(char c, ZonedDateTime time) {
    int hour12 = (time.getHour() + 11) % 12 + 1;
    int sundayIs0 = time.getDayOfWeek().getValue() % 7;
    return switch (c) {
      case 'a' -> pattern("EEE", time);
      case 'A' -> pattern("EEEE", time);
      case 'b', 'h' -> pattern("MMM", time);
      case 'B' -> pattern("MMMM", time);
      case 'c' -> composed("%a %b %e %H:%M:%S %Y", time);
      case 'C' -> Part.number(time.getYear() / 100, 2);
      case 'd' -> Part.number(time.getDayOfMonth(), 2);
      case 'D', 'x' -> composed("%m/%d/%y", time);
      case 'e' -> spaced(time.getDayOfMonth());
      case 'F' -> composed("%Y-%m-%d", time);
      case 'g' -> Part.number(time.get(IsoFields.WEEK_BASED_YEAR) % 100, 2);
      case 'G' -> Part.number(time.get(IsoFields.WEEK_BASED_YEAR), 1);
      case 'H' -> Part.number(time.getHour(), 2);
      case 'I' -> Part.number(hour12, 2);
      case 'j' -> Part.number(time.getDayOfYear(), 3);
      case 'k' -> spaced(time.getHour());
      case 'l' -> spaced(hour12);
      case 'm' -> Part.number(time.getMonthValue(), 2);
      case 'M' -> Part.number(time.getMinute(), 2);
      case 'n' -> Part.text("\n");
      case 'p' -> Part.text(time.getHour() < 12 ? "AM" : "PM");
      case 'P' -> Part.text(time.getHour() < 12 ? "am" : "pm");
      case 'r' -> composed("%I:%M:%S %p", time);
      case 'R' -> composed("%H:%M", time);
      case 's' -> Part.text(Long.toString(time.toEpochSecond()));
      case 'S' -> Part.number(time.getSecond(), 2);
      case 't' -> Part.text("\t");
      case 'T', 'X' -> composed("%H:%M:%S", time);
      case 'u' -> Part.number(time.getDayOfWeek().getValue(), 1);
      case 'U' -> Part.number((time.getDayOfYear() + 6 - sundayIs0) / 7, 2);
      case 'V' -> Part.number(time.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR), 2);
      case 'w' -> Part.number(sundayIs0, 1);
      case 'W' -> Part.number((time.getDayOfYear() + 6 - (sundayIs0 + 6) % 7) / 7, 2);
      case 'y' -> Part.number(time.getYear() % 100, 2);
      case 'Y' -> Part.number(time.getYear(), 1);
      case 'z' -> pattern("xx", time);
      case 'Z' -> pattern("zzz", time);
      case '%' -> Part.text("%");
      default -> null;
    };
  }

  private static Part spaced(int number) {
    return new Part(Integer.toString(number), 2, ' ');
  }

  private static Part composed(String format, ZonedDateTime time) {
    return Part.text(format(format, time));
  }

  private static Part pattern(String pattern, ZonedDateTime time) {
    return Part.text(DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH).format(time));
  }
}
