package jbt.kernel.symbols;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import jbt.kernel.CProgram;
import jbt.kernel.Covers;
import jbt.kernel.Cpus;
import jbt.kernel.processes.Memories;
import jbt.kernel.processes.Recorder;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names of functions of programs of ours, which tell where these are. */
@Tag("kernel")
class UserSymbolsTest {
  /** Prints its own number and where ns::here is, some bytes behind the start; waits for a line. */
  private static final String SOURCE =
      """
      #include <stdio.h>
      #include <unistd.h>
      volatile int counter;
      namespace ns { __attribute__((noinline)) int here(int i) { return counter += i; } }
      static __attribute__((noinline)) int hidden(int i) { return counter -= i; }
      int main() {
        printf("%d %lx %lx\\n", getpid(), (unsigned long)&ns::here + 3, (unsigned long)&hidden + 1);
        fflush(stdout);
        getchar();
        return ns::here(1) + hidden(2);
      }
      """;

  @TempDir private Path folder;

  private final UserSymbols symbols = new UserSymbols(new Memories(), true);

  /** A running program, and what it has said. */
  private record Running(Process process, BufferedReader output, int id, long here, long hidden)
      implements AutoCloseable {
    static Running start(List<String> command) throws Exception {
      Process process = new ProcessBuilder(command).start();
      BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
      String[] words = output.readLine().split(" ", -1);
      return new Running(
          process,
          output,
          Integer.parseInt(words[0]),
          Long.parseUnsignedLong(words[1], 16),
          Long.parseUnsignedLong(words[2], 16));
    }

    void end() throws IOException {
      process.getOutputStream().close();
      process.onExit().join();
    }

    @Override
    public void close() throws IOException {
      end();
      output.close();
    }
  }

  private void knowsBoth(Running running, UserSymbols of) {
    assertThat(of.find(running.id, running.here)).contains(new Symbol("ns::here(int)", 3));
    assertThat(of.find(running.id, running.hidden)).contains(new Symbol("hidden(int)", 1));
  }

