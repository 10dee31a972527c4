package jbt.daemon.values;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import jbt.compiler.plan.ScriptMap;
import jbt.compiler.types.Type;
import jbt.kernel.MapContents;
import jbt.v1.Rows;

/** Contents of a map to the wire's rows. */
public final class MapRows {
  private final ScriptMap map;
  private final Canonical canonical;
  private final Optional<byte[]> hostPart;

  /** For how many keys the map has room: as many that zero() left behind are kept here. */
  private final int room;

  /** Keys that a zero() left behind: they show as 0 until a clear(). */
  private final Set<ByteString> zeroed = new HashSet<>();

  /**
   * @param room how many keys the map holds
   * @param host put in front of every key, where the session keeps this map's hosts apart
   */
  public MapRows(ScriptMap map, int room, Canonical canonical, Optional<String> host) {
    this.map = map;
    this.room = room;
    this.canonical = canonical;
    this.hostPart =
        host.map(
            name -> {
              byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
              Bytes part = new Bytes(64);
              part.putInt(utf8.length);
              part.put(utf8);
              return part.copy().toByteArray();
            });
  }

  /** Keys of the contents show as 0 from now on, as many as there is room for. */
  public void zero(MapContents contents) {
    if (!showsZero()) {
      return;
    }
    ByteBuffer stored = stored(contents.keys());
    for (int row = 0; row < contents.rows() && zeroed.size() < room; row++) {
      zeroed.add(key(stored, row * contents.keySize()));
    }
  }

  /** Forgets the keys that show as 0. */
  public void clear() {
    zeroed.clear();
  }

  private boolean showsZero() {
    return !(map.value() instanceof ScriptMap.Value.Plain plain) || hasZero(plain.type());
  }

  /** Names of attach points have none: such a value shows as nothing, and goes with zero(). */
  private static boolean hasZero(Type type) {
    return switch (type) {
      case Type.ProbeName _ -> false;
      case Type.Tuple tuple -> tuple.parts().stream().allMatch(MapRows::hasZero);
      default -> true;
    };
  }

  /** All rows, or the one of a key as stored. */
  public Rows rows(MapContents contents, Optional<byte[]> onlyKey) {
    Rows.Builder rows = Rows.newBuilder().setHostKeyed(hostPart.isPresent());
    boolean keyed = hostPart.isPresent() || !map.key().isEmpty();
    ByteBuffer stored = stored(contents.keys());
    ByteBuffer values = stored(contents.values());
    Optional<ByteString> wanted = onlyKey.map(key -> key(stored(key), 0));
    Set<ByteString> zeros = new HashSet<>(zeroed);
    wanted.ifPresent(key -> zeros.retainAll(Set.of(key)));
    Bytes keys = new Bytes(contents.keys().length + 64);
    Bytes texts = new Bytes(contents.values().length + 64);
    int count = 0;
    int firstBucket = 0;
    for (int row = 0; row < contents.rows(); row++) {
      int buckets = contents.rowBuckets().length > 0 ? contents.rowBuckets()[row] : 0;
      ByteString key = key(stored, row * contents.keySize());
      if (wanted.isEmpty() || wanted.get().equals(key)) {
        count++;
        zeros.remove(key);
        addKey(key, keyed, keys, rows);
        addValue(contents, row, firstBucket, buckets, values, texts, rows);
      }
      firstBucket += buckets;
    }
    for (ByteString key : zeros) {
      count++;
      addKey(key, keyed, keys, rows);
      addZero(texts, rows);
    }
    Rows all = rows.setCount(count).setKeys(keys.copy()).setValues(texts.copy()).build();
    return map.key().stream().anyMatch(MapRows::symbolic) ? FoldedRows.fold(map.value(), all) : all;
  }

  private static boolean symbolic(Type type) {
    return switch (type) {
      case Type.Symbolic _ -> true;
      case Type.Tuple tuple -> tuple.parts().stream().anyMatch(MapRows::symbolic);
      default -> false;
    };
  }

