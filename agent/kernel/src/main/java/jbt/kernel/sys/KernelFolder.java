package jbt.kernel.sys;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The folder of a file system in which the kernel shows itself. */
public final class KernelFolder implements AutoCloseable {
  private static final long FSOPEN_CLOEXEC = 1;
  private static final long FSCONFIG_CMD_CREATE = 6;
  private static final long FSMOUNT_CLOEXEC = 1;

  private final Path root;
  private final Optional<Fd> mount;

  private KernelFolder(Path root, Optional<Fd> mount) {
    this.root = root;
    this.mount = mount;
  }

  /**
   * Where it is mounted, or else a mount of our own that is in no one's file tree and goes with its
   * file descriptor.
   *
   * @throws SystemCallException if there is neither
   */
  public static KernelFolder tracefs() {
    // Below debugfs the kernel mounts it when somebody looks.
    return open("tracefs", "available_events", "/sys/kernel/tracing", "/sys/kernel/debug/tracing");
  }

  /** The same. */
  public static KernelFolder debugfs() {
    return open("debugfs", "sched", "/sys/kernel/debug");
  }

  private static KernelFolder open(String type, String file, String... places) {
    for (String place : places) {
      if (Files.exists(Path.of(place, file))) {
        return new KernelFolder(Path.of(place), Optional.empty());
      }
    }
    Fd mount = detachedMount(type, type + " can't be read on " + places[0] + ", and ");
    return new KernelFolder(Path.of("/proc/self/fd/" + mount.number()), Optional.of(mount));
  }

  private static Fd detachedMount(String type, String what) {
    try (Block name = Block.of(type);
        Fd context =
            new Fd(
                SystemCallException.check(
                    what + "fsopen",
                    Libc.syscall(Libc.FSOPEN, name.address(), FSOPEN_CLOEXEC, 0, 0, 0)))) {
      SystemCallException.check(
          what + "fsconfig",
          Libc.syscall(Libc.FSCONFIG, context.number(), FSCONFIG_CMD_CREATE, 0, 0, 0));
      return new Fd(
          SystemCallException.check(
              what + "fsmount",
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
