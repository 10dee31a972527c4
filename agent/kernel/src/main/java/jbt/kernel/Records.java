package jbt.kernel;

import java.nio.ByteBuffer;

/** Takes the records of a ring buffer. */
@FunctionalInterface
public interface Records {
  /**
   * One record, see {@link jbt.compiler.plan.Site}.
   *
   * @param ring the whole ring, in the byte order of this machine, to be read by absolute position
   *     and only until this method returns
   */
  void record(ByteBuffer ring, int offset, int length);
}
