package jbt.kernel;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jbt.compiler.plan.Globals;
import jbt.kernel.sys.Fd;
import jbt.kernel.sys.Mapping;
import jbt.kernel.sys.Pages;

/** The global data of a plan, mapped. Reads give 0 and writes do nothing once it is closed. */
final class SharedGlobals implements AutoCloseable {
  private static final VarHandle LONG =
      MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());
  private static final VarHandle INT =
      MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.nativeOrder());

  private final Globals layout;
  private final int cpus;
  private final Mapping mapping;
  private final ByteBuffer bytes;
  private boolean closed;

  /**
   * @param cpus areas of processors that there are
   */
  SharedGlobals(Fd map, Globals layout, int cpus) {
    this.layout = layout;
    this.cpus = cpus;
    long page = Pages.size();
    this.mapping = Mapping.writable(map, 0, (layout.size() + page - 1) / page * page);
    this.bytes = mapping.bytes();
  }

  int cpus() {
    return cpus;
  }

  synchronized int getInt(int offset) {
    return closed ? 0 : (int) INT.getAcquire(bytes, offset);
  }

  synchronized void setInt(int offset, int value) {
    if (!closed) {
      INT.setVolatile(bytes, offset, value);
    }
  }

  /** The gate of the first processor. */
  int gate() {
    return getInt(area(0) + layout.gate());
  }

  /** Sets the gates of all processors. */
  synchronized void setGates(int value) {
    for (int cpu = 0; cpu < cpus; cpu++) {
      setInt(area(cpu) + layout.gate(), value);
    }
  }

  synchronized long getLong(int offset) {
    return closed ? 0 : (long) LONG.getAcquire(bytes, offset);
  }

  synchronized void setLong(int offset, long value) {
    if (!closed) {
      LONG.setVolatile(bytes, offset, value);
    }
  }

  /** A word of one processor's area. */
  synchronized long getLong(int cpu, int offset) {
    return getLong(area(cpu) + offset);
  }

  synchronized void clear(int cpu, int offset, int size) {
    for (int i = 0; i < size; i += Long.BYTES) {
      setLong(area(cpu) + offset + i, 0);
    }
  }

  /** The sum over all processors. */
  synchronized long sum(int offset) {
    long sum = 0;
    for (int cpu = 0; cpu < cpus; cpu++) {
      sum += getLong(cpu, offset);
    }
    return sum;
  }

  /** Copies from data that is not of one processor. */
  synchronized byte[] copy(int offset, int size) {
    byte[] copy = new byte[size];
    if (!closed) {
      bytes.get(offset, copy);
    }
    return copy;
  }

  private int area(int cpu) {
    return layout.cpuArea() + cpu * layout.cpuStride();
  }

  @Override
  public synchronized void close() {
    closed = true;
    mapping.close();
  }
}
