package jbt.cli.session;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** One line at the bottom of a terminal that says what is being waited for. */
final class StatusLine {
  private static final int WIDTH = 100;

  private final OutputStream err;
  private final boolean terminal;
  private String shown = "";

  StatusLine(OutputStream err, boolean terminal) {
    this.err = err;
    this.terminal = terminal;
  }

  /** Shows the text in place of the last one; an empty text takes the line away. */
  synchronized void show(String text) {
    String line = text.length() <= WIDTH ? text : text.substring(0, WIDTH - 3) + "...";
    if (terminal && !line.equals(shown)) {
      write("\r\033[K" + line);
      shown = line;
    }
  }

  /** Takes the line away before something else is written there. */
  synchronized void erase() {
    if (!shown.isEmpty()) {
      write("\r\033[K");
      shown = "";
    }
  }

  private void write(String text) {
    try {
      err.write(text.getBytes(StandardCharsets.UTF_8));
      err.flush();
    } catch (IOException e) {
      // A terminal that is gone needs no status.
      shown = "";
    }
  }
}
