package jbt.compiler.bpf;

/** What a conditional jump compares. */
public enum Condition {
  EQ(0x10, "=="),
  GT(0x20, ">"),
  GE(0x30, ">="),
  /** Some bit is set in both. */
  SET(0x40, "&"),
  NE(0x50, "!="),
  SIGNED_GT(0x60, "s>"),
  SIGNED_GE(0x70, "s>="),
  LT(0xa0, "<"),
  LE(0xb0, "<="),
  SIGNED_LT(0xc0, "s<"),
  SIGNED_LE(0xd0, "s<=");

  final int code;
  final String symbol;

  Condition(int code, String symbol) {
    this.code = code;
    this.symbol = symbol;
  }

  /** How it reads in a listing. */
  public String symbol() {
    return symbol;
  }

  /** The condition that holds when this one does not; SET has none. */
  public Condition negated() {
    return switch (this) {
      case EQ -> NE;
      case NE -> EQ;
      case GT -> LE;
      case LE -> GT;
      case GE -> LT;
      case LT -> GE;
      case SIGNED_GT -> SIGNED_LE;
      case SIGNED_LE -> SIGNED_GT;
      case SIGNED_GE -> SIGNED_LT;
      case SIGNED_LT -> SIGNED_GE;
      case SET -> throw new IllegalArgumentException("SET has no opposite");
    };
  }

  public boolean test(long left, long right) {
    return switch (this) {
      case EQ -> left == right;
      case GT -> Long.compareUnsigned(left, right) > 0;
      case GE -> Long.compareUnsigned(left, right) >= 0;
      case SET -> (left & right) != 0;
      case NE -> left != right;
      case SIGNED_GT -> left > right;
      case SIGNED_GE -> left >= right;
      case LT -> Long.compareUnsigned(left, right) < 0;
      case LE -> Long.compareUnsigned(left, right) <= 0;
      case SIGNED_LT -> left < right;
      case SIGNED_LE -> left <= right;
    };
  }
}
