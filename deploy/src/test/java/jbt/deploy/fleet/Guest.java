package jbt.deploy.fleet;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A machine with a stock Debian kernel, emulated, and a shell of root in it. It sees this machine's
 * files as they were when it started, and everything it does is gone after {@link #close}.
 */
public final class Guest implements AutoCloseable {
  /** Who locks this alone has all of this machine; others make do with a part. */
  public static final String PROCESSORS = "processors";

  /** The most that a guest lives. */
  public static final int SECONDS = 1500;

  /** How many times longer everything may take in it. */
  public static final int PATIENCE = 12;

  private final Running shell;
  private int commands;
  private int printed;

  private Guest(Running shell) {
    this.shell = shell;
  }

  /**
   * Starts one and does not wait.
   *
   * @param kernel a series, 6.1 or 6.12
   * @param options more options of deploy/testbed/vm
   */
  public static Guest start(String kernel, List<String> options) throws IOException {
    List<String> more = new ArrayList<>(List.of("-i"));
    more.addAll(options);
    return new Guest(Running.start(command(kernel, more, List.of("bash"))));
  }

  /** The folder of the modules of a guest's kernel, as deploy/testbed keeps it. */
  public static String modules(String kernel) {
    String kernels = System.getenv("JBT_KERNELS");
    return (kernels == null ? "/var/cache/jbt-kernels" : kernels) + "/" + kernel + "/modules";
  }

  /** The command that runs one command in a guest. */
  public static List<String> command(String kernel, List<String> options, List<String> command) {
    List<String> all =
        new ArrayList<>(
            List.of(
                Path.of("testbed/vm").toAbsolutePath().toString(),
                "-k",
                kernel,
                "-m",
                "1500M",
                "-t",
                Integer.toString(SECONDS)));
    all.addAll(options);
    all.add("--");
    all.addAll(command);
    return all;
  }

  /**
   * Runs a command of the shell to its end; an exit code other than 0 is an error.
   *
   * @return what it wrote, standard output and standard error
   */
  public List<String> run(String command) throws IOException, InterruptedException {
    commands++;
    String mark = "=== " + commands + ": ";
    shell.writeLine("{ " + command + "\n} 2>&1; echo \"" + mark + "$?\"");
    String end = shell.awaitOut(line -> line.startsWith(mark), Duration.ofSeconds(SECONDS));
    List<String> all = shell.out();
    List<String> output = all.subList(printed, all.indexOf(end));
    printed = all.indexOf(end) + 1;
    if (!end.equals(mark + "0")) {
      throw new AssertionError(command + ": exit code " + end + "\n" + String.join("\n", output));
    }
    return output;
  }

  /** Repeats a command until it ends well, which is waited for as long as the guest lives. */
  public void await(String command) throws IOException, InterruptedException {
    run("until " + command + "; do sleep 0.2; done");
  }

  @Override
  public void close() {
    // The script ends the machine and removes what it made.
    shell.end();
  }
}
