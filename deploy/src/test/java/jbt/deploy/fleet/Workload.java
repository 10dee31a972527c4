package jbt.deploy.fleet;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/**
 * A process that makes the system calls it is told to, and no others of their kind. Each line on
 * its standard input is one series, answered by {@code done} when all its calls were made:
 *
 * <pre>
 *   COMM getppid COUNT                 getppid()
 *   COMM policy FIRST STEP COUNT       sched_get_priority_max(n), n = FIRST, FIRST + STEP, ...
 *   COMM offset FIRST STEP COUNT       lseek(0xffffffff, n, 0): fails whatever n is
 * </pre>
 *
 * COMM is the name of the thread that makes the calls, which is what the builtin {@code comm}
 * shows; it has at most 15 characters. The process says {@code ready} first and ends with its
 * input.
 */
public final class Workload {
  private static final boolean ARM = System.getProperty("os.arch").equals("aarch64");
  private static final long GETPPID = ARM ? 173 : 110;
  private static final long SCHED_GET_PRIORITY_MAX = ARM ? 125 : 146;
  private static final long LSEEK = ARM ? 62 : 8;

  private static final long NO_FILE = 0xffffffffL;

  static {
    Native.register(Workload.class, NativeLibrary.getProcess());
  }

  private Workload() {}

  private static native long syscall(long number, long first, long second, long third);

  public static void main(String[] arguments) throws IOException, InterruptedException {
    BufferedReader input =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    System.out.println("ready");
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      String[] words = line.split(" ");
      Thread thread = new Thread(() -> make(words), words[0]);
      thread.start();
      thread.join();
      System.out.println("done");
    }
  }

  private static void make(String[] words) {
    long first = Long.parseLong(words[2]);
    switch (words[1]) {
      case "getppid" -> {
        for (long i = 0; i < first; i++) {
          syscall(GETPPID, 0, 0, 0);
        }
      }
      case "policy" -> {
        long step = Long.parseLong(words[3]);
        long count = Long.parseLong(words[4]);
        for (long i = 0; i < count; i++) {
          syscall(SCHED_GET_PRIORITY_MAX, first + i * step, 0, 0);
        }
      }
      case "offset" -> {
        long step = Long.parseLong(words[3]);
        long count = Long.parseLong(words[4]);
        for (long i = 0; i < count; i++) {
          syscall(LSEEK, NO_FILE, first + i * step, 0);
        }
      }
      default -> throw new IllegalArgumentException("unknown series " + words[1]);
    }
  }
}
