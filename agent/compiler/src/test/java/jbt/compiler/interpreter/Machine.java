package jbt.compiler.interpreter;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import jbt.compiler.plan.Attachment;
import jbt.compiler.plan.KernelMap;
import jbt.compiler.plan.Plan;
import jbt.compiler.plan.ScriptMap;
import jbt.compiler.plan.ScriptMap.HotKeys;
import jbt.compiler.plan.ScriptMap.Storage;
import jbt.compiler.plan.ScriptMap.Value;
import jbt.compiler.types.Type;

/** A loaded plan in a machine of several processors without a kernel. */
public final class Machine {
  private final Plan plan;
  private final int processors;
  private final Memory memory = new Memory();
  private final Environment environment = new Environment();
  private final Kernel kernel;
  private final Interpreter interpreter;

  public Machine(Plan plan, int processors) {
    this.plan = plan;
    this.processors = processors;
    this.kernel = new Kernel(plan, processors, memory, environment);
    this.interpreter = new Interpreter(memory, kernel);
  }

  public Environment environment() {
    return environment;
  }

  /** Makes memory of the traced side; returns its address. */
  public long place(byte[] bytes) {
    return memory.add(bytes);
  }

  /** Runs the BEGIN programs in order, to the one that calls exit(), then opens the gate. */
  public void begin() {
    for (Attachment attachment : plan.attachments()) {
      boolean exited = global(plan.globals().exited()) != 0;
      if (attachment.point() instanceof Attachment.Point.Begin && !exited) {
        run(attachment.program(), 0, new byte[0]);
      }
    }
    setGlobal(plan.globals().startTime(), environment.time);
    setGates(1);
  }

  /** Runs one program; returns what it returns. */
  public long run(int program, int processor, byte[] record) {
    long context = memory.add(record.clone());
    kernel.onProcessor(processor, context);
    long result = interpreter.run(plan.programs().get(program).code(), context);
    memory.remove(context);
    if (!kernel.nothingReserved()) {
      throw new IllegalStateException("a record was reserved and not submitted");
    }
    return result;
  }

  public long global(int offset) {
    return memory.load(kernel.arrayAddress(KernelMap.GLOBALS) + offset, 8);
  }

  public void setGlobal(int offset, long value) {
    memory.store(kernel.arrayAddress(KernelMap.GLOBALS) + offset, 8, value);
  }

  public boolean gateOpen() {
    return perProcessor(plan.globals().gate()).stream().anyMatch(gate -> gate != 0);
  }

  /** Of all processors. */
  public void setGates(long value) {
    for (int i = 0; i < processors; i++) {
      int area = plan.globals().cpuArea() + i * plan.globals().cpuStride();
      setGlobal(area + plan.globals().gate(), value);
    }
  }

  /** Takes the records of {@link KernelMap#DATA_RING} or {@link KernelMap#CONTROL_RING}. */
  public List<byte[]> drain(int ring) {
    List<byte[]> records = new ArrayList<>(kernel.ring(ring));
    kernel.ring(ring).clear();
    return records;
  }

  /** The records of {@link KernelMap#DATA_RING} or {@link KernelMap#CONTROL_RING}. */
  public List<byte[]> records(int ring) {
    return List.copyOf(kernel.ring(ring));
  }

  /** Puts a record in a ring that nobody sent. */
  public void fill(int ring, byte[] record) {
    kernel.ring(ring).add(record.clone());
  }

  /** Sum over the processors of each loss counter, in the order of the plan. */
  public long[] losses() {
    return plan.lossCounters().stream()
        .mapToLong(counter -> perProcessor(counter.offset()).stream().mapToLong(w -> w).sum())
        .toArray();
  }

  private List<Long> perProcessor(int offset) {
    List<Long> words = new ArrayList<>();
    for (int i = 0; i < processors; i++) {
      words.add(global(plan.globals().cpuArea() + i * plan.globals().cpuStride() + offset));
    }
    return words;
  }

  /** The generation that a map is in, 0 where it has none. */
  public long generation(int map) {
    return plan.scriptMaps().get(map).generations().map(g -> global(g.generation())).orElse(0L);
  }

