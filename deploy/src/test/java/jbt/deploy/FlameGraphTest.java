package jbt.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import jbt.cli.Main;
import jbt.cli.session.Screen;
import jbt.kernel.CProgram;
import jbt.kernel.Covers;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The stacks of a program of ours, which has ended long before they get names. */
@Tag("kernel")
class FlameGraphTest {
  /** Calls getppid 60 times on one way and 40 times on another. */
  private static final String SOURCE =
      """
      __attribute__((always_inline)) static inline long call(long number, long argument) {
        long result;
        __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(argument)
          : "rcx", "r11", "memory");
        return result;
      }
      volatile long sum;
      namespace ns { __attribute__((noinline)) void leaf(int n) { sum += n + call(110, 0); } }
      __attribute__((noinline)) void path_a(int n) { ns::leaf(n); sum++; }
      template <typename T> __attribute__((noinline)) void path_b(T n) { ns::leaf(n); sum += n; }
      extern "C" void run() {
        for (int i = 0; i < 60; i++) path_a(i);
        for (int i = 0; i < 40; i++) path_b<long>(i);
        call(60, 0);
      }
      __asm__(".globl _start\\n.type _start, @function\\n_start: xor %ebp, %ebp\\ncall run\\nhlt\\n"
              ".size _start, .-_start");
      """;

  @TempDir private Path folder;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(String... arguments) {
    Screen screen = new Screen(out, err, false, false);
    return Main.run(arguments, folder, new ByteArrayInputStream(new byte[0]), screen);
  }

  @Test
  @Covers("stacks, flame graph")
  void drawsStacks() throws Exception {
    Path program =
        CProgram.compileCpp(
            folder,
            "work",
            SOURCE,
            "-O0",
            "-nostdlib",
            "-static",
            "-fno-omit-frame-pointer",
            "-fno-optimize-sibling-calls",
            "-fno-stack-protector");
    String script =
        "tracepoint:syscalls:sys_enter_getppid /pid == cpid/ { @[ustack, comm] = count(); }";
    Path svg = folder.resolve("flame.svg");
    Path folded = folder.resolve("folded");
    int code = run("-e", script, "-c", program + "", "--flame", svg + "", "--folded", folded + "");
    assertThat(code).describedAs(err.toString(StandardCharsets.UTF_8)).isZero();
    assertThat(folded)
        .hasContent(
            """
            work;_start;run;path_a(int);ns::leaf(int) 60
            work;_start;run;void path_b<long>(long);ns::leaf(int) 40
            """);
    assertThat(Files.readString(svg))
        .startsWith("<?xml")
        .endsWith("</svg>\n")
        .contains(
            "<title>ns::leaf(int): 60 (60.00%)</title>",
            "<title>void path_b&lt;long&gt;(long): 40 (40.00%)</title>");
  }

  @Test
  void saysWhyThereIsNoPicture() {
    Path svg = folder.resolve("flame.svg");
    assertThat(run("-e", "BEGIN { @x = count(); exit(); }", "--flame", svg + "")).isZero();
    assertThat(err.toString(StandardCharsets.UTF_8))
        .contains("no map has stacks in its keys: there is nothing to draw");
    assertThat(svg).doesNotExist();
    for (List<String> wrong :
        List.of(
            List.of("-e", "BEGIN {}", "--flame", "/no/such/folder/x.svg"),
            List.of("-l", "tracepoint:*", "--folded", "x"))) {
      assertThat(run(wrong.toArray(String[]::new))).isEqualTo(1);
    }
    assertThat(err.toString(StandardCharsets.UTF_8))
        .contains("--flame: cannot write /no/such/folder/x.svg", "--folded can't be used with -l");
  }
}
