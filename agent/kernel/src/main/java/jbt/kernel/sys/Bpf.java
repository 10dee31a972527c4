package jbt.kernel.sys;

import com.sun.jna.Native;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** bpf(2): maps, programs, links. */
public final class Bpf {
  private static final int MAP_CREATE = 0;
  private static final int MAP_LOOKUP_ELEM = 1;
  private static final int MAP_UPDATE_ELEM = 2;
  private static final int PROG_LOAD = 5;
  private static final int BTF_LOAD = 18;
  private static final int PROG_TEST_RUN = 10;
  private static final int OBJ_GET_INFO_BY_FD = 15;
  private static final int RAW_TRACEPOINT_OPEN = 17;
  private static final int BTF_GET_FD_BY_ID = 19;
  private static final int BTF_GET_NEXT_ID = 23;
  private static final int LINK_CREATE = 28;
  private static final int ENABLE_STATS = 32;
  private static final int ITER_CREATE = 33;

  private static final int TRACE_RAW_TRACEPOINT = 23;
  private static final int TRACE_FENTRY = 24;
  private static final int TRACE_FEXIT = 25;
  private static final int TRACE_ITER = 28;
  private static final int PARENTS_FIRST = 2;
  private static final int ATTACH_PERF_EVENT = 41;
  private static final int ATTACH_KPROBE_MULTI = 42;

  private static final int ATTACH_UPROBE_MULTI = 48;

  private static final int STATS_RUN_TIME = 0;
  private static final int MOST_LOADS = 20;
  private static final int NAME_SIZE = 16;

  /** More than the kernel knows about any object. */
  private static final int INFO_SIZE = 256;

  /** Most arguments that a raw tracepoint can have, 8 bytes each. */
  private static final int RAW_TRACEPOINT_CONTEXT = 12 * 8;

  public static final int MAP_TYPE_HASH = 1;
  public static final int MAP_TYPE_ARRAY = 2;
  public static final int MAP_TYPE_PROGRAM_ARRAY = 3;
  public static final int MAP_TYPE_PERF_EVENT_ARRAY = 4;
  public static final int MAP_TYPE_PERCPU_HASH = 5;
  public static final int MAP_TYPE_PERCPU_ARRAY = 6;
  public static final int MAP_TYPE_LRU_HASH = 9;
  public static final int MAP_TYPE_LRU_PERCPU_HASH = 10;
  public static final int MAP_TYPE_ARRAY_OF_MAPS = 12;
  public static final int MAP_TYPE_RINGBUF = 27;
  private static final int MAP_TYPE_TASK_STORAGE = 29;

  private static final int NO_PREALLOC = 1;

  /** The map can be mapped into memory. */
  public static final int MAP_MMAPABLE = 1 << 10;

  public static final int PROGRAM_TYPE_KPROBE = 2;
  public static final int PROGRAM_TYPE_TRACEPOINT = 5;
  public static final int PROGRAM_TYPE_PERF_EVENT = 7;
  public static final int PROGRAM_TYPE_RAW_TRACEPOINT = 17;
  public static final int PROGRAM_TYPE_TRACING = 26;

  private Bpf() {}

  public static Fd createMap(
      int type, int keySize, int valueSize, int maxEntries, int flags, String name) {
    try (Block attributes = new Block(72)) {
      attributes
          .set(0, type)
          .set(4, keySize)
          .set(8, valueSize)
          .set(12, maxEntries)
          .set(16, flags)
          .set(28, name(name));
      return new Fd(SystemCallException.check("BPF_MAP_CREATE", call(MAP_CREATE, attributes)));
    }
  }

  /** A map of values of so many words that the kernel keeps with threads. */
  public static Fd createTaskStorage(int words, String name) {
    try (Block attributes = new Block(72);
        Fd types = loadTypes(ValueTypes.btf(words))) {
      attributes
          .set(0, MAP_TYPE_TASK_STORAGE)
          .set(4, Integer.BYTES)
          .set(8, words * Long.BYTES)
          .set(16, NO_PREALLOC)
          .set(28, name(name))
          .set(48, types.number())
          .set(52, ValueTypes.KEY)
          .set(56, ValueTypes.VALUE);
      return new Fd(SystemCallException.check("BPF_MAP_CREATE", call(MAP_CREATE, attributes)));
    }
  }

  /** An array of {@code maxEntries} maps, all of them like {@code inner}. */
  public static Fd createArrayOfMaps(Fd inner, int maxEntries, String name) {
    try (Block attributes = new Block(72)) {
      attributes
          .set(0, MAP_TYPE_ARRAY_OF_MAPS)
          .set(4, 4)
          .set(8, 4)
          .set(12, maxEntries)
          .set(20, inner.number())
          .set(28, name(name));
      return new Fd(SystemCallException.check("BPF_MAP_CREATE", call(MAP_CREATE, attributes)));
    }
  }

