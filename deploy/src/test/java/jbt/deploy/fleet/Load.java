package jbt.deploy.fleet;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** A {@link Workload} process: waits until it is told what to do. */
public final class Load implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60L * Java.PATIENCE);

  private final Running process;
  private int series;

  private Load(Running process) {
    this.process = process;
  }

  public static Load start() throws IOException, InterruptedException {
    Load load = new Load(Running.start(List.of(Workload.program().toString())));
    load.process.awaitOutLine(1, PATIENCE);
    return load;
  }

  public long pid() {
    return process.pid();
  }

  /** Makes one series of calls, see {@link Workload}, and waits for its end. */
  public void make(String line) throws IOException, InterruptedException {
    begin(line);
    await();
  }

  /** As {@link #make} without waiting. */
  public void begin(String line) throws IOException {
    series++;
    process.writeLine(line);
  }

  /** Waits until all series that were begun are made. */
  public void await() throws InterruptedException {
    process.awaitOutLine(1 + series, PATIENCE);
  }

  @Override
  public void close() {
    process.close();
  }
}
