package jbt.server.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import jbt.v1.MapPartial;
import jbt.v1.MapSchema;
import jbt.v1.PrintSite;
import jbt.v1.Schema;
import jbt.v1.Type;
import jbt.v1.TypeKind;
import jbt.v1.ValueKind;
import jbt.v1.ValueSite;
import org.junit.jupiter.api.Test;

class SchemasTest {
  private static Type integer(int bytes, boolean signed) {
    return Type.newBuilder().setKind(TypeKind.TYPE_INT).setBytes(bytes).setSigned(signed).build();
  }

  private static Schema schema(MapSchema map) {
    return Schema.newBuilder()
        .addMaps(map)
        .addPrints(PrintSite.newBuilder().setPeriodNs(5))
        .build();
  }

  @Test
  void integersWiden() {
    MapSchema narrow =
        Samples.keyed(ValueKind.VALUE_SUM).toBuilder().setKey(0, integer(4, false)).build();
    MapSchema wide = narrow.toBuilder().setKey(0, integer(8, true)).build();
    Schemas schemas = new Schemas();
    assertThat(schemas.add(schema(narrow)).map(0)).isZero();
    Schemas.Places places = schemas.add(schema(wide));
    assertThat(places.map(0)).isZero();
    assertThat(places.print(0)).isZero();
    assertThat(schemas.isPerHost(0)).isFalse();
    assertThat(schemas.schema()).isEqualTo(schema(wide));
    schemas.add(schema(narrow));
    assertThat(schemas.schema()).isEqualTo(schema(wide));
  }

  @Test
  void recordsWithOtherFieldsAreKeptApart() {
    Type number = Type.newBuilder().setKind(TypeKind.TYPE_INT).build();
    Type one =
        Type.newBuilder().setKind(TypeKind.TYPE_TUPLE).addParts(number).addNames("a").build();
    Type other = one.toBuilder().setNames(0, "b").build();
    MapSchema map = Samples.keyed(ValueKind.VALUE_PLAIN).toBuilder().setValue(one).build();
    Schemas schemas = new Schemas();
    schemas.add(schema(map));
    assertThat(schemas.add(schema(map)).map(0)).isZero();
    assertThat(schemas.isPerHost(0)).isFalse();
    assertThat(schemas.add(schema(map.toBuilder().setValue(other).build())).map(0)).isOne();
    assertThat(schemas.isPerHost(0)).isTrue();
  }

  @Test
  void whatDoesNotUnifyIsKeptApartPerHost() {
    MapSchema coarse = Samples.keyed(ValueKind.VALUE_HIST);
    MapSchema fine = coarse.toBuilder().setHistBits(2).build();
    Schemas schemas = new Schemas();
    schemas.add(schema(coarse));
    Schemas.Places places = schemas.add(schema(fine));
    assertThat(places.map(0)).isEqualTo(1);
    assertThat(places.print(0)).isEqualTo(1);
    assertThat(schemas.isPerHost(0)).isTrue();
    assertThat(schemas.isPerHost(1)).isTrue();
    assertThat(schemas.add(schema(fine)).map(0)).isEqualTo(1);

    List<Row> rows =
        List.of(
            new Row(
                null,
                List.of(new Datum.Int(1, true)),
                new Cell.Histogram(List.of(new Cell.Bucket(1, 2)))));
    Partials partials = new Partials();
    partials.accept(
        schemas,
        1,
        "b",
        MapPartial.newBuilder().setRows(Encode.rows(fine, rows)).build(),
        Most.KEPT);
    assertThat(Decode.rows(fine, partials.fold(schemas, 1, Samples.ALONE).getRows()))
        .extracting(Row::host)
        .containsExactly("b");
  }

  /** A site of a type that came later stands behind the others, and yet is the script's first. */
  @Test
  void sitesBehindCollectorsAreThoseOfTheScript() {
    Schema count = twoSites(ValueKind.VALUE_COUNT, integer(8, true));
    Schema sum =
        twoSites(ValueKind.VALUE_SUM, Type.newBuilder().setKind(TypeKind.TYPE_STRING).build());
    Schemas one = new Schemas();
    one.add(count);
    one.add(sum);
    Schemas other = new Schemas();
    other.add(sum);
    other.add(count);
    Schemas top = new Schemas();
    assertThat(top.add(one.schema()).prints()).containsExactly(0, 1, 2, 3);
    Schemas.Places places = top.add(other.schema());
    assertThat(places.prints()).containsExactly(2, 3, 0, 1);
    assertThat(places.values()).containsExactly(2, 1, 0);
    assertThat(top.add(sum).prints()).containsExactly(2, 3);
    assertThat(top.schema()).isEqualTo(one.schema());
  }

  /** Two sites alike, and two values: one of them has a type of its own. */
  private static Schema twoSites(ValueKind kind, Type value) {
    PrintSite site = PrintSite.newBuilder().setPeriodNs(5).build();
    return Schema.newBuilder()
        .addMaps(Samples.keyed(kind))
        .addPrints(site)
        .addPrints(site)
        .addValues(ValueSite.newBuilder().setType(value))
        .addValues(ValueSite.newBuilder().setType(integer(4, false)))
        .build();
  }

  @Test
  void placesOutsideTheSchemaAreMalformed() {
    Schemas schemas = new Schemas();
    Schemas.Places places = schemas.add(schema(Samples.keyed(ValueKind.VALUE_COUNT)));
    assertThatThrownBy(() -> places.map(1)).isInstanceOf(MalformedException.class);
    assertThatThrownBy(() -> places.print(-1)).isInstanceOf(MalformedException.class);
    assertThatThrownBy(() -> places.value(0)).isInstanceOf(MalformedException.class);
    assertThatThrownBy(
            () ->
                schemas.add(
                    Schema.newBuilder().addPrints(PrintSite.newBuilder().setMap(7)).build()))
        .isInstanceOf(MalformedException.class);
  }
}
