package jbt.server.merge;

import com.google.protobuf.ByteString;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import jbt.v1.MapSchema;
import jbt.v1.Rows;
import jbt.v1.ValueKind;
import org.jspecify.annotations.Nullable;

/** The rows of one map, summed over any number of messages in any order. Not thread-safe. */
public final class MapFold {
  private final MapSchema map;
  private final Layout layout;
  private boolean perHost;
  private Map<ByteString, long[]> words = new HashMap<>();
  private Map<ByteString, ByteString> values = new HashMap<>();
  private @Nullable Boolean hostKeyed;

  /**
   * @param perHost put a host in front of keys that have none yet
   */
  public MapFold(MapSchema map, boolean perHost) {
    this.map = map;
    this.perHost = perHost;
    layout = Layout.of(map);
  }

  /**
   * From now on keys have hosts.
   *
   * @param host what is put in front of the keys that have been added already
   */
  public void keepApart(String host) {
    perHost = true;
    if (Boolean.FALSE.equals(hostKeyed)) {
      hostKeyed = true;
      words = hosted(host, words);
      values = hosted(host, values);
    }
  }

  private static <V> Map<ByteString, V> hosted(String host, Map<ByteString, V> rows) {
    Map<ByteString, V> hosted = new HashMap<>();
    rows.forEach((key, row) -> hosted.put(Encode.hosted(host, key), row));
    return hosted;
  }

  /**
   * Adds all rows of a message.
   *
   * @param host what is put in front of keys that need a host and have none
   * @throws MalformedException when they do not fit the schema or what was added before; nothing
   *     has been added then
   */
  public void add(String host, Rows rows) {
    Columns columns = new Columns(map, rows);
    if (rows.getCount() == 0) {
      return;
    }
    boolean hosted = rows.getHostKeyed() || perHost;
    if (hostKeyed != null && hostKeyed != hosted) {
      throw new MalformedException("some keys of " + map.getName() + " have a host, others none");
    }
    hostKeyed = hosted;
    while (columns.next()) {
      ByteString key =
          perHost && !rows.getHostKeyed() ? Encode.hosted(host, columns.key()) : columns.key();
      switch (layout) {
        case ONE_WORD -> {
          long[] cell = words.get(key);
          if (cell == null) {
            words.put(key, new long[] {columns.word(0)});
          } else {
            cell[0] = join(cell[0], columns.word(0));
          }
        }
        case TWO_WORDS -> addTwo(words.computeIfAbsent(key, k -> new long[2]), columns);
        case BUCKETS -> addBuckets(key, columns);
        case VALUES ->
            values.merge(
                key,
                columns.value(),
                map.getKind() == ValueKind.VALUE_TSERIES
                    ? (a, b) -> SeriesValues.merge(map, a, b)
                    : MapFold::later);
      }
    }
  }

  private void addTwo(long[] cell, Columns columns) {
    boolean extreme = map.getKind() == ValueKind.VALUE_MIN || map.getKind() == ValueKind.VALUE_MAX;
    if (!extreme) {
      cell[0] += columns.word(0);
      cell[1] += columns.word(1);
    } else if (columns.word(1) != 0) {
      cell[0] = cell[1] == 0 ? columns.word(0) : join(cell[0], columns.word(0));
      cell[1] = 1;
    }
  }

  private long join(long a, long b) {
    boolean signed = map.getValue().getSigned();
    return switch (map.getKind()) {
      case VALUE_COUNTER, VALUE_COUNT, VALUE_SUM, VALUE_AVG, VALUE_STATS -> a + b;
      case VALUE_MIN -> (signed ? a < b : Long.compareUnsigned(a, b) < 0) ? a : b;
      case VALUE_MAX -> (signed ? a > b : Long.compareUnsigned(a, b) > 0) ? a : b;
      // One host under two epochs. Which is newer can't be told; the rule only has to be the same
      // in every order.
      case VALUE_PLAIN, VALUE_HIST, VALUE_LHIST, VALUE_TSERIES, UNRECOGNIZED -> Math.max(a, b);
    };
  }

  private static ByteString later(ByteString a, ByteString b) {
    return ByteString.unsignedLexicographicalComparator().compare(a, b) >= 0 ? a : b;
  }

  private void addBuckets(ByteString key, Columns columns) {
    int top = 0;
    for (int i = 0; i < columns.buckets(); i++) {
      top = Math.max(top, columns.bucket(i) + 1);
    }
    long[] cell = words.get(key);
    if (cell == null) {
      cell = new long[top];
      words.put(key, cell);
    } else if (cell.length < top) {
      cell = Arrays.copyOf(cell, top);
      words.put(key, cell);
    }
    for (int i = 0; i < columns.buckets(); i++) {
      cell[columns.bucket(i)] += columns.bucketCount(i);
    }
  }

  public int size() {
    return words.size() + values.size();
  }

  /** What has been added so far, in no promised order. */
  public Rows rows() {
    Rows.Builder rows =
        Rows.newBuilder().setCount(size()).setHostKeyed(Boolean.TRUE.equals(hostKeyed));
    boolean keyed = rows.getHostKeyed() || map.getKeyCount() > 0;
    ByteArrayOutputStream keys = new ByteArrayOutputStream();
    ByteArrayOutputStream texts = new ByteArrayOutputStream();
    for (Map.Entry<ByteString, long[]> entry : words.entrySet()) {
      key(entry.getKey(), keyed, keys, rows);
      if (layout == Layout.BUCKETS) {
        buckets(entry.getValue(), rows);
      } else {
        for (long word : entry.getValue()) {
          rows.addWord(word);
        }
      }
    }
    for (Map.Entry<ByteString, ByteString> entry : values.entrySet()) {
      key(entry.getKey(), keyed, keys, rows);
      append(entry.getValue(), texts);
      rows.addValueLength(entry.getValue().size());
    }
    return rows.setKeys(ByteString.copyFrom(keys.toByteArray()))
        .setValues(ByteString.copyFrom(texts.toByteArray()))
        .build();
  }

  private static void key(
      ByteString key, boolean keyed, ByteArrayOutputStream keys, Rows.Builder rows) {
    if (keyed) {
      append(key, keys);
      rows.addKeyLength(key.size());
    }
  }

  private static void append(ByteString bytes, ByteArrayOutputStream to) {
    try {
      bytes.writeTo(to);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void buckets(long[] counts, Rows.Builder rows) {
    int used = 0;
    for (int bucket = 0; bucket < counts.length; bucket++) {
      if (counts[bucket] != 0) {
        used++;
        rows.addBucket(bucket).addBucketCount(counts[bucket]);
      }
    }
    rows.addRowBuckets(used);
  }
}
