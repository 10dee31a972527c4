package jbt.kernel.sys;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;

/** A file that others may have put there: opened without following a link or waiting for a pipe. */
public final class PlainFile implements AutoCloseable {
  private static final int O_NONBLOCK = 04000;
  private static final int O_NOFOLLOW = 0400000;
  private static final int O_CLOEXEC = 02000000;

  private final Fd fd;
  private final Path path;
  private final int owner;
  private final long size;

  private PlainFile(Fd fd) throws IOException {
    this.fd = fd;
    this.path = Path.of("/proc/self/fd/" + fd.number());
    if (!Files.readAttributes(path, BasicFileAttributes.class).isRegularFile()) {
      throw new IOException("not a regular file");
    }
    this.owner = (Integer) Files.getAttribute(path, "unix:uid");
    this.size = Files.size(path);
  }

  /** Empty if there is none that can be read. */
  public static Optional<PlainFile> open(Path path) {
    int number = Libc.open(path.toString(), O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
    if (number < 0) {
      return Optional.empty();
    }
    Fd fd = new Fd(number);
    try {
      return Optional.of(new PlainFile(fd));
    } catch (IOException e) {
      fd.close();
      return Optional.empty();
    }
  }

  /** The user whose file it is. */
  public int owner() {
    return owner;
  }

  public long size() {
    return size;
  }

  /** What leads to its content. */
  public Path path() {
    return path;
  }

  @Override
  public void close() {
    fd.close();
  }
}
