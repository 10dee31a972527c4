package jbt.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Functions that were being called, the innermost first.
 *
 * @param process of a user stack, else 0
 * @param frames addresses
 */
@SuppressWarnings("ArrayRecordComponent") // nobody compares stacks
public record Stack(int process, long[] frames) {
  /** An element of a map of stacks. */
  static Stack of(byte[] element) {
    ByteBuffer from = ByteBuffer.wrap(element).order(ByteOrder.nativeOrder());
    long[] frames = new long[from.getInt()];
    int process = from.getInt();
    from.asLongBuffer().get(frames);
    return new Stack(process, frames);
  }
}
