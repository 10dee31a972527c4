package jbt.server.session;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Time in which this process could hear others. Where it stands still, or its whole machine does,
 * what the others said meanwhile is read only afterwards: nobody's silence counts for that time.
 */
public final class ListeningTime {
  private static final long MOST_AT_ONCE = TimeUnit.MILLISECONDS.toNanos(500);
  private static final ListeningTime OF_PROCESS = new ListeningTime(System::nanoTime);

  private final LongSupplier clock;
  private long read;
  private long time;

  ListeningTime(LongSupplier clock) {
    this.clock = clock;
    read = clock.getAsLong();
  }

  /** In nanoseconds, of which only differences mean something, and only while it is looked at. */
  public static long now() {
    return OF_PROCESS.next();
  }

  synchronized long next() {
    long last = read;
    read = clock.getAsLong();
    time += Math.min(read - last, MOST_AT_ONCE);
    return time;
  }
}
