package jbt.kernel.code;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import jbt.kernel.symbols.KernelSymbols;

/** The running kernel's instructions, as /proc/kcore or a kernel file shows them. */
public final class KernelCode {
  private static final String INSTEAD = "BPFTRACE_VMLINUX";
  private static final Path MEMORY = Path.of("/proc/kcore");
  private static final int LARGEST = 1 << 20;
  private static final int LOADED = 1;
  private static final byte BREAKPOINT = (byte) 0xcc;

  private KernelCode() {}

  /**
   * Distances from the start of a function at which its instructions begin; empty if its code can't
   * be read or is not understood.
   */
  public static Optional<List<Long>> starts(long address, long size) {
    boolean x86 = System.getProperty("os.arch", "").equals("amd64");
    if (!x86 || address == 0 || size <= 0 || size > LARGEST) {
      return Optional.empty();
    }
    String instead = System.getenv(INSTEAD);
    return instead == null || instead.isEmpty()
        ? starts(MEMORY, address, size)
        : inFile(Path.of(instead), address, size);
  }

  /** From a vmlinux: the kernel may lie elsewhere in memory than its file says. */
  public static Optional<List<Long>> inFile(Path vmlinux, long address, long size) {
    OptionalLong start = KernelSymbols.ofThisHost().address("_text");
    try (FileChannel channel = FileChannel.open(vmlinux, StandardOpenOption.READ)) {
      ByteBuffer header = bytes(channel, 0, 64);
      ByteBuffer first = bytes(channel, header.getLong(32), 56);
      long moved = start.isPresent() ? start.getAsLong() - first.getLong(16) : 0;
      return starts(vmlinux, address - moved, size);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static Optional<List<Long>> starts(Path file, long address, long size) {
    try {
      Optional<ByteBuffer> code = read(file, address, (int) size);
      return code.flatMap(bytes -> starts(bytes, (int) size));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Behind the last instruction there may be anything up to the next function. */
  static Optional<List<Long>> starts(ByteBuffer code, int size) {
    int end = size;
    while (end > 0 && isFill(code.get(end - 1))) {
      end--;
    }
    Optional<List<Long>> starts = X86.starts(code, 0, end);
    return starts.filter(all -> !probed(code, all));
  }

  /**
   * Whether another probe has put a breakpoint over the first byte of an instruction. Compilers put
   * some too, where the processor should not go on: behind jumps and returns.
   */
  private static boolean probed(ByteBuffer code, List<Long> starts) {
    for (int i = 0; i < starts.size(); i++) {
      boolean breakpoint = code.get(starts.get(i).intValue()) == BREAKPOINT;
      if (breakpoint && (i == 0 || !leaves(code.get(starts.get(i - 1).intValue()) & 0xff))) {
        return true;
      }
    }
    return false;
  }

  private static boolean leaves(int opcode) {
    return switch (opcode) {
      case 0xc2, 0xc3, 0xcc, 0xe9, 0xeb, 0xff, 0x2e, 0x41, 0xf3 -> true;
      default -> false;
    };
  }

  private static boolean isFill(byte code) {
    return code == BREAKPOINT || code == (byte) 0x90;
  }

  /** From an ELF file with program headers; empty if no segment has the address. */
  private static Optional<ByteBuffer> read(Path file, long address, int size) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer header = bytes(channel, 0, 64);
      long segments = header.getLong(32);
      int each = header.getShort(54) & 0xffff;
      int count = header.getShort(56) & 0xffff;
      for (int i = 0; i < count; i++) {
        ByteBuffer segment = bytes(channel, segments + (long) i * each, 56);
        long distance = address - segment.getLong(16);
        long length = segment.getLong(32);
        if (segment.getInt(0) == LOADED
            && distance >= 0
            && Long.compareUnsigned(distance + size, length) <= 0) {
          return Optional.of(bytes(channel, segment.getLong(8) + distance, size));
        }
      }
      return Optional.empty();
    }
  }

  private static ByteBuffer bytes(FileChannel channel, long from, int size) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, from + bytes.position()) <= 0) {
        throw new IOException("it ends before " + from);
      }
    }
    return bytes.flip();
  }
}
