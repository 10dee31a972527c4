package jbt.kernel;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import jbt.compiler.interpreter.Bytes;
import jbt.compiler.interpreter.ScriptExpectations;
import jbt.compiler.plan.Attachment;
import jbt.compiler.plan.KernelMap;
import jbt.compiler.plan.Plan;
import jbt.compiler.plan.ScriptMap;
import jbt.compiler.plan.ScriptMap.Value;
import jbt.compiler.random.Event;
import jbt.compiler.random.RandomScript;
import jbt.compiler.random.Run;

/** A random script in this kernel; this thread makes the system calls. */
final class KernelRun implements Run, AutoCloseable {
  private final Plan plan;
  private final LoadedPlan loaded;
  private final Map<Integer, List<byte[]>> records = new HashMap<>();

  static {
    Native.register(KernelRun.class, NativeLibrary.getProcess());
  }

  private static native long syscall(long number, long a, long b, long c, long d, long e, long f);

  /**
   * @param path memory for the paths of the calls
   */
  KernelRun(RandomScript script, Plan plan, Memory path) throws LoadException {
    this.plan = plan;
    this.loaded = LoadedPlan.load(plan);
    try {
      run(script, path);
    } catch (LoadException | RuntimeException e) {
      loaded.close();
      throw e;
    }
  }

  private void run(RandomScript script, Memory path) throws LoadException {
    boolean traces =
        plan.attachments().stream()
            .map(Attachment::point)
            .anyMatch(
                point ->
                    point instanceof Attachment.Point.Tracepoint
                        || point instanceof Attachment.Point.DirectTracepoint
                        || point instanceof Attachment.Point.DirectFunction);
    if (traces) {
      loaded.attach();
    }
    loaded.runBegin();
    drain(KernelMap.CONTROL_RING, loaded.controlRing());
    if (traces && records(KernelMap.CONTROL_RING).stream().noneMatch(this::exit)) {
      loaded.openGate();
      script.events().forEach(event -> call(event, path));
      loaded.closeGate();
      loaded.detach();
    }
    loaded.runEnd();
    drain(KernelMap.CONTROL_RING, loaded.controlRing());
    drain(KernelMap.DATA_RING, loaded.dataRing());
  }

  private boolean exit(byte[] record) {
    return ScriptExpectations.arguments(plan, record).getFirst().equals("Exit");
  }

  private static void call(Event event, Memory path) {
    path.setString(0, event.path());
    List<Long> r = event.registers(Pointer.nativeValue(path));
    syscall(event.call().number, r.get(0), r.get(1), r.get(2), r.get(3), r.get(4), r.get(5));
  }

  private void drain(int number, RingReader ring) {
    List<byte[]> all = records.computeIfAbsent(number, n -> new ArrayList<>());
    ring.drain(
        (bytes, offset, length) -> {
          byte[] record = new byte[length];
          bytes.get(offset, record);
          all.add(record);
        },
        Integer.MAX_VALUE);
  }

  @Override
  public List<byte[]> records(int ring) {
    return records.getOrDefault(ring, List.of());
  }

  @Override
  public long[] losses() {
    return loaded.losses();
  }

  @Override
  public Map<Bytes, List<Long>> contents(int map) {
    return words(loaded.read(map, loaded.generation(map)));
  }

  private static Map<Bytes, List<Long>> words(MapContents contents) {
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
        default -> words.add(contents.words()[row]);
      }
      if (!words.isEmpty()) {
        all.put(new Bytes(key), words);
      }
    }
    return all;
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

  @Override
  public void close() {
    loaded.close();
  }
}
