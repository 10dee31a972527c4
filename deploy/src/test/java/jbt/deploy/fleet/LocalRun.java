package jbt.deploy.fleet;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import jbt.cli.Main;
import jbt.cli.session.Screen;

/**
 * What jbt-remote printed, in this process, of a script on this host.
 *
 * @param out standard output
 * @param err standard error
 */
public record LocalRun(int exitCode, String out, String err) {
  private static final Duration LONGEST = Duration.ofSeconds(20L * Java.PATIENCE);

  /** Something to trace. */
  public interface Work {
    void once() throws Exception;
  }

  /** Runs it with these arguments to its end; meanwhile the work is done again and again. */
  public static LocalRun of(List<String> arguments, Work work) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int[] exitCode = new int[1];
    Thread running =
        Thread.ofPlatform()
            .start(
                () ->
                    exitCode[0] =
                        Main.run(
                            arguments.toArray(String[]::new),
                            Path.of("/nowhere"),
                            new ByteArrayInputStream(new byte[0]),
                            new Screen(out, err, false, false)));
    long end = System.nanoTime() + LONGEST.toNanos();
    while (running.isAlive() && System.nanoTime() < end) {
      work.once();
      running.join(2);
    }
    if (running.isAlive()) {
      throw new AssertionError("it did not end: " + out + err);
    }
    return new LocalRun(
        exitCode[0], out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }
}
