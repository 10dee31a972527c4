package jbt.kernel.sys;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The ring of records of an event. Format: perf_event_open(2), "MMAP layout". */
final class PerfRing implements AutoCloseable {
  private static final VarHandle LONG =
      MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());
  private static final int HEAD = 1024;
  private static final int TAIL = 1032;
  private static final int HEADER = 8;

  private final Fd event;
  private final Mapping mapping;
  private final ByteBuffer control;
  private final ByteBuffer data;

  /** Takes the content of a record, behind its header; {@code bits} are of the record's kind. */
  @FunctionalInterface
  interface Records {
    void record(int type, int bits, ByteBuffer content);
  }

  /**
   * Closes the event if there is no memory.
   *
   * @param bytes a power of two, and of pages
   */
  PerfRing(Fd event, int bytes) {
    this.event = event;
    try {
      mapping = Mapping.writable(event, 0, Pages.size() + (long) bytes);
    } catch (RuntimeException e) {
      event.close();
      throw e;
    }
    control = mapping.bytes();
    data = mapping.bytes().slice(Pages.size(), bytes).order(ByteOrder.nativeOrder());
  }

  Fd event() {
    return event;
  }

  /**
   * Hands over what is there; false if there was something else than records, which is left out.
   */
  boolean drain(Records records) {
    long tail = (long) LONG.get(control, TAIL);
    // Acquire: what is before the head has been written.
    long head = (long) LONG.getAcquire(control, HEAD);
    while (head - tail >= HEADER) {
      ByteBuffer header = copy(tail, HEADER);
      int size = Short.toUnsignedInt(header.getShort(6));
      if (size < HEADER || size > head - tail) {
        LONG.setRelease(control, TAIL, head);
        return false;
      }
      records.record(
          header.getInt(0),
          Short.toUnsignedInt(header.getShort(4)),
          copy(tail + HEADER, size - HEADER));
      tail += size;
      // Release: it was read before it may be overwritten.
      LONG.setRelease(control, TAIL, tail);
    }
    return true;
  }

  /** Records go on at the beginning where the ring ends. */
  private ByteBuffer copy(long position, int length) {
    int start = (int) (position & (data.capacity() - 1));
    byte[] bytes = new byte[length];
    int first = Math.min(length, data.capacity() - start);
    data.get(start, bytes, 0, first);
    data.get(0, bytes, first, length - first);
    return ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
  }

  @Override
  public void close() {
    mapping.close();
    event.close();
  }
}
