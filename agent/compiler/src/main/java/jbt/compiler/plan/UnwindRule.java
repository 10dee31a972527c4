package jbt.compiler.plan;

/**
 * How to get from a frame of a process to that of its caller: the second word of an element of a
 * map of kind UNWIND. All is told from the canonical frame address, which is what rsp is when the
 * caller goes on; the address where it does is in the word below.
 *
 * <p>From the lowest bit: 8 bits {@link #SP}, {@link #BP} or 0, 24 bits {@code saved}, 32 bits
 * {@code distance}, signed.
 */
public final class UnwindRule {
  /** There is no caller, or no way to it that a rule could tell. */
  public static final long NONE = 0;

  /** The frame address is told from rsp. */
  public static final int SP = 1;

  /** The frame address is told from rbp. */
  public static final int BP = 2;

  public static final int BASE_MASK = 0xff;
  public static final int SAVED_SHIFT = 8;
  public static final int SAVED_MASK = 0xff_ffff;
  public static final int DISTANCE_SHIFT = 32;

  private UnwindRule() {}

  /**
   * A rule in a word.
   *
   * @param distance of the frame address from its base
   * @param saved how far below the frame address the caller's rbp is; 0 if the register has it
   */
  public static long of(int base, int distance, int saved) {
    return (long) distance << DISTANCE_SHIFT | (long) saved << SAVED_SHIFT | base;
  }
}
