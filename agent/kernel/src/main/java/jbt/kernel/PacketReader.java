package jbt.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
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

  /** Hands over all records that are there, in the order of their times; returns how many. */
  public synchronized int drain(Records records) {
    if (closed) {
      return 0;
    }
    List<ByteBuffer> all = new ArrayList<>();
    buffers.forEach(buffer -> all.addAll(buffer.drain()));
    all.sort(Comparator.comparingLong(record -> record.getLong(0)));
    all.forEach(record -> records.record(record, 0, record.capacity()));
    return all.size();
  }

  @Override
  public synchronized void close() {
    closed = true;
    buffers.forEach(PacketBuffer::close);
  }
}