  /** Sets an element, key and value of any size, whether it is there or not. */
  public static void update(Fd map, byte[] key, byte[] value) {
    try (Block attributes = new Block(32);
        Block keyBlock = Block.of(key);
        Block valueBlock = Block.of(value)) {
      attributes.set(0, map.number()).set(8, keyBlock).set(16, valueBlock);
      SystemCallException.check("BPF_MAP_UPDATE_ELEM", call(MAP_UPDATE_ELEM, attributes));
    }
  }

  /** The value of a key of a map that is not per CPU. */
  public static Optional<byte[]> lookUp(Fd map, byte[] key, int valueSize) {
    try (Block attributes = new Block(32);
        Block keyBlock = Block.of(key);
        Block value = new Block(valueSize)) {
      attributes.set(0, map.number()).set(8, keyBlock).set(16, value);
      long result = call(MAP_LOOKUP_ELEM, attributes);
      if (result < 0 && Native.getLastError() == SystemCallException.ENOENT) {
        return Optional.empty();
      }
      SystemCallException.check("BPF_MAP_LOOKUP_ELEM", result);
      return Optional.of(value.memory().getByteArray(0, valueSize));
    }
  }

  /**
   * Loads a program under the licence GPL. The verifier's log is not kept.
   *
   * @param routines the slots at which routines begin that the kernel calls
   */
  public static Fd load(
      int type, AttachTo attach, byte[] code, List<Integer> routines, String name) {
    try (Block attributes = new Block(128);
        Block instructions = Block.of(code);
        Block license = Block.of("GPL");
        Block info = Block.of(RoutineTypes.info(routines));
        Fd types = routines.isEmpty() ? Fd.none() : loadTypes(RoutineTypes.btf())) {
      program(attributes, type, code, instructions, license, name);
      attach(attributes, attach);
      routines(attributes, routines, types, info);
      return new Fd(SystemCallException.check("BPF_PROG_LOAD", load(attributes)));
    }
  }

  /**
   * Loads a program only to learn what the verifier says about it.
   *
   * @return the log; of a log that is longer than {@code logSize} what the kernel kept
   */
  public static LoadResult tryLoad(
      int type, AttachTo attach, byte[] code, List<Integer> routines, String name, int logSize) {
    try (Block attributes = new Block(128);
        Block instructions = Block.of(code);
        Block license = Block.of("GPL");
        Block info = Block.of(RoutineTypes.info(routines));
        Fd types = routines.isEmpty() ? Fd.none() : loadTypes(RoutineTypes.btf());
        Block log = new Block(logSize)) {
      program(attributes, type, code, instructions, license, name);
      attach(attributes, attach);
      routines(attributes, routines, types, info);
      attributes.set(24, 1).set(28, logSize).set(32, log);
      long result = load(attributes);
      int errno = result < 0 ? Native.getLastError() : 0;
      if (result >= 0) {
        Libc.close((int) result);
      }
      return new LoadResult(errno, log.memory().getString(0, "UTF-8"));
    }
  }

  /** The verifier stops for any signal, and for who stops or freezes this process (EAGAIN). */
  private static long load(Block attributes) {
    long result;
    int times = 0;
    do {
      result = call(PROG_LOAD, attributes);
    } while (result < 0
        && Native.getLastError() == SystemCallException.EAGAIN
        && ++times < MOST_LOADS);
    return result;
  }

  /** What became of a load; {@code errno} is 0 if it went well. */
  public record LoadResult(int errno, String log) {}

  private static void program(
      Block attributes, int type, byte[] code, Block instructions, Block license, String name) {
    attributes
        .set(0, type)
        .set(4, code.length / 8)
        .set(8, instructions)
        .set(16, license)
        .set(48, name(name));
  }

  /**
   * What a program is loaded for, beyond its type.
   *
   * @param way BPF_TRACE_*, 0 for none
   * @param type number of one of the kernel's types, 0 for none
   * @param types number of the file descriptor of the module's types that has it, negative for the
   *     kernel's own
   */
  public record AttachTo(int way, int type, int types) {
    public static final AttachTo NOTHING = new AttachTo(0, 0, -1);
    public static final AttachTo UPROBES = new AttachTo(ATTACH_UPROBE_MULTI, 0, -1);
    public static final AttachTo KPROBES = new AttachTo(ATTACH_KPROBE_MULTI, 0, -1);

    public static AttachTo rawTracepoint(int type, int types) {
      return new AttachTo(TRACE_RAW_TRACEPOINT, type, types);
    }

    public static AttachTo entry(int type, int types) {
      return new AttachTo(TRACE_FENTRY, type, types);
    }

    public static AttachTo exit(int type, int types) {
      return new AttachTo(TRACE_FEXIT, type, types);
    }

