package jbt.kernel.sys;

import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Memory shared with the kernel by mmap(2). Whoever uses {@link #bytes} must make sure that it is
 * not used any more when the mapping is closed.
 */
public final class Mapping implements AutoCloseable {
  private static final int PROT_READ = 1;
  private static final int PROT_WRITE = 2;
  private static final int MAP_SHARED = 1;

  private final long address;
  private final long length;
  private final ByteBuffer bytes;
  private final AtomicBoolean closed = new AtomicBoolean();

  private Mapping(long address, long length) {
    this.address = address;
    this.length = length;
    this.bytes = new Pointer(address).getByteBuffer(0, length).order(ByteOrder.nativeOrder());
  }

  public static Mapping readOnly(Fd fd, long offset, long length) {
    return map(fd, offset, length, PROT_READ);
  }

  public static Mapping writable(Fd fd, long offset, long length) {
    return map(fd, offset, length, PROT_READ | PROT_WRITE);
  }

  private static Mapping map(Fd fd, long offset, long length, int protection) {
    long address = Libc.mmap(0, length, protection, MAP_SHARED, fd.number(), offset);
    SystemCallException.check("mmap", address == -1 ? -1 : 0);
    return new Mapping(address, length);
  }

  public ByteBuffer bytes() {
    return bytes;
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      Libc.munmap(address, length);
    }
  }
}
