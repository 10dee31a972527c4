package jbt.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import jbt.kernel.sys.Bpf;
import jbt.kernel.sys.Fd;
import jbt.kernel.sys.PacketBuffer;

/** The reading end of a map of kind PACKETS: the buffers of all processors. */
public final class PacketReader implements AutoCloseable {
  /**
   * Of a processor: with its page of positions what a kernel lets users lock for each processor who
   * may lock nothing else.
   */
  private static final int BYTES = 512 << 10;

  private final List<PacketBuffer> buffers = new ArrayList<>();
  private boolean closed;

  /** Memory of all buffers. */
  public static long bytes() {
    return (long) BYTES * Cpus.online().size();
  }

  PacketReader(Fd map) {
    try {
      for (int cpu : Cpus.online()) {
        PacketBuffer buffer = new PacketBuffer(cpu, BYTES);
        buffers.add(buffer);
        Bpf.update(map, bytes(cpu), bytes(buffer.event().number()));
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private static byte[] bytes(int number) {
    return ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.nativeOrder()).putInt(number).array();
  }

  /** What asks for attention when much waits to be read. */
  List<Fd> events() {
    return buffers.stream().map(PacketBuffer::event).toList();
  }

  /** Hands over all records, of one processor after the other; returns how many. */
  public synchronized int drain(Records records) {
    int taken = 0;
    if (!closed) {
      for (PacketBuffer buffer : buffers) {
        taken += buffer.drain((record, length) -> records.record(record, 0, length));
      }
    }
    return taken;
  }

  @Override
  public synchronized void close() {
    closed = true;
    buffers.forEach(PacketBuffer::close);
  }
}
