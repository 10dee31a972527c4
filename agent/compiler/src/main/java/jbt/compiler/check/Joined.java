package jbt.compiler.check;

/** How much join() keeps. */
public final class Joined {
  /** Texts. */
  public static final int MOST = 16;

  /** Bytes of each. */
  public static final int LONGEST = 1024;

  private Joined() {}

  /** Bytes of all of them with something between them. */
  static int size(int separator) {
    return MOST * LONGEST + (MOST - 1) * separator + 1;
  }
}
