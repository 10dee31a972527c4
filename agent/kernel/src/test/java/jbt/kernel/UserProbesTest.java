package jbt.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import jbt.compiler.CompileException;
import jbt.compiler.Compiler;
import jbt.compiler.check.ProbeListing;
import jbt.compiler.target.Binary;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Probes in a program of ours that does a known number of things. */
@Tag("kernel")
class UserProbesTest {
  /** Calls increment(3, "three") so many times as its argument says, and each helper twice. */
  static final String COUNTER =
      """
      #include <stdlib.h>
      volatile long counter;
      struct point { int x; long y; };
      __attribute__((noinline)) long increment(int by, const char *name) {
        counter += by;
        return counter * (name[0] == 't');
      }
      __attribute__((noinline)) void helper_a(long a, long b, long c, long d, long e, long f) {
        counter += a + b + c + d + e + f;
      }
      __attribute__((noinline)) void helper_b(void) { counter++; }
      int main(int argc, char **argv) {
        int n = atoi(argv[1]);
        // The page of a constant may not be there yet when a probe looks.
        char name[] = "three";
        srand(n);
        for (int i = 0; i < n; i++) increment(3, name);
        for (int i = 0; i < 2; i++) { helper_a(1, -2, 3, 4, 5, 6); helper_b(); }
        return 0;
      }
      """;

  @TempDir private Path folder;

  private Path counter() throws Exception {
    return CProgram.compile(folder, "counter", COUNTER, "-O1");
  }

  private static void run(Path program, int times) throws Exception {
    CProgram.output(List.of(program.toString(), Integer.toString(times)));
  }

  @Test
  @Covers({"uprobe", "uretprobe"})
  void seesArgumentsAndReturnValues() throws Exception {
    Path program = counter();
    String script =
        """
        uprobe:FILE:increment/pid != 0/ { @calls = count(); @by = sum(arg0); @name[str(arg1)] = count();
          @func[func] = count(); @probe[probe] = count(); @ip = max(reg("ip") != 0 ? 1 : 0); @p[pid == tid] = count(); }
        uretprobe:FILE:increment { @returned = max(retval); @n[func] = count(); }
        uprobe:FILE:helper_a { @last = max(arg5); @second = min((int64)arg1); }
        """
            .replace("FILE", program.toString());
    try (ScriptSession session = ScriptSession.start(script)) {
      run(program, 1000);
      session.stop();
      assertThat(session.words("@calls")).containsExactly(1000L);
      assertThat(session.words("@by")).containsExactly(3000L);
      assertThat(session.words("@name", "three")).containsExactly(1000L);
      assertThat(session.words("@func", "increment")).containsExactly(1000L);
      assertThat(session.words("@returned")).containsExactly(3000L);
      assertThat(session.words("@n", "increment")).containsExactly(1000L);
      assertThat(session.words("@ip")).containsExactly(1L);
      assertThat(session.words("@p", 1L)).containsExactly(1000L);
      assertThat(session.words("@last")).containsExactly(6L);
      assertThat(session.words("@second")).containsExactly(-2L);
    }
  }

  @Test
  @Covers("uprobe, pattern")
  void attachesToWildcardsByOneLink() throws Exception {
    Path program = counter();
    String script =
        "uprobe:FILE:helper_* { @[probe] = count(); @func[func] = count(); } uprobe:FILE:*inc* { @all = count(); }"
            .replace("FILE", program.toString());
    try (ScriptSession session = ScriptSession.start(script)) {
      run(program, 7);
      session.stop();
      assertThat(session.rows("@")).hasSize(2);
      assertThat(session.words("@func", "helper_a")).containsExactly(2L);
      assertThat(session.words("@func", "helper_b")).containsExactly(2L);
      assertThat(session.words("@all")).containsExactly(7L);
    }
    String together = "uprobe:FILE:helper_*, uprobe:FILE:increment { @[arg0 == 3] = count(); }";
    KernelIds before = KernelIds.ofThisProcess();
    try (ScriptSession session =
        ScriptSession.start(together.replace("FILE", program.toString()))) {
      assertThat(session.loaded().attached()).isEqualTo(3);
      assertThat(KernelIds.ofThisProcess().without(before).links())
          .hasSize(Kernels.linksManyUprobes() ? 1 : 3);
      run(program, 5);
      session.stop();
      assertThat(session.words("@", 1L)).containsExactly(5L);
    }
  }

