package jbt.cli.session;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import jbt.cli.render.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * Where a run writes.
 *
 * @param outTerminal standard output is a terminal
 * @param errTerminal standard error is a terminal
 */
public record Screen(OutputStream out, OutputStream err, boolean outTerminal, boolean errTerminal) {
  /** Whether a standard stream of this process (1 or 2) is a terminal. */
  public static boolean isTerminal(int stream) {
    try {
      String device = Files.readSymbolicLink(Path.of("/proc/self/fd/" + stream)).toString();
      return device.startsWith("/dev/pts/")
          || device.startsWith("/dev/tty")
          || device.equals("/dev/console");
    } catch (IOException e) {
      return false;
    }
  }

  /** A line of ours on standard error, while no session writes there. */
  public void say(String line) {
    try {
      Bytes.of(line).add('\n').writeTo(err);
    } catch (IOException e) {
      // Nobody is left to tell.
    }
  }

  /** Whether writing failed because the reader has gone, as {@code head} does. */
  static boolean isReaderGone(IOException e) {
    @Nullable String message = e.getMessage();
    return message != null && message.contains("Broken pipe");
  }
}
