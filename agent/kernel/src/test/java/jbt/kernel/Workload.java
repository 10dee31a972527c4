package jbt.kernel;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;

/** Something to trace: system calls of this process. */
public final class Workload {
  private static final long GETPPID = System.getProperty("os.arch").equals("aarch64") ? 173 : 110;

  static {
    Native.register(Workload.class, NativeLibrary.getProcess());
  }

  private Workload() {}

  private static native long syscall(long number);

  /** Calls getppid so many times on this thread. */
  public static void getppid(long times) {
    for (long i = 0; i < times; i++) {
      syscall(GETPPID);
    }
  }

  /** Calls getppid so many times on each of some threads at once, and waits for them. */
  public static void getppid(int threads, long times) throws InterruptedException {
    Thread[] all = new Thread[threads];
    for (int i = 0; i < threads; i++) {
      all[i] = new Thread(() -> getppid(times), "load-" + i);
      all[i].start();
    }
    for (Thread thread : all) {
      thread.join();
    }
  }
}