  @Test
  @Covers("uprobe, names of libraries")
  void findsProgramsAndLibrariesByName() throws Exception {
    Path program = counter();
    String script = "uprobe:libc.so.6:srand {} uprobe:true:main {}";
    try (HostTarget target = new HostTarget("here")) {
      assertThatThrownBy(() -> Compiler.compile(script, "t", target))
          .isInstanceOf(CompileException.class)
          .hasMessageContaining("bin/true has no symbols");
    }
    try (ScriptSession session =
        ScriptSession.start("uprobe:libc:srand /arg0 == PID/ { @ = count(); }")) {
      // Others on this machine may run the same test, but not with our number.
      run(program, (int) ProcessHandle.current().pid());
      session.stop();
      assertThat(session.words("@")).containsExactly(1L);
    }
  }

  @Test
  void takesStarsForProgramsThatRunOrAreOnTheSearchPath() throws Exception {
    Path machine = Path.of(System.getProperty("java.home"), "lib/server/libjvm.so").toRealPath();
    try (HostTarget target = new HostTarget("here")) {
      assertThat(Compiler.compile("uprobe:*:JNI_CreateJavaVM {}", "t", target).attachPointNames())
          .contains("uprobe:" + machine + ":JNI_CreateJavaVM");
      assertThatThrownBy(() -> Compiler.compile("uprobe:*:no_such_f {}", "t", target))
          .hasMessageContaining("No matches for uprobe *:no_such_f");
      assertThatThrownBy(() -> Compiler.compile("usdt:*:no_such:* {}", "t", target))
          .hasMessageContaining("No matches for usdt *:no_such:*");
      Path shell = Path.of(target.binaries().find("bash").getFirst());
      assertThat(target.binaries().find("bas*h"))
          .anySatisfy(file -> assertThat(Path.of(file).toRealPath()).isEqualTo(shell.toRealPath()));
    }
  }

  /** What chooses them is called once, with other arguments. */
  @Test
  @Covers("uprobe, functions chosen at run time")
  void findsTheImplementationsThatTheCLibraryHasChosen() throws Exception {
    String source =
        """
        #include <stdlib.h>
        #include <string.h>
        int main(int argc, char **argv) {
          char a[256] = "some", b[256] = "others";
          volatile size_t length = 201;
          volatile long sum = 0;
          for (int i = 0; i < atoi(argv[1]); i++) {
            sum += memcmp(a, b, length);
            memcpy(a, b, length - 1);
            sum += strlen(b);
          }
          return 0;
        }
        """;
    Path program = CProgram.compile(folder, "chosen", source, "-O1", "-fno-builtin");
    String script =
        """
        uprobe:libc:memcmp /comm == "chosen"/ { @compared[arg2] = count(); @func[func] = count(); }
        uprobe:libc:memc* /comm == "chosen" && arg2 == 200/ { @copied = count(); }
        uretprobe:libc:strlen /comm == "chosen"/ { @length[retval] = count(); }
        """;
    try (ScriptSession session = ScriptSession.start(script)) {
      run(program, 5);
      session.stop();
      assertThat(session.words("@compared", 201L)).containsExactly(5L);
      assertThat(session.rows("@func")).hasSize(1);
      assertThat(session.words("@copied")).containsExactly(5L);
      assertThat(session.words("@length", 6L)).containsExactly(5L);
    }
  }

