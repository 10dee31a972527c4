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
   * @param leastAlign of an attribute; 0 if there is none
   * @param memberPacked takes no notice of its type's alignment
   */
  void add(String name, CType type, int leastAlign, boolean memberPacked) {
    int own = alignment(type, leastAlign, memberPacked);
    align = Math.max(align, own);
    long start = union ? 0 : roundUp(used, 8L * own);
    Member plain = Member.plain(name, type.type(), (int) (start / 8));
    members.add(
        new Member(
            name, type.type(), plain.offset(), Optional.empty(), type.perCpu(), type.processId()));
    used = Math.max(used, start + 8 * type.size());
  }

  private int alignment(CType type, int leastAlign, boolean memberPacked) {
    int ofType = memberPacked ? 1 : Math.min(type.align(), most);
    return Math.min(Math.max(ofType, leastAlign), pack);
  }

  /**
   * A width of 0 only ends the bytes that the last bit-field is in.
   *
   * @param leastAlign of an attribute, by which a field begins a byte; 0 if there is none
   */
  void addBits(String name, CType type, int width, int leastAlign, boolean memberPacked) {
    long unit = 8 * type.size();
    if (width == 0) {
      used = union ? used : roundUp(used, unit);
      return;
    }
    int least = Math.min(leastAlign, pack);
    long start = union ? 0 : least == 0 ? used : roundUp(used, 8L * least);
    boolean crosses = start / unit != (start + width - 1) / unit;
    if (crosses && most == NATURAL && !memberPacked) {
      start = roundUp(start, unit);
    }
    used = Math.max(used, start + width);
    if (name.isEmpty()) {
      return;
    }
    align = Math.max(align, alignment(type, leastAlign, memberPacked));
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
