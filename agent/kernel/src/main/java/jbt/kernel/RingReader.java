package jbt.kernel;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jbt.kernel.sys.Fd;
import jbt.kernel.sys.Mapping;
import jbt.kernel.sys.Pages;

/** The reading end of a BPF ring buffer. */
public final class RingReader implements AutoCloseable {
  private static final VarHandle LONG =
      MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());
  private static final VarHandle INT =
      MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.nativeOrder());
  private static final int PAGE = Pages.size();
  private static final int HEADER = 8;
  private static final int BUSY = 1 << 31;
  private static final int DISCARDED = 1 << 30;

  /** How far the reader may get before it gives the space back to the writers. */
  private static final int RELEASE_EVERY = 4096;

  private final Mapping consumerPage;
  private final Mapping producerPages;
  private final ByteBuffer consumer;
  private final ByteBuffer producer;
  private final ByteBuffer data;
  private final long mask;
  private long position;
  private boolean closed;

  /**
   * @param size of the data, a power of two
   */
  RingReader(Fd map, int size) {
    consumerPage = Mapping.writable(map, 0, PAGE);
    try {
      // The data is mapped twice in a row, so that no record is cut in two.
      producerPages = Mapping.readOnly(map, PAGE, PAGE + 2L * size);
    } catch (RuntimeException e) {
      consumerPage.close();
      throw e;
    }
    consumer = consumerPage.bytes();
    producer = producerPages.bytes().slice(0, PAGE).order(ByteOrder.nativeOrder());
    data = producerPages.bytes().slice(PAGE, 2 * size).order(ByteOrder.nativeOrder());
    mask = size - 1L;
    position = (long) LONG.getAcquire(consumer, 0);
  }

  /** Hands over all records that are complete, at most {@code limit}; returns how many. */
  public synchronized int drain(Records records, int limit) {
    if (closed) {
      return 0;
    }
    int taken = 0;
    long released = position;
    try {
      // Acquire: the headers before this position have been written.
      long end = (long) LONG.getAcquire(producer, 0);
      while (position < end && taken < limit) {
        int at = (int) (position & mask);
        // Acquire: once the busy bit is off the record's bytes are there.
        int header = (int) INT.getAcquire(data, at);
        if ((header & BUSY) != 0) {
          break;
        }
        int length = header & ~DISCARDED;
        position += (length + HEADER + 7) & ~7;
        if ((header & DISCARDED) == 0) {
          taken++;
          records.record(data, at + HEADER, length);
        }
        if (position - released >= RELEASE_EVERY) {
          // Release: everything was read before a writer may overwrite it.
          LONG.setRelease(consumer, 0, position);
          released = position;
        }
      }
    } finally {
      LONG.setRelease(consumer, 0, position);
    }
    return taken;
  }

  /** Bytes that wait to be read; 0 when closed. */
  public synchronized long pending() {
    return closed ? 0 : (long) LONG.getAcquire(producer, 0) - position;
  }

  @Override
  public synchronized void close() {
    closed = true;
    consumerPage.close();
    producerPages.close();
  }
}