  @Test
  void takesRelativePathsOnThisHostOnly() throws Exception {
    counter();
    String script = "uprobe:./counter:increment { @ = count(); }";
    try (HostTarget here = new HostTarget("here", Optional.of(folder));
        HostTarget there = new HostTarget("there")) {
      assertThat(Compiler.compile(script, "t", here).attachPointNames())
          .containsExactly("uprobe:./counter:increment");
      String above = "../" + folder.getFileName() + "/";
      String matched = script.replace("./counter", above + "coun*r");
      assertThat(Compiler.compile(matched, "t", here).attachPointNames())
          .containsExactly("uprobe:" + above + "counter:increment");
      assertThatThrownBy(() -> Compiler.compile(script, "t", there))
          .hasMessageContaining("./counter is a relative path");
    }
  }

  @Test
  @Covers("uprobe, instruction and address")
  void attachesWhereInstructionsBeginOnly() throws Exception {
    Path program = counter();
    long address;
    List<Long> starts;
    try (HostTarget target = new HostTarget("here")) {
      Binary binary = target.binaries().open(program.toString());
      Binary.Function increment = binary.function("increment").orElseThrow();
      address = increment.address();
      starts = binary.instructions(increment).orElseThrow();
      String file = "uprobe:" + program;
      for (long distance = 1; distance < increment.size(); distance++) {
        String script = "%s:increment+%d {}".formatted(file, distance);
        if (starts.contains(distance)) {
          Compiler.compile(script, "test", target);
        } else {
          assertThat(problem(target, script))
              .contains(
                  "Could not add uprobe into middle of instruction: %s:increment+%d"
                      .formatted(program, distance),
                  "Instructions begin at increment+");
        }
      }
      long inside = starts.get(1) - 1;
      assertThat(inside).isPositive();
      assertThat(problem(target, "%s:0x%x {}".formatted(file, address + inside)))
          .contains("middle of instruction");
    }
    String script =
        "uprobe:FILE:increment+%d { @second = count(); } uprobe:FILE:0x%x { @start = count(); }"
            .formatted(starts.get(1), address)
            .replace("FILE", program.toString());
    try (ScriptSession session = ScriptSession.start(script)) {
      run(program, 20);
      session.stop();
      assertThat(session.words("@second")).containsExactly(20L);
      assertThat(session.words("@start")).containsExactly(20L);
    }
  }

  /**
   * A library whose first address is not 0, as prelink makes them; its user and a plain process.
   */
  @Test
  @Covers("uprobe, prelinked")
  void knowsLibrariesThatHaveAnAddress() throws Exception {
    Path library =
        CProgram.compile(
            folder,
            "libmoved.so",
            """
            long counter;
            __attribute__((noinline)) long add(long by) { counter += by; return counter; }
            """,
            "-O1",
            "-g",
            "-shared",
            "-fPIC",
            "-Wl,-Ttext-segment=0x41000000");
    Path program =
        CProgram.compile(
            folder,
            "user",
            "long add(long); int main(void) { for (int i = 0; i < 10; i++) add(i); return 0; }",
            library.toString(),
            "-Wl,-rpath," + folder);
    long address;
    List<Long> starts;
    try (HostTarget target = new HostTarget("here")) {
      Binary binary = target.binaries().open(library.toString());
      Binary.Function add = binary.function("add").orElseThrow();
      address = add.address();
      starts = binary.instructions(add).orElseThrow();
      assertThat(address).isGreaterThan(0x41000000L);
      assertThat(binary.fileOffset(address).orElseThrow()).isLessThan(Files.size(library));
      assertThat(ProbeListing.matching("uprobe:" + library + ":add", true, target).getFirst())
          .startsWith("uprobe:%s:add\n    long int by\n    add+0\n".formatted(library));
      assertThat(problem(target, "uprobe:%s:0x%x {}".formatted(library, address + 1)))
          .contains("middle of instruction");
    }
    String script =
        """
        uprobe:FILE:add { @by = sum(args.by); @name[usym(reg("ip"))] = count(); }
        uretprobe:FILE:add { @last = max(retval); }
        uprobe:FILE:add+%d { @second = count(); }
        uprobe:FILE:0x%x { @start = count(); }
        """
            .formatted(starts.get(1), address)
            .replace("FILE", library.toString());
    try (ScriptSession session = ScriptSession.start(script)) {
      CProgram.output(List.of(program.toString()));
      session.stop();
      assertThat(session.words("@by")).containsExactly(45L);
      assertThat(session.words("@last")).containsExactly(45L);
      assertThat(session.words("@second")).containsExactly(10L);
      assertThat(session.words("@start")).containsExactly(10L);
      assertThat(session.rows("@name")).hasSize(1);
    }
  }

