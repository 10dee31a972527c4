package jbt.deploy.fleet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import jbt.kernel.CProgram;
import org.jspecify.annotations.Nullable;

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
 * input. It is in C, since an emulated machine takes half a minute to start a Java program.
 */
public final class Workload {
  private static final String SOURCE =
      """
      #define _GNU_SOURCE
      #include <pthread.h>
      #include <stdio.h>
      #include <stdlib.h>
      #include <string.h>
      #include <sys/prctl.h>
      #include <sys/syscall.h>
      #include <unistd.h>

      static void *make(void *line) {
        char comm[16], kind[16];
        long first = 0, step = 0, count = 0;
        int read = sscanf(line, "%15s %15s %ld %ld %ld", comm, kind, &first, &step, &count);
        prctl(PR_SET_NAME, comm);
        if (read == 3 && !strcmp(kind, "getppid")) {
          for (long i = 0; i < first; i++)
            syscall(SYS_getppid);
        } else if (read == 5 && !strcmp(kind, "policy")) {
          for (long i = 0; i < count; i++)
            syscall(SYS_sched_get_priority_max, first + i * step);
        } else if (read == 5 && !strcmp(kind, "offset")) {
          for (long i = 0; i < count; i++)
            syscall(SYS_lseek, 0xffffffffL, first + i * step, 0);
        } else {
          fprintf(stderr, "unknown series: %s", (char *) line);
          exit(1);
        }
        return 0;
      }

      int main(void) {
        char line[256];
        setlinebuf(stdout);
        puts("ready");
        while (fgets(line, sizeof line, stdin)) {
          pthread_t thread;
          if (pthread_create(&thread, 0, make, line) || pthread_join(thread, 0))
            return 1;
          puts("done");
        }
        return 0;
      }
      """;

  private static @Nullable Path program;

  private Workload() {}

  /** The program, for one that starts it. */
  public static synchronized Path program() throws IOException, InterruptedException {
    if (program == null) {
      Path folder = Files.createDirectories(Path.of("target/workload").toAbsolutePath());
      program = CProgram.compile(folder, "workload", SOURCE, "-O1", "-pthread");
    }
    return program;
  }
}
