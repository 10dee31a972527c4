package jbt.compiler.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jbt.compiler.plan.Site.Piece;
import jbt.compiler.types.Type;
import jbt.compiler.types.TypeNames;
import org.jspecify.annotations.Nullable;

/** Splits a printf format into text and conversions. */
final class PrintfFormat {
  private static final Pattern SPEC =
      Pattern.compile(
          "%([-+ #0]*)(\\*|[0-9]+)?(\\.(?:\\*|[0-9]*))?(hh|h|ll|l|L|j|z|t)?(rx|rh|gr|[a-zA-Z%]?)");

  private static final Set<String> CONVERSIONS =
      Set.of("d", "i", "u", "o", "x", "X", "c", "s", "p", "r", "rx", "rh", "gr");

  /** Of C, but not here: there are no such values. */
  private static final String OTHERS = "aAeEfFgGn";

  private static final int WIDEST = 1024;
  private static final int WIDEST_DIGITS = 4;

  sealed interface Result {}

  /** {@code lengths} has for each conversion what its length modifier says, 0 without one. */
  record Parsed(List<Piece> pieces, List<Integer> lengths) implements Result {}

  record Wrong(String message) implements Result {}

  private PrintfFormat() {}

  /**
   * A {@code %} that begins no conversion is text, as in {@code "100%\n"}; but not if there are
   * more values than conversions, as then it was meant to be one.
   */
  static Result parse(String format, int values) {
    List<Piece> pieces = new ArrayList<>();
    List<Integer> lengths = new ArrayList<>();
    StringBuilder text = new StringBuilder();
    Matcher matcher = SPEC.matcher(format);
    String stray = "";
    int at = 0;
    while (at < format.length()) {
      int percent = format.indexOf('%', at);
      if (percent < 0) {
        text.append(format, at, format.length());
        break;
      }
      text.append(format, at, percent);
      matcher.find(percent);
      at = matcher.end();
      String conversion = matcher.group(5);
      if (conversion.equals("%")) {
        text.append('%');
        continue;
      }
      if (!CONVERSIONS.contains(conversion)) {
        stray = matcher.group();
        if (!conversion.isEmpty() && OTHERS.contains(conversion)) {
          return unsupported(stray);
        }
        text.append('%');
        at = percent + 1;
        continue;
      }
      if (matcher.group().contains("*")) {
        return new Wrong("'*' is not supported: '" + matcher.group() + "'");
      }
      int width = number(matcher.group(2));
      int precision = matcher.group(3) == null ? -1 : number(matcher.group(3).substring(1));
      if (width > WIDEST || precision > WIDEST) {
        return new Wrong("width of '" + matcher.group() + "' is more than " + WIDEST);
      }
      if (!text.isEmpty()) {
        pieces.add(new Piece.Text(text.toString()));
        text.setLength(0);
      }
      String flags = matcher.group(1);
      lengths.add(length(matcher.group(4)));
      pieces.add(
          new Piece.Conversion(
              character(conversion),
              8,
              width,
              precision,
              flags.contains("-"),
              flags.contains("+"),
              flags.contains("#"),
              flags.contains("0")));
    }
    if (!text.isEmpty()) {
      pieces.add(new Piece.Text(text.toString()));
    }
    return stray.isEmpty() || values <= lengths.size()
        ? new Parsed(pieces, lengths)
        : unsupported(stray);
  }

  private static Wrong unsupported(String specifier) {
    return new Wrong("unsupported format specifier '" + specifier + "'");
  }

  /** 0 where nothing is written, and more than {@link #WIDEST} for what has many digits. */
  private static int number(@Nullable String digits) {
    if (digits == null || digits.isEmpty()) {
      return 0;
    }
    return digits.length() > WIDEST_DIGITS ? WIDEST + 1 : Integer.parseInt(digits);
  }

  private static char character(String conversion) {
    return switch (conversion) {
      case "rx" -> 'R';
      case "rh" -> 'H';
      case "gr" -> 'G';
      default -> conversion.charAt(0);
    };
  }

  private static String written(char conversion) {
    return switch (conversion) {
      case 'R' -> "%rx";
      case 'H' -> "%rh";
      case 'G' -> "%gr";
      default -> "%" + conversion;
    };
  }

  private static int length(@Nullable String modifier) {
    return switch (modifier) {
      case null -> 0;
      case "hh" -> 1;
      case "h" -> 2;
      default -> 8;
    };
  }

  /** Why a conversion can't print a type, or "" if it can. */
  static String mismatch(char conversion, Type type) {
    if ("rRH".indexOf(conversion) >= 0) {
      return type instanceof Type.Buffer || type instanceof Type.None
          ? ""
          : "'%s' prints buffers, not %s".formatted(written(conversion), TypeNames.describe(type));
    }
    boolean number =
        type instanceof Type.Int || type instanceof Type.Bool || type instanceof Type.Pointer;
    boolean any = conversion == 's' || type instanceof Type.None;
    return any || number
        ? ""
        : "'%s' prints integers, not %s".formatted(written(conversion), TypeNames.describe(type));
  }

  /**
   * To how many bytes a value is narrowed: what the length modifier says; without one a value is
   * printed whole, where bits are printed (u o x X gr) in its own width.
   */
  static int bytes(char conversion, int length, Type type) {
    if (length > 0) {
      return length;
    }
    boolean bits = "uoxXG".indexOf(conversion) >= 0;
    return bits && type instanceof Type.Int i ? i.bytes() : 8;
  }
}
