package jbt.compiler.c;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import jbt.compiler.types.Member;

/** Gives the members of a struct or union their places, by the ABI of x86-64. */
final class StructLayout {
  /** Where nothing says how far members are aligned at most. */
  static final int NATURAL = Integer.MAX_VALUE;

  private final boolean union;
  private final int pack;

  /** Bytes that the types of members are aligned to. */
  private final int most;

  private final List<Member> members = new ArrayList<>();

  /** Bits that are taken, of a union by its largest member. */
  private long used;

  private int align = 1;

  /**
   * @param packed by an attribute, which leaves members the alignment of their own
   * @param pack bytes that members are aligned to, whatever they say
   */
  StructLayout(boolean union, boolean packed, int pack) {
    this.union = union;
    this.pack = pack;
    this.most = packed ? 1 : pack;
  }

  /**
   * @param leastAlign of an attribute; 1 if there is none
   * @param memberPacked takes no notice of its type's alignment
   */
  void add(String name, CType type, int leastAlign, boolean memberPacked) {
    int ofType = memberPacked ? 1 : Math.min(type.align(), most);
    int own = Math.min(Math.max(ofType, leastAlign), pack);
    align = Math.max(align, own);
    long start = union ? 0 : roundUp(used, 8L * own);
    Member plain = Member.plain(name, type.type(), (int) (start / 8));
    members.add(
        new Member(
            name, type.type(), plain.offset(), Optional.empty(), type.perCpu(), type.processId()));
    used = Math.max(used, start + 8 * type.size());
  }

  /** A width of 0 only ends the bytes that the last bit-field is in. */
  void addBits(String name, CType type, int width) {
    long unit = 8 * type.size();
    if (width == 0) {
      used = union ? used : roundUp(used, unit);
      return;
    }
    long start = union ? 0 : used;
    boolean crosses = start / unit != (start + width - 1) / unit;
    if (crosses && most == NATURAL) {
      start = roundUp(start, unit);
    }
    used = Math.max(used, start + width);
    if (name.isEmpty()) {
      return;
    }
    align = Math.max(align, Math.min(type.align(), most));
    members.add(Member.bitField(name, type.type(), (int) start, width, 1));
  }

  List<Member> members() {
    return members;
  }

  int align(int least) {
    return Math.max(align, least);
  }

  long size(int least) {
    return roundUp(used, 8L * align(least)) / 8;
  }

  private static long roundUp(long value, long to) {
    return (value + to - 1) / to * to;
  }
}