  @Test
  void saysWhatIsMissing() throws Exception {
    Path program = counter();
    try (HostTarget target = new HostTarget("here")) {
      String file = "uprobe:" + program;
      assertThat(problem(target, file + ":incremnt {}"))
          .contains(program + " has no function incremnt", "Did you mean 'increment'?");
      assertThat(problem(target, file + "x:increment {}"))
          .contains("No program or library " + program + "x");
      assertThat(problem(target, file + ":nothing* {}"))
          .contains("No matches for uprobe " + program + ":nothing*");
      assertThat(problem(target, file + ":increment+99999 {}"))
          .contains("is behind the end of increment");
      assertThat(problem(target, "uretprobe:" + program + ":increment+4 {}"))
          .contains("Offsets are not allowed for uretprobe");
      assertThat(problem(target, "uprobe:" + folder + ":x {}")).contains("not a regular file");
      assertThat(problem(target, file + ":increment { print(arg6); }")).contains("arg6");
      assertThat(problem(target, file + ":increment { print(retval); }"))
          .contains("'retval' is not available in uprobe:");
      Path bare = CProgram.compile(folder, "bare", COUNTER, "-s", "-static");
      assertThat(problem(target, "uprobe:" + bare + ":increment {}"))
          .contains(bare + " has no symbols: name an address");
    }
  }

  /** With --unsafe it is the kernel that looks, which it does at a program that runs. */
  @Test
  void leavesPlacesToTheKernel() throws Exception {
    String source =
        """
        #include <stdio.h>
        /* From its second byte on the instruction is none. */
        __attribute__((noinline)) int constant(void) {
          int value;
          __asm__ volatile("mov $0x06060606, %0" : "=r"(value));
          return value;
        }
        int main(void) { puts("runs"); fflush(stdout); getchar(); return constant() == 0; }
        """;
    Path program = CProgram.compile(folder, "constant", source, "-O1");
    List<Long> starts;
    try (HostTarget target = new HostTarget("here")) {
      Binary binary = target.binaries().open(program.toString());
      starts = binary.instructions(binary.function("constant").orElseThrow()).orElseThrow();
    }
    long mov = starts.get(starts.size() - 2);
    Process running = new ProcessBuilder(program.toString()).start();
    try (BufferedReader out = running.inputReader()) {
      assertThat(out.readLine()).isEqualTo("runs");
      String place = "uprobe:" + program + ":constant+" + (mov + 1);
      assertThatThrownBy(() -> ScriptSession.start(place + " {}").close())
          .hasMessageContaining("middle of instruction");
      assertThatThrownBy(() -> ScriptSession.startUnsafe(place + " {}").close())
          .isInstanceOf(LoadException.class)
          .hasMessage(
              "Could not add uprobe: there is no instruction that the kernel can watch at "
                  + place);
    } finally {
      running.destroyForcibly();
    }
  }

  private static String problem(HostTarget target, String script) {
    try {
      Compiler.compile(script, "test", target);
      throw new AssertionError("no error: " + script);
    } catch (CompileException e) {
      return String.valueOf(e.getMessage());
    }
  }
}
