package jbt.kernel;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import jbt.compiler.plan.ScriptMap;
import jbt.compiler.plan.ScriptMap.Value;

/** Folds what each processor has of a map's elements into rows. */
final class ContentsBuilder {
  private final ScriptMap map;
  private final int keySize;
  private final Map<ByteBuffer, TreeMap<Integer, Long>> histograms = new HashMap<>();
  private final Map<ByteBuffer, TreeMap<Long, long[]>> series = new HashMap<>();
  private final ByteArrayOutputStream keys = new ByteArrayOutputStream();
  private final ByteArrayOutputStream values = new ByteArrayOutputStream();
  private long[] words = new long[16];
  private int wordCount;
  private int rows;

  ContentsBuilder(ScriptMap map) {
    this.map = map;
    this.keySize = map.keyBytes();
  }

  /** One element's 8-byte words as one processor has them. */
  @FunctionalInterface
  interface Words {
    long word(int copy, int index);
  }

  /**
   * An element of a hash; for hist and lhist it is one bucket where the map has a key.
   *
   * @param behind where in the buffer that it is from is what follows its parts
   */
  void addKeyed(byte[] key, ByteBuffer from, int behind, Words words, int copies) {
    switch (map.value()) {
      case Value.Hist hist when keySize == 0 -> addBuckets(hist.buckets(), words, copies);
      case Value.Lhist lhist when keySize == 0 -> addBuckets(lhist.buckets(), words, copies);
      case Value.Hist hist -> addBucket(key, from, behind, words, copies);
      case Value.Lhist lhist -> addBucket(key, from, behind, words, copies);
      case Value.Tseries series -> addSlot(series, key, words, copies);
      default -> add(key, words, copies);
    }
  }

  /** The only element of a map without key. It makes no row as long as nothing was added to it. */
  void addUnkeyed(Words words, int copies) {
    byte[] key = new byte[0];
    switch (map.value()) {
      case Value.Hist hist -> addBuckets(hist.buckets(), words, copies);
      case Value.Lhist lhist -> addBuckets(lhist.buckets(), words, copies);
      case Value.Tseries series -> throw new IllegalArgumentException("slots are in a hash");
      case Value.Count count -> addUnlessZero(0, key, words, copies);
      case Value.Sum sum -> addUnlessZero(1, key, words, copies);
      case Value.Counter counter -> addUnlessZero(1, key, words, copies);
      case Value.Avg avg -> addUnlessZero(1, key, words, copies);
      case Value.Stats stats -> addUnlessZero(1, key, words, copies);
      case Value.Min min -> add(key, words, copies);
      case Value.Max max -> add(key, words, copies);
      case Value.Plain plain -> addUnlessZero(1, key, words, copies);
    }
  }

  /** {@code word} counts or flags what was added. */
  private void addUnlessZero(int word, byte[] key, Words words, int copies) {
    if (sum(words, copies, word) != 0) {
      add(key, words, copies);
    }
  }

  private void add(byte[] key, Words words, int copies) {
    switch (map.value()) {
      case Value.Count count -> append(sum(words, copies, 0));
      case Value.Sum sum -> append(sum(words, copies, 0));
      case Value.Counter counter -> append(sum(words, copies, 0));
      case Value.Avg avg -> appendTwo(words, copies);
      case Value.Stats stats -> appendTwo(words, copies);
      case Value.Min min -> {
        if (!appendLargest(words, copies)) {
          return;
        }
      }
      case Value.Max max -> {
        if (!appendLargest(words, copies)) {
          return;
        }
      }
      case Value.Plain plain -> appendValue(plain.type().storedSize(), words);
      case Value.Hist hist -> throw new IllegalArgumentException("buckets are added one by one");
      case Value.Lhist lhist -> throw new IllegalArgumentException("buckets are added one by one");
      case Value.Tseries series -> throw new IllegalArgumentException("slots are added one by one");
    }
    keys.writeBytes(key);
    rows++;
  }

  private void appendTwo(Words source, int copies) {
    append(sum(source, copies, 0));
    append(sum(source, copies, 1));
  }

  /** Of MIN and MAX, whose words keep order; false if no processor has set it. */
  private boolean appendLargest(Words source, int copies) {
    boolean set = false;
    long largest = 0;
    for (int copy = 0; copy < copies; copy++) {
      if (source.word(copy, 1) != 0) {
        long word = source.word(copy, 0);
        if (!set || Long.compareUnsigned(word, largest) > 0) {
          largest = word;
        }
        set = true;
      }
    }
    if (set) {
      append(decode(map.value(), largest));
    }
    return set;
  }

  /** The inverse of {@link ScriptMap#minMax}. */
  private static long decode(Value value, long word) {
    return switch (value) {
      case Value.Max max -> max.signed() ? word ^ Long.MIN_VALUE : word;
      case Value.Min min -> min.signed() ? ~word ^ Long.MIN_VALUE : ~word;
      default -> throw new IllegalStateException("no min or max: " + value);
    };
  }

