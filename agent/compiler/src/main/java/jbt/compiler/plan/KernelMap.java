package jbt.compiler.plan;

/** A BPF map to create. Sizes in bytes; ring buffers have key and value size 0. */
public record KernelMap(
    String name, Kind kind, int keySize, int valueSize, int maxEntries, boolean mmapable) {
  /** Place of the array map with one element that holds {@link Globals}; user space maps it. */
  public static final int GLOBALS = 0;

  /** Place of the ring buffer for printf and print(value) records. */
  public static final int DATA_RING = 1;

  /** Place of the ring buffer for print, clear, zero and exit records. */
  public static final int CONTROL_RING = 2;

  /** Place of the array map with one element that is the programs' scratch memory. */
  public static final int SCRATCH = 3;

  public enum Kind {
    ARRAY,
    HASH,
    PERCPU_HASH,
    PERCPU_ARRAY,
    LRU_HASH,
    LRU_PERCPU_HASH,
    /**
     * A hash of stacks by two words: u32 number of frames, u32 process or 0, then the addresses.
     */
    STACKS,
    /**
     * An array of pairs of words, ordered by the first: an address of the process that {@link
     * Plan#unwound} names, and the {@link UnwindRule} from there to the next one's. Whoever loads
     * the plan makes it as long as it must be, at most {@code maxEntries}.
     */
    UNWIND,
    /**
     * An array of perf events, one for each processor, with a buffer behind each: records of {@link
     * Site.Packet} whose bytes the kernel itself takes of the packet.
     */
    PACKETS,
    RING_BUFFER,
    /** A value with each thread that needs one, zero at first; {@code maxEntries} is 0. */
    THREADS,
    /** Programs for tail calls; nobody puts any in. */
    PROGRAM_ARRAY
  }
}
