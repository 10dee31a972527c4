package jbt.kernel;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import jbt.compiler.plan.ScriptMap;
import jbt.compiler.types.Type;

/** The parts of a map's keys, as one of its hashes has them. */
final class StoredKeys {
  /** Bytes that are the same in the hash and in whole keys. */
  private record Run(int from, int to, int bytes) {}

  private final List<Run> runs = new ArrayList<>();
  private int size;
  private int wholeSize;

  /** {@code longest}: of the hash for texts of so many bytes. */
  StoredKeys(ScriptMap map, int longest) {
    for (Type part : map.key()) {
      add(part, ScriptMap.shortened(part, longest));
    }
  }

  private void add(Type whole, Type stored) {
    if (whole instanceof Type.Tuple tuple && stored instanceof Type.Tuple parts) {
      for (int i = 0; i < tuple.parts().size(); i++) {
        add(tuple.parts().get(i), parts.parts().get(i));
      }
    } else {
      runs.add(new Run(size, wholeSize, stored.storedSize()));
      size += stored.storedSize();
      wholeSize += whole.storedSize();
    }
  }

  /** Bytes of the parts in the hash. */
  int size() {
    return size;
  }

  /** The whole key of what is somewhere in a buffer: long texts end with NUL. */
  byte[] whole(ByteBuffer keys, int key) {
    byte[] whole = new byte[wholeSize];
    for (Run run : runs) {
      keys.get(key + run.from, whole, run.to, run.bytes);
    }
    return whole;
  }
}
