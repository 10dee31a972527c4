package jbt.compiler.interpreter;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;

/** Memory of the machine: regions far apart, so that an access outside of one is always noticed. */
final class Memory {
  private static final int REGION_SHIFT = 32;

  /** Addresses point into the middle of a region's room, so that negative offsets stay in it. */
  private static final long ORIGIN = 1L << (REGION_SHIFT - 1);

  private final Map<Long, ByteBuffer> regions = new HashMap<>();
  private long next = 1;

  /** Makes the bytes reachable; returns the address of the first one. */
  long add(byte[] bytes) {
    long number = next++;
    regions.put(number, ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
    return (number << REGION_SHIFT) + ORIGIN;
  }

  void remove(long address) {
    regions.remove(address >> REGION_SHIFT);
  }

  boolean readable(long address, int size) {
    ByteBuffer region = regions.get(address >> REGION_SHIFT);
    long offset = (address & ((1L << REGION_SHIFT) - 1)) - ORIGIN;
    return region != null && offset >= 0 && offset + size <= region.capacity();
  }

  private ByteBuffer region(long address, int size) {
    ByteBuffer region = regions.get(address >> REGION_SHIFT);
    if (region == null || !readable(address, size)) {
      throw new IllegalStateException(
          "access of %d bytes at 0x%x is outside of memory".formatted(size, address));
    }
    return region;
  }

  private static int offset(long address) {
    return (int) ((address & ((1L << REGION_SHIFT) - 1)) - ORIGIN);
  }

  long load(long address, int size) {
    ByteBuffer region = region(address, size);
    int at = offset(address);
    return switch (size) {
      case 1 -> region.get(at) & 0xffL;
      case 2 -> region.getShort(at) & 0xffffL;
      case 4 -> region.getInt(at) & 0xffffffffL;
      default -> region.getLong(at);
    };
  }

  void store(long address, int size, long value) {
    ByteBuffer region = region(address, size);
    int at = offset(address);
    switch (size) {
      case 1 -> region.put(at, (byte) value);
      case 2 -> region.putShort(at, (short) value);
      case 4 -> region.putInt(at, (int) value);
      default -> region.putLong(at, value);
    }
  }

  byte[] read(long address, int size) {
    byte[] bytes = new byte[size];
    if (size > 0) {
      region(address, size).get(offset(address), bytes);
    }
    return bytes;
  }

  void write(long address, byte[] bytes) {
    if (bytes.length > 0) {
      region(address, bytes.length).put(offset(address), bytes);
    }
  }
}
