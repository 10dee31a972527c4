package jbt.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import jbt.compiler.plan.KernelMap;
import jbt.compiler.plan.Plan;
import jbt.compiler.plan.ScriptMap;
import jbt.compiler.plan.ScriptMap.HotKeys;
import jbt.compiler.plan.ScriptMap.Storage;
import jbt.compiler.plan.ScriptMap.Value;
import jbt.compiler.types.Type;
import jbt.kernel.sys.Bpf;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Reads kernel maps that were filled from user space. */
@Tag("kernel")
class MapReaderTest {
  private static final int ELEMENTS = 10_000;

  /** The place of the hash map behind globals and rings. */
  private static final int HASH = 3;

  @Test
  void foldsWhatEachProcessorCounted() throws Exception {
    Plan plan = plan(new Value.Count(), KernelMap.Kind.PERCPU_HASH, 8, 8, false);
    try (KernelObjects objects = KernelObjects.create(plan)) {
      int cpus = objects.possibleCpus();
      for (long key = 0; key < ELEMENTS; key++) {
        long[] perCpu = new long[cpus];
        for (int cpu = 0; cpu < cpus; cpu++) {
          perCpu[cpu] = key + cpu;
        }
        Bpf.update(objects.maps().get(HASH), words(key), words(perCpu));
      }
      MapContents contents = new MapReader(plan, objects).read(0, 0);
      assertThat(contents.rows()).isEqualTo(ELEMENTS);
      Map<Long, Long> rows = rows(contents);
      for (long key = 0; key < ELEMENTS; key++) {
        assertThat(rows).containsEntry(key, key * cpus + cpus * (cpus - 1L) / 2);
      }
    }
  }

  @Test
  void keepsGenerationsApart() throws Exception {
    Plan plan = plan(new Value.Count(), KernelMap.Kind.HASH, 16, 8, true);
    try (KernelObjects objects = KernelObjects.create(plan)) {
      for (long key = 0; key < ELEMENTS; key++) {
        Bpf.update(objects.maps().get(HASH), words(key % 3, key), words(key + 1));
      }
      MapReader reader = new MapReader(plan, objects);
      Map<Long, Long> second = rows(reader.read(0, 1));
      assertThat(second).hasSize(ELEMENTS / 3).containsEntry(4L, 5L);
      assertThat(second.keySet()).allMatch(key -> key % 3 == 1);

      reader.empty(0, 1, 1);
      assertThat(reader.read(0, 1).rows()).isZero();
      assertThat(reader.read(0, 0).rows()).isEqualTo((ELEMENTS + 2) / 3);
      assertThat(reader.read(0, 2).rows()).isEqualTo(ELEMENTS / 3);
    }
  }

  @Test
  void addsWhatProcessorsHaveInSlots() throws Exception {
    HotKeys hot = new HotKeys(64, 2, 32, 8);
    Plan plan = plan(new Value.Count(), KernelMap.Kind.HASH, 16, 8, true, Optional.of(hot));
    try (KernelObjects objects = KernelObjects.create(plan)) {
      for (long generation = 0; generation < 3; generation++) {
        Bpf.update(objects.maps().get(HASH), words(generation, 7), words(100));
        Bpf.update(objects.maps().get(HASH), words(generation, 8), words(0));
      }
      SharedGlobals globals = objects.globals();
      slot(globals, 0, 1, 7, 1);
      slot(globals, 1, HotKeys.TAKING, 8, 1_000);
      slot(globals, 2, 2, 7, 10);
      slot(globals, 3, 1, 8, 5);
      MapReader reader = new MapReader(plan, objects);
      assertThat(rows(reader.read(0, 0))).isEqualTo(Map.of(7L, 101L, 8L, 5L));
      assertThat(rows(reader.read(0, 1))).isEqualTo(Map.of(7L, 110L, 8L, 0L));
      assertThat(rows(reader.read(0, 2))).isEqualTo(Map.of(7L, 100L, 8L, 0L));

      reader.empty(0, 0, 0);
      assertThat(reader.read(0, 0).rows()).isZero();
      assertThat(rows(reader.read(0, 1))).isEqualTo(Map.of(7L, 110L, 8L, 0L));
      for (int offset = 0; offset < 32; offset += 8) {
        assertThat(globals.getLong(0, 64 + offset)).isZero();
      }
      assertThat(globals.getLong(0, 96)).isEqualTo(HotKeys.TAKING);
    }
  }

