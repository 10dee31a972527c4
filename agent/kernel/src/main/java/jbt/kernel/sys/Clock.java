package jbt.kernel.sys;

import java.time.Instant;
import java.util.concurrent.TimeUnit;

/** Clocks that Java has not. */
public final class Clock {
  private static final int CLOCK_BOOTTIME = 7;

  private Clock() {}

  /** What the wall clock, in nanoseconds since 1970, is ahead of CLOCK_BOOTTIME. */
  public static long wallOffsetNanos() {
    Instant now = Instant.now();
    return TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano() - bootNanos();
  }

  /** CLOCK_BOOTTIME in nanoseconds: what bpf_ktime_get_boot_ns gives. */
  public static long bootNanos() {
    try (Block timespec = new Block(16)) {
      SystemCallException.check(
          "clock_gettime", Libc.clock_gettime(CLOCK_BOOTTIME, timespec.memory()));
      return timespec.getLong(0) * 1_000_000_000L + timespec.getLong(8);
    }
  }
}
