package jbt.server.merge;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import jbt.v1.MapSchema;
import jbt.v1.Rows;

/** Canonical bytes and columns of typed values: the inverse of {@link Decode}. */
public final class Encode {
  private Encode() {}

  /** Rows of a map; all of them or none with a host. */
  public static Rows rows(MapSchema map, List<Row> rows) {
    boolean hostKeyed = !rows.isEmpty() && rows.getFirst().host() != null;
    boolean keyed = hostKeyed || map.getKeyCount() > 0;
    Rows.Builder columns = Rows.newBuilder().setCount(rows.size()).setHostKeyed(hostKeyed);
    ByteString keys = ByteString.EMPTY;
    ByteString values = ByteString.EMPTY;
    for (Row row : rows) {
      ByteString key = key(row.key());
      if (row.host() != null) {
        key = hosted(row.host(), key);
      }
      if (keyed) {
        keys = keys.concat(key);
        columns.addKeyLength(key.size());
      }
      switch (row.cell()) {
        case Cell.Word word -> columns.addWord(word.bits());
        case Cell.Extreme extreme -> columns.addWord(extreme.bits()).addWord(extreme.set() ? 1 : 0);
        case Cell.Mean mean -> columns.addWord(mean.total()).addWord(mean.count());
        case Cell.Histogram histogram -> {
          columns.addRowBuckets(histogram.buckets().size());
          for (Cell.Bucket bucket : histogram.buckets()) {
            columns.addBucket(bucket.index()).addBucketCount(bucket.count());
          }
        }
        case Cell.Series(List<Cell.Slot> slots) -> {
          ByteString value = SeriesValues.encode(slots, slots.size());
          values = values.concat(value);
          columns.addValueLength(value.size());
        }
        case Cell.Single single -> {
          if (Layout.of(map) == Layout.ONE_WORD) {
            columns.addWord(word(single.value()));
          } else {
            ByteString value = value(single.value());
            values = values.concat(value);
            columns.addValueLength(value.size());
          }
        }
      }
    }
    return columns.setKeys(keys).setValues(values).build();
  }

  /** A key: its parts in order. */
  public static ByteString key(List<Datum> parts) {
    ByteString key = ByteString.EMPTY;
    for (Datum part : parts) {
      key = key.concat(value(part));
    }
    return key;
  }

  /** A key with its host in front. */
  public static ByteString hosted(String host, ByteString key) {
    return text(ByteString.copyFrom(host, StandardCharsets.UTF_8)).concat(key);
  }

  public static ByteString value(Datum datum) {
    return switch (datum) {
      case Datum.Int _, Datum.Bool _, Datum.Pointer _ -> eight(word(datum));
      case Datum.Text text -> text(text.bytes());
      case Datum.Buffer buffer -> text(buffer.bytes());
      case Datum.Tuple tuple -> key(tuple.parts());
      case Datum.Array array -> four(array.elements().size()).concat(key(array.elements()));
    };
  }

  private static long word(Datum datum) {
    return switch (datum) {
      case Datum.Int number -> number.bits();
      case Datum.Bool bool -> bool.value() ? 1 : 0;
      case Datum.Pointer pointer -> pointer.address();
      case Datum.Text _, Datum.Buffer _, Datum.Tuple _, Datum.Array _ ->
          throw new IllegalArgumentException("not a word: " + datum);
    };
  }

  private static ByteString text(ByteString bytes) {
    return four(bytes.size()).concat(bytes);
  }

  private static ByteString four(int value) {
    return ByteString.copyFrom(
        ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).flip());
  }

  private static ByteString eight(long value) {
    return ByteString.copyFrom(
        ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).flip());
  }
}
