package jbt.kernel.sys;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The folder of tracefs. */
public final class Tracefs implements AutoCloseable {
  private static final Path MOUNTED = Path.of("/sys/kernel/tracing");

  /** The kernel mounts it there when somebody looks. */
  private static final Path IN_DEBUGFS = Path.of("/sys/kernel/debug/tracing");

  private static final long FSOPEN_CLOEXEC = 1;
  private static final long FSCONFIG_CMD_CREATE = 6;
  private static final long FSMOUNT_CLOEXEC = 1;

  private final Path root;
  private final Optional<Fd> mount;

  private Tracefs(Path root, Optional<Fd> mount) {
    this.root = root;
    this.mount = mount;
  }

  /**
   * Where it is mounted, or else a mount of our own that is in no one's file tree and goes with its
   * file descriptor.
   *
   * @throws SystemCallException if there is neither
   */
  public static Tracefs open() {
    for (Path root : List.of(MOUNTED, IN_DEBUGFS)) {
      if (Files.exists(root.resolve("available_events"))) {
        return new Tracefs(root, Optional.empty());
      }
    }
    Fd mount = detachedMount();
    return new Tracefs(Path.of("/proc/self/fd/" + mount.number()), Optional.of(mount));
  }

  private static Fd detachedMount() {
    try (Block name = Block.of("tracefs");
        Fd context =
            new Fd(
                SystemCallException.check(
                    "tracefs is not mounted on " + MOUNTED + ", and fsopen",
                    Libc.syscall(Libc.FSOPEN, name.address(), FSOPEN_CLOEXEC, 0, 0, 0)))) {
      SystemCallException.check(
          "tracefs is not mounted on " + MOUNTED + ", and fsconfig",
          Libc.syscall(Libc.FSCONFIG, context.number(), FSCONFIG_CMD_CREATE, 0, 0, 0));
      return new Fd(
          SystemCallException.check(
              "tracefs is not mounted on " + MOUNTED + ", and fsmount",
              Libc.syscall(Libc.FSMOUNT, context.number(), FSMOUNT_CLOEXEC, 0, 0, 0)));
    }
  }

  public Path root() {
    return root;
  }

  @Override
  public void close() {
    mount.ifPresent(Fd::close);
  }
}
