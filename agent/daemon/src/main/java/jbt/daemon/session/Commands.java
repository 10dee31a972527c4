package jbt.daemon.session;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import jbt.daemon.UserLocale;
import jbt.v1.LineKind;
import jbt.v1.Lines;
import jbt.v1.TraceReply;
import org.jspecify.annotations.Nullable;

/**
 * What {@code system} and {@code cat} ask for: done one after another, away from the session's own
 * thread, each within limits of time and size.
 */
final class Commands implements AutoCloseable {
  /** How long one may take. */
  static final long LONGEST_MS = 5_000;

  private static final int MOST_OUTPUT = 64 << 10;
  private static final int MOST_WAITING = 64;

  private final String host;
  private final int mostFileBytes;
  private final boolean dryRun;
  private final ThreadPoolExecutor thread =
      new ThreadPoolExecutor(
          0,
          1,
          1,
          TimeUnit.SECONDS,
          new ArrayBlockingQueue<>(MOST_WAITING),
          task -> Thread.ofPlatform().daemon().name("commands").unstarted(task));

  private volatile @Nullable Process running;

  /**
   * @param mostFileBytes of a file that are shown
   * @param dryRun nothing is done
   */
  Commands(String host, int mostFileBytes, boolean dryRun) {
    this.host = host;
    this.mostFileBytes = mostFileBytes;
    this.dryRun = dryRun;
  }

  /**
   * Begins what the text of a record asks for, up to a NUL; the result is what is to be shown of
   * it.
   *
   * @param place of the call in the script
   */
  Future<TraceReply> begin(LineKind kind, String place, String record) {
    String text = record.split("\0", 2)[0];
    if (dryRun) {
      return CompletableFuture.completedFuture(lines(kind, ByteString.EMPTY));
    }
    FutureTask<TraceReply> task =
        new FutureTask<>(
            () -> kind == LineKind.LINE_CAT ? file(place, text) : command(place, text));
    try {
      thread.execute(task);
      return task;
    } catch (RejectedExecutionException e) {
      String name = kind == LineKind.LINE_CAT ? "cat" : "system";
      return CompletableFuture.completedFuture(
          trouble(place, name + "() left out: " + MOST_WAITING + " of them wait already: " + text));
    }
  }

  /** A command that was not to be run. */
  Future<TraceReply> refused(String place, String text) {
    return CompletableFuture.completedFuture(
        trouble(
            place, "system() left out: traced text in it means something to the shell: " + text));
  }

  private TraceReply command(String place, String text) {
    try {
      Process process =
          UserLocale.restore(new ProcessBuilder("/bin/sh", "-c", text))
              .redirectErrorStream(true)
              .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
              .start();
      running = process;
      CompletableFuture<Void> timeout =
          CompletableFuture.runAsync(
              () -> kill(process),
              CompletableFuture.delayedExecutor(LONGEST_MS, TimeUnit.MILLISECONDS));
      byte[] output = read(process);
      boolean finished = !timeout.isDone();
      timeout.cancel(false);
      running = null;
      String end = finished ? "\n" : "\nsystem() ended after " + LONGEST_MS / 1000 + " s\n";
      return lines(
          LineKind.LINE_SYSTEM, ByteString.copyFrom(output).concat(ByteString.copyFromUtf8(end)));
    } catch (IOException e) {
      return trouble(place, "system() failed: " + e.getMessage());
    }
  }

  private static byte[] read(Process process) {
    try (InputStream output = process.getInputStream()) {
      byte[] bytes = output.readNBytes(MOST_OUTPUT + 1);
      if (bytes.length > MOST_OUTPUT) {
        kill(process);
      }
      return bytes;
    } catch (IOException e) {
      // The stream was closed since the time was over.
      return new byte[0];
    }
  }

  private static void kill(Process process) {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    try {
      process.getInputStream().close();
    } catch (IOException e) {
      // It is closed in any case.
    }
  }

  private TraceReply file(String place, String path) {
    try {
      Path file = Path.of(path);
      if (Files.exists(file) && !Files.isRegularFile(file)) {
        return trouble(place, "cat() failed: " + path + " is no regular file");
      }
      try (InputStream in = Files.newInputStream(file)) {
        return lines(LineKind.LINE_CAT, ByteString.copyFrom(in.readNBytes(mostFileBytes)));
      }
    } catch (InvalidPathException e) {
      // The locale that Java was started in has no such characters.
      return trouble(place, "cat() failed: " + path + ": " + e.getReason());
    } catch (NoSuchFileException e) {
      return trouble(place, "cat() failed: " + path + ": No such file or directory");
    } catch (IOException e) {
      return trouble(place, "cat() failed: " + e.getMessage());
    }
  }

  private TraceReply trouble(String place, String text) {
    return lines(
        LineKind.LINE_RUNTIME_ERROR,
        ByteString.copyFrom((place + ": ERROR: " + text + "\n").getBytes(StandardCharsets.UTF_8)));
  }

  private TraceReply lines(LineKind kind, ByteString text) {
    return TraceReply.newBuilder()
        .setLines(
            Lines.newBuilder().setHost(host).setKind(kind).setText(text).addLength(text.size()))
        .build();
  }

  /** Ends what still runs. */
  @Override
  public void close() {
    thread.shutdownNow();
    @Nullable Process process = running;
    if (process != null) {
      kill(process);
    }
  }
}
