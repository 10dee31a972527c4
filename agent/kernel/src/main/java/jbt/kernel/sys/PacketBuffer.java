package jbt.kernel.sys;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** What programs of one processor send together with bytes that the kernel copies. */
public final class PacketBuffer implements AutoCloseable {
  private static final int SAMPLE = 9;

  private final PerfRing ring;

  /**
   * @param bytes a power of two, and of pages
   */
  public PacketBuffer(int cpu, int bytes) {
    ring = new PerfRing(Perf.output(cpu, bytes / 4), bytes);
  }

  /** Goes into a map of events. */
  public Fd event() {
    return ring.event();
  }

  /** Takes out the records that are there. */
  public List<ByteBuffer> drain() {
    List<ByteBuffer> taken = new ArrayList<>();
    boolean understood =
        ring.drain(
            (type, bits, content) -> {
              // Others say that something was lost, which the program that sent it has counted.
              if (type == SAMPLE) {
                int length = content.getInt(0);
                taken.add(content.slice(Integer.BYTES, length).order(ByteOrder.nativeOrder()));
              }
            });
    if (!understood) {
      throw new IllegalStateException("something else than records among packets");
    }
    return taken;
  }

  @Override
  public void close() {
    ring.close();
  }
}
