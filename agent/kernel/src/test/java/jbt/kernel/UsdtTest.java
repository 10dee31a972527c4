package jbt.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import jbt.compiler.Compiler;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Statically defined probes in a program of ours, with notes made by its own assembler lines. */
@Tag("kernel")
class UsdtTest {
  /** Fires as often as its argument says; the second time around on a line from its input. */
  private static final String SOURCE =
      """
      #include <stdio.h>
      #include <stdlib.h>
      #define NOTE(provider, name, counter, arguments) \\
        "990: nop\\n" \\
        ".pushsection .note.stapsdt,\\"\\",\\"note\\"\\n .balign 4\\n" \\
        ".4byte 992f-991f, 994f-993f, 3\\n991: .asciz \\"stapsdt\\"\\n992: .balign 4\\n" \\
        "993: .8byte 990b, _.stapsdt.base, " counter "\\n" \\
        ".asciz \\"" provider "\\"\\n.asciz \\"" name "\\"\\n.asciz \\"" arguments "\\"\\n" \\
        "994: .balign 4\\n.popsection\\n" \\
        ".ifndef _.stapsdt.base\\n" \\
        ".pushsection .stapsdt.base,\\"aG\\",\\"progbits\\",.stapsdt.base,comdat\\n" \\
        ".weak _.stapsdt.base\\n.hidden _.stapsdt.base\\n_.stapsdt.base: .space 1\\n" \\
        ".size _.stapsdt.base, 1\\n.popsection\\n.endif\\n"
      __attribute__((section(".probes"))) volatile unsigned short watched;
      long total = 1;
      static struct { int first, second; } pair;
      __attribute__((noinline)) void work(int n, const char *text) {
        long here[4] = { n, n + 1, n + 2, -n };
        short small = -n;
        asm volatile(NOTE("app", "work", "0", "-4@%%edi 8@%%rsi") :: "D"(n), "S"(text));
        asm volatile(NOTE("app", "places", "0", "-8@%0 8@8(%%rax) 8@(%%rax,%%rcx,8) -2@%%dx 4@$7")
          :: "m"(here[3]), "a"(here), "c"(2L), "d"(small) : "memory");
        total += n;
        pair.second = -n;
        asm volatile(NOTE("app", "variables", "0", "-8@%0 -4@pair+4(%%rip)")
          :: "m"(total), "m"(pair));
        asm volatile(NOTE("other", "work", "0", "-4@%%edi") :: "D"(100 + n));
      }
      __attribute__((noinline)) int listened(int n) {
        asm volatile(NOTE("app", "listened", "watched", "-4@%%edi") :: "D"(n));
        return watched;
      }
      int main(int argc, char **argv) {
        char text[] = "ten";
        int seen = 0;
        for (int i = 0; i < atoi(argv[1]); i++) { work(i, text); seen += listened(i) != 0; }
        printf("%d\\n", seen);
        fflush(stdout);
        if (argc > 2 && getchar() == 'x') {
          seen = 0;
          for (int i = 0; i < atoi(argv[1]); i++) { work(i, text); seen += listened(i) != 0; }
          printf("%d\\n", seen);
        }
        return 0;
      }
      """;

  @TempDir private Path folder;

  private Path app() throws Exception {
    return CProgram.compile(folder, "app", SOURCE, "-O1");
  }

  @Test
  @Covers("usdt")
  void readsArgumentsAndFilters() throws Exception {
    Path app = app();
    String script =
        """
        usdt:FILE:app:work /arg0 > 5/ { @n = count(); @sum = sum(arg0); @text[str(arg1)] = count(); }
        usdt:FILE:places {
          @memory = sum(arg0); @near = sum(arg1); @indexed = sum(arg2); @small = sum(arg3);
          @constant = max(arg4);
        }
        usdt:FILE:variables { @total = max(arg0); @second = sum(arg1); }
        usdt:FILE:work { @both = count(); @probe[probe] = sum(arg0); }
        usdt:FILE:app:* { @all = count(); }
        """
            .replace("FILE", app.toString());
    try (ScriptSession session = ScriptSession.start(script)) {
      CProgram.output(List.of(app.toString(), "10"));
      session.stop();
      assertThat(session.words("@n")).containsExactly(4L);
      assertThat(session.words("@sum")).containsExactly(30L);
      assertThat(session.words("@text", "ten")).containsExactly(4L);
      assertThat(session.words("@memory")).containsExactly(-45L);
      assertThat(session.words("@near")).containsExactly(55L);
      assertThat(session.words("@indexed")).containsExactly(65L);
      assertThat(session.words("@small")).containsExactly(-45L);
      assertThat(session.words("@constant")).containsExactly(7L);
      assertThat(session.words("@both")).containsExactly(20L);
      assertThat(session.words("@total")).containsExactly(46L);
      assertThat(session.words("@second")).containsExactly(-45L);
      assertThat(session.words("@all")).containsExactly(40L);
      assertThat(session.rows("@probe")).hasSize(2);
    }
  }

  @Test
  @Covers("usdt, counter of listeners")
  void raisesTheCounterOfThoseWhoListen() throws Exception {
    Path app = app();
    assertThat(CProgram.output(List.of(app.toString(), "10"))).isEqualTo("0\n");
    Process before = new ProcessBuilder(app.toString(), "10", "again").start();
    try (BufferedReader out = before.inputReader(StandardCharsets.UTF_8);
        Writer in = before.outputWriter(StandardCharsets.UTF_8)) {
      assertThat(out.readLine()).isEqualTo("0");
      String script =
          "usdt:FILE:listened { @ = count(); @pid[pid] = sum(arg0); }"
              .replace("FILE", app.toString());
      try (ScriptSession session = ScriptSession.start(script)) {
        assertThat(CProgram.output(List.of(app.toString(), "10"))).isEqualTo("10\n");
        in.write("x");
        in.flush();
        assertThat(out.readLine()).isEqualTo("10");
        session.stop();
        assertThat(session.words("@")).containsExactly(20L);
        assertThat(session.words("@pid", before.pid())).containsExactly(45L);
      }
      // The kernel may let go of a probe some time after it was closed.
      String seen = "10\n";
      for (int i = 0; i < 500 && !seen.equals("0\n"); i++) {
        seen = CProgram.output(List.of(app.toString(), "10"));
      }
      assertThat(seen).isEqualTo("0\n");
    } finally {
      before.destroyForcibly();
    }
  }

  @Test
  void takesRelativePathsOnThisHostOnly() throws Exception {
    app();
    String script = "usdt:./app:other:* { @ = count(); }";
    try (HostTarget here = new HostTarget("here", Optional.of(folder));
        HostTarget there = new HostTarget("there")) {
      assertThat(Compiler.compile(script, "t", here).attachPointNames())
          .containsExactly("usdt:./app:other:work");
      assertThatThrownBy(() -> Compiler.compile(script, "t", there))
          .hasMessageContaining("./app is a relative path");
    }
  }
}
