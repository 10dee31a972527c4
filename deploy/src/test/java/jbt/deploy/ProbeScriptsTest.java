package jbt.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import jbt.deploy.fleet.LocalRun;
import jbt.deploy.fleet.LocalRun.Work;
import jbt.kernel.CProgram;
import jbt.kernel.Covers;
import jbt.kernel.KernelModules;
import jbt.kernel.Workload;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Scripts as people write them, and what jbt-remote prints of them on this kernel. */
@Tag("kernel")
final class ProbeScriptsTest {
  private static final String PID = Long.toString(ProcessHandle.current().pid());

  /** How a kernel without something is told of. */
  private static final Pattern LACKS =
      Pattern.compile("which this kernel lacks|there is no counter for|No function do_sys_open ");

  /** 200 characters, not there. */
  private static final Path LONG_PATH = Path.of("/run/" + "x".repeat(195));

  private static final String COUNTER =
      """
      #include <unistd.h>
      volatile long counter;
      __attribute__((noinline)) long increment(long by) { counter += by; return counter; }
      int main(void) {
        for (int i = 0; i < 3; i++) increment(14);
        return 0;
      }
      """;

  /** Touches 20,000 pages. */
  private static final String TOUCHER =
      """
      #include <sys/mman.h>
      int main(void) {
        char *pages = mmap(0, 80 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        madvise(pages, 80 << 20, MADV_NOHUGEPAGE);
        for (long i = 0; i < 20000; i++) pages[i << 12] = 1;
        return 0;
      }
      """;

  @TempDir private Path folder;

  /** The output of a script whose $1 is this process; skips where the kernel lacks the probe. */
  private static String output(String script, Work work) throws Exception {
    LocalRun run = LocalRun.of(List.of("-q", "-e", script, PID), work);
    Assumptions.assumeFalse(LACKS.matcher(run.err()).find(), run.err());
    assertThat(run.exitCode()).as(run.err()).isZero();
    return run.out().strip();
  }

  private static void open(Path path, StandardOpenOption... options) throws IOException {
    try {
      FileChannel.open(path, options).close();
    } catch (IOException e) {
      assertThat(path).doesNotExist();
    }
  }

