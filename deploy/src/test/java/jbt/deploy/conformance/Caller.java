package jbt.deploy.conformance;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import jbt.kernel.Workload;

/**
 * Calls getppid all the while, in one thread alone: a script that exits at the first call then sees
 * no second one.
 */
public final class Caller implements AutoCloseable {
  /** The process that scripts are told of. */
  public static final long PID = ProcessHandle.current().pid();

  private static final long EVERY_NS = TimeUnit.MILLISECONDS.toNanos(1);

  private final Thread thread = Thread.ofPlatform().start(Caller::call);

  private static void call() {
    while (!Thread.interrupted()) {
      Workload.getppid(1);
      LockSupport.parkNanos(EVERY_NS);
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
