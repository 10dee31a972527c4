// The traced program of deploy/bench. Each line of its input, "CALLS RATE LENGTH", makes so many
// calls, RATE of them a second (0: as fast as it can), and is answered by a line: nanoseconds of
// processor time a call. LENGTH 0 means getppid, another one openat with a path of that length and
// flags that the kernel refuses before it looks at the path.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static long now(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return t.tv_sec * 1000000000L + t.tv_nsec;
}

int main(void) {
  static char path[4096];
  long calls, rate, length;
  while (scanf("%ld %ld %ld", &calls, &rate, &length) == 3 && length < (long)sizeof path) {
    memset(path, 'x', length);
    path[length] = 0;
    long start = now(CLOCK_MONOTONIC), used = now(CLOCK_PROCESS_CPUTIME_ID);
    for (long i = 0; i < calls; i++) {
      if (rate > 0 && i % 100 == 0) {
        while ((now(CLOCK_MONOTONIC) - start) * (double)rate < i * 1e9) {
        }
      }
      if (length == 0)
        syscall(SYS_getppid);
      else
        syscall(SYS_openat, AT_FDCWD, path, O_TMPFILE | O_RDONLY);
    }
    printf("%.2f\n", (double)(now(CLOCK_PROCESS_CPUTIME_ID) - used) / calls);
    fflush(stdout);
  }
  return 0;
}
