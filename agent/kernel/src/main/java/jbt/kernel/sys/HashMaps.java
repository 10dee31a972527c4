package jbt.kernel.sys;

import com.sun.jna.Native;
import java.nio.ByteBuffer;

/**
 * Reading and emptying hash maps in batches (Linux 5.6).
 *
 * <p>A batch holds whole buckets, taken under their locks: an element that is there all the time is
 * seen exactly once, whatever happens to others meanwhile.
 */
public final class HashMaps implements AutoCloseable {
  private static final int MAP_LOOKUP_BATCH = 24;
  private static final int MAP_DELETE_BATCH = 27;
  private static final int FIRST_BATCH_BYTES = 256 << 10;
  private static final int BATCH_ATTRIBUTES = 56;

  private final Fd map;
  private final int keySize;
  private final int valueSize;
  private int capacity;
  private Block keys;
  private Block values;

  /**
   * @param valueSize of all processors together, each rounded up to 8
   */
  public HashMaps(Fd map, int keySize, int valueSize, int maxEntries) {
    this.map = map;
    this.keySize = keySize;
    this.valueSize = valueSize;
    this.capacity =
        Math.clamp(FIRST_BATCH_BYTES / (keySize + valueSize), Math.min(64, maxEntries), maxEntries);
    this.keys = new Block(capacity * keySize);
    this.values = new Block(capacity * valueSize);
  }

  /**
   * What {@link #forEach} calls with an element: where it is in {@code keys} and {@code values}.
   */
  @FunctionalInterface
  public interface Element {
    void element(ByteBuffer keys, int key, ByteBuffer values, int value);
  }

  /** Calls back with every element. */
  public void forEach(Element element) {
    scan(
        count -> {
          for (int i = 0; i < count; i++) {
            element.element(keys.bytes(), i * keySize, values.bytes(), i * valueSize);
          }
        });
  }

  /** Says of the key at an offset whether its element is to go. */
  @FunctionalInterface
  public interface Test {
    boolean test(ByteBuffer keys, int key);
  }

  /** Deletes the elements whose key passes the test. */
  public void deleteIf(Test test) {
    // Deleting between two look-ups is safe: the position is a bucket, not a key.
    scan(
        count -> {
          int kept = 0;
          for (int i = 0; i < count; i++) {
            if (test.test(keys.bytes(), i * keySize)) {
              keys.bytes().put(kept * keySize, keys.bytes(), i * keySize, keySize);
              kept++;
            }
          }
          delete(kept);
        });
  }

  @FunctionalInterface
  private interface Batch {
    void of(int count);
  }

  private void scan(Batch batch) {
    try (Block attributes = new Block(BATCH_ATTRIBUTES);
        Block position = new Block(Math.max(8, keySize))) {
      boolean first = true;
      while (true) {
        attributes
            .set(0, first ? 0L : position.address())
            .set(8, position)
            .set(16, keys)
            .set(24, values)
            .set(32, capacity)
            .set(36, map.number());
        long result = Bpf.call(MAP_LOOKUP_BATCH, attributes);
        int errno = result < 0 ? Native.getLastError() : 0;
        if (errno == SystemCallException.ENOSPC) {
          // A single bucket holds more than there is room for.
          grow();
          continue;
        }
        if (errno != 0 && errno != SystemCallException.ENOENT) {
          throw new SystemCallException("BPF_MAP_LOOKUP_BATCH", errno);
        }
        batch.of(attributes.getInt(32));
        if (errno == SystemCallException.ENOENT) {
          return;
        }
        first = false;
      }
    }
  }

  private void delete(int count) {
    int done = 0;
    try (Block attributes = new Block(BATCH_ATTRIBUTES)) {
      while (done < count) {
        attributes
            .set(16, keys.address() + (long) done * keySize)
            .set(32, count - done)
            .set(36, map.number());
        long result = Bpf.call(MAP_DELETE_BATCH, attributes);
        int errno = result < 0 ? Native.getLastError() : 0;
        if (errno != 0 && errno != SystemCallException.ENOENT) {
          throw new SystemCallException("BPF_MAP_DELETE_BATCH", errno);
        }
        // With ENOENT the element after those that were deleted is gone already.
        done += attributes.getInt(32) + (errno == 0 ? 0 : 1);
      }
    }
  }

  private void grow() {
    keys.close();
    values.close();
    capacity = Math.multiplyExact(capacity, 2);
    keys = new Block(Math.multiplyExact(capacity, keySize));
    values = new Block(Math.multiplyExact(capacity, valueSize));
  }

  @Override
  public void close() {
    keys.close();
    values.close();
  }
}
