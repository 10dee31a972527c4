package jbt.kernel;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Something to trace: system calls of this process that change nothing. */
public final class Workload {
  private static final boolean ARM = System.getProperty("os.arch").equals("aarch64");
  private static final long GETPPID = ARM ? 173 : 110;
  private static final long GETPGID = ARM ? 155 : 121;
  private static final long OPENAT = ARM ? 56 : 257;

  /** O_TMPFILE, to read only: the kernel refuses that before it looks at the path. */
  private static final long REFUSED = 0x400000 | (ARM ? 0x4000 : 0x10000);

  static {
    Native.register(Workload.class, NativeLibrary.getProcess());
  }

  private Workload() {}

  private static native long syscall(long number, long argument);

  private static native long syscall(long number, long directory, Memory path, long flags);

  /** Calls getppid so many times on this thread. */
  public static void getppid(long times) {
    for (long i = 0; i < times; i++) {
      syscall(GETPPID, 0);
    }
  }

  /** Calls getppid so many times on each of some threads at once, and waits for them. */
  public static void getppid(int threads, long times) throws InterruptedException {
    onThreads(threads, () -> getppid(times));
  }

  /** Calls getpgid with each number from {@code first} to {@code last}. */
  public static void getpgid(int first, int last) {
    for (int i = first; i <= last; i++) {
      syscall(GETPGID, i);
    }
  }

  /** Calls openat with a path so many times; it always fails. */
  public static void open(String path, long times) {
    try (Memory memory = new Memory(path.length() + 1L)) {
      memory.setString(0, path);
      for (long i = 0; i < times; i++) {
        syscall(OPENAT, -1, memory, REFUSED);
      }
    }
  }

  /** Does the work on each of some threads at once, and waits for them. */
  public static void onThreads(int threads, Runnable work) throws InterruptedException {
    Thread[] all = new Thread[threads];
    for (int i = 0; i < threads; i++) {
      all[i] = new Thread(work, "load-" + i);
      all[i].start();
    }
    for (Thread thread : all) {
      thread.join();
    }
    // Java takes a thread for ended before it has made its last system calls.
    for (int i = 0; i < 60_000 && living() > 0; i++) {
      Thread.sleep(1);
    }
  }

  /** How many of the threads the kernel still has. */
  private static long living() {
    String[] tasks = new File("/proc/self/task").list();
    return Stream.of(tasks == null ? new String[0] : tasks)
        .filter(task -> name(task).startsWith("load-"))
        .count();
  }

  private static String name(String task) {
    try {
      return Files.readString(Path.of("/proc/self/task", task, "comm"));
    } catch (IOException e) {
      return ""; // It has just ended.
    }
  }
}
