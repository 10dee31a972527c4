package jbt.daemon.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.ZoneId;
import java.time.ZonedDateTime;
import org.junit.jupiter.api.Test;

class StrftimeTest {
  private static final ZonedDateTime TIME =
      ZonedDateTime.of(2026, 1, 2, 15, 4, 5, 6_007_008, ZoneId.of("UTC"));

  @Test
  void fractionsOfASecond() {
    assertThat(Strftime.precise("%H.%f %l %k %%f %Q%", TIME))
        .isEqualTo("15.006007 006 006007008 %f %Q%");
    assertThat(Strftime.format("%H.%f %l %k", TIME)).isEqualTo("15.%f  3 15");
    assertThat(Strftime.now("%f")).matches("\\d{6}");
    assertThat(Strftime.now("%%f %Q %l")).matches("%f %Q [ 1]\\d");
  }
}
