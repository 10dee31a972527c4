package jbt.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A program without frame pointers, which tells its own stack by the unwinder of its compiler. */
@Tag("kernel")
class UnwoundStacksTest {
  /**
   * For the line "once" it calls marker() below the C library's qsort, prints the return addresses
   * that there are then, and calls getppid() from there; for "work" it works for half a second of
   * the processor's time.
   */
  private static final String SOURCE =
      """
      #include <execinfo.h>
      #include <stdio.h>
      #include <stdlib.h>
      #include <string.h>
      #include <time.h>
      #include <unistd.h>
      volatile long counter;
      int works;
      __attribute__((noinline)) void marker(void) { counter++; }
      __attribute__((noinline)) int compare(const void *a, const void *b) {
        if (works) {
          struct timespec now;
          clock_gettime(CLOCK_MONOTONIC, &now);
          return rand() % 3 - 1;
        }
        void *frames[64];
        marker();
        getppid();
        int n = backtrace(frames, 64);
        for (int i = 1; i < n; i++) printf("%lx ", (unsigned long)frames[i]);
        printf("\\n");
        fflush(stdout);
        return 0;
      }
      __attribute__((noinline)) long sorted(int n) {
        char text[n * 3];
        int values[n];
        memset(values, 0, sizeof values);
        snprintf(text, sizeof text, "%d", n);
        qsort(values, n, sizeof values[0], compare);
        return values[0] + text[0];
      }
      __attribute__((noinline)) long deep(int n) {
        return n == 0 ? sorted(works ? 50 : 2) : deep(n - 1) + counter;
      }
      int main(void) {
        void *frames[2];
        backtrace(frames, 2);
        puts("runs");
        fflush(stdout);
        char line[16];
        while (fgets(line, sizeof line, stdin)) {
          works = line[0] == 'w';
          clock_t end = clock() + CLOCKS_PER_SEC / 2;
          do counter += deep(3); while (works && clock() < end);
          if (works) { puts("has worked"); fflush(stdout); }
        }
        return 0;
      }
      """;

  private static final int FEW = 50;

  @TempDir private Path folder;

  /** The program, which waits for a line. */
  private record Running(Process process, BufferedReader output, BufferedWriter input)
      implements AutoCloseable {
    static Running start(Path program) throws Exception {
      Process process = new ProcessBuilder(program.toString()).start();
      Running running = new Running(process, process.inputReader(), process.outputWriter());
      assertThat(running.output.readLine()).isEqualTo("runs");
      return running;
    }

    void say(String line) throws Exception {
      input.write(line + "\n");
      input.flush();
    }

    /** The callers of compare() that the program finds. */
    List<Long> callers() throws Exception {
      say("once");
      return Arrays.stream(output.readLine().strip().split(" ", -1))
          .map(word -> Long.parseUnsignedLong(word, 16))
          .toList();
    }

    @Override
    public void close() throws IOException {
      process.destroyForcibly();
      output.close();
    }
  }

  private Path program() throws Exception {
    return CProgram.compile(
        folder,
        "frames",
        SOURCE,
        "-O2",
        "-fomit-frame-pointer",
        "-fno-optimize-sibling-calls",
        "-Wl,-z,now");
  }

  @Test
  @Covers("dw_ustack")
  void findsTheCallersThatThereAre() throws Exception {
    Path program = program();
    String script =
        """
        uprobe:FILE:marker {
          @[dw_ustack] = count(); @few[dw_ustack(3)] = count(); @length = max(len(dw_ustack(raw)));
          @plain[ustack] = count();
        }
        uretprobe:FILE:marker { @returned[dw_ustack] = count(); }
        uprobe:FILE:compare { $i = 0; while ($i < 2) { $i++; @loop[dw_ustack] = count(); } }
        tracepoint:syscalls:sys_enter_getppid { @call[dw_ustack(perf, 100)] = count(); }
        """
            .replace("FILE", program.toString());
    try (Running running = Running.start(program);
        ScriptSession session = ScriptSession.startFor(running.process, script)) {
      List<Long> callers = running.callers();
      assertThat(callers).hasSizeGreaterThan(10);
      assertThat(running.callers()).isEqualTo(callers);
      session.stop();
      // In front of them are marker() or the C library's getppid(), and compare().
      List<Long> marker = only(session, "@", 2);
      assertThat(marker.subList(2, marker.size())).isEqualTo(callers);
      assertThat(only(session, "@few", 2)).isEqualTo(marker.subList(0, 3));
      assertThat(session.words("@length")).containsExactly((long) marker.size());
      List<Long> returned = only(session, "@returned", 2);
      assertThat(returned).isEqualTo(marker.subList(1, marker.size()));
      List<Long> call = only(session, "@call", 2);
      assertThat(call.subList(2, call.size())).isEqualTo(callers);
      List<Long> loop = only(session, "@loop", 4);
      assertThat(loop.subList(1, loop.size())).isEqualTo(callers);
      assertThat(only(session, "@plain", 2)).doesNotContainSequence(callers);
    }
  }

  private static List<Long> only(ScriptSession session, String map, long times) {
    Map<List<Long>, Long> stacks = session.stacks(map);
    assertThat(stacks).as(map).hasSize(1).containsValue(times);
    return stacks.keySet().iterator().next();
  }

  /** Wherever it is interrupted: where functions begin and end, between them, in the kernel. */
  @Test
  @Covers("dw_ustack in samples")
  void findsTheWayFromEveryInstruction() throws Exception {
    try (Running running = Running.start(program())) {
      List<Long> callers = running.callers();
      // All are below main().
      List<Long> start = callers.subList(callers.size() - 3, callers.size());
      try (ScriptSession session =
          ScriptSession.startFor(
              running.process,
              "profile:us:500 { @[dw_ustack] = count(); @plain[ustack] = count(); }")) {
        // How often it is interrupted in half a second is up to the machine.
        int map = session.place("@");
        for (int i = 0; i < 20 && session.loaded().read(map, 0).rows() <= FEW; i++) {
          running.say("work");
          assertThat(running.output.readLine()).isEqualTo("has worked");
        }
        session.stop();
        assertThat(session.stacks("@").keySet())
            .hasSizeGreaterThan(FEW)
            .allSatisfy(stack -> assertThat(stack).endsWith(start.toArray(Long[]::new)));
        assertThat(session.stacks("@plain").keySet())
            .anySatisfy(stack -> assertThat(stack).doesNotContainAnyElementsOf(start));
      }
    }
  }

  @Test
  void saysWhatCantBeUnwound() throws Exception {
    Process ended = new ProcessBuilder("/bin/true").start();
    ended.waitFor();
    assertThatThrownBy(
            () -> ScriptSession.startFor(ended, "profile:hz:99 { @[dw_ustack] = count(); }"))
        .isInstanceOf(LoadException.class)
        .hasMessage(
            "dw_ustack: process %d has ended, or no program that it runs tells of its stack (.eh_frame)"
                .formatted(ended.pid()));
  }
}
