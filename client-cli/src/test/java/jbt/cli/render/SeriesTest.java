package jbt.cli.render;

import static jbt.cli.render.Maps.map;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import jbt.server.merge.Cell;
import jbt.v1.MapSchema;
import jbt.v1.SeriesFold;
import jbt.v1.Type;
import jbt.v1.ValueKind;
import org.junit.jupiter.api.Test;

class SeriesTest {
  private static final MapSchema MAP =
      map("@t", ValueKind.VALUE_TSERIES).toBuilder()
          .setIntervalNs(500_000_000)
          .setIntervals(5)
          .setFold(SeriesFold.FOLD_AVG)
          .build();

  private static final Cell.Series SERIES =
      new Cell.Series(
          List.of(new Cell.Slot(1, 9, 1), new Cell.Slot(2, -20, 2), new Cell.Slot(4, 25, 3)));

  private static String drawn(MapSchema map, Cell.Series series, ZoneId zone) {
    Bytes out = new Bytes();
    Series.draw(out, map, series, zone);
    return new String(out.toArray(), StandardCharsets.UTF_8);
  }

  @Test
  void drawsALineForEachInterval() {
    assertThat(drawn(MAP, SERIES, ZoneOffset.ofHours(2)))
        .isEqualTo(
            """
                         -10                                                 9
            hh:mm:ss.ms  |___________________________________________________|
            02:00:00.500 |                          .                        * 9
            02:00:01.000 *                          .                        | -10
            02:00:01.500 |                          .                        | -
            02:00:02.000 |                          .                     *  | 8
                         v___________________________________________________v
                         -10                                                 9
            """);
  }

  @Test
  void makesRoomAroundOneValue() {
    MapSchema seconds = MAP.toBuilder().setIntervalNs(1_000_000_000).build();
    Cell.Series one = new Cell.Series(List.of(new Cell.Slot(3661, 7, 1)));
    assertThat(drawn(seconds, one, ZoneOffset.UTC))
        .isEqualTo(
            """
                     6                                                   8
            hh:mm:ss |___________________________________________________|
            01:01:01 |                         *                         | 7
                     v___________________________________________________v
                     6                                                   8
            """);
    assertThat(drawn(seconds, new Cell.Series(List.of()), ZoneOffset.UTC)).isEqualTo("<no data>\n");
  }

  @Test
  void placesAValueInItsWholeColumn() {
    MapSchema seconds = MAP.toBuilder().setIntervalNs(1_000_000_000).build();
    Cell.Series three =
        new Cell.Series(
            List.of(new Cell.Slot(0, 0, 1), new Cell.Slot(1, 15, 1), new Cell.Slot(2, 26, 1)));
    assertThat(drawn(seconds, three, ZoneOffset.UTC))
        .contains("00:00:01 |" + " ".repeat(29) + "*" + " ".repeat(21) + "| 15\n");
  }

  @Test
  void drawsNumbersThatOnlyFitWithoutSign() {
    MapSchema last =
        MAP.toBuilder()
            .setIntervalNs(1_000_000_000)
            .setFold(SeriesFold.FOLD_LAST)
            .setValue(Type.newBuilder())
            .build();
    Cell.Series three =
        new Cell.Series(
            List.of(
                new Cell.Slot(0, 1L << 62, 1),
                new Cell.Slot(1, 1L << 63, 2),
                new Cell.Slot(2, 3L << 62, 3)));
    assertThat(drawn(last, three, ZoneOffset.UTC))
        .startsWith("         4611686018427387904              13835058055282163712\n")
        .contains("00:00:00 *" + " ".repeat(51) + "| 4611686018427387904\n")
        .contains("00:00:01 |" + " ".repeat(25) + "*" + " ".repeat(25) + "| 9223372036854775808\n")
        .contains("00:00:02 |" + " ".repeat(51) + "* 13835058055282163712\n");
  }

  @Test
  void writesStartsInUtc() {
    Bytes out = new Bytes();
    Series.json(out, MAP, SERIES);
    assertThat(new String(out.toArray(), StandardCharsets.UTF_8))
        .isEqualTo(
            "[{\"interval_start\":\"1970-01-01 00:00:00.500000000\",\"value\":9},"
                + "{\"interval_start\":\"1970-01-01 00:00:01.000000000\",\"value\":-10},"
                + "{\"interval_start\":\"1970-01-01 00:00:02.000000000\",\"value\":8}]");
  }
}
