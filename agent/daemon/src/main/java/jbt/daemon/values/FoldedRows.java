package jbt.daemon.values;

import com.google.protobuf.ByteString;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import jbt.compiler.plan.ScriptMap.Value;
import jbt.v1.Rows;

/**
 * Rows of which several can have the same key: symbolic parts of it that are different numbers can
 * have the same text, as the stacks of two processes of one program.
 */
final class FoldedRows {
  private FoldedRows() {}

  private static final class Row {
    private long[] words = new long[0];
    private final SortedMap<Integer, Long> buckets = new TreeMap<>();
    private ByteString value = ByteString.EMPTY;
  }

  /** The same rows with those of one key as one. */
  static Rows fold(Value kind, Rows rows) {
    Map<ByteString, Row> all = new LinkedHashMap<>();
    int words = rows.getCount() == 0 ? 0 : rows.getWordCount() / rows.getCount();
    int keyAt = 0;
    int bucket = 0;
    int valueAt = 0;
    for (int i = 0; i < rows.getCount(); i++) {
      ByteString key = rows.getKeys().substring(keyAt, keyAt + rows.getKeyLength(i));
      keyAt += rows.getKeyLength(i);
      Row row = all.computeIfAbsent(key, k -> new Row());
      long[] given = new long[words];
      for (int word = 0; word < words; word++) {
        given[word] = rows.getWord(i * words + word);
      }
      row.words = row.words.length == 0 ? given : join(kind, row.words, given);
      if (rows.getRowBucketsCount() > 0) {
        for (int end = bucket + rows.getRowBuckets(i); bucket < end; bucket++) {
          row.buckets.merge(rows.getBucket(bucket), rows.getBucketCount(bucket), Long::sum);
        }
      }
      if (rows.getValueLengthCount() > 0) {
        ByteString value = rows.getValues().substring(valueAt, valueAt + rows.getValueLength(i));
        row.value =
            kind instanceof Value.Tseries series
                ? FoldedSeries.join(series, row.value, value)
                : value;
        valueAt += rows.getValueLength(i);
      }
    }
    return all.size() == rows.getCount() ? rows : rows(rows, all);
  }

  private static long[] join(Value kind, long[] a, long[] b) {
    if (kind instanceof Value.Min || kind instanceof Value.Max) {
      return extreme(kind, a, b);
    }
    long[] joined = b.clone();
    for (int i = 0; i < a.length; i++) {
      joined[i] =
          switch (kind) {
            // The later one: of values that were set there is no sum.
            case Value.Plain _ -> b[i];
            default -> a[i] + b[i];
          };
    }
    return joined;
  }

  /** Of two values with what tells whether there is one. */
  private static long[] extreme(Value kind, long[] a, long[] b) {
    if (a[1] == 0 || b[1] == 0) {
      return a[1] == 0 ? b : a;
    }
    return switch (kind) {
      case Value.Min min -> lesser(min.signed(), a[0], b[0]) == a[0] ? a : b;
      case Value.Max max -> lesser(max.signed(), a[0], b[0]) == a[0] ? b : a;
      default -> throw new IllegalArgumentException("no min or max: " + kind);
    };
  }

  private static long lesser(boolean signed, long a, long b) {
    int order = signed ? Long.compare(a, b) : Long.compareUnsigned(a, b);
    return order <= 0 ? a : b;
  }

  private static Rows rows(Rows from, Map<ByteString, Row> all) {
    Rows.Builder rows = Rows.newBuilder().setCount(all.size()).setHostKeyed(from.getHostKeyed());
    ByteString.Output keys = ByteString.newOutput();
    ByteString.Output values = ByteString.newOutput();
    all.forEach(
        (key, row) -> {
          append(key, keys);
          rows.addKeyLength(key.size());
          for (long word : row.words) {
            rows.addWord(word);
          }
          if (from.getRowBucketsCount() > 0) {
            rows.addRowBuckets(row.buckets.size());
            row.buckets.forEach((bucket, count) -> rows.addBucket(bucket).addBucketCount(count));
          }
          if (from.getValueLengthCount() > 0) {
            append(row.value, values);
            rows.addValueLength(row.value.size());
          }
        });
    return rows.setKeys(keys.toByteString()).setValues(values.toByteString()).build();
  }

  private static void append(ByteString bytes, ByteString.Output to) {
    byte[] array = bytes.toByteArray();
    to.write(array, 0, array.length);
  }
}
