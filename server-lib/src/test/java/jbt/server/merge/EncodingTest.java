package jbt.server.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.util.List;
import jbt.v1.MapSchema;
import jbt.v1.Rows;
import jbt.v1.Type;
import jbt.v1.TypeKind;
import jbt.v1.ValueKind;
import org.junit.jupiter.api.Test;

class EncodingTest {
  private static final Type INT =
      Type.newBuilder().setKind(TypeKind.TYPE_INT).setBytes(8).setSigned(true).build();
  private static final Type TEXT = Type.newBuilder().setKind(TypeKind.TYPE_STRING).build();

  private static MapSchema map(ValueKind kind, Type... key) {
    return MapSchema.newBuilder()
        .setName("@x")
        .addAllKey(List.of(key))
        .setKind(kind)
        .setValue(INT)
        .build();
  }

  private static Datum text(String s) {
    return new Datum.Text(ByteString.copyFromUtf8(s));
  }

  @Test
  void rowsOfEveryLayoutComeBack() {
    for (var sample :
        List.of(
            new Sample(ValueKind.VALUE_COUNT, new Cell.Word(-1, false)),
            new Sample(ValueKind.VALUE_MIN, new Cell.Extreme(-7, true, true)),
            new Sample(ValueKind.VALUE_MAX, new Cell.Extreme(0, false, true)),
            new Sample(ValueKind.VALUE_STATS, new Cell.Mean(-9, 2, true)),
            new Sample(
                ValueKind.VALUE_HIST,
                new Cell.Histogram(List.of(new Cell.Bucket(0, 3), new Cell.Bucket(9, 1)))),
            new Sample(ValueKind.VALUE_PLAIN, new Cell.Single(new Datum.Int(5, true))))) {
      MapSchema map = map(sample.kind(), TEXT, INT);
      List<Row> rows =
          List.of(
              new Row(null, List.of(text("sshd"), new Datum.Int(1, true)), sample.cell()),
              new Row(null, List.of(text(""), new Datum.Int(-1, true)), sample.cell()));
      assertThat(Decode.rows(map, Encode.rows(map, rows))).isEqualTo(rows);
    }
  }

  private record Sample(ValueKind kind, Cell cell) {}

  @Test
  void aHostGetsTheNameByWhichItWasAsked() {
    MapSchema map = map(ValueKind.VALUE_STATS, TEXT);
    Rows rows = Encode.rows(map, rowsOf("localhost", "web01"));
    assertThat(Decode.rows(map, HostKeys.named("web01", rows))).isEqualTo(rowsOf("web01", "web01"));
    Rows named = Encode.rows(map, rowsOf("web01", "web01"));
    assertThat(HostKeys.named("web01", named)).isSameAs(named);
    assertThat(Decode.rows(map, HostKeys.named("web", named))).isEqualTo(rowsOf("web", "web"));
    Rows bare = Encode.rows(map, List.of(new Row(null, List.of(text("x")), MEAN)));
    assertThat(HostKeys.named("web01", bare)).isSameAs(bare);
  }

  private static final Cell MEAN = new Cell.Mean(8, 3, true);

  private static List<Row> rowsOf(String first, String second) {
    return List.of(
        new Row(first, List.of(text("sshd")), MEAN), new Row(second, List.of(text("")), MEAN));
  }

  @Test
  void hostsStandBesideTheKey() {
    MapSchema map = map(ValueKind.VALUE_COUNT);
    List<Row> rows = List.of(new Row("web01", List.of(), new Cell.Word(1, false)));
    assertThat(Decode.rows(map, Encode.rows(map, rows))).isEqualTo(rows);
  }

  @Test
  void nestedValuesComeBack() {
    Type array = Type.newBuilder().setKind(TypeKind.TYPE_ARRAY).addParts(INT).build();
    Type tuple =
        Type.newBuilder().setKind(TypeKind.TYPE_TUPLE).addParts(TEXT).addParts(array).build();
    Datum value =
        new Datum.Tuple(
            List.of(
                text("a"),
                new Datum.Array(List.of(new Datum.Int(1, true), new Datum.Int(2, true)))));
    assertThat(Decode.value(tuple, Encode.value(value))).isEqualTo(value);
  }

  @Test
  void bytesAreAsTheWireSaysThem() {
    assertThat(Encode.key(List.of(text("ab"), new Datum.Int(258, true))).toByteArray())
        .containsExactly(2, 0, 0, 0, 'a', 'b', 2, 1, 0, 0, 0, 0, 0, 0);
  }

  @Test
  void rowsThatContradictThemselvesAreRefused() {
    MapSchema map = map(ValueKind.VALUE_COUNT, INT);
    Rows good =
        Encode.rows(
            map, List.of(new Row(null, List.of(new Datum.Int(1, true)), new Cell.Word(1, false))));
    for (Rows bad :
        List.of(
            good.toBuilder().setCount(2).build(),
            good.toBuilder().setKeyLength(0, 9).build(),
            good.toBuilder().setKeyLength(0, -8).build(),
            good.toBuilder().clearWord().build(),
            good.toBuilder().addBucket(1).addBucketCount(1).build(),
            good.toBuilder().setKeys(good.getKeys().substring(0, 7)).setKeyLength(0, 7).build())) {
      assertThatThrownBy(() -> Decode.rows(map, bad)).isInstanceOf(MalformedException.class);
    }
  }

  @Test
  void powerBucketsHaveTheBoundsOfBpftrace() {
    MapSchema map = map(ValueKind.VALUE_HIST);
    assertThat(Bounds.of(map, 0)).isEqualTo(new Bounds(Long.MIN_VALUE, 0, true, false));
    assertThat(Bounds.of(map, 1)).isEqualTo(new Bounds(0, 1, false, false));
    assertThat(Bounds.of(map, 2)).isEqualTo(new Bounds(1, 2, false, false));
    assertThat(Bounds.of(map, 3)).isEqualTo(new Bounds(2, 4, false, false));
    assertThat(Bounds.of(map, 12)).isEqualTo(new Bounds(1024, 2048, false, false));
    MapSchema fine = map.toBuilder().setHistBits(2).build();
    assertThat(Bounds.of(fine, 8)).isEqualTo(new Bounds(7, 8, false, false));
    assertThat(Bounds.of(fine, 9)).isEqualTo(new Bounds(8, 10, false, false));
    assertThat(Bounds.of(fine, 12)).isEqualTo(new Bounds(14, 16, false, false));
    assertThat(Bounds.of(fine, 13)).isEqualTo(new Bounds(16, 20, false, false));
  }

  @Test
  void linearBucketsAreOpenAtBothEnds() {
    MapSchema map =
        map(ValueKind.VALUE_LHIST).toBuilder()
            .setLhistMin(10)
            .setLhistMax(30)
            .setLhistStep(10)
            .build();
    assertThat(Bounds.of(map, 0)).isEqualTo(new Bounds(Long.MIN_VALUE, 10, true, false));
    assertThat(Bounds.of(map, 2)).isEqualTo(new Bounds(20, 30, false, false));
    assertThat(Bounds.of(map, 3)).isEqualTo(new Bounds(30, Long.MAX_VALUE, false, true));
  }
}
