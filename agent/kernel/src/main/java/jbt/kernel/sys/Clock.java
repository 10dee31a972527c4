package jbt.kernel.sys;

/** Clocks that Java has not. */
public final class Clock {
  private static final int CLOCK_BOOTTIME = 7;

  private Clock() {}

  /** CLOCK_BOOTTIME in nanoseconds: what bpf_ktime_get_boot_ns gives. */
  public static long bootNanos() {
    try (Block timespec = new Block(16)) {
      SystemCallException.check(
          "clock_gettime", Libc.clock_gettime(CLOCK_BOOTTIME, timespec.memory()));
      return timespec.getLong(0) * 1_000_000_000L + timespec.getLong(8);
    }
  }
}
