package jbt.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import jbt.deploy.fleet.Java;
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

  /** A script that starts the program that it traces. */
  private static String traced() throws IOException {
    Path program = folder.resolve("traced");
    if (!Files.exists(program)) {
      Files.copy(Path.of("/bin/true"), program);
    }
    return "tracepoint:sched:sched_process_exit /args.comm == \"traced\"/ { @[args.comm] = count(); exit(); }"
        + " interval:ms:20 { system(\"%s\"); }".formatted(program);
  }

  /** Types of the kernel that are missing, and such as are none. */
  @ParameterizedTest
  @ValueSource(strings = {"/nowhere", "/etc/passwd"})
  void typesOfTheKernel(String file) throws Exception {
    Map<String, String> without = Map.of("BPFTRACE_BTF", file);
    String script =
        """
        #include <linux/sched.h>
        struct two { int first; int second; };
        tracepoint:syscalls:sys_enter_openat /comm == "traced"/ { @second = ((struct two *)args.filename)->second; }
        """
            + traced();
    // The characters from the fifth on of /lib/x86_64-linux-gnu/libc.so.6.
    assertThat(run(without, List.of(), "-q", "--unsafe", "-e", script).text)
        .contains("@[traced]: 1", "@second: " + 0x3638782f);
    Answer unknown =
        run(without, List.of(), "-e", "BEGIN { print(((struct path *)0)->dentry); exit(); }");
    assertThat(unknown)
        .isEqualTo(
            new Answer(
                1,
                """
                stdin:1:17-30: ERROR: Unknown struct: 'path'
                BEGIN { print(((struct path *)0)->dentry); exit(); }
                                ~~~~~~~~~~~~~
                HINT: This kernel has no type information (BTF): declare the struct in the script"""));
    assertThat(run(without, List.of(), "-lv", "struct path"))
        .isEqualTo(
            new Answer(2, "This kernel tells nothing of its types (BTF, /sys/kernel/btf/vmlinux)"));
  }

  /** The list of tracepoints: not mounted, and mounted so that nothing can be made in it. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "mount -t tmpfs none /sys/kernel/tracing",
        "mount --bind /sys/kernel/tracing /sys/kernel/tracing; mount -o remount,bind,ro /sys/kernel/tracing"
      })
  void listOfTracepoints(String hide) throws Exception {
    List<String> hidden = List.of("unshare", "-m", "sh", "-ec", hide + "; exec \"$@\"", "sh");
    Answer answer = run(Map.of(), hidden, "-q", "--unsafe", "-e", traced());
    assertThat(answer).isEqualTo(new Answer(0, "@[traced]: 1"));
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
}
