package jbt.daemon.values;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.TreeMap;
import jbt.compiler.plan.ScriptMap.Value.Tseries;

/** Two series of this host as one, in the wire's encoding. */
final class FoldedSeries {
  private FoldedSeries() {}

  static ByteString join(Tseries series, ByteString a, ByteString b) {
    TreeMap<Long, long[]> all = new TreeMap<>();
    add(series, a, all);
    add(series, b, all);
    while (all.size() > 1 && all.firstKey() <= all.lastKey() - series.slots()) {
      all.pollFirstEntry();
    }
    Bytes joined = new Bytes(64);
    all.forEach(
        (number, slot) -> {
          joined.putLong(number);
          joined.putLong(slot[0]);
          joined.putLong(slot[1]);
        });
    return joined.copy();
  }

  private static void add(Tseries series, ByteString value, Map<Long, long[]> all) {
    ByteBuffer from = value.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    while (from.hasRemaining()) {
      all.merge(
          from.getLong(),
          new long[] {from.getLong(), from.getLong()},
          (x, y) -> join(series, x, y));
    }
  }

  private static long[] join(Tseries series, long[] a, long[] b) {
    int order = series.signed() ? Long.compare(a[0], b[0]) : Long.compareUnsigned(a[0], b[0]);
    return switch (series.fold()) {
      case SUM, AVG -> new long[] {a[0] + b[0], a[1] + b[1]};
      case MIN -> order < 0 ? a : b;
      case MAX -> order < 0 ? b : a;
      case LAST -> a[1] > b[1] ? a : b;
    };
  }
}
