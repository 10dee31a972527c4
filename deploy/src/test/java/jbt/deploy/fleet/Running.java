package jbt.deploy.fleet;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A process of the test; what it prints is kept line by line. Killed by {@link #close}. */
public final class Running implements AutoCloseable {
  private final List<String> command;
  private final Process process;
  private final Output out;
  private final Output err;

  private Running(List<String> command, Process process) {
    this.command = command;
    this.process = process;
    out = new Output(process.getInputStream());
    err = new Output(process.getErrorStream());
  }

  public static Running start(List<String> command) throws IOException {
    return start(Map.of(), command);
  }

  /** As above, with more variables in its environment. */
  public static Running start(Map<String, String> environment, List<String> command)
      throws IOException {
    // Whoever runs the tests may ignore a signal, as nohup does; what they start would, too.
    List<String> all = new ArrayList<>(List.of("env", "--default-signal=INT,TERM,HUP"));
    all.addAll(command);
    ProcessBuilder builder = new ProcessBuilder(all);
    builder.environment().putAll(environment);
    return new Running(command, builder.start());
  }

  /** Runs the command to its end; an exit code other than 0 is an error. Returns its output. */
  public static List<String> run(List<String> command) throws IOException, InterruptedException {
    try (Running running = start(command)) {
      int code = running.exitCode(Duration.ofSeconds(30L * Java.PATIENCE));
      if (code != 0) {
        throw new IOException(running + " ended with exit code " + code);
      }
      return running.out();
    }
  }

  public static List<String> run(String... command) throws IOException, InterruptedException {
    return run(List.of(command));
  }

  public long pid() {
    return process.pid();
  }

  public boolean alive() {
    return process.isAlive();
  }

  /** Lines written to standard output until now. */
  public List<String> out() {
    return out.lines();
  }

  /** Lines written to standard error until now. */
  public List<String> err() {
    return err.lines();
  }

  public void writeLine(String line) throws IOException {
    OutputStream input = process.getOutputStream();
    input.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    input.flush();
  }

  /** Waits for the first line on standard output that fits. */
  public String awaitOut(Predicate<String> fits, Duration patience) throws InterruptedException {
    return await(out, 0, fits, patience);
  }

  /** Waits for the first line on standard error that fits. */
  public String awaitErr(Predicate<String> fits, Duration patience) throws InterruptedException {
    return await(err, 0, fits, patience);
  }

  /** Waits until standard output has so many lines, and returns the last of them. */
  public String awaitOutLine(int number, Duration patience) throws InterruptedException {
    return await(out, number - 1, line -> true, patience);
  }

  private String await(Output output, int from, Predicate<String> fits, Duration patience)
      throws InterruptedException {
    String found = output.await(from, fits, patience);
    if (found == null) {
      throw new AssertionError("not printed by " + this);
    }
    return found;
  }

  /** Sends a signal, for example INT or KILL. */
  public void signal(String name) throws IOException, InterruptedException {
    run("kill", "-" + name, Long.toString(pid()));
  }

  /** Waits for the end of the process and of its output. */
  public int exitCode(Duration patience) throws InterruptedException {
    if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new AssertionError("still running after " + patience.toSeconds() + " s: " + this);
    }
    out.join();
    err.join();
    return process.exitValue();
  }

  /** Asks it to end, and waits. */
  public void end() {
    process.destroy();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The command's last argument with all it printed, for messages about tests that failed. */
  @Override
  public String toString() {
    return command.getLast()
        + "\n--- standard output\n"
        + String.join("\n", out.lines())
        + "\n--- standard error\n"
        + String.join("\n", err.lines());
  }

  /** One of the two streams. */
  private static final class Output {
    private final List<String> lines = new ArrayList<>();
    private final Thread reader;
    private boolean ended;

    Output(InputStream stream) {
      reader = Thread.ofVirtual().start(() -> read(stream));
    }

    private void read(InputStream stream) {
      try (BufferedReader input =
          new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
        for (String line = input.readLine(); line != null; line = input.readLine()) {
          synchronized (lines) {
            lines.add(line);
            lines.notifyAll();
          }
        }
      } catch (IOException e) {
        // A killed process closes its streams in the middle of a line.
        if (!"Stream closed".equalsIgnoreCase(e.getMessage())) {
          throw new UncheckedIOException(e);
        }
      } finally {
        synchronized (lines) {
          ended = true;
          lines.notifyAll();
        }
      }
    }

    List<String> lines() {
      synchronized (lines) {
        return List.copyOf(lines);
      }
    }

    @Nullable String await(int from, Predicate<String> fits, Duration patience)
        throws InterruptedException {
      long end = System.nanoTime() + patience.toNanos();
      synchronized (lines) {
        int next = from;
        while (true) {
          for (; next < lines.size(); next++) {
            if (fits.test(lines.get(next))) {
              return lines.get(next);
            }
          }
          long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
          if (left <= 0 || ended) {
            return null;
          }
          lines.wait(left);
        }
      }
    }

    void join() throws InterruptedException {
      // A child of the process that outlives it keeps the stream open.
      reader.join(Duration.ofSeconds(2));
    }
  }
}
