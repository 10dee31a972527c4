package jbt.kernel.elf;

/**
 * A symbol that is defined in its file.
 *
 * @param address as the file counts addresses, before it is moved at run time
 * @param size in bytes; 0 when not known
 */
public record Symbol(String name, long address, long size, Kind kind, boolean global) {
  /** What it names. */
  public enum Kind {
    FUNCTION,
    /**
     * Code that is called once, to tell which implementation of a function is to be used (IFUNC).
     */
    CHOOSER,
    DATA,
    OTHER
  }

  public boolean isCode() {
    return kind == Kind.FUNCTION || kind == Kind.CHOOSER;
  }
}
