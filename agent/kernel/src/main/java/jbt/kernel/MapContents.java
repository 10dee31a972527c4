package jbt.kernel;

import java.nio.ByteBuffer;
import jbt.compiler.plan.ScriptMap;

/**
 * The contents of one generation of a script's map, folded over processors, in columns.
 *
 * <p>Which columns are filled depends on the kind of value:
 *
 * <ul>
 *   <li>COUNT, SUM, COUNTER, MIN, MAX: one word a row, of MIN and MAX the value itself;
 *   <li>AVG, STATS: two words a row, total and count;
 *   <li>HIST, LHIST: buckets, ascending, without empty ones;
 *   <li>TSERIES: in place of buckets three words for each interval, ascending: its number since
 *       1970 and two words as the wire has them;
 *   <li>PLAIN: values.
 * </ul>
 *
 * <p>A map without key has one row or, where nothing was added yet, none. Rows of MIN and MAX that
 * are not set are left out.
 */
public final class MapContents {
  private final ScriptMap map;
  private final int rows;
  private final int keySize;
  private final byte[] keys;
  private final long[] words;
  private final int[] rowBuckets;
  private final int[] bucket;
  private final long[] bucketCount;
  private final int valueSize;
  private final byte[] values;

  MapContents(
      ScriptMap map,
      int rows,
      int keySize,
      byte[] keys,
      long[] words,
      int[] rowBuckets,
      int[] bucket,
      long[] bucketCount,
      int valueSize,
      byte[] values) {
    this.map = map;
    this.rows = rows;
    this.keySize = keySize;
    this.keys = keys;
    this.words = words;
    this.rowBuckets = rowBuckets;
    this.bucket = bucket;
    this.bucketCount = bucketCount;
    this.valueSize = valueSize;
    this.values = values;
  }

  /**
   * The contents of one key of PLAIN or COUNTER.
   *
   * @param value as stored, from the buffer's beginning; empty if the key is missing
   */
  public static MapContents of(ScriptMap map, byte[] key, ByteBuffer value) {
    ContentsBuilder contents = new ContentsBuilder(map);
    if (value.hasRemaining()) {
      contents.addKeyed(key, value, 0, (copy, word) -> value.getLong(word * Long.BYTES), 1);
    }
    return contents.build();
  }

  public ScriptMap map() {
    return map;
  }

  /** Number of rows, which are in no particular order. */
  public int rows() {
    return rows;
  }

  /** Bytes of a key: the parts as stored, without generation and bucket. */
  public int keySize() {
    return keySize;
  }

  /** The keys of all rows, one after another. */
  public byte[] keys() {
    return keys;
  }

  /** The words of all rows, one after another. */
  public long[] words() {
    return words;
  }

  /** The number of buckets of each row. */
  public int[] rowBuckets() {
    return rowBuckets;
  }

  /** The bucket numbers of all rows, one after another. */
  public int[] bucket() {
    return bucket;
  }

  /** What is in each of the buckets. */
  public long[] bucketCount() {
    return bucketCount;
  }

  /** Bytes of a PLAIN value as stored. */
  public int valueSize() {
    return valueSize;
  }

  /** The values of all rows, one after another. */
  public byte[] values() {
    return values;
  }
}