  /** How many events made these values; empty where they don't tell. */
  public static OptionalLong events(ScriptMap.Value value, Rows rows) {
    return switch (value) {
      case ScriptMap.Value.Count _ -> OptionalLong.of(sum(rows.getWordList()));
      case ScriptMap.Value.Avg _, ScriptMap.Value.Stats _ -> {
        long events = 0;
        for (int i = 1; i < rows.getWordCount(); i += 2) {
          events += rows.getWord(i);
        }
        yield OptionalLong.of(events);
      }
      case ScriptMap.Value.Hist _, ScriptMap.Value.Lhist _ ->
          OptionalLong.of(sum(rows.getBucketCountList()));
      default -> rows.getCount() == 0 ? OptionalLong.of(0) : OptionalLong.empty();
    };
  }

  private static long sum(List<Long> counts) {
    return counts.stream().mapToLong(Long::longValue).sum();
  }

  private static void addKey(ByteString key, boolean keyed, Bytes keys, Rows.Builder rows) {
    if (keyed) {
      keys.put(key.toByteArray());
      rows.addKeyLength(key.size());
    }
  }

  private ByteString key(ByteBuffer stored, int at) {
    Bytes key = new Bytes(64);
    hostPart.ifPresent(key::put);
    int part = at;
    for (Type type : map.key()) {
      canonical.append(type, stored, part, key);
      part += type.storedSize();
    }
    return key.copy();
  }

  private void addValue(
      MapContents contents,
      int row,
      int firstBucket,
      int buckets,
      ByteBuffer values,
      Bytes texts,
      Rows.Builder rows) {
    switch (map.value()) {
      case ScriptMap.Value.Min _, ScriptMap.Value.Max _ ->
          rows.addWord(contents.words()[row]).addWord(1);
      case ScriptMap.Value.Avg _, ScriptMap.Value.Stats _ ->
          rows.addWord(contents.words()[2 * row]).addWord(contents.words()[2 * row + 1]);
      case ScriptMap.Value.Hist _, ScriptMap.Value.Lhist _ -> {
        rows.addRowBuckets(buckets);
        for (int i = firstBucket; i < firstBucket + buckets; i++) {
          rows.addBucket(contents.bucket()[i]).addBucketCount(contents.bucketCount()[i]);
        }
      }
      case ScriptMap.Value.Tseries _ -> {
        for (int i = 3 * firstBucket; i < 3 * (firstBucket + buckets); i++) {
          texts.putLong(contents.words()[i]);
        }
        rows.addValueLength(3 * buckets * Long.BYTES);
      }
      case ScriptMap.Value.Plain plain ->
          addPlain(plain.type(), values, row * contents.valueSize(), texts, rows);
      default -> rows.addWord(contents.words()[row]);
    }
  }

  private void addPlain(Type type, ByteBuffer values, int at, Bytes texts, Rows.Builder rows) {
    if (isWord(type)) {
      rows.addWord(values.getLong(at));
    } else {
      int start = texts.size();
      canonical.append(type, values, at, texts);
      rows.addValueLength(texts.size() - start);
    }
  }

  private static boolean isWord(Type type) {
    return switch (type) {
      case Type.Int i -> !i.named();
      case Type.Bool _, Type.Pointer _ -> true;
      default -> false;
    };
  }

  private void addZero(Bytes texts, Rows.Builder rows) {
    switch (map.value()) {
      case ScriptMap.Value.Min _,
          ScriptMap.Value.Max _,
          ScriptMap.Value.Avg _,
          ScriptMap.Value.Stats _ ->
          rows.addWord(0).addWord(0);
      case ScriptMap.Value.Hist _, ScriptMap.Value.Lhist _ -> rows.addRowBuckets(0);
      case ScriptMap.Value.Tseries _ -> rows.addValueLength(0);
      case ScriptMap.Value.Plain(Type type) ->
          addPlain(type, stored(new byte[type.storedSize()]), 0, texts, rows);
      default -> rows.addWord(0);
    }
  }

  private static ByteBuffer stored(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
  }
}
