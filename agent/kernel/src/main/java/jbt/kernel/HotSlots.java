package jbt.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import jbt.compiler.plan.KernelMap;
import jbt.compiler.plan.ScriptMap.HotKeys;
import jbt.compiler.plan.ScriptMap.Storage;

/** What programs have in the slots in front of a hash, see {@link HotKeys}. */
final class HotSlots {
  private final SharedGlobals globals;
  private final Optional<HotKeys> layout;
  private final int keySize;
  private final int valueWords;

  private HotSlots(SharedGlobals globals, Optional<HotKeys> layout, int keySize, int valueWords) {
    this.globals = globals;
    this.layout = layout;
    this.keySize = keySize;
    this.valueWords = valueWords;
  }

  static HotSlots of(SharedGlobals globals, Storage.Hash hash, KernelMap kernelMap) {
    int prefix = hash.generational() ? Long.BYTES : 0;
    int valueWords = kernelMap.valueSize() / Long.BYTES;
    return new HotSlots(globals, hash.hotKeys(), kernelMap.keySize() - prefix, valueWords);
  }

  /** The values in the slots of one generation, by key. */
  Map<ByteBuffer, List<long[]>> read(long generation) {
    Map<ByteBuffer, List<long[]>> values = new HashMap<>();
    layout.ifPresent(hot -> read(hot, generation, values));
    return values;
  }

  private void read(HotKeys hot, long generation, Map<ByteBuffer, List<long[]>> values) {
    for (int cpu = 0; cpu < globals.cpus(); cpu++) {
      for (int slot = 0; slot < hot.slots(); slot++) {
        int at = hot.offset() + slot * hot.slotSize();
        // The state comes first: what is behind it was complete before.
        if (globals.getLong(cpu, at) == generation + 1) {
          ByteBuffer key = ByteBuffer.allocate(keySize).order(ByteOrder.nativeOrder());
          at += Long.BYTES;
          for (int i = 0; i < hot.keySize(); i += Long.BYTES) {
            key.putLong(globals.getLong(cpu, at + i));
          }
          long[] words = new long[valueWords];
          for (int i = 0; i < valueWords; i++) {
            words[i] = globals.getLong(cpu, at + hot.keySize() + i * Long.BYTES);
          }
          values.computeIfAbsent(key.rewind(), absent -> new ArrayList<>()).add(words);
        }
      }
    }
  }

  /** What {@link #read} gave for the key that is somewhere in a buffer. */
  List<long[]> of(Map<ByteBuffer, List<long[]>> read, ByteBuffer keys, int key) {
    return read.isEmpty() ? List.of() : read.getOrDefault(keys.slice(key, keySize), List.of());
  }

  /** Frees the slots of generations, first to last, that no program uses any more. */
  void empty(long first, long last) {
    layout.ifPresent(hot -> empty(hot, first, last));
  }

  private void empty(HotKeys hot, long first, long last) {
    for (int cpu = 0; cpu < globals.cpus(); cpu++) {
      for (int slot = 0; slot < hot.slots(); slot++) {
        int at = hot.offset() + slot * hot.slotSize();
        long state = globals.getLong(cpu, at);
        if (state != HotKeys.FREE
            && state != HotKeys.TAKING
            && first < state
            && state <= last + 1) {
          globals.clear(cpu, at + Long.BYTES, hot.slotSize() - Long.BYTES);
          // Last: from now on a program may take it.
          globals.clear(cpu, at, Long.BYTES);
        }
      }
    }
  }
}
