package jbt.server.merge;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import jbt.v1.MapPartial;
import jbt.v1.MapSchema;
import jbt.v1.Round;
import jbt.v1.Rows;
import jbt.v1.Schema;
import jbt.v1.ValueKind;
import org.junit.jupiter.api.Test;

class PartialsTest {
  private static final MapSchema COUNT =
      Samples.keyed(ValueKind.VALUE_COUNT).toBuilder().clearKey().build();

  private final Schemas schemas = new Schemas();
  private final Partials partials = new Partials();

  PartialsTest() {
    schemas.add(Schema.newBuilder().addMaps(COUNT).build());
  }

  private static Rows count(long count) {
    return Encode.rows(COUNT, List.of(new Row(null, List.of(), new Cell.Word(count, false))));
  }

  private void partial(long generation, long sequence, long count) {
    accept(
        MapPartial.newBuilder()
            .setGeneration(generation)
            .setSequence(sequence)
            .setHosts(1)
            .setRows(count(count))
            .build());
  }

  private static Round.Builder print(long generation, long sequence, long count) {
    return Round.newBuilder()
        .setGeneration(generation)
        .setSequence(sequence)
        .setHosts(1)
        .setRows(count(count));
  }

  private void accept(MapPartial partial) {
    partials.accept(schemas, 0, "a", partial, Most.KEPT);
  }

  private Rows known() {
    return partials.fold(schemas, 0, Samples.ALONE).getRows();
  }

  @Test
  void ofAPartialAndAPrintTheNewerCounts() {
    partial(0, 1, 100);
    accept(Partials.after(print(0, 3, 130).build()));
    assertThat(known()).isEqualTo(count(130));
    partial(0, 2, 120);
    assertThat(known()).isEqualTo(count(130));
    partial(0, 4, 131);
    assertThat(known()).isEqualTo(count(131));
  }

  @Test
  void aPrintOfAGenerationThatHasEndedIsOlder() {
    partial(2, 5, 7);
    accept(Partials.after(print(1, 6, 130).build()));
    assertThat(known()).isEqualTo(count(7));
  }

  @Test
  void whatWasPrintedAndClearedIsNotInTheMapAnyMore() {
    partial(0, 1, 100);
    accept(Partials.after(print(0, 2, 130).setSealed(true).build()));
    assertThat(known()).isEqualTo(Rows.getDefaultInstance());
    assertThat(partials.fold(schemas, 0, Samples.ALONE).getHosts()).isEqualTo(1);
    partial(1, 3, 4);
    assertThat(known()).isEqualTo(count(4));
    accept(Partials.after(print(0, 4, 130).setSealed(true).build()));
    assertThat(known()).isEqualTo(count(4));
  }
}
