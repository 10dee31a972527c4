package jbt.kernel.elf;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.InflaterInputStream;
import org.tukaani.xz.XZInputStream;

/** What files have packed inside of them. */
final class Packed {
  private static final int HEADER = 24;
  private static final int ZLIB = 1;
  private static final int MOST = 256 << 20;
  private static final int MOST_MEMORY_KIB = 128 << 10;

  private Packed() {}

  /** A section with the flag for it. */
  static byte[] unpack(String file, byte[] stored) throws IOException {
    ByteBuffer header = ByteBuffer.wrap(stored).order(ByteOrder.LITTLE_ENDIAN);
    if (stored.length < HEADER || header.getInt(0) != ZLIB) {
      throw new ElfException(file, "its debug information is packed in a way that is not known");
    }
    return all(
        file,
        new InflaterInputStream(new ByteArrayInputStream(stored, HEADER, stored.length - HEADER)));
  }

  /** A section that is an xz file. */
  static byte[] unpackXz(String file, byte[] stored) throws IOException {
    return all(file, new XZInputStream(new ByteArrayInputStream(stored), MOST_MEMORY_KIB));
  }

  private static byte[] all(String file, InputStream packed) throws IOException {
    ByteArrayOutputStream unpacked = new ByteArrayOutputStream();
    byte[] part = new byte[1 << 16];
    try (packed) {
      for (int count = packed.read(part); count >= 0; count = packed.read(part)) {
        unpacked.write(part, 0, count);
        if (unpacked.size() > MOST) {
          throw new ElfException(file, "what is packed in it is too large");
        }
      }
    }
    return unpacked.toByteArray();
  }
}
