package jbt.kernel;

import java.util.ArrayList;
import java.util.List;
import jbt.compiler.plan.KernelMap;
import jbt.compiler.plan.Plan;

/**
 * Plans with maps of the size that a short test needs: most of the time of loading a plan goes into
 * memory for full-sized ones.
 */
final class SmallMaps {
  private static final int KEYS = 1024;
  private static final int RING_BYTES = 256 << 10;

  private SmallMaps() {}

  static Plan of(Plan plan) {
    List<KernelMap> maps = new ArrayList<>();
    for (KernelMap map : plan.maps()) {
      int most =
          switch (map.kind()) {
            case ARRAY, PERCPU_ARRAY, UNWIND, PACKETS, THREADS, PROGRAM_ARRAY -> map.maxEntries();
            case HASH, PERCPU_HASH, LRU_HASH, LRU_PERCPU_HASH, STACKS -> KEYS;
            case RING_BUFFER -> RING_BYTES;
          };
      maps.add(
          new KernelMap(
              map.name(),
              map.kind(),
              map.keySize(),
              map.valueSize(),
              Math.min(map.maxEntries(), most),
              map.mmapable()));
    }
    return new Plan(
        maps,
        plan.programs(),
        plan.attachments(),
        plan.attachPointNames(),
        plan.globals(),
        plan.scriptMaps(),
        plan.sites(),
        plan.lossCounters(),
        plan.warnings());
  }
}
