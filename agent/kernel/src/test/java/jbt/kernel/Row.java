package jbt.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import jbt.compiler.plan.Plan;
import jbt.compiler.plan.ScriptMap.Value;
import jbt.compiler.types.Type;

/**
 * A row of map contents for tests to look at.
 *
 * @param key integers as Long, texts as String
 * @param words of values that have words, else empty; of tseries three for each interval
 * @param buckets of hist and lhist, else empty
 */
record Row(List<Object> key, List<Long> words, Map<Integer, Long> buckets) {
  /** All rows by key. */
  static Map<List<Object>, Row> of(Plan plan, MapContents contents) {
    Map<List<Object>, Row> rows = new HashMap<>();
    ByteBuffer keys = ByteBuffer.wrap(contents.keys()).order(ByteOrder.nativeOrder());
    int bucket = 0;
    for (int i = 0; i < contents.rows(); i++) {
      List<Object> key = new ArrayList<>();
      for (Type part : contents.map().key()) {
        key.add(part(plan, part, keys));
      }
      List<Long> words = new ArrayList<>();
      int perRow = wordsPerRow(contents.map().value());
      for (int word = 0; word < perRow; word++) {
        words.add(contents.words()[i * perRow + word]);
      }
      Map<Integer, Long> buckets = new TreeMap<>();
      if (contents.map().value() instanceof Value.Tseries) {
        for (int b = 0; b < 3 * contents.rowBuckets()[i]; b++) {
          words.add(contents.words()[bucket++]);
        }
      } else if (contents.rowBuckets().length > 0) {
        for (int b = 0; b < contents.rowBuckets()[i]; b++) {
          buckets.put(contents.bucket()[bucket], contents.bucketCount()[bucket]);
          bucket++;
        }
      }
      rows.put(key, new Row(key, words, buckets));
    }
    return rows;
  }

  private static Object part(Plan plan, Type type, ByteBuffer from) {
    return switch (type) {
      case Type.Str str -> {
        byte[] bytes = new byte[str.storedSize()];
        from.get(bytes);
        String text = new String(bytes, StandardCharsets.UTF_8);
        int nul = text.indexOf('\0');
        yield nul < 0 ? text : text.substring(0, nul);
      }
      case Type.ProbeName probeName -> plan.namesByCookie().get((int) from.getLong());
      default -> from.getLong();
    };
  }

  private static int wordsPerRow(Value value) {
    return switch (value) {
      case Value.Avg avg -> 2;
      case Value.Stats stats -> 2;
      case Value.Hist hist -> 0;
      case Value.Lhist lhist -> 0;
      case Value.Tseries series -> 0;
      case Value.Plain plain -> 0;
      default -> 1;
    };
  }
}
