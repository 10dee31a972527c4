package jbt.daemon.server;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** The file of the Unix socket: 0600 in a folder that only its owner can enter. */
record UnixSocket(Path path) {
  private static final Set<PosixFilePermission> FOLDER =
      PosixFilePermissions.fromString("rwx------");
  private static final Set<PosixFilePermission> SOCKET =
      PosixFilePermissions.fromString("rw-------");

  /** What a file's mode says of its kind: inode(7). */
  private static final int FILE_TYPE = 0170000;

  private static final int IS_SOCKET = 0140000;

  /** Makes the folder if need be and removes what an agent that was killed has left. */
  static UnixSocket prepare(Path path) throws IOException {
    Path folder = path.toAbsolutePath().getParent();
    if (folder == null) {
      throw new IOException(path + ": not a place for a socket");
    }
    if (!Files.isDirectory(folder)) {
      Files.createDirectories(folder, PosixFilePermissions.asFileAttribute(FOLDER));
    }
    if (!FOLDER.containsAll(Files.getPosixFilePermissions(folder))) {
      throw new IOException(folder + ": other users can enter the socket's folder; chmod 700 it");
    }
    if (Files.exists(path)) {
      removeStale(path);
    }
    return new UnixSocket(path);
  }

  private static void removeStale(Path path) throws IOException {
    int mode = (int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
    if ((mode & FILE_TYPE) != IS_SOCKET) {
      throw new IOException(path + ": there is something else than a socket");
    }
    if (isServed(path)) {
      throw new IOException(path + ": another process serves this socket");
    }
    Files.delete(path);
  }

  private static boolean isServed(Path path) {
    try {
      SocketChannel.open(UnixDomainSocketAddress.of(path)).close();
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  UnixDomainSocketAddress address() {
    return UnixDomainSocketAddress.of(path);
  }

  void restrict() throws IOException {
    Files.setPosixFilePermissions(path, SOCKET);
  }
}
