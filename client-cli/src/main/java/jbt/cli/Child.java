package jbt.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import jbt.daemon.UserLocale;

/**
 * The command of -c: a process that stands still until the script is attached, and that ends with
 * it.
 */
final class Child implements AutoCloseable {
  /** Until it has stopped itself, on whatever machine. */
  private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(60);

  private static final long LAST_WORD_MS = 1000;

  /** The name of a program in which a shell sees nothing else. */
  private static final String PLAIN = "[\\w./+-]+";

  /** What util-linux has to end a process with its parent, also with one that is killed. */
  private static final Path SETPRIV = Path.of("/usr/bin/setpriv");

  private final Process process;

  private Child(Process process) {
    this.process = process;
  }

  /** Starts it; what stops becomes the command itself, under the same id. */
  static Child start(String command) throws WayException, InterruptedException {
    String line = "kill -STOP $$; exec " + withPath(command.strip());
    List<String> shell = new ArrayList<>(List.of("/bin/sh", "-c", line));
    try {
      if (Files.exists(SETPRIV) && SETPRIV.toRealPath().endsWith(SETPRIV.getFileName())) {
        shell.addAll(0, List.of(SETPRIV.toString(), "--pdeathsig", "TERM", "--"));
      }
      Process process = UserLocale.restore(new ProcessBuilder(shell)).inheritIO().start();
      Child child = new Child(process);
      child.awaitStopped(command);
      return child;
    } catch (IOException e) {
      throw new WayException("can't start " + command + ": " + e.getMessage(), e);
    }
  }

  /**
   * The command with its program's path, so that the shell does not try each folder: the script
   * would see it do so.
   */
  private static String withPath(String command) throws WayException {
    String program = command.split("\\s", 2)[0];
    if (program.isEmpty()) {
      throw new WayException("-c names no command");
    } else if (!program.matches(PLAIN)) {
      return command;
    }
    Optional<Path> file = find(program);
    if (file.isEmpty()) {
      boolean there = program.contains("/") && Files.exists(Path.of(program));
      throw new WayException(
          "can't start %s: %s"
              .formatted(
                  command, there ? program + " is no program" : "there is no program " + program));
    }
    String path = file.get().toAbsolutePath().toString();
    return program.contains("/") || !path.matches(PLAIN)
        ? command
        : path + command.substring(program.length());
  }

  private static Optional<Path> find(String program) {
    String path = program.contains("/") ? "" : System.getenv().getOrDefault("PATH", "/bin");
    return Arrays.stream(path.split(":"))
        .map(folder -> Path.of(folder, program))
        .filter(file -> Files.isExecutable(file) && !Files.isDirectory(file))
        .findFirst();
  }

  private void awaitStopped(String command) throws WayException, InterruptedException {
    Path status = Path.of("/proc", Long.toString(process.pid()), "stat");
    long until = System.nanoTime() + PATIENCE_NS;
    try {
      // Behind the name in parentheses stands the state.
      while (!Files.readString(status).replaceFirst("(?s).*\\) ", "").startsWith("T")) {
        if (System.nanoTime() - until > 0) {
          throw new WayException("can't start " + command + ": it does not stop");
        }
        TimeUnit.MILLISECONDS.sleep(1);
      }
    } catch (IOException e) {
      throw new WayException("can't start " + command + ": it has ended", e);
    }
  }

  int pid() {
    return (int) process.pid();
  }

  /** Lets it run. */
  void go() {
    try {
      // It may have ended meanwhile, which is nothing to tell of.
      new ProcessBuilder("/bin/sh", "-c", "kill -CONT " + process.pid())
          .redirectError(ProcessBuilder.Redirect.DISCARD)
          .start();
    } catch (IOException e) {
      process.destroyForcibly();
    }
  }

  void onEnd(Runnable then) {
    var _ = process.onExit().thenRun(then);
  }

  @Override
  public void close() {
    if (process.isAlive()) {
      // A process that stands still hears nothing before it goes on.
      process.destroy();
      go();
      try {
        if (!process.waitFor(LAST_WORD_MS, TimeUnit.MILLISECONDS)) {
          process.destroyForcibly();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
