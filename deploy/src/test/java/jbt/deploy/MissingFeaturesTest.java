package jbt.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import jbt.deploy.fleet.Java;
import jbt.kernel.CProgram;
import jbt.kernel.Covers;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Scripts on a host that lacks something, which is hidden from a jbt-remote of its own. */
@Tag("kernel")
final class MissingFeaturesTest {
  @TempDir private static Path folder;

  private record Answer(int exitCode, String text) {}

  private static Answer run(Map<String, String> environment, List<String> before, String... last)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(before);
    command.addAll(Java.command("jbt.cli.Main", last));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(environment);
    Process process = builder.start();
    process.getOutputStream().close();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Answer(process.waitFor(), text.strip());
  }

  /** Runs a command in file trees of its own, after a line of the shell. */
  private static List<String> after(String line) {
    return new ArrayList<>(List.of("unshare", "-m", "sh", "-ec", line + "; exec \"$@\"", "sh"));
  }

  /** A script that starts the program that it traces. */
  private static String traced() throws IOException {
    Path program = folder.resolve("traced");
    if (!Files.exists(program)) {
      Files.copy(Path.of("/bin/true"), program);
    }
    return "tracepoint:sched:sched_process_exit /args.comm == \"traced\"/ { @[args.comm] = count(); exit(); }"
        + " interval:ms:200 { system(\"%s\"); }".formatted(program);
  }

  /** Types of the kernel that are missing, and such as are none. */
  @ParameterizedTest
  @ValueSource(strings = {"/nowhere", "/etc/passwd"})
  void typesOfTheKernel(String file) throws Exception {
    worksWithoutTypes(Map.of("BPFTRACE_BTF", file), List.of());
  }

  /** A kernel that tells nothing of its types: they are hidden. */
  @Test
  @Covers("without BTF")
  void aKernelWithoutTypes() throws Exception {
    worksWithoutTypes(Map.of(), after("mount -t tmpfs none /sys/kernel/btf"));
  }

  private static void worksWithoutTypes(Map<String, String> environment, List<String> before)
      throws Exception {
    String script =
        """
        #include <linux/sched.h>
        struct two { int first; int second; };
        tracepoint:syscalls:sys_enter_openat /comm == "traced"/ { @second = ((struct two *)args.filename)->second; }
        uprobe:libc:exit /comm == "traced"/ { @ends = count(); }
        """
            + (Files.exists(Path.of("/sys/bus/event_source/devices/kprobe"))
                ? "struct how { unsigned long long flags; }; kprobe:do_sys_openat2 /comm == \"traced\"/"
                    + " { @flags[str(arg1), ((struct how *)arg2)->flags & O_CLOEXEC] = count(); }"
                    + " END { if (!@flags[\"/etc/ld.so.cache\", O_CLOEXEC]) { print(\"no kprobe\"); } clear(@flags); }"
                : "")
            + traced();
    // The characters from the fifth on of /lib/x86_64-linux-gnu/libc.so.6.
    Answer all = run(environment, before, "-q", "--unsafe", "-e", script);
    assertThat(all.text.lines().filter(line -> !line.isEmpty()))
        .containsExactlyInAnyOrder("@[traced]: 1", "@ends: 1", "@second: " + 0x3638782f);
    Answer unknown =
        run(environment, before, "-e", "BEGIN { print(((struct path *)0)->dentry); exit(); }");
    assertThat(unknown)
        .isEqualTo(
            new Answer(
                1,
                """
                stdin:1:17-30: ERROR: Unknown struct: 'path'
                BEGIN { print(((struct path *)0)->dentry); exit(); }
                                ~~~~~~~~~~~~~
                HINT: %s: declare the struct in the script"""
                    .formatted(
                        environment.isEmpty()
                            ? "This kernel has no type information (BTF)"
                            : environment.get("BPFTRACE_BTF")
                                + " of BPFTRACE_BTF can't be read as type information (BTF)")));
    assertThat(run(environment, before, "-lv", "struct path"))
        .isEqualTo(
            new Answer(
                1, "ERROR: This kernel tells nothing of its types (BTF, /sys/kernel/btf/vmlinux)"));
  }

  /** The list of tracepoints: not mounted, and mounted so that nothing can be made in it. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "mount -t tmpfs none /sys/kernel/tracing",
        "mount --bind /sys/kernel/tracing /sys/kernel/tracing; mount -o remount,bind,ro /sys/kernel/tracing"
      })
  void listOfTracepoints(String hide) throws Exception {
    Answer answer = run(Map.of(), after(hide), "-q", "--unsafe", "-e", traced());
    assertThat(answer).isEqualTo(new Answer(0, "@[traced]: 1"));
  }

  /** Mounted nowhere, where it belongs, and where it was in old times. */
  @Test
  @Covers("listing")
  void tracepointsWhereverTheirListIs() throws Exception {
    String no = "mount -t tmpfs none /sys/kernel/debug; mount -t tmpfs none /sys/kernel/tracing";
    Answer nowhere = run(Map.of(), after(no), "-lv", "tracepoint:*");
    for (String mount :
        List.of(
            "mount -t tracefs none /sys/kernel/tracing",
            no + "; mount -t debugfs none /sys/kernel/debug")) {
      assertThat(run(Map.of(), after(mount), "-lv", "tracepoint:*")).isEqualTo(nowhere);
    }
    List<String> count = after("mount -t tracefs none /sys/kernel/tracing");
    count.addAll(List.of("wc", "-l", "/sys/kernel/tracing/available_events"));
    assertThat(CProgram.output(count))
        .startsWith(nowhere.text.lines().filter(l -> l.startsWith("tracepoint:")).count() + " ");
  }

  @Test
  void functionsByTheSettings() throws Exception {
    String missing = "uprobe:libc:no_such_function { @ = count(); } BEGIN { exit(); }";
    assertThat(run(Map.of(), List.of(), "-q", "-e", missing).exitCode).isEqualTo(1);
    Answer warned =
        run(Map.of(), List.of(), "-q", "-e", "config = { missing_probes = warn } " + missing);
    assertThat(warned.exitCode).isZero();
    assertThat(warned.text).contains("has no function no_such_function. Skipping.");
    Answer ignored =
        run(Map.of(), List.of(), "-q", "-e", "config = { missing_probes = ignore } " + missing);
    assertThat(ignored).isEqualTo(new Answer(0, ""));
  }

  /**
   * What only the kernel knows: here an event for which most machines of a test have no counter.
   */
  @Test
  void eventsByTheSettings() throws Exception {
    assumeTrue(
        !Files.exists(Path.of("/sys/bus/event_source/devices/cpu")),
        "this machine has counters, so nothing is missing");
    String missing = "hardware:bus-cycles:100 { @ = count(); }";
    String skip = "config = { missing_probes = warn } " + missing;
    assertThat(run(Map.of(), List.of(), "-e", skip + " BEGIN { printf(\"on\\n\"); }").text.lines())
        .contains("Attached 1 probe", "on")
        .anyMatch(
            line ->
                line.startsWith("WARNING: attach hardware:bus-cycles:100: there is no counter")
                    && line.endsWith(". Skipping."));
    assertThat(run(Map.of(), List.of(), "-q", "-e", skip.replace("warn", "ignore")))
        .isEqualTo(new Answer(1, "ERROR: No attach point of the script can be attached"));
    assertThat(run(Map.of(), List.of(), "-q", "-e", missing + " BEGIN { exit(); }").exitCode)
        .isEqualTo(255);
  }
}