  /**
   * The contents of a map in one generation: for each key (without generation) the words of the
   * value, folded over processors. A map without key has one entry with an empty key.
   */
  public Map<Bytes, List<Long>> contents(int map, long generation) {
    ScriptMap script = plan.scriptMaps().get(map);
    Map<Bytes, List<Long>> contents = new LinkedHashMap<>();
    switch (script.storage()) {
      case Storage.Shared shared ->
          contents.put(new Bytes(new byte[0]), List.of(global(shared.offset())));
      case Storage.Slots slots -> {
        int slot = (int) Long.remainderUnsigned(generation, slots.generations());
        List<Long> words = new ArrayList<>();
        int size = slots.size() - (ScriptMap.flagged(script.value()) ? 8 : 0);
        for (int at = 0; at < size; at += 8) {
          words.add(
              fold(script.value(), at, perProcessor(slots.offset() + slot * slots.size() + at)));
        }
        contents.put(new Bytes(new byte[0]), words);
      }
      case Storage.Threads threads ->
          throw new IllegalArgumentException("nobody looks at " + script.name());
      case Storage.Hash hash -> {
        hash.all().forEach(each -> hashContents(script, each, generation, contents));
      }
    }
    return contents;
  }

  private void hashContents(
      ScriptMap script, Storage.Hash hash, long generation, Map<Bytes, List<Long>> contents) {
    int size = plan.maps().get(hash.kernelMap()).valueSize();
    Map<Bytes, List<Long>> hot = new HashMap<>();
    hash.hotKeys().ifPresent(keys -> hotSlots(hash, keys, generation, hot));
    for (Map.Entry<Bytes, long[]> entry : kernel.hash(hash.kernelMap()).entrySet()) {
      byte[] key = entry.getKey().toArray();
      ByteBuffer buffer = ByteBuffer.wrap(key).order(ByteOrder.LITTLE_ENDIAN);
      if (hash.generational() && buffer.getLong() != generation) {
        continue;
      }
      byte[] rest = new byte[buffer.remaining()];
      buffer.get(rest);
      List<Long> words = new ArrayList<>();
      for (int at = 0; at < size; at += 8) {
        List<Long> each = new ArrayList<>();
        for (long address : entry.getValue()) {
          each.add(memory.load(address + at, 8));
        }
        for (long address : hot.getOrDefault(new Bytes(rest), List.of())) {
          each.add(memory.load(address + at, 8));
        }
        words.add(fold(script.value(), at, each));
      }
      byte[] whole = lengthened(script.key(), hash.longest(), rest);
      if (contents.put(new Bytes(whole), words) != null) {
        throw new AssertionError("twice in " + script.name() + ": " + new Bytes(whole));
      }
    }
  }

  /** What a key of the hash for texts of so many bytes would be in that of all texts. */
  private static byte[] lengthened(List<Type> parts, int longest, byte[] key) {
    ByteBuffer from = ByteBuffer.wrap(key);
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    parts.forEach(part -> lengthen(part, longest, from, whole));
    byte[] rest = new byte[from.remaining()];
    from.get(rest);
    whole.writeBytes(rest);
    return whole.toByteArray();
  }

  private static void lengthen(
      Type part, int longest, ByteBuffer from, ByteArrayOutputStream whole) {
    if (part instanceof Type.Tuple tuple) {
      tuple.parts().forEach(each -> lengthen(each, longest, from, whole));
    } else {
      byte[] bytes = new byte[ScriptMap.shortened(part, longest).storedSize()];
      from.get(bytes);
      whole.writeBytes(Arrays.copyOf(bytes, part.storedSize()));
    }
  }

  /** The addresses of the values of each key in the slots of all processors. */
  private void hotSlots(
      Storage.Hash hash, HotKeys hot, long generation, Map<Bytes, List<Long>> values) {
    int keySize = plan.maps().get(hash.kernelMap()).keySize() - (hash.generational() ? 8 : 0);
    for (int i = 0; i < processors * hot.slots(); i++) {
      int area = plan.globals().cpuArea() + i / hot.slots() * plan.globals().cpuStride();
      int place = area + hot.offset() + i % hot.slots() * hot.slotSize();
      long slot = kernel.arrayAddress(KernelMap.GLOBALS) + place;
      if (memory.load(slot, 8) == generation + 1) {
        ByteBuffer key = ByteBuffer.allocate(keySize).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = 0; at < hot.keySize(); at += 8) {
          key.putLong(memory.load(slot + 8 + at, 8));
        }
        values
            .computeIfAbsent(new Bytes(key.array()), absent -> new ArrayList<>())
            .add(slot + 8 + hot.keySize());
      }
    }
  }

  private static long fold(Value value, int offset, List<Long> words) {
    boolean extreme = value instanceof Value.Min || value instanceof Value.Max;
    return words.stream()
        .reduce(
            (a, b) -> {
              if (!extreme) {
                return a + b;
              }
              return Long.compareUnsigned(a, b) > 0 ? a : b;
            })
        .orElseThrow(() -> new IllegalStateException("no processor at " + offset));
  }
}