  private static long links() throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      return open.filter(ProbeScriptsTest::isLink).count();
    }
  }

  private static boolean isLink(Path fd) {
    try {
      return Files.readSymbolicLink(fd).toString().contains("bpf_link");
    } catch (IOException e) {
      return false; // closed meanwhile
    }
  }

  /** The kernel takes 38 programs at a function by its type. */
  @Test
  void kprobesWhereNoFentryIsTakenAnyMore() throws Exception {
    List<String> one =
        List.of("-v", "-e", "kprobe:__do_sys_getppid /pid == $1/ { @calls++; exit(); }", PID);
    LocalRun free = LocalRun.of(one, () -> Workload.getppid(1));
    Assumptions.assumeTrue(free.err().contains("1 probe (1 as fentry or fexit)"), free.err());
    AtomicReference<LocalRun> taken = new AtomicReference<>(free);
    String end = "tracepoint:raw_syscalls:sys_enter /pid == $1 && args.id == 121/ { exit(); }";
    LocalRun.of(
        List.of("-e", "fentry:__do_sys_getppid {}".repeat(38) + end, PID),
        () -> {
          if (links() < 38) {
            return; // One that comes first would take the place of the last of them.
          }
          if (taken.get().err().contains("fentry")) {
            taken.set(LocalRun.of(one, () -> Workload.getppid(1)));
          } else {
            Workload.getpgid(1, 1);
          }
        });
    assertThat(taken.get().err()).contains("1 probe attached");
    assertThat(taken.get().out()).contains("@calls: ");
  }

  @Test
  @Covers("script, do_nanosleep")
  void sleepersByThread() throws Exception {
    // Others sleep, too.
    Path program = Files.copy(Path.of("/bin/sleep"), folder.resolve("our-sleep"));
    Set<String> sleepers = new HashSet<>();
    String out =
        output(
            "kprobe:do_nanosleep /comm == \"our-sleep\"/ { printf(\"%d %d\\n\", tid, pid); exit(); }",
            () -> {
              Process sleep = new ProcessBuilder(program.toString(), "0.01").start();
              sleepers.add(sleep.pid() + " " + sleep.pid());
              sleep.waitFor();
            });
    assertThat(sleepers).contains(out);
  }

  @Test
  @Covers("script, do_sys_openat2")
  void pathsAreWhole() throws Exception {
    assertThat(
            output(
                "kprobe:do_sys_openat2 /pid == $1 && strncmp(str(arg1), \"/run/xxx\", 8) == 0/"
                    + " { printf(\"%s\\n\", str(arg1)); exit(); }",
                () -> open(LONG_PATH)))
        .isEqualTo(LONG_PATH.toString());
  }

  @Test
  @Covers("script, do_sys_openat2")
  void flagsOfAnOpen() throws Exception {
    assertThat(
            output(
                "kprobe:do_sys_openat2 /pid == $1 && str(arg1) == \"/run/no-such-file\"/"
                    + " { printf(\"%x\\n\", ((struct open_how *)arg2)->flags & 0x403); exit(); }",
                () ->
                    open(
                        Path.of("/run/no-such-file"),
                        StandardOpenOption.WRITE,
                        StandardOpenOption.APPEND)))
        .isEqualTo("401");
  }

  /** As a script declares it that does not trust the kernel's types, and the end of a long text. */
  @Test
  @Covers("script, do_sys_openat2")
  void flagsByAStructOfTheScript() throws Exception {
    assertThat(
            output(
                """
                config = { max_strlen = 100 }
                struct open_how { unsigned long long flags, mode, resolve; };
                kprobe:do_sys_openat2 /pid == $1 && strncmp(str(arg1), "/run/xxx", 8) == 0/ {
                  printf("%x %s\\n", ((struct open_how *)arg2)->flags & 0x403, str(arg1)); exit();
                }
                """,
                () -> open(LONG_PATH, StandardOpenOption.WRITE, StandardOpenOption.APPEND)))
        .isEqualTo("401 " + LONG_PATH.toString().substring(0, 100) + "..");
  }

  @Test
  @Covers("script, do_sys_openat2")
  void errorOfAnOpen() throws Exception {
    assertThat(
            output(
                """
                kprobe:do_sys_openat2 /pid == $1 && str(arg1) == "/run/no-such-file"/ { @[tid] = 1; }
                kretprobe:do_sys_openat2 /@[tid]/ { printf("%ld\\n", retval); clear(@); exit(); }
                """,
                () -> open(Path.of("/run/no-such-file"))))
        .isEqualTo("-2");
  }

  @Test
  @Covers("script, do_sys_open")
  void olderFunctionForOpening() throws Exception {
    String out =
        output(
            "kprobe:do_sys_open /pid == $1 && str(arg1) == \"/run/no-such-file\"/"
                + " { printf(\"%s\\n\", str(arg1)); exit(); } interval:ms:500 { exit(); }",
            () -> open(Path.of("/run/no-such-file")));
    Assumptions.assumeFalse(out.isEmpty(), "this kernel opens files by other functions");
    assertThat(out).isEqualTo("/run/no-such-file");
  }

  @Test
  @Covers("script, vfs_open")
  void nameOfAnOpenedFile() throws Exception {
    Path file = Files.createTempFile(Path.of("/dev/shm"), "jbt-", "");
    try {
      String name = file.getFileName().toString();
      String script =
          "kprobe:vfs_open /pid == $1 && str(((struct path *)arg0)->dentry->d_name.name) == \"NAME\"/ { printf(\"%s\\n\", str(((struct path *)arg0)->dentry->d_name.name)); exit(); }"
              .replace("NAME", name);
      Work work = () -> open(file);
      assertThat(output(script, work)).isEqualTo(name);
      String included = "#include <linux/path.h>\n#include <linux/dcache.h>\n" + script;
      assertThat(output(included, work)).isEqualTo(name);
    } finally {
      Files.delete(file);
    }
  }

  @Test
  @Covers("script, uprobe")
  void callsOfAProgram() throws Exception {
    Path program = CProgram.compile(folder, "counter", COUNTER, "-O1");
    Set<String> started = new HashSet<>();
    String out =
        output(
            """
            uprobe:FILE:main { @started = 1; }
            uprobe:FILE:increment /@started/ { printf("%lu %d %d %d\\n", nsecs, pid, tid, arg0); }
            uretprobe:FILE:increment /@started/ {
              printf("%lu %ld\\n", nsecs, retval);
              if (@++ == 2) { clear(@); clear(@started); exit(); }
            }
            """
                .replace("FILE", program.toString()),
            () -> {
              Process process = new ProcessBuilder(program.toString()).start();
              process.waitFor();
              started.add("" + process.pid());
            });
    List<String> lines = out.lines().toList();
    assertThat(lines).hasSize(6);
    long before = 0;
    Matcher ids = Pattern.compile("\\d+ (\\d+) (\\d+) 14").matcher(lines.getFirst());
    assertThat(ids.matches()).as(out).isTrue();
    assertThat(ids.group(1)).isEqualTo(ids.group(2));
    assertThat(started).contains(ids.group(1));
    for (int i = 0; i < lines.size(); i++) {
      String[] parts = lines.get(i).split(" ", 2);
      assertThat(Long.parseLong(parts[0])).isGreaterThan(before);
      before = Long.parseLong(parts[0]);
      assertThat(parts[1])
          .isEqualTo(
              i % 2 == 0 ? ids.group(1) + " " + ids.group(2) + " 14" : "" + 14 * (i / 2 + 1));
    }
  }

  @Test
  @Covers("script, sys_enter_openat")
  void filesThatAreOpened() throws Exception {
    assertThat(
            output(
                "tracepoint:syscalls:sys_enter_openat /pid == $1 && str(args.filename) == \"/run/no-such-file\"/"
                    + " { @[comm, str(args.filename)] = count(); exit(); }",
                () -> open(Path.of("/run/no-such-file"))))
        .matches("@\\[[^,]+, /run/no-such-file\\]: \\d+");
  }

  @Test
  @Covers("script, page-faults")
  void faultsByProgram() throws Exception {
    Path program = CProgram.compile(folder, "toucher", TOUCHER, "-O1");
    for (String event : List.of("page-faults:100", "faults:")) {
      String out =
          output(
              "software:%s /comm == \"toucher\"/ { @[comm] = count(); } tracepoint:sched:sched_process_exit /comm == \"toucher\"/ { if (@ended++ == 1) { clear(@ended); exit(); } }"
                  .formatted(event),
              () -> CProgram.output(List.of(program.toString())));
      assertThat(out).as(event).matches("@\\[toucher\\]: \\d+");
      // Every hundredth fault of a processor, in one whole run and the rest of the one before.
      assertThat(Long.parseLong(out.substring(out.indexOf(' ') + 1))).isBetween(150L, 450L);
    }
  }

  @Test
  @Covers("script, block_rq_insert")
  void requestsThatAreQueuedForADisk() throws Exception {
    KernelModules.need("configfs");
    KernelModules.need("mq-deadline");
    KernelModules.need("null_blk", "nr_devices=1");
    Files.writeString(Path.of("/sys/block/nullb0/queue/scheduler"), "mq-deadline");
    Set<String> writers = new HashSet<>();
    String out =
        output(
            "tracepoint:block:block_rq_insert /args.comm == \"dd\"/ { printf(\"%d %s %s\\n\", tid, args.rwbs, args.comm); exit(); }",
            () -> {
              Process dd =
                  new ProcessBuilder(
                          "dd",
                          "if=/dev/zero",
                          "of=/dev/nullb0",
                          "bs=4096",
                          "count=1",
                          "oflag=direct")
                      .redirectErrorStream(true)
                      .start();
              writers.add(dd.pid() + " WS dd");
              dd.waitFor();
            });
    assertThat(writers).contains(out);
  }

  @Test
  void hardwareEventOrTheReason() throws Exception {
    LocalRun run =
        LocalRun.of(
            List.of("-e", "hardware:bus-cycles:100 { @ = count(); } BEGIN { exit(); }"),
            () -> Workload.getppid(1));
    if (run.exitCode() != 0) {
      assertThat(run.err())
          .contains(
              "attach hardware:bus-cycles:100: there is no counter for bus-cycles: no such event");
    }
  }
}
