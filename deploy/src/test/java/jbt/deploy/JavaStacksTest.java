package jbt.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import jbt.deploy.fleet.Java;
import jbt.deploy.fleet.LocalRun;
import jbt.deploy.fleet.Running;
import jbt.kernel.Covers;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stacks of a Java program, whose methods are known by the list of them that it has written. */
@Tag("kernel")
final class JavaStacksTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60L * Java.PATIENCE);

  /** Calls getppid and counts, by turns, until its input ends. */
  static final class Hot {
    @SuppressWarnings("restricted")
    private static final MethodHandle GETPPID =
        Linker.nativeLinker()
            .downcallHandle(
                Linker.nativeLinker().defaultLookup().find("getppid").orElseThrow(),
                FunctionDescriptor.of(ValueLayout.JAVA_INT));

    private Hot() {}

    static int call() throws Throwable {
      return (int) GETPPID.invokeExact();
    }

    static int spin(int start) {
      int sum = start;
      for (int i = 0; i < 1_000_000; i++) {
        sum = sum * 31 + i;
      }
      return sum;
    }

    /** Long enough for both to be compiled. */
    private static int warm() throws Throwable {
      int sum = 0;
      for (int i = 0; i < 5_000; i++) {
        sum += call();
      }
      for (int i = 0; i < 500; i++) {
        sum += spin(i);
      }
      return sum;
    }

    private static void run() {
      try {
        System.out.println("warm " + warm());
        int sum = 0;
        while (sum != 1) {
          sum = (call() + spin(sum)) | 2;
        }
      } catch (Throwable e) {
        throw new AssertionError(e);
      }
    }

    public static void main(String[] arguments) throws IOException {
      Thread.ofPlatform().daemon().start(Hot::run);
      System.in.transferTo(OutputStream.nullOutputStream());
    }
  }

  private static Running hot;
  private static Path map;

  @BeforeAll
  static void start() throws Exception {
    List<String> command = new ArrayList<>(Java.options());
    command.addAll(
        List.of(
            "-XX:+PreserveFramePointer",
            "-XX:-BackgroundCompilation",
            "-XX:CompileCommand=quiet",
            "-XX:CompileCommand=dontinline," + Hot.class.getName() + "::*",
            Hot.class.getName()));
    hot = Running.start(command);
    hot.awaitOutLine(1, PATIENCE);
    map = Path.of("/tmp/perf-" + hot.pid() + ".map");
    Running.run(
        Path.of(System.getProperty("java.home"), "bin", "jcmd") + "",
        hot.pid() + "",
        "Compiler.perfmap");
  }

  @AfterAll
  static void stop() throws IOException {
    hot.end();
    Files.deleteIfExists(map);
  }

  private static LocalRun trace(String script, String... options) throws Exception {
    List<String> arguments = new ArrayList<>(List.of(options));
    arguments.addAll(List.of("-e", script.replace("HOT", hot.pid() + "")));
    LocalRun run = LocalRun.of(arguments, () -> {});
    assertThat(run.exitCode()).describedAs(run + "").isZero();
    return run;
  }

  @Test
  @Covers("stacks, Java")
  void namesTheMethodThatIsSampled() throws Exception {
    String out =
        trace(
                """
                profile:hz:999 /pid == HOT/ {
                  @[ustack(3)] = count();
                  @n++;
                  if (@n >= 50) { exit(); }
                }
                """)
            .out();
    assertThat(out).contains("    int " + Hot.class.getName() + ".spin(int)+");
  }

  @Test
  @Covers("stacks, Java")
  void namesTheMethodOfEachOfManyCalls(@TempDir Path folder) throws Exception {
    Path folded = folder.resolve("folded");
    trace(
        """
        tracepoint:syscalls:sys_enter_getppid /pid == HOT/ {
          if (@n < 300) { @n++; @[ustack] = count(); } else { exit(); }
        }
        """,
        "--folded",
        folded + "");
    long calls = 0;
    for (String line : Files.readAllLines(folded)) {
      assertThat(line).contains(";int " + Hot.class.getName() + ".call();getppid ");
      calls += Long.parseLong(line.substring(line.lastIndexOf(' ') + 1));
    }
    assertThat(calls).isEqualTo(300);
  }
}
