package jbt.compiler.c;

import jbt.compiler.types.Type;

/**
 * A type with what its layout needs.
 *
 * @param size in bytes; -1 of what has none, as a struct of which only the name is known
 * @param align in bytes
 * @param text plain {@code char}, of which an array is text
 * @param processId the number of a process or thread
 * @param perCpu a pointer into a processor's own area
 */
record CType(Type type, long size, int align, boolean text, boolean processId, boolean perCpu) {
  static final int UNKNOWN = -1;

  static CType of(Type type, long size, int align) {
    return new CType(type, size, align, false, false, false);
  }

  /** A number. */
  static CType of(Type type) {
    return of(type, Type.sizeOf(type), Type.sizeOf(type));
  }

  boolean sized() {
    return size >= 0;
  }

  CType aligned(int least) {
    return new CType(type, size, Math.max(align, least), text, processId, perCpu);
  }
}
