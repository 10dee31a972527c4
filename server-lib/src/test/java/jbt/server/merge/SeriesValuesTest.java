package jbt.server.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import jbt.v1.MapSchema;
import jbt.v1.Rows;
import jbt.v1.Schema;
import jbt.v1.SeriesFold;
import jbt.v1.ValueKind;
import org.junit.jupiter.api.Test;

class SeriesValuesTest {
  private static MapSchema map(SeriesFold fold) {
    return Samples.keyed(ValueKind.VALUE_TSERIES).toBuilder()
        .clearKey()
        .setIntervals(3)
        .setFold(fold)
        .build();
  }

  private static Rows rows(MapSchema map, long... words) {
    List<Cell.Slot> slots = new ArrayList<>();
    for (int i = 0; i < words.length; i += 3) {
      slots.add(new Cell.Slot(words[i], words[i + 1], words[i + 2]));
    }
    return Encode.rows(map, List.of(new Row(null, List.of(), new Cell.Series(slots))));
  }

  private static List<Cell.Slot> merged(SeriesFold fold, long[] a, long[] b) {
    MapSchema map = map(fold);
    Rows sum = Samples.sum(map, List.of(rows(map, a), rows(map, b)));
    Cell cell = Decode.rows(map, sum).getFirst().cell();
    return ((Cell.Series) cell).slots();
  }

  @Test
  void alignsByInterval() {
    long[] a = {7, 5, 10, 8, -2, 20};
    long[] b = {8, 3, 30, 9, 4, 40};
    assertThat(merged(SeriesFold.FOLD_SUM, a, b))
        .containsExactly(new Cell.Slot(7, 5, 10), new Cell.Slot(8, 1, 50), new Cell.Slot(9, 4, 40));
    assertThat(merged(SeriesFold.FOLD_AVG, a, b).get(1)).isEqualTo(new Cell.Slot(8, 1, 50));
    assertThat(merged(SeriesFold.FOLD_MIN, a, b).get(1)).isEqualTo(new Cell.Slot(8, -2, 20));
    assertThat(merged(SeriesFold.FOLD_MAX, a, b).get(1)).isEqualTo(new Cell.Slot(8, 3, 30));
    assertThat(merged(SeriesFold.FOLD_LAST, a, b).get(1)).isEqualTo(new Cell.Slot(8, 3, 30));
    assertThat(merged(SeriesFold.FOLD_LAST, b, a).get(1)).isEqualTo(new Cell.Slot(8, 3, 30));
  }

  @Test
  void keepsTheNewestIntervals() {
    assertThat(merged(SeriesFold.FOLD_SUM, new long[] {1, 1, 0, 3, 2, 0}, new long[] {4, 3, 0}))
        .containsExactly(new Cell.Slot(3, 2, 0), new Cell.Slot(4, 3, 0));
    assertThat(merged(SeriesFold.FOLD_SUM, new long[] {1, 1, 0}, new long[] {})).hasSize(1);
  }

  @Test
  void failsOnSeriesThatCantBe() {
    MapSchema map = map(SeriesFold.FOLD_SUM);
    for (long[] words :
        new long[][] {
          {2, 0, 0, 1, 0, 0},
          {1, 0, 0, 1, 0, 0},
          {-1, 0, 0},
          {1, 0, 0, 4, 0, 0},
          {1, 0, 0, 2, 0, 0, 3, 0, 0, 4, 0, 0}
        }) {
      assertThatThrownBy(() -> Sound.rows(map, rows(map, words), false))
          .isInstanceOf(MalformedException.class);
    }
    Rows odd = rows(map, 1, 2, 3).toBuilder().setValueLength(0, 23).build();
    assertThatThrownBy(
            () ->
                Sound.rows(
                    map, odd.toBuilder().setValues(odd.getValues().substring(1)).build(), false))
        .isInstanceOf(MalformedException.class);
    MapSchema endless = map.toBuilder().setIntervals(100_000).build();
    assertThatThrownBy(() -> Sound.schema(Schema.newBuilder().addMaps(endless).build()))
        .isInstanceOf(MalformedException.class);
  }
}
