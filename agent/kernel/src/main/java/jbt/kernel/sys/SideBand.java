package jbt.kernel.sys;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What the kernel tells of processes of one processor while nothing is measured: which files they
 * map to run them, that they fork, execute and end. Format: perf_event_open(2), "MMAP layout".
 */
public final class SideBand implements AutoCloseable {
  /** Bits of a record's second word. */
  public static final int EXECUTED = 1 << 13;

  public static final int COMM = 3;
  public static final int EXIT = 4;
  public static final int FORK = 7;
  public static final int MAPPED = 10;

  private static final VarHandle LONG =
      MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());
  private static final int HEAD = 1024;
  private static final int TAIL = 1032;
  private static final int HEADER = 8;
  private static final int PAGES = 64;

  private final Fd event;
  private final Mapping mapping;
  private final ByteBuffer control;
  private final ByteBuffer data;

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
    event = Perf.sideBand(cpu);
    try {
      mapping = Mapping.writable(event, 0, (1L + PAGES) * Pages.size());
    } catch (RuntimeException e) {
      event.close();
      throw e;
    }
    control = mapping.bytes();
    data = mapping.bytes().slice(Pages.size(), PAGES * Pages.size()).order(ByteOrder.nativeOrder());
  }

  /** Hands over what is there. A record is valid during the call only. */
  public void drain(Records records) {
    long tail = (long) LONG.get(control, TAIL);
    // Acquire: what is before the head has been written.
    long head = (long) LONG.getAcquire(control, HEAD);
    int mask = data.capacity() - 1;
    while (head - tail >= HEADER) {
      ByteBuffer header = copy(tail & mask, HEADER);
      int size = Short.toUnsignedInt(header.getShort(6));
      if (size < HEADER || size > head - tail) {
        break;
      }
      ByteBuffer content = copy((tail + HEADER) & mask, size - HEADER);
      records.record(header.getInt(0), Short.toUnsignedInt(header.getShort(4)), content);
      tail += size;
    }
    // Release: it was read before it may be overwritten.
    LONG.setRelease(control, TAIL, head);
  }

  /** Records go on at the beginning where the ring ends. */
  private ByteBuffer copy(long start, int length) {
    byte[] bytes = new byte[length];
    int first = (int) Math.min(length, data.capacity() - start);
    data.get((int) start, bytes, 0, first);
    data.get(0, bytes, first, length - first);
    return ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
  }

  @Override
  public void close() {
    mapping.close();
    event.close();
  }
}
