package jbt.kernel.dwarf;

/**
 * What entries of one unit depend on.
 *
 * @param start of its header
 * @param entries where the first entry is
 * @param end behind its last byte
 * @param wide offsets have 8 bytes instead of 4
 */
record Unit(
    int start,
    int entries,
    int end,
    int version,
    int addressSize,
    boolean wide,
    Abbreviations abbreviations,
    long textOffsets,
    long addresses) {
  Unit with(long texts, long base) {
    return new Unit(start, entries, end, version, addressSize, wide, abbreviations, texts, base);
  }

  int offsetSize() {
    return wide ? 8 : 4;
  }
}
