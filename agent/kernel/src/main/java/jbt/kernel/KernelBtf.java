package jbt.kernel;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import jbt.compiler.types.Btf;
import jbt.compiler.types.KernelTypes;

/** The type information that the kernel shows of itself and of its modules. */
final class KernelBtf {
  private static final Path DIRECTORY = Path.of("/sys/kernel/btf");
  private static final String KERNEL = "vmlinux";

  /** Names a file to take instead, as for bpftrace. */
  private static final String INSTEAD = "BPFTRACE_BTF";

  private KernelBtf() {}

  /** Empty if the kernel was built without, or what it shows can't be read. */
  static Optional<KernelTypes> read() {
    return btf(KERNEL, bytes -> Btf.kernel(KERNEL, bytes))
        .map(
            kernel ->
                new KernelTypes(
                    kernel,
                    modules(),
                    name -> btf(name, bytes -> Btf.module(name, bytes, kernel))));
  }

  private interface Reader {
    Btf read(ByteBuffer bytes);
  }

  private static Optional<Btf> btf(String name, Reader reader) {
    try {
      return Optional.of(reader.read(bytes(file(name))));
    } catch (IOException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static Path file(String name) {
    Path shown = DIRECTORY.resolve(name);
    return name.equals(KERNEL) ? instead().orElse(shown) : shown;
  }

  /** The file that is taken instead of what the kernel shows of itself. */
  static Optional<Path> instead() {
    return Optional.ofNullable(System.getenv(INSTEAD))
        .filter(file -> !file.isEmpty())
        .map(Path::of);
  }

  private static List<String> modules() {
    try (Stream<Path> files = Files.list(DIRECTORY)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> !name.equals(KERNEL))
          .sorted()
          .toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  /** Mapped where the kernel can (Linux 6.16), which costs no memory of ours; else a copy. */
  private static ByteBuffer bytes(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long size = channel.size();
      try {
        return channel.map(FileChannel.MapMode.READ_ONLY, 0, size);
      } catch (IOException e) {
        ByteBuffer copy = ByteBuffer.allocateDirect(Math.toIntExact(size));
        while (copy.hasRemaining() && channel.read(copy, copy.position()) > 0) {
          // The channel moves the buffer's position.
        }
        return copy.flip();
      }
    }
  }
}
