package jbt.kernel.binaries;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds libraries by name: in the dynamic linker's cache, else in the usual folders. */
final class LibraryCache {
  private static final String MAGIC = "glibc-ld.so.cache1.1";
  private static final int HEADER = 48;
  private static final int ENTRY = 24;
  private static final long LARGEST = 16 << 20;

  /** Bits of an entry's flags that name the architecture; 64-bit libraries of x86-64 and of ARM. */
  private static final int ARCHITECTURE = 0xff00;

  private static final int X86_64 = 0x0300;
  private static final int AARCH64 = 0x0a00;

  private static final String[] FOLDERS = {
    "/lib64",
    "/usr/lib64",
    "/lib/x86_64-linux-gnu",
    "/usr/lib/x86_64-linux-gnu",
    "/lib/aarch64-linux-gnu",
    "/usr/lib/aarch64-linux-gnu",
    "/lib",
    "/usr/lib",
    "/usr/local/lib"
  };

  private LibraryCache() {}

  /** {@code name} is {@code libc} or {@code libc.so.6}. */
  static Optional<Path> find(String name) {
    return inCache(name, Path.of("/etc/ld.so.cache")).or(() -> inFolders(name));
  }

  static Optional<Path> inCache(String name, Path cache) {
    try {
      return Files.size(cache) > LARGEST
          ? Optional.empty()
          : inCache(name, Files.readAllBytes(cache));
    } catch (IOException e) {
      // No cache: as on systems without glibc.
      return Optional.empty();
    }
  }

  private static Optional<Path> inCache(String name, byte[] content) {
    int start = start(content);
    if (start < 0) {
      return Optional.empty();
    }
    ByteBuffer cache = ByteBuffer.wrap(content).order(ByteOrder.nativeOrder());
    long count = Integer.toUnsignedLong(cache.getInt(start + 20));
    for (long i = 0; i < count; i++) {
      long at = start + HEADER + i * ENTRY;
      if (at + ENTRY > content.length) {
        return Optional.empty();
      }
      int flags = cache.getInt((int) at) & ARCHITECTURE;
      String key = text(content, start + Integer.toUnsignedLong(cache.getInt((int) at + 4)));
      boolean ours = flags == X86_64 || flags == AARCH64;
      if (ours && (key.equals(name) || key.startsWith(name + ".so"))) {
        return Optional.of(
            Path.of(text(content, start + Integer.toUnsignedLong(cache.getInt((int) at + 8)))));
      }
    }
    return Optional.empty();
  }

  /** Where the format of glibc 2.2 and later begins; an older one may stand in front of it. */
  private static int start(byte[] content) {
    byte[] magic = MAGIC.getBytes(StandardCharsets.US_ASCII);
    for (int at = 0; at + HEADER <= content.length; at += 4) {
      if (Arrays.equals(content, at, at + magic.length, magic, 0, magic.length)) {
        return at;
      }
    }
    return -1;
  }

  private static String text(byte[] content, long start) {
    int end = (int) Math.min(start, content.length);
    while (end < content.length && content[end] != 0) {
      end++;
    }
    int from = (int) Math.min(start, end);
    return new String(content, from, end - from, StandardCharsets.UTF_8);
  }

  private static Optional<Path> inFolders(String name) {
    for (String folder : FOLDERS) {
      try (Stream<Path> files = Files.list(Path.of(folder))) {
        Optional<Path> found =
            files
                .filter(
                    file ->
                        file.getFileName().toString().equals(name)
                            || file.getFileName().toString().startsWith(name + ".so"))
                .sorted()
                .findFirst();
        if (found.isPresent()) {
          return found;
        }
      } catch (IOException e) {
        // No such folder here.
      }
    }
    return Optional.empty();
  }
}
