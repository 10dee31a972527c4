package jbt.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import jbt.compiler.CompileException;
import jbt.compiler.Compiler;
import jbt.compiler.interpreter.Bytes;
import jbt.compiler.interpreter.FixedTarget;
import jbt.compiler.interpreter.Machine;
import jbt.compiler.interpreter.RandomScript;
import jbt.compiler.interpreter.ScriptExpectations;
import jbt.compiler.plan.KernelMap;
import jbt.compiler.plan.Plan;
import jbt.compiler.plan.ScriptMap;
import jbt.compiler.plan.ScriptMap.Value;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Random scripts pass the verifier and do the same in the kernel, in the Java machine and by the
 * rules of the language. How many: system property {@code random.scripts}; from which seed: {@code
 * random.seed}.
 */
@Tag("kernel")
final class RandomScriptsTest {
  private static final int SCRIPTS = Integer.getInteger("random.scripts", 10_000);
  private static final long FIRST_SEED = Long.getLong("random.seed", 1);

  private final int processors = Cpus.possible().getLast() + 1;
  private final FixedTarget target = new FixedTarget(processors, Map.of());

  @Test
  void kernelAndMachineAgree() {
    LongStream.range(FIRST_SEED, FIRST_SEED + SCRIPTS).parallel().forEach(this::check);
  }

  private void check(long seed) {
    RandomScript script = RandomScript.of(seed);
    try {
      check(seed, script);
    } catch (CompileException | LoadException | RuntimeException e) {
      throw new AssertionError("seed %d:%n%s%n%s".formatted(seed, script.text(), e), e);
    }
  }

  private void check(long seed, RandomScript script) throws CompileException, LoadException {
    Plan plan = SmallMaps.of(Compiler.compile(script.text(), "seed " + seed, target));
    Machine machine = new Machine(plan, processors);
    machine.begin();
    try (LoadedPlan loaded = LoadedPlan.load(plan)) {
      loaded.runBegin();
      for (int i = 0; i < plan.scriptMaps().size(); i++) {
        ScriptMap map = plan.scriptMaps().get(i);
        Map<Bytes, List<Long>> expected = ScriptExpectations.contents(map, script);
        String where = "%s of seed %d:%n%s".formatted(map.name(), seed, script.text());
        assertThat(kernelContents(loaded.read(i, loaded.generation(i))))
            .as(where)
            .isEqualTo(expected);
        assertThat(ScriptExpectations.withoutZeros(machine.contents(i, machine.generation(i))))
            .as(where)
            .isEqualTo(expected);
      }
      List<List<Object>> lines = new ArrayList<>();
      loaded
          .dataRing()
          .drain(
              (ring, offset, length) -> {
                byte[] record = new byte[length];
                ring.get(offset, record);
                lines.add(ScriptExpectations.arguments(plan, record));
              },
              Integer.MAX_VALUE);
      assertThat(lines).as("lines of seed %d:%n%s", seed, script.text()).isEqualTo(script.lines());
      assertThat(
              machine.drain(KernelMap.DATA_RING).stream()
                  .map(record -> ScriptExpectations.arguments(plan, record)))
          .isEqualTo(script.lines());
      assertThat(loaded.losses()).containsOnly(0);
    }
  }

  /** In the form of {@link ScriptExpectations#contents}. */
  private static Map<Bytes, List<Long>> kernelContents(MapContents contents) {
    ScriptMap map = contents.map();
    Map<Bytes, List<Long>> all = new HashMap<>();
    int next = 0;
    for (int row = 0; row < contents.rows(); row++) {
      int at = row * contents.keySize();
      byte[] key = Arrays.copyOfRange(contents.keys(), at, at + contents.keySize());
      List<Long> words = new ArrayList<>();
      switch (map.value()) {
        case Value.Min min -> words.addAll(extreme(min, contents.words()[row]));
        case Value.Max max -> words.addAll(extreme(max, contents.words()[row]));
        case Value.Avg avg -> words.addAll(pair(contents.words(), row));
        case Value.Stats stats -> words.addAll(pair(contents.words(), row));
        case Value.Hist hist -> next = histogram(contents, row, next, key, hist.buckets(), all);
        case Value.Lhist lhist -> next = histogram(contents, row, next, key, lhist.buckets(), all);
        case Value.Plain plain -> {
          ByteBuffer values = ByteBuffer.wrap(contents.values()).order(ByteOrder.LITTLE_ENDIAN);
          for (int offset = 0; offset < contents.valueSize(); offset += 8) {
            words.add(values.getLong(row * contents.valueSize() + offset));
          }
        }
        case Value.Count count -> words.add(contents.words()[row]);
        case Value.Sum sum -> words.add(contents.words()[row]);
        case Value.Counter counter -> words.add(contents.words()[row]);
      }
      if (!words.isEmpty()) {
        all.put(new Bytes(key), words);
      }
    }
    return ScriptExpectations.withoutZeros(all);
  }

  private static List<Long> extreme(Value kind, long value) {
    return List.of(ScriptMap.minMax(kind, value), 1L);
  }

  private static List<Long> pair(long[] words, int row) {
    return List.of(words[2 * row], words[2 * row + 1]);
  }

  private static int histogram(
      MapContents contents,
      int row,
      int first,
      byte[] key,
      int buckets,
      Map<Bytes, List<Long>> all) {
    boolean keyed = contents.keySize() > 0;
    Long[] words = new Long[buckets];
    Arrays.fill(words, 0L);
    int end = first + contents.rowBuckets()[row];
    for (int i = first; i < end; i++) {
      words[contents.bucket()[i]] = contents.bucketCount()[i];
      if (keyed) {
        ByteBuffer place =
            ByteBuffer.allocate(key.length + 8).order(ByteOrder.LITTLE_ENDIAN).put(key);
        place.putLong(contents.bucket()[i]);
        all.put(new Bytes(place.array()), List.of(contents.bucketCount()[i]));
      }
    }
    if (!keyed) {
      all.put(new Bytes(key), List.of(words));
    }
    return end;
  }
}