  /** Fills one of the two slots that each of two processors has. */
  private static void slot(SharedGlobals globals, int number, long state, long key, long value) {
    int at = HandPlans.GLOBALS.cpuArea() + number / 2 * HandPlans.GLOBALS.cpuStride() + 64;
    at += number % 2 * 32;
    globals.setLong(at, state);
    globals.setLong(at + 8, key);
    globals.setLong(at + 16, value);
  }

  @Test
  void gathersBucketsOfAKey() throws Exception {
    Plan plan = plan(new Value.Hist(0), KernelMap.Kind.HASH, 16, 8, false);
    try (KernelObjects objects = KernelObjects.create(plan)) {
      Bpf.update(objects.maps().get(HASH), words(7, 5), words(50));
      Bpf.update(objects.maps().get(HASH), words(7, 2), words(20));
      Bpf.update(objects.maps().get(HASH), words(7, 3), words(0));
      Bpf.update(objects.maps().get(HASH), words(9, 1), words(1));
      MapContents contents = new MapReader(plan, objects).read(0, 0);
      assertThat(contents.rows()).isEqualTo(2);
      int seven = longAt(contents.keys(), 0) == 7 ? 0 : 1;
      assertThat(contents.rowBuckets()[seven]).isEqualTo(2);
      assertThat(contents.bucket())
          .containsExactly(seven == 0 ? new int[] {2, 5, 1} : new int[] {1, 2, 5});
      assertThat(contents.bucketCount())
          .containsExactly(seven == 0 ? new long[] {20, 50, 1} : new long[] {1, 20, 50});
    }
  }

  @Test
  void leavesOutWhatIsNotSet() throws Exception {
    Plan plan = plan(new Value.Min(true), KernelMap.Kind.HASH, 8, 16, false);
    try (KernelObjects objects = KernelObjects.create(plan)) {
      Bpf.update(objects.maps().get(HASH), words(1), words(0, 0));
      Bpf.update(
          objects.maps().get(HASH), words(2), words(ScriptMap.minMax(new Value.Min(true), -5), 1));
      assertThat(rows(new MapReader(plan, objects).read(0, 0))).isEqualTo(Map.of(2L, -5L));
    }
  }

  @Test
  void readsPlainValuesAsStored() throws Exception {
    Plan plan = plan(new Value.Plain(new Type.Str(16)), KernelMap.Kind.HASH, 8, 16, false);
    try (KernelObjects objects = KernelObjects.create(plan)) {
      byte[] text = "twelve bytes\0\0\0\0".getBytes(StandardCharsets.US_ASCII);
      Bpf.update(objects.maps().get(HASH), words(1), text);
      MapContents contents = new MapReader(plan, objects).read(0, 0);
      assertThat(contents.valueSize()).isEqualTo(16);
      assertThat(contents.values()).isEqualTo(text);
    }
  }

  private static Plan plan(
      Value value, KernelMap.Kind kind, int keySize, int valueSize, boolean generational) {
    return plan(value, kind, keySize, valueSize, generational, Optional.empty());
  }

  private static Plan plan(
      Value value,
      KernelMap.Kind kind,
      int keySize,
      int valueSize,
      boolean generational,
      Optional<HotKeys> hotKeys) {
    Plan plain = HandPlans.plan(List.of(), List.of());
    List<KernelMap> maps = new ArrayList<>(plain.maps());
    maps.add(new KernelMap("@x", kind, keySize, valueSize, ELEMENTS, false));
    return new Plan(
        maps,
        List.of(),
        List.of(),
        List.of(),
        plain.globals(),
        List.of(
            new ScriptMap(
                "@x",
                List.of(Type.INT64),
                value,
                new Storage.Hash(HASH, generational, hotKeys, Integer.MAX_VALUE, Optional.empty()),
                Optional.empty(),
                false,
                false)),
        List.of(),
        List.of(),
        List.of());
  }

  private static byte[] words(long... words) {
    ByteBuffer bytes = ByteBuffer.allocate(8 * words.length).order(ByteOrder.nativeOrder());
    for (long word : words) {
      bytes.putLong(word);
    }
    return bytes.array();
  }

  private static long longAt(byte[] bytes, int index) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).getLong(8 * index);
  }

  /** Of a map with one integer as key and one word a row. */
  private static Map<Long, Long> rows(MapContents contents) {
    Map<Long, Long> rows = new HashMap<>();
    for (int i = 0; i < contents.rows(); i++) {
      rows.put(longAt(contents.keys(), i), contents.words()[i]);
    }
    return rows;
  }
}
