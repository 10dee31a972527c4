package jbt.kernel.elf;

/**
 * An entry of the program header.
 *
 * @param type PT_*
 * @param flags PF_*
 */
public record Segment(
    int type, int flags, long offset, long address, long fileSize, long memorySize) {
  static final int LOAD = 1;
  static final int NOTE = 4;
  private static final int EXECUTABLE = 1;

  public boolean executable() {
    return (flags & EXECUTABLE) != 0;
  }

  /** Whether it is mapped from the file when the program starts. */
  public boolean loaded() {
    return type == LOAD;
  }

  public boolean holdsAddress(long wanted) {
    return loaded() && Long.compareUnsigned(wanted - address, fileSize) < 0;
  }

  boolean holdsOffset(long wanted) {
    return loaded() && Long.compareUnsigned(wanted - offset, fileSize) < 0;
  }
}
