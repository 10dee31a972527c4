package jbt.compiler.interpreter;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import jbt.compiler.plan.KernelMap;
import jbt.compiler.plan.KernelMap.Kind;
import jbt.compiler.plan.Plan;

/** Maps, ring buffers and helper functions, as far as generated programs use them. */
final class Kernel {
  private static final long EFAULT = -14;
  private static final long E2BIG = -7;
  private static final long EEXIST = -17;
  private static final long ENOENT = -2;
  private static final long ENOSPC = -28;
  private static final long MAP_HANDLES = 0x7000_0000_0000_0000L;

  /** Bytes that the kernel puts before a record of a ring buffer. */
  private static final int RECORD_HEADER = 8;

  private final Plan plan;
  private final int processors;
  private final Memory memory;
  private final Environment environment;
  private final Map<Integer, Long> arrays = new HashMap<>();
  private final Map<Integer, Map<Bytes, long[]>> hashes = new HashMap<>();
  private final Map<Integer, List<byte[]>> rings = new HashMap<>();
  private final Map<Long, Reserved> reserved = new HashMap<>();
  private int processor;
  private long context;

  private record Reserved(int map, int size) {}

  Kernel(Plan plan, int processors, Memory memory, Environment environment) {
    this.plan = plan;
    this.processors = processors;
    this.memory = memory;
    this.environment = environment;
    for (int i = 0; i < plan.maps().size(); i++) {
      KernelMap map = plan.maps().get(i);
      switch (map.kind()) {
        case ARRAY -> arrays.put(i, memory.add(new byte[map.valueSize()]));
        case RING_BUFFER -> rings.put(i, new ArrayList<>());
        case HASH, PERCPU_HASH, LRU_HASH, LRU_PERCPU_HASH, STACKS, UNWIND, THREADS ->
            hashes.put(i, new LinkedHashMap<>());
        case PROGRAM_ARRAY -> {} // only named in calls that never happen
        case PERCPU_ARRAY, PACKETS -> throw new IllegalArgumentException("not supported: " + map);
      }
    }
  }

  void onProcessor(int number, long itsContext) {
    processor = number;
    context = itsContext;
  }

  long mapHandle(int map) {
    return MAP_HANDLES + map;
  }

  long arrayAddress(int map) {
    return get(arrays, map);
  }

  List<byte[]> ring(int map) {
    return get(rings, map);
  }

  /** Addresses of the values of each key: one for each processor or one for all. */
  Map<Bytes, long[]> hash(int map) {
    return get(hashes, map);
  }

  boolean nothingReserved() {
    return reserved.isEmpty();
  }

  private static <V> V get(Map<Integer, V> all, int map) {
    V value = all.get(map);
    if (value == null) {
      throw new IllegalStateException("map " + map + " is not of that kind");
    }
    return value;
  }

  long call(int helper, long a, long b, long c, long d, long e) {
    return switch (helper) {
      case 1 -> lookup(map(a), b);
      case 2 -> update(map(a), b, c, d);
      case 3 -> delete(map(a), b);
      case 5, 125 -> environment.time++;
      case 7 -> environment.random;
      case 8 -> processor;
      case 14 -> {
        environment.timesAsked++;
        yield (long) environment.pid << 32 | environment.tid;
      }
      case 15 -> (long) environment.gid << 32 | environment.uid;
      case 16 -> comm(a, (int) b);
      case 35, 158 -> environment.task;
      case 4, 112, 113 -> probeRead(a, (int) b, c);
      case 45, 114, 115 -> probeReadText(a, (int) b, c);
      case 42 -> 0;
      case 67 -> stack(b, (int) c);
      case 80 -> 77;
      case 156 -> ofThread(map(a), b, d);
      case 118 -> 4_000_000;
      case 208 -> 1_700_000_000_000_000_000L;
      case 130 -> output(map(a), b, (int) c);
      case 131 -> reserve(map(a), (int) b);
      case 132 -> submit(a);
      case 134 -> ring(map(a)).stream().mapToLong(r -> footprint(r.length)).sum();
      case 174 -> cookie(a);
      case 195 -> lookupOn(map(a), b, (int) c);
      default -> throw new IllegalStateException("helper " + helper);
    };
  }

  private int map(long handle) {
    int map = (int) (handle - MAP_HANDLES);
    if (map < 0 || map >= plan.maps().size()) {
      throw new IllegalStateException("no map: 0x" + Long.toHexString(handle));
    }
    return map;
  }

  private Bytes key(int map, long address) {
    return new Bytes(memory.read(address, plan.maps().get(map).keySize()));
  }

  private boolean perProcessor(int map) {
    Kind kind = plan.maps().get(map).kind();
    return kind == Kind.PERCPU_HASH || kind == Kind.LRU_PERCPU_HASH;
  }