    public static AttachTo iterator(int type) {
      return new AttachTo(TRACE_ITER, type, -1);
    }
  }

  private static void attach(Block attributes, AttachTo to) {
    attributes.set(68, to.way).set(108, to.type);
    if (to.types >= 0) {
      attributes.set(112, to.types);
    }
  }

  /**
   * The type information of a module.
   *
   * @throws SystemCallException with ENOENT if the kernel has none of this name
   */
  public static Fd types(String module) {
    int id = 0;
    while (true) {
      try (Block attributes = new Block(16)) {
        attributes.set(0, id);
        SystemCallException.check("BPF_BTF_GET_NEXT_ID", call(BTF_GET_NEXT_ID, attributes));
        id = attributes.getInt(4);
      }
      Optional<Fd> types = typesOf(id);
      if (types.isPresent() && typesName(types.get()).equals(module)) {
        return types.get();
      }
      types.ifPresent(Fd::close);
    }
  }

  /** Empty if it went away meanwhile. */
  private static Optional<Fd> typesOf(int id) {
    try (Block attributes = new Block(16)) {
      attributes.set(0, id);
      long number = call(BTF_GET_FD_BY_ID, attributes);
      return number < 0 ? Optional.empty() : Optional.of(new Fd(number));
    }
  }

  private static String typesName(Fd types) {
    try (Block info = new Block(INFO_SIZE);
        Block name = new Block(64)) {
      info.set(16, name).set(24, name.size());
      info(types, info);
      return name.memory().getString(0, "UTF-8");
    }
  }

  private static Fd loadTypes(byte[] btf) {
    try (Block attributes = new Block(32);
        Block content = Block.of(btf)) {
      attributes.set(0, content).set(16, btf.length);
      return new Fd(SystemCallException.check("BPF_BTF_LOAD", call(BTF_LOAD, attributes)));
    }
  }

  private static void routines(Block attributes, List<Integer> routines, Fd types, Block info) {
    if (!routines.isEmpty()) {
      attributes
          .set(72, types.number())
          .set(76, RoutineTypes.INFO_SIZE)
          .set(80, info)
          .set(88, routines.size() + 1);
    }
  }

  /** Attaches a program to a perf event; closing the link detaches it. */
  public static Fd linkPerfEvent(Fd program, Fd event, long cookie) {
    try (Block attributes = new Block(64)) {
      attributes
          .set(0, program.number())
          .set(4, event.number())
          .set(8, ATTACH_PERF_EVENT)
          .set(16, cookie);
      return new Fd(SystemCallException.check("BPF_LINK_CREATE", call(LINK_CREATE, attributes)));
    }
  }

  /** Attaches a program that was loaded for a tracepoint; closing the link detaches it. */
  public static Fd attachRawEvent(Fd program) {
    try (Block attributes = new Block(24)) {
      attributes.set(8, program.number());
      return new Fd(
          SystemCallException.check(
              "BPF_RAW_TRACEPOINT_OPEN", call(RAW_TRACEPOINT_OPEN, attributes)));
    }
  }

  /** Attaches a raw tracepoint program to a tracepoint; closing the link detaches it. */
  public static Fd attachTracepoint(Fd program, String event) {
    try (Block attributes = new Block(24);
        Block name = Block.of(event)) {
      attributes.set(0, name).set(8, program.number());
      return new Fd(
          SystemCallException.check(
              "BPF_RAW_TRACEPOINT_OPEN", call(RAW_TRACEPOINT_OPEN, attributes)));
    }
  }

  /**
   * Attaches a program to many places of a file, those of all processes; closing the link detaches
   * it everywhere.
   *
   * @param offsets in the file
   * @param counters for each offset as in {@code Attachment.Point.Uprobe}
   * @param cookies for each offset
   */
  public static Fd linkUprobes(
      Fd program, String file, long[] offsets, long[] counters, long[] cookies, boolean returns) {
    try (Block attributes = new Block(64);
        Block path = Block.of(file);
        Block offsetBlock = Block.of(offsets);
        Block counterBlock = Block.of(counters);
        Block cookieBlock = Block.of(cookies)) {
      attributes
          .set(0, program.number())
          .set(8, ATTACH_UPROBE_MULTI)
          .set(16, path)
          .set(24, offsetBlock)
          .set(32, counterBlock)
          .set(40, cookieBlock)
          .set(48, offsets.length)
          .set(52, returns ? 1 : 0);
      return new Fd(SystemCallException.check("BPF_LINK_CREATE", call(LINK_CREATE, attributes)));
    }
  }

