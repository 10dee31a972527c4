package jbt.compiler.types;

import java.util.EnumSet;
import java.util.Set;
import jbt.compiler.types.Btf.Kind;

/** Ids of named entries by a hash of the name: open addressing, no string is made for the index. */
final class BtfNames {
  private static final Set<Kind> INDEXED =
      EnumSet.of(
          Kind.STRUCT, Kind.UNION, Kind.ENUM, Kind.ENUM64, Kind.TYPEDEF, Kind.FUNC, Kind.VAR);

  private final Btf btf;
  private final int[] table;

  private BtfNames(Btf btf, int[] table) {
    this.btf = btf;
    this.table = table;
  }

  /**
   * @param words the part of the file with the types
   * @param text the part with the strings
   */
  static BtfNames of(Btf btf, int[] words, byte[] text) {
    boolean[] indexed = new boolean[32];
    for (int number = 0; number < Kind.values().length; number++) {
      indexed[number] = INDEXED.contains(Btf.kindOf(number << 24));
    }
    int[] offsets = btf.offsets();
    int named = 0;
    for (int offset : offsets) {
      named += indexed[(words[offset + 1] >>> 24) & 0x1f] ? 1 : 0;
    }
    int[] table = new int[Integer.highestOneBit(Math.max(4, named)) * 4];
    int mask = table.length - 1;
    for (int i = 0; i < offsets.length; i++) {
      int offset = offsets[i];
      int name = words[offset];
      if (name != 0 && indexed[(words[offset + 1] >>> 24) & 0x1f]) {
        int own = name - btf.firstString();
        int at = spread(own >= 0 ? hash(text, own) : hash(btf.string(name))) & mask;
        while (table[at] != 0) {
          at = (at + 1) & mask;
        }
        table[at] = btf.firstId() + i;
      }
    }
    return new BtfNames(btf, table);
  }

  private static int hash(byte[] text, int start) {
    int hash = 0;
    for (int at = start; text[at] != 0; at++) {
      hash = 31 * hash + text[at];
    }
    return hash;
  }

  private static int hash(String name) {
    int hash = 0;
    for (int i = 0; i < name.length(); i++) {
      hash = 31 * hash + (byte) name.charAt(i);
    }
    return hash;
  }

  private static int spread(int hash) {
    return ((hash ^ (hash >>> 16)) * 0x9e3779b1) >>> 8;
  }

  /** The first entry of a kind and name, or 0. */
  int find(Kind kind, String name) {
    int hash = hash(name);
    int mask = table.length - 1;
    int at = spread(hash) & mask;
    while (table[at] != 0) {
      int id = table[at];
      if (btf.kind(id) == kind && btf.name(id).equals(name)) {
        return id;
      }
      at = (at + 1) & mask;
    }
    return 0;
  }
}
