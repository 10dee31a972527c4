package jbt.daemon.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is expected is what glibc writes. */
final class StrftimeTest {
  private static final ZonedDateTime TIME = at("2026-01-01");

  private static ZonedDateTime at(String day) {
    return ZonedDateTime.of(
        LocalDate.parse(day), LocalTime.of(9, 5, 7, 123_456_789), ZoneId.of("UTC"));
  }

  @ParameterizedTest
  @CsvSource({
    "2026-01-01, 00 01 00 2026 26 4 4",
    "2027-01-01, 00 53 00 2026 26 5 5",
    "2023-01-01, 01 52 00 2022 22 7 0",
    "2024-12-30, 52 01 53 2025 25 1 1",
    "2021-01-03, 01 53 00 2020 20 7 0",
    "2020-12-31, 52 53 52 2020 20 4 4",
  })
  void weeks(String day, String weeks) {
    assertThat(Strftime.format("%U %V %W %G %g %u %w", at(day))).isEqualTo(weeks);
  }

  @ParameterizedTest
  @CsvSource({
    "%-d|%-I|%_H|%e|%k|%l, '1|9| 9| 1| 9| 9'",
    "%5Y|%08d|%-5j|%_5d|%5a|%08a, '02026|00000001|    1|    1|  Thu|00000Thu'",
    "%^a|%#p|%^B|%#Z|%#b|%^5a, THU|am|JANUARY|utc|JAN|  THU",
    "%10R|%010R|%^c, '     09:05|0000009:05|THU JAN  1 09:05:07 2026'",
    "%EY|%Ec|%Od|%OC, 2026|Thu Jan  1 09:05:07 2026|01|20",
    "%s|%z|%Z|%D|%F|%r, 1767258307|+0000|UTC|01/01/26|2026-01-01|09:05:07 AM",
  })
  void flagsAndWidths(String format, String text) {
    assertThat(Strftime.format(format, TIME)).isEqualTo(text);
  }

  @Test
  void whatIsNoConversionStays() {
    assertThat(Strftime.format("%q|%Ed|%OY|%%Y|100%|%1000d|%", TIME))
        .isEqualTo("%q|%Ed|%OY|%Y|100%|%1000d|%");
  }

  @Test
  void partsOfASecond() {
    assertThat(Strftime.precise("%S.%l %f %k %%k", TIME)).isEqualTo("07.123 123456 123456789 %k");
  }

  /** {@code %f} is microseconds there, which no conversion of strftime(3) is. */
  @Test
  void now() {
    assertThat(Strftime.now("%f")).matches("\\d{6}");
    assertThat(Strftime.now("%%f %Q %l")).matches("%f %Q [ 1]\\d");
  }
}
