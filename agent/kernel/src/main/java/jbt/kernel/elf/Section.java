package jbt.kernel.elf;

/**
 * An entry of the section table.
 *
 * @param type SHT_*
 * @param address in memory, 0 for what is not loaded
 * @param offset in the file
 * @param link index of another section, by type
 */
public record Section(
    String name, int type, long flags, long address, long offset, long size, int link) {
  static final int SYMTAB = 2;
  static final int NOTE = 7;
  static final int NOBITS = 8;
  static final int DYNSYM = 11;
  private static final int EXECINSTR = 4;
  private static final int COMPRESSED = 1 << 11;

  boolean compressed() {
    return (flags & COMPRESSED) != 0;
  }

  /** Whether it holds instructions. */
  public boolean executable() {
    return (flags & EXECINSTR) != 0;
  }
}
