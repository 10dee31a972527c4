package jbt.daemon.config;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jbt.yaml.YamlException;
import jbt.yaml.YamlValue;
import org.jspecify.annotations.Nullable;

/** Numbers with a unit. */
final class Quantity {
  private static final Pattern FORM = Pattern.compile("([0-9]{1,9})([a-zA-Z]+)");
  private static final Map<String, Long> SECONDS = Map.of("s", 1L, "m", 60L, "h", 3600L);
  private static final Map<String, Long> SIZES =
      Map.of("K", 1L << 10, "M", 1L << 20, "G", 1L << 30);

  private Quantity() {}

  /** {@code 30s}, {@code 10m} or {@code 2h} in nanoseconds. */
  static long duration(YamlValue value) throws YamlException {
    return read(value, SECONDS, "a duration such as 30s, 10m or 2h") * 1_000_000_000L;
  }

  /** {@code 512K}, {@code 256M} or {@code 1G} in bytes. */
  static long bytes(YamlValue value) throws YamlException {
    return read(value, SIZES, "a size such as 512K, 256M or 1G");
  }

  private static long read(YamlValue value, Map<String, Long> units, String form)
      throws YamlException {
    Matcher matcher = FORM.matcher(value.text());
    @Nullable Long unit = matcher.matches() ? units.get(matcher.group(2)) : null;
    long number = unit == null ? 0 : Long.parseLong(matcher.group(1));
    if (unit == null || number == 0 || number > Long.MAX_VALUE / 1_000_000_000L / unit) {
      throw value.error("expected " + form + ", not \"" + value.text() + "\"");
    }
    return number * unit;
  }
}