  /** With a flag that asks for it, a thread without a value gets one. */
  private long ofThread(int map, long task, long flags) {
    if (flags != 1) {
      throw new IllegalStateException("flags " + flags);
    }
    byte[] key = ByteBuffer.allocate(8).putLong(task).array();
    int size = plan.maps().get(map).valueSize();
    return hash(map)
        .computeIfAbsent(new Bytes(key), absent -> new long[] {memory.add(new byte[size])})[0];
  }

  private long lookup(int map, long key) {
    long[] values = hash(map).get(key(map, key));
    return values == null ? 0 : values[perProcessor(map) ? processor : 0];
  }

  /** A key of a map and the address of its value on the processor that asks. */
  @SuppressWarnings("ArrayRecordComponent") // nobody compares elements
  record Element(byte[] key, long value) {}

  List<Element> elements(long handle) {
    int map = map(handle);
    List<Element> all = new ArrayList<>();
    hash(map)
        .forEach(
            (key, values) ->
                all.add(new Element(key.toArray(), values[perProcessor(map) ? processor : 0])));
    return all;
  }

  private long lookupOn(int map, long key, int number) {
    long[] values = hash(map).get(key(map, key));
    return values == null || number >= processors ? 0 : values[number];
  }

  private long update(int map, long keyAddress, long value, long flags) {
    Bytes key = key(map, keyAddress);
    Map<Bytes, long[]> entries = hash(map);
    int size = plan.maps().get(map).valueSize();
    byte[] bytes = memory.read(value, size);
    long[] values = entries.get(key);
    if (values != null && flags == 1) {
      return EEXIST;
    }
    if (values == null) {
      if (entries.size() >= plan.maps().get(map).maxEntries()) {
        return E2BIG;
      }
      values = new long[perProcessor(map) ? processors : 1];
      for (int i = 0; i < values.length; i++) {
        values[i] = memory.add(new byte[size]);
      }
      entries.put(key, values);
    }
    memory.write(values[perProcessor(map) ? processor : 0], bytes);
    return 0;
  }

  private long delete(int map, long key) {
    return hash(map).remove(key(map, key)) == null ? ENOENT : 0;
  }

  private long comm(long to, int size) {
    byte[] name = environment.comm.getBytes(StandardCharsets.ISO_8859_1);
    byte[] padded = Arrays.copyOf(Arrays.copyOf(name, Math.min(name.length, size - 1)), size);
    memory.write(to, padded);
    return 0;
  }

  private long stack(long to, int size) {
    int frames = Math.min(size / 8, environment.stack.length);
    memory.write(to, new byte[size]);
    for (int i = 0; i < frames; i++) {
      memory.store(to + 8L * i, 8, environment.stack[i]);
    }
    return 8L * frames;
  }

  private long probeRead(long to, int size, long from) {
    byte[] text = environment.texts.get(from);
    if (text != null) {
      memory.write(to, Arrays.copyOf(text, size));
      return 0;
    }
    boolean readable = memory.readable(from, size);
    memory.write(to, readable ? memory.read(from, size) : new byte[size]);
    return readable ? 0 : EFAULT;
  }

  private long probeReadText(long to, int size, long from) {
    if (size <= 0) {
      return 0;
    }
    byte[] text = environment.texts.get(from);
    if (text == null) {
      int length = 0;
      while (length < size
          && memory.readable(from + length, 1)
          && memory.load(from + length, 1) != 0) {
        length++;
      }
      if (!memory.readable(from, 1)) {
        memory.write(to, new byte[size]);
        return EFAULT;
      }
      text = memory.read(from, length);
    }
    int kept = Math.min(text.length, size - 1);
    memory.write(to, Arrays.copyOf(Arrays.copyOf(text, kept), kept + 1));
    return kept + 1L;
  }

  private static long footprint(int length) {
    return (RECORD_HEADER + length + 7L) & ~7L;
  }

  private boolean fits(int map, int size) {
    long used = ring(map).stream().mapToLong(r -> footprint(r.length)).sum();
    return used + footprint(size) <= plan.maps().get(map).maxEntries();
  }

  private long output(int map, long from, int size) {
    if (!fits(map, size)) {
      return ENOSPC;
    }
    ring(map).add(memory.read(from, size));
    return 0;
  }

  private long reserve(int map, int size) {
    if (!fits(map, size)) {
      return 0;
    }
    byte[] record = new byte[size];
    Arrays.fill(record, (byte) 0xa5);
    long address = memory.add(record);
    reserved.put(address, new Reserved(map, size));
    return address;
  }

  private long submit(long address) {
    Reserved record = reserved.remove(address);
    if (record == null) {
      throw new IllegalStateException("submit of what was not reserved");
    }
    ring(record.map).add(memory.read(address, record.size));
    memory.remove(address);
    return 0;
  }

  private long cookie(long argument) {
    if (argument != context) {
      throw new IllegalStateException("the cookie needs the context");
    }
    return environment.cookie;
  }
}
