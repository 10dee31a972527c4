package jbt.kernel;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.OptionalInt;

/**
 * Finds {@code thread_info.status} in the kernel's type information without reading all of it,
 * which takes a tenth of a second: the scheduler's types are among the first.
 *
 * <p>Format: the kernel's Documentation/bpf/btf.rst.
 */
final class ThreadStatus {
  private static final Path FILE = Path.of("/sys/kernel/btf/vmlinux");
  private static final int MAGIC = 0xeb9f;
  private static final int LONGEST_HEADER = 64;

  /** Of the types, some ten thousand of them. */
  private static final int LOOKED_AT = 512 << 10;

  private static final int KIND_INT = 1;
  private static final int KIND_ARRAY = 3;
  private static final int KIND_STRUCT = 4;
  private static final int KIND_UNION = 5;
  private static final int KIND_ENUM = 6;
  private static final int KIND_FUNC_PROTO = 13;
  private static final int KIND_VAR = 14;
  private static final int KIND_DATASEC = 15;
  private static final int KIND_DECL_TAG = 17;
  private static final int KIND_ENUM64 = 19;

  private final FileChannel file;
  private final long strings;
  private final ByteBuffer types;

  private ThreadStatus(FileChannel file) throws IOException {
    this.file = file;
    ByteBuffer header = read(0, LONGEST_HEADER);
    if ((header.getShort(0) & 0xffff) != MAGIC) {
      throw new IOException(FILE + ": no type information in this machine's order");
    }
    int start = header.getInt(4);
    strings = (long) start + header.getInt(16);
    types = read((long) start + header.getInt(8), Math.min(LOOKED_AT, header.getInt(12)));
  }

  /**
   * From the start of a task_struct. Empty where it is not x86-64, where task_struct does not begin
   * with its thread_info, and where the kernel does not tell its types.
   */
  static OptionalInt offset() {
    if (!System.getProperty("os.arch").equals("amd64")) {
      return OptionalInt.empty();
    }
    try (FileChannel file = FileChannel.open(FILE, StandardOpenOption.READ)) {
      return new ThreadStatus(file).find();
    } catch (IOException | IndexOutOfBoundsException e) {
      return OptionalInt.empty();
    }
  }

  private OptionalInt find() throws IOException {
    boolean first = false;
    OptionalInt status = OptionalInt.empty();
    int at = 0;
    while (at + 12 <= types.limit() && !(first && status.isPresent())) {
      int info = types.getInt(at + 4);
      int kind = (info >>> 24) & 0x1f;
      int parts = info & 0xffff;
      if (kind == KIND_STRUCT && at + 12 * (1 + parts) <= types.limit()) {
        if (isNamed(at, "thread_info")) {
          status = member(at, parts, "status");
        } else if (isNamed(at, "task_struct")) {
          first = parts > 0 && isNamed(at + 12, "thread_info") && types.getInt(at + 20) == 0;
        }
      }
      at += size(kind, parts);
    }
    return first ? status : OptionalInt.empty();
  }

  /** Bytes of an entry. */
  private static int size(int kind, int parts) {
    return 12
        + switch (kind) {
          case KIND_INT, KIND_VAR, KIND_DECL_TAG -> 4;
          case KIND_ARRAY -> 12;
          case KIND_STRUCT, KIND_UNION, KIND_DATASEC, KIND_ENUM64 -> 12 * parts;
          case KIND_ENUM, KIND_FUNC_PROTO -> 8 * parts;
          default -> 0;
        };
  }

  private OptionalInt member(int struct, int parts, String name) throws IOException {
    for (int i = 1; i <= parts; i++) {
      if (isNamed(struct + 12 * i, name)) {
        // Where a struct has bit fields, the upper byte is their width.
        return OptionalInt.of((types.getInt(struct + 12 * i + 8) & 0xffffff) / Byte.SIZE);
      }
    }
    return OptionalInt.empty();
  }

  /** Whether the name at the beginning of an entry or member is this. */
  private boolean isNamed(int at, String name) throws IOException {
    ByteBuffer there = read(strings + types.getInt(at), name.length() + 1);
    return StandardCharsets.US_ASCII.decode(there).toString().equals(name + "\0");
  }

  private ByteBuffer read(long from, int size) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining() && file.read(bytes, from + bytes.position()) > 0) {
      // The channel moves the buffer's position.
    }
    return bytes.flip();
  }
}
