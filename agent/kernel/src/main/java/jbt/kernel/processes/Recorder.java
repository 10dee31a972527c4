package jbt.kernel.processes;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import jbt.kernel.sys.SideBand;
import jbt.kernel.sys.SystemCallException;

/**
 * Notes what processes map while it is open, so that their functions have names when they have
 * ended: those that run when it is opened, and all that start later, on all processors.
 */
public final class Recorder implements AutoCloseable {
  /** A processor's ring takes what some hundred programs map when they start. */
  private static final long PERIOD_MS = 50;

  private final Memories memories;
  private final List<SideBand> sources = new ArrayList<>();
  private final Thread thread;
  private boolean closed;

  private record Taken(long time, int type, int bits, ByteBuffer record) {}

  private Recorder(Memories memories, List<Integer> processors) {
    this.memories = memories;
    for (int processor : processors) {
      try {
        sources.add(new SideBand(processor));
      } catch (SystemCallException e) {
        // It has gone offline, or this is not allowed: then of the ended less is known.
      }
    }
    thread = Thread.ofPlatform().name("jbt-processes").daemon().unstarted(this::run);
  }

  /**
   * Begins to watch.
   *
   * @param processors those that are online
   */
  public static Recorder start(Memories memories, List<Integer> processors) {
    Recorder recorder = new Recorder(memories, processors);
    memories.whenMissing(recorder::drain);
    recorder.thread.start();
    return recorder;
  }

  private void run() {
    learnAll();
    try {
      while (!isClosed()) {
        drain();
        Thread.sleep(PERIOD_MS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  private void learnAll() {
    try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path folder : all) {
        if (isClosed()) {
          return;
        }
        memories.learn(Integer.parseInt(folder.getFileName().toString()));
      }
    } catch (IOException e) {
      // No list: then they are looked at when somebody asks.
      return;
    }
  }

  /** Takes what has happened up to now. */
  private synchronized void drain() {
    if (closed) {
      return;
    }
    List<Taken> taken = new ArrayList<>();
    for (SideBand source : sources) {
      source.drain(
          (type, bits, record) -> {
            int end = record.limit() - Long.BYTES;
            if (end >= Long.BYTES) {
              long time = record.getLong(end);
              taken.add(new Taken(time, type, bits, record.limit(end)));
            }
          });
    }
    // A process may have been on several processors.
    taken.sort(Comparator.comparingLong(Taken::time));
    for (Taken each : taken) {
      memories.take(each.type, each.bits, each.record);
    }
  }

  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      sources.forEach(SideBand::close);
    }
    thread.interrupt();
  }
}
