package jbt.server.merge;

import com.google.protobuf.ByteString;
import java.util.List;
import jbt.v1.MapSchema;
import jbt.v1.Rows;

/** A cursor over the rows of a message, which it checks against the schema first. */
final class Columns {
  /** hist with 5 bits has fewer than 2,000 buckets, lhist at most 1,002. */
  private static final int MAX_BUCKET = 4096;

  final Layout layout;
  private final Rows rows;
  private final boolean keyed;
  private int row = -1;
  private int keyEnd;
  private int valueEnd;
  private int bucketEnd;
  private ByteString key = ByteString.EMPTY;
  private ByteString value = ByteString.EMPTY;
  private int bucketStart;

  /**
   * @throws MalformedException when the columns do not fit together or not to the schema
   */
  Columns(MapSchema map, Rows rows) {
    this.rows = rows;
    layout = Layout.of(map);
    keyed = map.getKeyCount() > 0 || rows.getHostKeyed();
    int count = rows.getCount();
    require(count >= 0, map);
    require(rows.getKeyLengthCount() == (keyed ? count : 0), map);
    require(keyed || count <= 1, map);
    require(total(rows.getKeyLengthList()) == rows.getKeys().size(), map);
    require(rows.getWordCount() == (long) count * layout.words(), map);
    require(rows.getRowBucketsCount() == (layout == Layout.BUCKETS ? count : 0), map);
    require(total(rows.getRowBucketsList()) == rows.getBucketCount(), map);
    require(rows.getBucketCount() == rows.getBucketCountCount(), map);
    for (int i = 0; i < rows.getBucketCount(); i++) {
      require(rows.getBucket(i) >= 0 && rows.getBucket(i) < MAX_BUCKET, map);
    }
    require(rows.getValueLengthCount() == (layout == Layout.VALUES ? count : 0), map);
    require(total(rows.getValueLengthList()) == rows.getValues().size(), map);
  }

  private static void require(boolean fits, MapSchema map) {
    if (!fits) {
      throw new MalformedException("the rows of " + map.getName() + " do not fit its schema");
    }
  }

  /** The sum of the lengths; -1 when one is out of range. */
  private static long total(List<Integer> lengths) {
    long sum = 0;
    for (int length : lengths) {
      if (length < 0) {
        return -1;
      }
      sum += length;
    }
    return sum;
  }

  boolean next() {
    if (++row >= rows.getCount()) {
      return false;
    }
    if (keyed) {
      int start = keyEnd;
      keyEnd += rows.getKeyLength(row);
      key = rows.getKeys().substring(start, keyEnd);
    }
    switch (layout) {
      case BUCKETS -> {
        bucketStart = bucketEnd;
        bucketEnd += rows.getRowBuckets(row);
      }
      case VALUES -> {
        int start = valueEnd;
        valueEnd += rows.getValueLength(row);
        value = rows.getValues().substring(start, valueEnd);
      }
      case ONE_WORD, TWO_WORDS -> {}
    }
    return true;
  }

  ByteString key() {
    return key;
  }

  long word(int index) {
    return rows.getWord(row * layout.words() + index);
  }

  ByteString value() {
    return value;
  }

  /** Number of buckets of this row. */
  int buckets() {
    return bucketEnd - bucketStart;
  }

  int bucket(int index) {
    return rows.getBucket(bucketStart + index);
  }

  long bucketCount(int index) {
    return rows.getBucketCount(bucketStart + index);
  }
}
