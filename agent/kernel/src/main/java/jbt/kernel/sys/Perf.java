package jbt.kernel.sys;

/** perf_event_open(2) and its ioctls. */
public final class Perf {
  private static final int ATTRIBUTES_SIZE = 136;
  private static final int TYPE_SOFTWARE = 1;
  private static final int TYPE_HARDWARE = 0;
  private static final int TYPE_TRACEPOINT = 2;
  private static final int TYPE_BREAKPOINT = 5;
  private static final int DISABLED = 1;
  private static final long CLOEXEC = 8;
  private static final long DUMMY = 9;
  private static final long SAMPLE_TIME = 4;
  private static final long BPF_OUTPUT = 10;
  private static final long SAMPLE_RAW = 1 << 10;
  private static final long WATERMARK = 1 << 14;
  private static final long IOC_ENABLE = 0x2400;
  private static final long IOC_SET_BPF = 0x40042408;

  /** PERF_COUNT_SW_CPU_CLOCK: a timer; its period is in nanoseconds. */
  public static final long CPU_CLOCK = 0;

  private Perf() {}

  /**
   * An event of a tracepoint. Programs that are attached to it run on all processors, whatever the
   * processor that it is opened on, and whether it counts or not: it does not, as that would cost
   * 70 ns a time on its processor.
   */
  public static Fd tracepoint(int id) {
    return open(TYPE_TRACEPOINT, id, 0, DISABLED, 0);
  }

  /**
   * A place in a program, of all processes.
   *
   * @param type the number of the kernel's uprobe events
   * @param counter see {@code Attachment.Point.Uprobe}
   */
  public static Fd uprobe(int type, String file, long offset, boolean returns, long counter) {
    try (Block path = Block.of(file);
        Block attributes = new Block(ATTRIBUTES_SIZE)) {
      attributes
          .set(0, type)
          .set(4, ATTRIBUTES_SIZE)
          .set(8, (counter << 32) | (returns ? 1 : 0))
          .set(56, path)
          .set(64, offset);
      return open(attributes, 0);
    }
  }

  /**
   * A place in the kernel's code.
   *
   * @param type the number of the kernel's kprobe events
   * @param symbol the function; "" for the address alone
   * @param place distance from the function's start, or the address
   */
  public static Fd kprobe(int type, String symbol, long place, boolean returns) {
    try (Block name = Block.of(symbol);
        Block attributes = new Block(ATTRIBUTES_SIZE)) {
      attributes.set(0, type).set(4, ATTRIBUTES_SIZE).set(8, returns ? 1L : 0L).set(64, place);
      if (!symbol.isEmpty()) {
        attributes.set(56, name);
      }
      return open(attributes, 0);
    }
  }

  /** A hardware event on one processor, once every {@code period}, disabled at first. */
  public static Fd hardware(long config, long period, int cpu) {
    return open(TYPE_HARDWARE, config, period, DISABLED, cpu);
  }

  /**
   * Accesses to memory on one processor, disabled at first.
   *
   * @param mode bits of HW_BREAKPOINT_*
   */
  public static Fd breakpoint(long address, int length, int mode, int cpu) {
    try (Block attributes = new Block(ATTRIBUTES_SIZE)) {
      attributes
          .set(0, TYPE_BREAKPOINT)
          .set(4, ATTRIBUTES_SIZE)
          .set(16, 1L)
          .set(40, (long) DISABLED)
          .set(52, mode)
          .set(56, address)
          .set(64, (long) length);
      return open(attributes, cpu);
    }
  }

  /** A software event on one processor, once every {@code period}, disabled at first. */
  public static Fd software(long config, long period, int cpu) {
    return open(TYPE_SOFTWARE, config, period, DISABLED, cpu);
  }

  /** Nothing that is counted, but what happens to processes of a processor beside it. */
  static Fd sideBand(int cpu) {
    long mmap = 1 << 8 | 1 << 23;
    long comm = 1 << 9 | 1 << 24;
    long forkAndExit = 1 << 13;
    long times = 1 << 18;
    try (Block attributes = new Block(ATTRIBUTES_SIZE)) {
      attributes
          .set(0, TYPE_SOFTWARE)
          .set(4, ATTRIBUTES_SIZE)
          .set(8, DUMMY)
          .set(24, SAMPLE_TIME)
          .set(40, mmap | comm | forkAndExit | times);
      return open(attributes, cpu);
    }
  }

  /**
   * What programs on a processor send, which asks for attention when so many bytes of its buffer
   * have not been read.
   */
  static Fd output(int cpu, int watermark) {
    try (Block attributes = new Block(ATTRIBUTES_SIZE)) {
      attributes
          .set(0, TYPE_SOFTWARE)
          .set(4, ATTRIBUTES_SIZE)
          .set(8, BPF_OUTPUT)
          .set(16, 1L)
          .set(24, SAMPLE_RAW)
          .set(40, WATERMARK)
          .set(48, watermark);
      return open(attributes, cpu);
    }
  }

  private static Fd open(int type, long config, long period, int flags, int cpu) {
    try (Block attributes = new Block(ATTRIBUTES_SIZE)) {
      attributes
          .set(0, type)
          .set(4, ATTRIBUTES_SIZE)
          .set(8, config)
          .set(16, period)
          .set(40, (long) flags);
      return open(attributes, cpu);
    }
  }

  private static Fd open(Block attributes, int cpu) {
    return new Fd(
        SystemCallException.check(
            "perf_event_open",
            Libc.syscall(Libc.PERF_EVENT_OPEN, attributes.address(), -1, cpu, -1, CLOEXEC)));
  }

  public static void enable(Fd event) {
    SystemCallException.check("PERF_EVENT_IOC_ENABLE", Libc.ioctl(event.number(), IOC_ENABLE, 0));
  }

  /** Attaches a program without a link: it goes when the event is closed. */
  public static void setProgram(Fd event, Fd program) {
    SystemCallException.check(
        "PERF_EVENT_IOC_SET_BPF", Libc.ioctl(event.number(), IOC_SET_BPF, program.number()));
  }
}
