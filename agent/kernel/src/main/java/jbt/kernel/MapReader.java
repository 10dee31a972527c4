package jbt.kernel;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import jbt.compiler.plan.KernelMap;
import jbt.compiler.plan.Plan;
import jbt.compiler.plan.ScriptMap;
import jbt.compiler.plan.ScriptMap.Storage;
import jbt.kernel.sys.HashMaps;

/** Reads and empties the maps of a script. */
final class MapReader {
  private final Plan plan;
  private final KernelObjects objects;

  MapReader(Plan plan, KernelObjects objects) {
    this.plan = plan;
    this.objects = objects;
  }

  MapContents read(int scriptMap, long generation) {
    ScriptMap map = plan.scriptMaps().get(scriptMap);
    ContentsBuilder contents = new ContentsBuilder(map);
    SharedGlobals globals = objects.globals();
    switch (map.storage()) {
      case Storage.Slots slots -> {
        int at = slot(slots, generation);
        contents.addUnkeyed(
            (cpu, word) -> globals.getLong(cpu, at + word * Long.BYTES), globals.cpus());
      }
      case Storage.Shared shared ->
          contents.addUnkeyed(
              (copy, word) -> globals.getLong(shared.offset() + word * Long.BYTES), 1);
      case Storage.Threads threads -> {} // nobody looks at what is kept with threads
      case Storage.Hash hash -> {
        for (Storage.Hash each : hash.all()) {
          readHash(each, new StoredKeys(map, each.longest()), generation, contents);
        }
      }
    }
    return contents.build();
  }

  private void readHash(
      Storage.Hash hash, StoredKeys stored, long generation, ContentsBuilder contents) {
    KernelMap kernelMap = plan.maps().get(hash.kernelMap());
    int copies = copies(kernelMap);
    int copySize = copySize(kernelMap);
    int prefix = hash.generational() ? Long.BYTES : 0;
    HotSlots hot = HotSlots.of(objects.globals(), hash, kernelMap);
    Map<ByteBuffer, List<long[]>> slots = hot.read(generation);
    try (HashMaps elements = open(hash, kernelMap)) {
      elements.forEach(
          (keys, key, values, value) -> {
            if (!hash.generational() || keys.getLong(key) == generation) {
              List<long[]> more = hot.of(slots, keys, key + prefix);
              contents.addKeyed(
                  stored.whole(keys, key + prefix),
                  keys,
                  key + prefix + stored.size(),
                  (copy, word) ->
                      copy < copies
                          ? values.getLong(value + copy * copySize + word * Long.BYTES)
                          : more.get(copy - copies)[word],
                  copies + more.size());
            }
          });
    }
  }

  /** Deletes what generations hold, first to last, that nobody uses any more. */
  void empty(int scriptMap, long first, long last) {
    ScriptMap map = plan.scriptMaps().get(scriptMap);
    SharedGlobals globals = objects.globals();
    switch (map.storage()) {
      case Storage.Slots slots -> {
        for (long generation = first; generation <= last; generation++) {
          for (int cpu = 0; cpu < globals.cpus(); cpu++) {
            globals.clear(cpu, slot(slots, generation), slots.size());
          }
        }
      }
      case Storage.Shared shared -> throw noGenerations(map);
      case Storage.Threads threads -> throw noGenerations(map);
      case Storage.Hash hash -> {
        if (!hash.generational()) {
          throw noGenerations(map);
        }
        hash.all().forEach(each -> empty(each, first, last));
      }
    }
  }

  private void empty(Storage.Hash hash, long first, long last) {
    KernelMap kernelMap = plan.maps().get(hash.kernelMap());
    HotSlots.of(objects.globals(), hash, kernelMap).empty(first, last);
    try (HashMaps elements = open(hash, kernelMap)) {
      elements.deleteIf((keys, key) -> between(first, keys.getLong(key), last));
    }
  }

  private static boolean between(long first, long generation, long last) {
    return first <= generation && generation <= last;
  }

  private static IllegalArgumentException noGenerations(ScriptMap map) {
    return new IllegalArgumentException(map.name() + " keeps no generations apart");
  }

  private static int slot(Storage.Slots slots, long generation) {
    return slots.offset() + (int) (generation % slots.generations()) * slots.size();
  }

  private HashMaps open(Storage.Hash hash, KernelMap kernelMap) {
    return new HashMaps(
        objects.maps().get(hash.kernelMap()),
        kernelMap.keySize(),
        copies(kernelMap) * copySize(kernelMap),
        kernelMap.maxEntries());
  }

  /** How many values an element has. */
  private int copies(KernelMap kernelMap) {
    return switch (kernelMap.kind()) {
      case PERCPU_HASH, LRU_PERCPU_HASH -> objects.possibleCpus();
      case HASH, LRU_HASH -> 1;
      case ARRAY, PERCPU_ARRAY, RING_BUFFER, STACKS, UNWIND, PACKETS, THREADS, PROGRAM_ARRAY ->
          throw new IllegalArgumentException(kernelMap.name() + " is no hash map");
    };
  }

  private static int copySize(KernelMap kernelMap) {
    return (kernelMap.valueSize() + 7) & ~7;
  }
}
