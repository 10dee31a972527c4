package jbt.kernel.sys;

/** Memory pages. */
public final class Pages {
  private static final int SC_PAGESIZE = 30;
  private static final int SIZE = Math.toIntExact(Libc.sysconf(SC_PAGESIZE));

  private Pages() {}

  /** In bytes. */
  public static int size() {
    return SIZE;
  }
}
