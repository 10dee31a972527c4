package jbt.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import jbt.cli.Main;
import jbt.cli.session.Screen;
import jbt.deploy.fleet.Java;
import jbt.kernel.CProgram;
import jbt.kernel.Covers;
import jbt.kernel.Kernels;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Probes in programs that are replaced, in containers, and of one process alone. */
@Tag("kernel")
class TracedProgramsTest {
  /** For each line it calls work once more than before, and answers; for a q it calls finish. */
  private static final String SOURCE =
      """
      #include <stdio.h>
      #define NOTE(name) \\
        "990: nop\\n" \\
        ".pushsection .note.stapsdt,\\"\\",\\"note\\"\\n .balign 4\\n" \\
        ".4byte 992f-991f, 994f-993f, 3\\n991: .asciz \\"stapsdt\\"\\n992: .balign 4\\n" \\
        "993: .8byte 990b, 0, 0\\n.asciz \\"app\\"\\n.asciz \\"" name "\\"\\n.asciz \\"-4@%%edi\\"\\n" \\
        "994: .balign 4\\n.popsection\\n"
      // Not zero, or the kernel writes there when it makes the process.
      volatile long sum = 1;
      __attribute__((noinline)) void work(int n) {
        asm volatile(NOTE("worked") :: "D"(n));
        sum += n;
        asm volatile(NOTE("worked") :: "D"(10 * n));
      }
      __attribute__((noinline)) void finish(void) { sum = 0; }
      int main() {
        puts("ready");
        fflush(stdout);
        int order;
        for (int round = 1; (order = getchar()) != EOF; round++) {
          if (order == 'q') { finish(); continue; }
          for (int i = 0; i < round; i++) work(i);
          puts("done");
          fflush(stdout);
        }
        return 0;
      }
      """;

  /** With values of all kinds. */
  private static final String VALUES =
      """
      struct values {
        unsigned char address[6]; char mac[6]; char text[8]; unsigned four;
        unsigned char six[16]; char signs[16]; char name[4];
      };
      // Not zero, or the kernel does not have it in memory when the script reads it.
      volatile struct values values = {
        {1, 2, 0, 4, 5, 0xab}, {1, 2, 0, 4, 5, 0xcd}, {'a', 0, 'b', 0, 'c', 'd', 'e', 'f'},
        0x0100007f, {0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1},
        {0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2}, {10, 0, 0, 1}
      };
      char *list[] = {"one", "two", 0};
      volatile unsigned char one = 7;
      volatile unsigned short two = 300;
      volatile unsigned four = 70000;
      volatile long eight = -1;
      char words[32] = "words";
      __attribute__((noinline)) long use(
          volatile struct values *values, char **list, unsigned char small, int negative, long e,
          long f, long g, long h) {
        asm volatile("");
        return values->four + list[0][0] + small + negative + e + f + g * h + one + two + four + eight
            + words[0];
      }
      int main(void) {
        long all = use(&values, list, 200, -5, 6, 7, 77, 88);
        return all == use(&values, list, 200, -5, 6, 7, 77, 88) ? 0 : 1;
      }
      """;

  @TempDir private Path folder;
  private Path program;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  /** One that works when it is told to. */
  private record Worker(Process process, BufferedReader answers, Writer orders)
      implements AutoCloseable {
    static Worker start(String... command) throws IOException {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      Worker worker =
          new Worker(
              process,
              process.inputReader(StandardCharsets.UTF_8),
              process.outputWriter(StandardCharsets.UTF_8));
      assertThat(worker.answers.readLine()).isEqualTo("ready");
      return worker;
    }

    int id() {
      return Math.toIntExact(process.pid());
    }

    void work() throws IOException {
      orders.write("\n");
      orders.flush();
      assertThat(answers.readLine()).isEqualTo("done");
    }

    void finish() throws IOException {
      orders.write("q");
      orders.flush();
    }

    @Override
    public void close() throws IOException {
      orders.close();
      process.onExit().join();
      answers.close();
    }
  }

  /** Runs a script beside the test; returns when its probes count. FILE in it is the program. */
  private Thread trace(String script, String... options) throws InterruptedException {
    List<String> arguments = new ArrayList<>(List.of(options));
    String beats = " interval:ms:20 { printf(\"running\\n\"); }";
    arguments.addAll(List.of("-e", script.replace("FILE", program.toString()) + beats));
    Thread thread =
        Thread.ofPlatform()
            .start(
                () ->
                    Main.run(
                        arguments.toArray(String[]::new),
                        folder,
                        new ByteArrayInputStream(new byte[0]),
                        new Screen(out, err, false, false)));
    while (thread.isAlive() && !text(out).contains("running\n")) {
      Thread.sleep(2);
    }
    return thread;
  }

