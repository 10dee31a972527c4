package jbt.daemon;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;

/** System calls of this process that change nothing. */
final class Calls {
  private static final long GETPPID = System.getProperty("os.arch").equals("aarch64") ? 173 : 110;

  static {
    Native.register(Calls.class, NativeLibrary.getProcess());
  }

  private Calls() {}

  private static native long syscall(long number);

  static void getppid(long times) {
    for (long i = 0; i < times; i++) {
      syscall(GETPPID);
    }
  }

  /** So many times on each of two threads at once. */
  static void getppidTwice(long times) throws InterruptedException {
    Thread other = new Thread(() -> getppid(times));
    other.start();
    getppid(times);
    other.join();
  }
}
