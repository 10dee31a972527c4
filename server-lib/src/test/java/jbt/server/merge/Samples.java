package jbt.server.merge;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import jbt.v1.MapSchema;
import jbt.v1.Rows;
import jbt.v1.SeriesFold;
import jbt.v1.Type;
import jbt.v1.TypeKind;
import jbt.v1.ValueKind;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Maps of every kind, and rows for them. */
public final class Samples {
  private static final Type INT =
      Type.newBuilder().setKind(TypeKind.TYPE_INT).setBytes(8).setSigned(true).build();

  /** Hosts that nobody stands before. */
  public static final Senders ALONE = (sender, map) -> List.of(sender);

  private Samples() {}

  /** A map of {@code @x[int]}. */
  public static MapSchema keyed(ValueKind kind) {
    return MapSchema.newBuilder()
        .setName("@x")
        .addKey(INT)
        .setKind(kind)
        .setValue(INT)
        .setLhistMax(100)
        .setLhistStep(10)
        .setIntervalNs(1000)
        .setIntervals(5)
        .setFold(SeriesFold.FOLD_AVG)
        .build();
  }

  public static Arbitrary<ValueKind> kinds() {
    return Arbitraries.of(ValueKind.class).filter(k -> k != ValueKind.UNRECOGNIZED);
  }

  /** Up to six rows with different keys. */
  public static Arbitrary<Rows> rows(MapSchema map) {
    return Arbitraries.maps(Arbitraries.longs().between(-2, 5), cells(map.getKind()))
        .ofMaxSize(6)
        .map(
            cells -> {
              List<Row> rows = new ArrayList<>();
              cells.forEach(
                  (key, cell) -> rows.add(new Row(null, List.of(new Datum.Int(key, true)), cell)));
              return Encode.rows(map, rows);
            });
  }

  private static Arbitrary<Cell> cells(ValueKind kind) {
    Arbitrary<Long> words = Arbitraries.longs();
    return switch (kind) {
      case VALUE_COUNT -> words.map(w -> new Cell.Word(w, false));
      case VALUE_COUNTER, VALUE_SUM -> words.map(w -> new Cell.Word(w, true));
      case VALUE_MIN, VALUE_MAX ->
          Combinators.combine(words, Arbitraries.of(true, false))
              .as((w, set) -> new Cell.Extreme(set ? w : 0, set, true));
      case VALUE_AVG, VALUE_STATS ->
          Combinators.combine(words, words).as((t, c) -> new Cell.Mean(t, c, true));
      case VALUE_HIST, VALUE_LHIST ->
          Arbitraries.maps(
                  Arbitraries.integers().between(0, 11), Arbitraries.longs().between(1, 1L << 40))
              .ofMaxSize(5)
              .map(
                  buckets ->
                      new Cell.Histogram(
                          new TreeMap<>(buckets)
                              .entrySet().stream()
                                  .map(e -> new Cell.Bucket(e.getKey(), e.getValue()))
                                  .toList()));
      case VALUE_TSERIES ->
          Arbitraries.maps(Arbitraries.longs().between(3, 7), words)
              .ofMaxSize(5)
              .map(
                  slots ->
                      new Cell.Series(
                          new TreeMap<>(slots)
                              .entrySet().stream()
                                  .map(e -> new Cell.Slot(e.getKey(), e.getValue(), e.getKey()))
                                  .toList()));
      case VALUE_PLAIN -> words.map(w -> new Cell.Single(new Datum.Int(w, true)));
      case UNRECOGNIZED -> throw new IllegalArgumentException();
    };
  }

  /** Rows without their order. */
  public static Map<List<Datum>, Cell> table(MapSchema map, Rows rows) {
    return Decode.rows(map, rows).stream().collect(Collectors.toMap(Row::key, Row::cell));
  }

  /** All rows added up. */
  public static Rows sum(MapSchema map, Iterable<Rows> all) {
    MapFold fold = new MapFold(map, false);
    all.forEach(rows -> fold.add("", rows));
    return fold.rows();
  }

  /** Something that depends on the kind of a map. */
  static <T> Arbitrary<T> forAnyKind(Function<MapSchema, Arbitrary<T>> sample) {
    return kinds().map(Samples::keyed).flatMap(sample);
  }
}