  private static String text(ByteArrayOutputStream bytes) {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  /** What the script has printed, when it has ended. */
  private String result(Thread thread) throws InterruptedException {
    assertThat(thread.join(Duration.ofSeconds(20L * Java.PATIENCE)))
        .describedAs(text(err) + text(out))
        .isTrue();
    assertThat(text(err)).doesNotContain("ERROR");
    return text(out).replace("running\n", "").strip();
  }

  @BeforeEach
  void compile() throws Exception {
    program = CProgram.compile(folder, "worker", SOURCE, "-O1", "-static");
  }

  @Test
  @Covers("uprobe, values")
  void valuesOfAProgram() throws Exception {
    Path values = CProgram.compile(folder, "values", VALUES, "-O1", "-g", "-static");
    String script =
        """
        uprobe:VALUES:use /@calls++ == 1/ {
          print((args.small, args.negative, arg5, sarg0, sarg1, sarg1()));
          print((args().small, arg2() & 0xff, func(), elf_is_exe, elf_info()));
          $v = args.values;
          print((macaddr($v->address), macaddr($v->mac), macaddr(&$v->mac), $v->text));
          print(buf($v->text)); print(buf($v->text, 4)); print(buf($v->address));
          print(buf($v->address, 3)); print(buf(&$v->text, 8)); $n = 9; print(buf($v->text, $n));
          print((ntop($v->four), ntop($v->six), ntop($v->signs), ntop($v->name), ntop(10, $v->six)));
          join(args.list); join(args.list, "/"); join(arg1);
          print((*uaddr("one"), *uaddr("two"), *uaddr("four"), *uaddr("eight") == (uint64)-1));
          print((str(uaddr("words")), sizeof(*uaddr("one")), sizeof(*uaddr("words"))));
          print((strlen(*args.list), strcap(args.list[1]), strstr(args.list[1], "wo")));
        }
        END { clear(@calls); }
        """
            .replace("VALUES", values.toString());
    Thread thread = trace(script, "-c", values.toString());
    assertThat(result(thread))
        .isEqualTo(
            """
            (200, -5, 7, 77, 88, 88)
            (200, 200, use, true, { .is_exe = true, .ino = INODE })
            (01:02:00:04:05:AB, 01:02:00:04:05:CD, 01:02:00:04:05:CD, a)
            a\\x00b\\x00cdef
            a\\x00b\\x00
            \\x01\\x02\\x00\\x04\\x05\\xab
            \\x01\\x02\\x00
            a\\x00b\\x00cdef
            a\\x00b\\x00cdef\\x7f
            (127.0.0.1, 2001:db8::1, 2001:db8::2, 10.0.0.1, 2001:db8::1)
            one two
            one/two
            one two
            (7, 300, 70000, true)
            (words, 1, 8)
            (3, 3, 1)\
            """
                .replace("INODE", Files.getAttribute(values, "unix:ino").toString()));
  }

  @Test
  @Covers("listing")
  void listsWhatAProcessHas() throws Exception {
    try (Worker worker = Worker.start(program.toString())) {
      int code =
          Main.run(
              new String[] {"-p", "" + worker.id(), "-l", "usdt:*,uprobe:w*rk,*:*:finish"},
              folder,
              new ByteArrayInputStream(new byte[0]),
              new Screen(out, err, false, false));
      assertThat(text(err)).isEmpty();
      assertThat(text(out).lines().map(line -> line.replace(program.toString(), "FILE")))
          .containsExactly("uprobe:FILE:finish", "uprobe:FILE:work", "usdt:FILE:app:worked");
      assertThat(code).isZero();
    }
  }

  @Test
  @Covers({"uprobe", "usdt"})
  void runsBlocksAtOnePlaceInTheirOrder() throws Exception {
    try (Worker worker = Worker.start(program.toString())) {
      Thread thread =
          trace(
              """
              uprobe:FILE:work { printf("1"); } uprobe:FILE:w*rk { printf("2"); }
              uprobe:FILE:work { printf("3"); } uretprobe:FILE:work { printf("r"); }
              uretprobe:FILE:w*rk { printf("s"); } usdt:FILE:app:worked { printf("a"); }
              uretprobe:FILE:work { printf("t\\n"); } usdt:FILE:app:wor* { printf("b"); }
              uprobe:FILE:finish { exit(); }
              """);
      worker.work();
      worker.work();
      worker.finish();
      String once = "123ababrst";
      assertThat(result(thread)).isEqualTo(once + "\n" + once + "\n" + once);
    }
  }

  @Test
  @Covers({"uprobe, container", "usdt, container"})
  void seesALibraryThatOnlyAContainerHas() throws Exception {
    Path root = Files.createDirectory(folder.resolve("root"));
    String prepare =
        "mount -t tmpfs none %s && cp %s %s/app && exec chroot %s /app"
            .formatted(root, program, root, root);
    try (Worker inside = Worker.start("/usr/bin/unshare", "-m", "/bin/sh", "-c", prepare);
        Worker outside = Worker.start(program.toString())) {
      assertThat(root.resolve("app")).doesNotExist();
      Thread thread =
          trace(
              """
              uprobe:/proc/ID/root/app:work { @[ustack(1)] = count(); }
              usdt:/proc/ID/root/app:app:worked { @sites = count(); }
              uprobe:/proc/ID/root/app:finish { exit(); }
              """
                  .replace("ID", "" + inside.id()));
      inside.work();
      outside.work();
      inside.work();
      inside.finish();
      assertThat(result(thread)).isEqualTo("@[\n        work+0\n]: 3\n@sites: 6");
    }
  }

  @Test
  @Covers({"uprobe, -p", "usdt, -p"})
  void needsNoFileForOneProcess() throws Exception {
    Worker one = Worker.start(program.toString());
    try (Worker other = Worker.start(program.toString())) {
      Thread thread =
          trace(
              """
              uprobe:work { @calls = count(); @n = sum(arg0); }
              uprobe:*:wor* { @all = count(); }
              uretprobe:work { @returns = count(); }
              usdt:worked { @sites = count(); @values = sum(arg0); }
              usdt:*:app:worked /arg0 > 5/ { @many = count(); }
              usdt::app:worked { @old = count(); }
              """,
              "-p",
              "" + one.id());
      one.work();
      other.work();
      one.work();
      one.close();
      assertThat(result(thread))
          .isEqualTo(
              "@all: 3\n@calls: 3\n@many: 1\n@n: 1\n@old: 6\n@returns: 3\n@sites: 6\n@values: 11");
    }
  }

  /** The address means the same in all processes of the program. */
  @Test
  @Covers("watchpoint, -p and -c")
  void watchesTheMemoryOfOneProcess() throws Exception {
    Kernels.needWatchpoints();
    String address =
        CProgram.output(List.of("nm", program.toString()))
            .lines()
            .filter(line -> line.endsWith(" sum"))
            .map(line -> "0x" + line.substring(0, line.indexOf(' ')))
            .findFirst()
            .orElseThrow();
    String script = "watchpoint:" + address + ":8:w { @writes = count(); }";
    Worker one = Worker.start(program.toString());
    try (Worker other = Worker.start(program.toString())) {
      Thread thread = trace(script, "-p", "" + one.id());
      one.work();
      other.work();
      one.work();
      one.close();
      assertThat(result(thread)).isEqualTo("@writes: 3");
    }
    Path input = Files.writeString(folder.resolve("input"), "\n\n\n");
    out.reset();
    Thread thread = trace(script.replace(" {", "/pid == cpid/ {"), "-c", program + " <" + input);
    assertThat(result(thread)).isEqualTo("@writes: 6");
  }

  @Test
  @Covers("usdt")
  void countsInAllProcessesAtAllSites() throws Exception {
    try (Worker before = Worker.start(program.toString())) {
      Thread thread =
          trace("usdt:FILE:worked { @sites[arg0] = count(); } uprobe:FILE:finish { exit(); }");
      before.work();
      before.work();
      try (Worker after = Worker.start(program.toString())) {
        after.work();
      }
      before.finish();
      assertThat(result(thread)).isEqualTo("@sites[1]: 1\n@sites[10]: 1\n@sites[0]: 6");
    }
  }

  @Test
  void tellsThatAProgramWasReplaced() throws Exception {
    try (Worker old = Worker.start(program.toString())) {
      Thread thread =
          trace("uprobe:FILE:work { @calls = count(); } uprobe:FILE:finish { exit(); }");
      old.work();
      Path copy = folder.resolve("new");
      Files.copy(program, copy, StandardCopyOption.COPY_ATTRIBUTES);
      Files.move(copy, program, StandardCopyOption.REPLACE_EXISTING);
      try (Worker another = Worker.start(program.toString())) {
        another.work();
      }
      old.work();
      old.finish();
      assertThat(result(thread)).isEqualTo("@calls: 3");
      assertThat(text(err))
          .contains(
              "WARNING: "
                  + program
                  + " was replaced while it was traced: what started since then was not seen");
    }
  }

  @Test
  void tellsThatAProgramWasWrittenTo() throws Exception {
    Thread thread = trace("uprobe:FILE:work { @calls = count(); } uprobe:FILE:finish { exit(); }");
    Files.write(program, new byte[1], StandardOpenOption.APPEND);
    try (Worker worker = Worker.start(program.toString())) {
      worker.work();
      worker.finish();
      assertThat(result(thread)).isEqualTo("@calls: 1");
    }
    assertThat(text(err)).contains(program + " was written to while it was traced");
  }
}
