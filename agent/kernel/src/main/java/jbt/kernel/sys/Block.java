package jbt.kernel.sys;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Zeroed memory outside the heap for the arguments of a system call. */
final class Block implements AutoCloseable {
  private final Memory memory;
  private final ByteBuffer bytes;

  Block(int size) {
    memory = new Memory(size);
    memory.clear();
    bytes = memory.getByteBuffer(0, size).order(ByteOrder.nativeOrder());
  }

  static Block of(byte[] content) {
    Block block = new Block(Math.max(1, content.length));
    block.bytes.put(0, content);
    return block;
  }

  static Block of(long[] numbers) {
    Block block = new Block(Math.max(1, numbers.length * Long.BYTES));
    block.bytes.asLongBuffer().put(0, numbers);
    return block;
  }

  /** Text with a NUL behind it. */
  static Block of(String text) {
    byte[] content = text.getBytes(StandardCharsets.UTF_8);
    Block block = new Block(content.length + 1);
    block.bytes.put(0, content);
    return block;
  }

  Block set(int offset, int value) {
    bytes.putInt(offset, value);
    return this;
  }

  Block set(int offset, long value) {
    bytes.putLong(offset, value);
    return this;
  }

  Block set(int offset, byte[] value) {
    bytes.put(offset, value);
    return this;
  }

  /** Stores the address of another block, which must be closed after the call. */
  Block set(int offset, Block block) {
    return set(offset, block.address());
  }

  int getInt(int offset) {
    return bytes.getInt(offset);
  }

  long getLong(int offset) {
    return bytes.getLong(offset);
  }

  ByteBuffer bytes() {
    return bytes;
  }

  Memory memory() {
    return memory;
  }

  long address() {
    return Pointer.nativeValue(memory);
  }

  int size() {
    return bytes.capacity();
  }

  @Override
  public void close() {
    memory.close();
  }
}