  private Path program(String... options) throws Exception {
    return CProgram.compileCpp(folder, "app", SOURCE, options);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-pie", "-no-pie", "-static", "-static-pie"})
  @Covers("symbols")
  void knowsAllKindsOfPrograms(String kind) throws Exception {
    try (Running running = Running.start(List.of(program("-O1", kind) + ""))) {
      knowsBoth(running, symbols);
      assertThat(new UserSymbols(new Memories(), false).find(running.id, running.here))
          .contains(new Symbol("_ZN2ns4hereEi", 3));
    }
  }

  @Test
  @Covers("symbols, files beside")
  void readsTheFileBesideAStrippedProgram() throws Exception {
    Path program = program("-O1", "-Wl,--build-id=none");
    Path debug = folder.resolve("app.debug");
    CProgram.output(List.of("/usr/bin/objcopy", "--only-keep-debug", program + "", debug + ""));
    CProgram.output(
        List.of("/usr/bin/objcopy", "-S", "--add-gnu-debuglink=" + debug, program + ""));
    try (Running running = Running.start(List.of(program + ""))) {
      knowsBoth(running, symbols);
    }
    // One that does not fit is not believed.
    Files.writeString(
        debug,
        Files.readString(debug, StandardCharsets.ISO_8859_1) + "x",
        StandardCharsets.ISO_8859_1);
    try (Running running = Running.start(List.of(program + ""))) {
      assertThat(new UserSymbols(new Memories(), false).find(running.id, running.here)).isEmpty();
    }
  }

  @Test
  @Covers("symbols, files beside")
  void readsTheFileOfTheBuildId() throws Exception {
    // In a folder of its own: the same test of another process may be removing another one.
    String id = "%02x%030x".formatted(ProcessHandle.current().pid() & 0xff, System.nanoTime());
    Path program = program("-O1", "-Wl,--build-id=0x" + id);
    Path debug =
        Path.of("/usr/lib/debug/.build-id", id.substring(0, 2), id.substring(2) + ".debug");
    boolean made = Files.notExists(debug.getParent());
    Files.createDirectories(debug.getParent());
    try {
      CProgram.output(List.of("/usr/bin/objcopy", "--only-keep-debug", program + "", debug + ""));
      CProgram.output(List.of("/usr/bin/strip", program + ""));
      try (Running running = Running.start(List.of(program + ""))) {
        knowsBoth(running, symbols);
      }
    } finally {
      Files.deleteIfExists(debug);
      if (made) {
        Files.deleteIfExists(debug.getParent());
      }
    }
  }

  /** A library that was given an address (prelink) after its symbols were split from it. */
  @Test
  @Covers("symbols, prelinked")
  void readsTheSymbolsOfALibraryThatWasMoved() throws Exception {
    String library =
        """
        int counter;
        __attribute__((noinline)) static int hidden(int i) { return counter += i; }
        unsigned long place(void) { return (unsigned long)&hidden + 1; }
        int call(int i) { return hidden(i); }
        """;
    String user =
        """
        #include <stdio.h>
        #include <unistd.h>
        unsigned long place(void);
        int call(int);
        int main(void) {
          printf("%d 0 %lx\\n", getpid(), place());
          fflush(stdout);
          getchar();
          return call(0);
        }
        """;
    String[] shared = {"-O1", "-shared", "-fPIC", "-Wl,--build-id=0x0123456789abcdef"};
    Path debug = folder.resolve("moved.debug");
    Path original = CProgram.compile(folder, "moved", library, shared);
    CProgram.output(List.of("/usr/bin/objcopy", "--only-keep-debug", original + "", debug + ""));
    String[] moved = Arrays.copyOf(shared, shared.length + 1);
    moved[shared.length] = "-Wl,-Ttext-segment=0x41000000";
    Path file = CProgram.compile(folder, "libmoved.so", library, moved);
    CProgram.output(List.of("/usr/bin/objcopy", "-S", "--add-gnu-debuglink=" + debug, file + ""));
    Path program = CProgram.compile(folder, "app", user, file + "", "-Wl,-rpath," + folder);
    try (Running running = Running.start(List.of(program + ""))) {
      assertThat(symbols.find(running.id, running.hidden)).contains(new Symbol("hidden", 1));
    }
  }

  @Test
  @Covers("symbols, .gnu_debugdata")
  void readsWhatIsPackedInTheProgram() throws Exception {
    Path program = program("-O1", "-rdynamic");
    Path packed = folder.resolve("symbols");
    CProgram.output(
        List.of("/usr/bin/objcopy", "-S", "--keep-symbol=_ZL6hiddeni", program + "", packed + ""));
    CProgram.output(List.of("/usr/bin/xz", packed + ""));
    CProgram.output(List.of("/usr/bin/strip", program + ""));
    CProgram.output(
        List.of(
            "/usr/bin/objcopy", "--add-section", ".gnu_debugdata=" + packed + ".xz", program + ""));
    try (Running running = Running.start(List.of(program + ""))) {
      knowsBoth(running, symbols);
    }
  }

  @Test
  @Covers("symbols, ended processes")
  void knowsProcessesThatHaveEnded() throws Exception {
    Path program = program("-O1");
    Memories memories = new Memories();
    UserSymbols recorded = new UserSymbols(memories, true);
    Running before = Running.start(List.of(program + ""));
    try (var _ = Recorder.start(memories, Cpus.online())) {
      Running during = Running.start(List.of("/bin/sh", "-c", "exec " + program));
      Running child = Running.start(List.of("/bin/sh", "-c", "true; " + program + "; true"));
      // What runs already is looked at behind our back, one after the other.
      while (memories.holders(memories.find(before.id, before.here).orElseThrow().file()).size()
          < 3) {
        Thread.sleep(10);
      }
      before.end();
      during.end();
      child.end();
      Running last = Running.start(List.of(program + ""));
      last.end();
      knowsBoth(before, recorded);
      knowsBoth(during, recorded);
      knowsBoth(child, recorded);
      knowsBoth(last, recorded);
      assertThat(recorded.file(last.id, last.here)).contains(program.toString());
    }
    assertThat(symbols.find(before.id, before.here)).isEmpty();
  }

  @Test
  void knowsAProgramThatWasReplaced() throws Exception {
    Path program = program("-O1");
    try (Running running = Running.start(List.of(program + ""))) {
      Path other = Files.writeString(folder.resolve("other"), "#!/bin/sh\n");
      Files.move(other, program, StandardCopyOption.REPLACE_EXISTING);
      knowsBoth(running, symbols);
    }
  }

  @Test
  @Covers("symbols, perf maps")
  void believesPerfMapsOfTheProcessesOwnUser() throws Exception {
    try (Running running = Running.start(List.of(program("-O1") + ""))) {
      Path map = Path.of("/tmp/perf-" + running.id + ".map");
      try {
        Files.writeString(
            map, "1000 20 first\n2000 10 LFoo;::bar(I)V\nnonsense\n1000 20 second time\n");
        assertThat(symbols.find(running.id, 0x2004)).contains(new Symbol("LFoo;::bar(I)V", 4));
        assertThat(symbols.find(running.id, 0x1010)).contains(new Symbol("second time", 16));
        assertThat(symbols.find(running.id, 0x2010)).isEmpty();
        assertThat(symbols.find(running.id, 0xfff)).isEmpty();
        Files.setAttribute(map, "unix:uid", 65534);
        assertThat(another().find(running.id, 0x2004)).isEmpty();
        Files.setAttribute(map, "unix:uid", 0);
        assertThat(another().find(running.id, 0x2004)).isPresent();
        Path real = Files.move(map, folder.resolve("real"));
        Files.createSymbolicLink(map, real);
        assertThat(another().find(running.id, 0x2004)).isEmpty();
        Files.delete(map);
        CProgram.output(List.of("/usr/bin/mkfifo", map + ""));
        assertThat(another().find(running.id, 0x2004)).isEqualTo(Optional.empty());
      } finally {
        Files.deleteIfExists(map);
      }
    }
  }

  private static UserSymbols another() {
    return new UserSymbols(new Memories(), true);
  }
}
