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
 * @param language its number; -1 if that is not told
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
    long base,
    long language) {
  /** With what its first entry tells of all others. */
  Unit with(Entry first) {
    return new Unit(
        start,
        entries,
        end,
        version,
        addressSize,
        wide,
        abbreviations,
        first.number(Entries.TEXT_OFFSETS, textOffsets),
        first.number(Entries.ADDRESSES, addresses),
        first.number(Entries.RANGE_LISTS, rangeLists),
        first.number(Entries.LOW_PC, 0),
        first.number(Entries.LANGUAGE));
  }

  int offsetSize() {
    return wide ? 8 : 4;
  }
}
