package jbt.kernel;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import jbt.kernel.sys.Fd;

/**
 * Closes links and perf events. For each of them the kernel waits for grace periods of 10 to 25 ms;
 * those of links run side by side, those of tracepoint events one after another under a lock (Linux
 * 6.18: 360 points one by one take 19 s, with 64 threads 240 ms, with 256 80 ms). Kernels before
 * that (6.1 and 6.12) take the lock for links of perf events, too: nobody waits for all of a
 * thousand then. Their programs return at once, since the gate is closed.
 */
final class Release {
  private static final int THREADS = 256;
  private static final long STACK = 128 << 10;
  private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(1);

  private Release() {}

  /** Returns when all links are closed, or after a while; goes on on threads of its own. */
  static void close(List<Fd> links, List<Fd> events) {
    List<Thread> threads = closeSideBySide(links);
    List<Fd> rest = List.copyOf(events);
    long forever = System.nanoTime() + Long.MAX_VALUE / 2;
    if (!rest.isEmpty()) {
      start(
          "release-events",
          () -> {
            threads.forEach(thread -> join(thread, forever));
            rest.forEach(Fd::close);
          });
    }
    long until = System.nanoTime() + PATIENCE_NS;
    threads.forEach(thread -> join(thread, until));
  }

  private static List<Thread> closeSideBySide(List<Fd> fds) {
    Queue<Fd> queue = new ConcurrentLinkedQueue<>(fds);
    Runnable work =
        () -> {
          for (Fd fd = queue.poll(); fd != null; fd = queue.poll()) {
            fd.close();
          }
        };
    return IntStream.range(0, Math.min(THREADS, fds.size()))
        .mapToObj(i -> start("release-links", work))
        .toList();
  }

  private static Thread start(String name, Runnable work) {
    Thread thread = new Thread(null, work, name, STACK);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private static void join(Thread thread, long until) {
    boolean interrupted = false;
    long left = until - System.nanoTime();
    while (thread.isAlive() && left > 0) {
      try {
        TimeUnit.NANOSECONDS.timedJoin(thread, left);
      } catch (InterruptedException e) {
        interrupted = true;
      }
      left = until - System.nanoTime();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
