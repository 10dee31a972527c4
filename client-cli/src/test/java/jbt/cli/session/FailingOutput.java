package jbt.cli.session;

import java.io.IOException;
import java.io.OutputStream;

/** An output that takes nothing, and says so after a while. */
final class FailingOutput extends OutputStream {
  private final String message;
  private final long millis;

  FailingOutput(String message, long millis) {
    this.message = message;
    this.millis = millis;
  }

  @Override
  public void write(int b) throws IOException {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw new IOException(message);
  }
}