  /**
   * Attaches a program to many functions of the kernel; closing the link detaches it everywhere.
   *
   * @param addresses where the functions begin
   * @param cookies for each of them
   */
  public static Fd linkKprobes(Fd program, long[] addresses, long[] cookies, boolean returns) {
    try (Block attributes = new Block(64);
        Block addressBlock = Block.of(addresses);
        Block cookieBlock = Block.of(cookies)) {
      attributes
          .set(0, program.number())
          .set(8, ATTACH_KPROBE_MULTI)
          .set(16, returns ? 1 : 0)
          .set(20, addresses.length)
          .set(32, addressBlock)
          .set(40, cookieBlock);
      return new Fd(SystemCallException.check("BPF_LINK_CREATE", call(LINK_CREATE, attributes)));
    }
  }

  /**
   * Readies a program that was loaded for an iterator.
   *
   * @param cgroups it is the one of control groups, which must be told an order
   */
  public static Fd linkIterator(Fd program, boolean cgroups) {
    try (Block attributes = new Block(64);
        Block order = new Block(16)) {
      attributes.set(0, program.number()).set(8, TRACE_ITER);
      if (cgroups) {
        attributes.set(16, order.set(0, PARENTS_FIRST)).set(24, order.size());
      }
      return new Fd(SystemCallException.check("BPF_LINK_CREATE", call(LINK_CREATE, attributes)));
    }
  }

  /** Runs an iterator's program for all objects there are. */
  public static void iterate(Fd link) {
    try (Block attributes = new Block(16);
        Block nothing = new Block(1024)) {
      attributes.set(0, link.number());
      try (Fd file =
          new Fd(SystemCallException.check("BPF_ITER_CREATE", call(ITER_CREATE, attributes)))) {
        while (true) {
          long read = Libc.read(file.number(), nothing.memory(), nothing.size());
          int errno = read < 0 ? Native.getLastError() : 0;
          if (read == 0) {
            return;
          }
          if (errno != SystemCallException.EAGAIN) {
            SystemCallException.check("read an iterator", read);
          }
        }
      }
    }
  }

  /**
   * Runs a raw tracepoint program once, here and now, with a context of zeros.
   *
   * @return what it returned
   */
  public static int runRawTracepoint(Fd program) {
    try (Block attributes = new Block(80);
        Block context = new Block(RAW_TRACEPOINT_CONTEXT)) {
      attributes.set(0, program.number()).set(40, RAW_TRACEPOINT_CONTEXT).set(48, context);
      SystemCallException.check("BPF_PROG_TEST_RUN", call(PROG_TEST_RUN, attributes));
      return attributes.getInt(4);
    }
  }

  /** Makes the kernel count and time all programs as long as the result is open. */
  public static Fd enableStatistics() {
    try (Block attributes = new Block(16)) {
      attributes.set(0, STATS_RUN_TIME);
      return new Fd(SystemCallException.check("BPF_ENABLE_STATS", call(ENABLE_STATS, attributes)));
    }
  }

  /**
   * How much the kernel knows about any link: the size of its bpf_link_info, in bytes. It tells
   * which fields there are.
   */
  public static int linkInfoSize(Fd link) {
    try (Block info = new Block(INFO_SIZE)) {
      return info(link, info);
    }
  }

  /** Fills in what the kernel tells about an object; returns how much that is, in bytes. */
  private static int info(Fd object, Block info) {
    try (Block attributes = new Block(16)) {
      attributes.set(0, object.number()).set(4, INFO_SIZE).set(8, info);
      SystemCallException.check("BPF_OBJ_GET_INFO_BY_FD", call(OBJ_GET_INFO_BY_FD, attributes));
      return attributes.getInt(4);
    }
  }

  /** The kernel's facts about a program. */
  public static ProgramInfo programInfo(Fd program) {
    try (Block info = new Block(INFO_SIZE)) {
      boolean countsMisses = info(program, info) >= 216;
      return new ProgramInfo(
          info.getInt(4),
          info.getLong(192),
          info.getLong(200),
          countsMisses ? info.getLong(208) : -1);
    }
  }

  /**
   * From bpf_prog_info.
   *
   * @param runTimeNs and {@code runs}: since loading, while statistics were enabled
   * @param recursionMisses runs left out because another program was running on the processor; -1
   *     where the kernel does not say
   */
  public record ProgramInfo(int id, long runTimeNs, long runs, long recursionMisses) {}

  private static byte[] name(String name) {
    byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
    byte[] fit = new byte[NAME_SIZE];
    for (int i = 0; i < Math.min(bytes.length, NAME_SIZE - 1); i++) {
      // The kernel takes letters, digits, '_' and '.' only.
      boolean legal = Character.isLetterOrDigit(bytes[i]) || bytes[i] == '.';
      fit[i] = legal ? bytes[i] : (byte) '_';
    }
    return fit;
  }

  static long call(int command, Block attributes) {
    return Libc.syscall(Libc.BPF, command, attributes.address(), attributes.size(), 0, 0);
  }
}
