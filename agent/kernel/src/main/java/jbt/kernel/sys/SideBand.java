package jbt.kernel.sys;

import java.nio.ByteBuffer;

/**
 * What the kernel tells of processes of one processor while nothing is measured: which files they
 * map to run them, that they fork, execute and end.
 */
public final class SideBand implements AutoCloseable {
  /** Bits of a record's second word. */
  public static final int EXECUTED = 1 << 13;

  public static final int COMM = 3;
  public static final int EXIT = 4;
  public static final int FORK = 7;
  public static final int MAPPED = 10;

  private static final int PAGES = 64;

  private final PerfRing ring;

  /** A record, from its header on. */
  @FunctionalInterface
  public interface Records {
    /**
     * Takes one.
     *
     * @param type {@link #COMM} and so on
     * @param bits of the record's kind
     * @param record its content behind the header; its last 8 bytes are its time
     */
    void record(int type, int bits, ByteBuffer record);
  }

  public SideBand(int cpu) {
    ring = new PerfRing(Perf.sideBand(cpu), PAGES * Pages.size());
  }

  /** Hands over what is there; what is no record is left out. */
  public void drain(Records records) {
    boolean _ = ring.drain(records::record);
  }

  @Override
  public void close() {
    ring.close();
  }
}
