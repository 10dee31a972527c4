// The traced program of deploy/bench. Each line of its input, "CALLS RATE", makes so many getppid
// calls, RATE of them a second (0: as fast as it can), and is answered by a line:
// nanoseconds of processor time a call.
#include <stdio.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static long now(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return t.tv_sec * 1000000000L + t.tv_nsec;
}

int main(void) {
  long calls, rate;
  while (scanf("%ld %ld", &calls, &rate) == 2) {
    long start = now(CLOCK_MONOTONIC), used = now(CLOCK_PROCESS_CPUTIME_ID);
    for (long i = 0; i < calls; i++) {
      if (rate > 0 && i % 100 == 0) {
        while ((now(CLOCK_MONOTONIC) - start) * (double)rate < i * 1e9) {
        }
      }
      syscall(SYS_getppid);
    }
    printf("%.2f\n", (double)(now(CLOCK_PROCESS_CPUTIME_ID) - used) / calls);
    fflush(stdout);
  }
  return 0;
}
