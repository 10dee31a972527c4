package jbt.kernel.sys;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * What programs of one processor send together with bytes that the kernel copies. Format:
 * perf_event_open(2), "MMAP layout".
 */
public final class PacketBuffer implements AutoCloseable {
  private static final VarHandle LONG =
      MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());
  private static final int HEAD = 1024;
  private static final int TAIL = 1032;
  private static final int HEADER = 8;
  private static final int SAMPLE = 9;

  private final Fd event;
  private final Mapping mapping;
  private final ByteBuffer control;
  private final ByteBuffer data;

  /**
   * @param bytes a power of two, and of pages
   */
  public PacketBuffer(int cpu, int bytes) {
    event = Perf.output(cpu, bytes / 4);
    try {
      mapping = Mapping.writable(event, 0, Pages.size() + (long) bytes);
    } catch (RuntimeException e) {
      event.close();
      throw e;
    }
    control = mapping.bytes();
    data = mapping.bytes().slice(Pages.size(), bytes).order(ByteOrder.nativeOrder());
  }

  /** Goes into a map of events. */
  public Fd event() {
    return event;
  }

  /** Takes out the records that are there. */
  public List<ByteBuffer> drain() {
    long tail = (long) LONG.get(control, TAIL);
    // Acquire: what is before the head has been written.
    long head = (long) LONG.getAcquire(control, HEAD);
    List<ByteBuffer> taken = new ArrayList<>();
    while (head - tail >= HEADER) {
      ByteBuffer header = copy(tail, HEADER);
      int size = Short.toUnsignedInt(header.getShort(6));
      if (size < HEADER || size > head - tail) {
        throw new IllegalStateException("a record of " + size + " bytes among packets");
      }
      // Others say that something was lost, which the program that sent it has counted.
      if (header.getInt(0) == SAMPLE) {
        int length = copy(tail + HEADER, Integer.BYTES).getInt(0);
        taken.add(copy(tail + HEADER + Integer.BYTES, length));
      }
      tail += size;
      // Release: it was read before it may be overwritten.
      LONG.setRelease(control, TAIL, tail);
    }
    return taken;
  }

  /** Records go on at the beginning where the buffer ends. */
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
