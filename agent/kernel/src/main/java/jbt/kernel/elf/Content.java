package jbt.kernel.elf;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** The bytes of a file. */
sealed interface Content {
  long size() throws IOException;

  /** Reads some bytes from a place on; returns how many, or -1 behind the end. */
  int read(ByteBuffer to, long place) throws IOException;

  void close() throws IOException;

  record OfFile(FileChannel channel) implements Content {
    @Override
    public long size() throws IOException {
      return channel.size();
    }

    @Override
    public int read(ByteBuffer to, long place) throws IOException {
      return channel.read(to, place);
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  @SuppressWarnings("ArrayRecordComponent") // nobody compares contents
  record Held(byte[] bytes) implements Content {
    @Override
    public long size() {
      return bytes.length;
    }

    @Override
    public int read(ByteBuffer to, long place) {
      int count = (int) Math.min(to.remaining(), bytes.length - place);
      if (count <= 0) {
        return -1;
      }
      to.put(bytes, (int) place, count);
      return count;
    }

    @Override
    public void close() {}
  }
}
