package jbt.kernel.dwarf;

/**
 * What entries of one unit depend on.
 *
 * @param start of its header
 * @param entries where the first entry is
 * @param end behind its last byte
 * @param wide offsets have 8 bytes instead of 4
 * @param rangeLists where the table of the places of lists of ranges begins
 * @param base what offsets of code are from
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
    long addresses,
    long rangeLists,
    long base) {
  Unit with(long texts, long addressTable, long ranges) {
    return new Unit(
        start,
        entries,
        end,
        version,
        addressSize,
        wide,
        abbreviations,
        texts,
        addressTable,
        ranges,
        base);
  }

  Unit at(long address) {
    return new Unit(
        start,
        entries,
        end,
        version,
        addressSize,
        wide,
        abbreviations,
        textOffsets,
        addresses,
        rangeLists,
        address);
  }

  int offsetSize() {
    return wide ? 8 : 4;
  }
}
