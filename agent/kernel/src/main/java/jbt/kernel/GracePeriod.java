package jbt.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jbt.kernel.sys.Bpf;
import jbt.kernel.sys.Fd;

/**
 * Waits until every program run that was under way has ended.
 *
 * <p>The kernel does so itself when an element of an array of maps is replaced, for the sake of
 * those that take a replaced map for gone ({@code maybe_wait_bpf_programs} in its
 * kernel/bpf/syscall.c).
 */
final class GracePeriod implements AutoCloseable {
  private static final byte[] FIRST = new byte[4];

  private final Fd element;
  private final Fd array;
  private final byte[] value;

  GracePeriod() {
    element = Bpf.createMap(Bpf.MAP_TYPE_ARRAY, 4, 4, 1, 0, "jbt_grace_inner");
    try {
      array = Bpf.createArrayOfMaps(element, 1, "jbt_grace");
    } catch (RuntimeException e) {
      element.close();
      throw e;
    }
    value = ByteBuffer.allocate(4).order(ByteOrder.nativeOrder()).putInt(element.number()).array();
  }

  /** Takes some 10 us where no program runs, some 10 ms under load. */
  void await() {
    Bpf.update(array, FIRST, value);
  }

  @Override
  public void close() {
    array.close();
    element.close();
  }
}