  private void appendValue(int size, Words source) {
    ByteBuffer value = ByteBuffer.allocate(size).order(ByteOrder.nativeOrder());
    for (int i = 0; i < size / Long.BYTES; i++) {
      value.putLong(source.word(0, i));
    }
    values.writeBytes(value.array());
  }

  private void addBuckets(int buckets, Words source, int copies) {
    TreeMap<Integer, Long> counts = new TreeMap<>();
    for (int bucket = 0; bucket < buckets; bucket++) {
      long count = sum(source, copies, bucket);
      if (count != 0) {
        counts.put(bucket, count);
      }
    }
    if (!counts.isEmpty()) {
      histograms.put(ByteBuffer.allocate(0), counts);
    }
  }

  private void addBucket(byte[] key, ByteBuffer from, int behind, Words source, int copies) {
    long count = sum(source, copies, 0);
    if (count != 0) {
      histograms
          .computeIfAbsent(ByteBuffer.wrap(key), absent -> new TreeMap<>())
          .merge((int) from.getLong(behind), count, Long::sum);
    }
  }

  /** Of an interval only what is of its newest life counts. */
  private void addSlot(Value.Tseries series, byte[] key, Words source, int copies) {
    long newest = 0;
    for (int copy = 0; copy < copies; copy++) {
      newest = Math.max(newest, source.word(copy, 0));
    }
    if (newest == 0) {
      return;
    }
    long[] slot = {0, 0};
    for (int copy = 0; copy < copies; copy++) {
      if (source.word(copy, 0) == newest) {
        join(series, slot, source.word(copy, 1), source.word(copy, 2));
      }
    }
    switch (series.fold()) {
      case MIN -> slot[0] = decode(new Value.Min(series.signed()), slot[0]);
      case MAX -> slot[0] = decode(new Value.Max(series.signed()), slot[0]);
      case LAST, SUM, AVG -> {}
    }
    boolean set = series.fold() == Value.Tseries.Fold.SUM || slot[1] != 0;
    if (set) {
      this.series
          .computeIfAbsent(ByteBuffer.wrap(key), absent -> new TreeMap<>())
          .put(newest - 1, slot);
    }
  }

  /** Takes in what one processor has; words of MIN and MAX keep order. */
  private static void join(Value.Tseries series, long[] slot, long first, long second) {
    switch (series.fold()) {
      case LAST -> {
        if (second >= slot[1]) {
          slot[0] = first;
          slot[1] = second;
        }
      }
      case SUM, AVG -> {
        slot[0] += first;
        slot[1] += second;
      }
      case MIN, MAX -> {
        if (second != 0 && (slot[1] == 0 || Long.compareUnsigned(first, slot[0]) > 0)) {
          slot[0] = first;
          slot[1] = 1;
        }
      }
    }
  }

  private static long sum(Words source, int copies, int index) {
    long sum = 0;
    for (int copy = 0; copy < copies; copy++) {
      sum += source.word(copy, index);
    }
    return sum;
  }

  private void append(long word) {
    if (wordCount == words.length) {
      words = Arrays.copyOf(words, 2 * words.length);
    }
    words[wordCount++] = word;
  }

  /** The slots of each key, of which those count that are not older than the newest ones. */
  private int[] buildSeries(int slots) {
    int[] lengths = new int[series.size()];
    int row = 0;
    for (Map.Entry<ByteBuffer, TreeMap<Long, long[]>> entry : series.entrySet()) {
      keys.writeBytes(entry.getKey().array());
      SortedMap<Long, long[]> recent =
          entry.getValue().tailMap(entry.getValue().lastKey() - slots, false);
      lengths[row++] = recent.size();
      recent.forEach(
          (number, slot) -> {
            append(number);
            append(slot[0]);
            append(slot[1]);
          });
    }
    rows += lengths.length;
    return lengths;
  }

  MapContents build() {
    if (map.value() instanceof Value.Tseries kind) {
      int[] lengths = buildSeries(kind.slots());
      return new MapContents(
          map,
          rows,
          keySize,
          keys.toByteArray(),
          Arrays.copyOf(words, wordCount),
          lengths,
          new int[0],
          new long[0],
          0,
          new byte[0]);
    }
    int[] rowBuckets = new int[histograms.size()];
    int total = histograms.values().stream().mapToInt(TreeMap::size).sum();
    int[] bucket = new int[total];
    long[] bucketCount = new long[total];
    int at = 0;
    int histogram = 0;
    for (Map.Entry<ByteBuffer, TreeMap<Integer, Long>> entry : histograms.entrySet()) {
      keys.writeBytes(entry.getKey().array());
      rowBuckets[histogram++] = entry.getValue().size();
      for (Map.Entry<Integer, Long> count : entry.getValue().entrySet()) {
        bucket[at] = count.getKey();
        bucketCount[at++] = count.getValue();
      }
    }
    return new MapContents(
        map,
        rows + histograms.size(),
        keySize,
        keys.toByteArray(),
        Arrays.copyOf(words, wordCount),
        rowBuckets,
        bucket,
        bucketCount,
        map.value() instanceof Value.Plain plain ? plain.type().storedSize() : 0,
        values.toByteArray());
  }
}
