package jbt.kernel.sys;

/** The end of a process that is no child of this one. */
public final class ProcessEnd {
  private static final short POLLIN = 1;
  private static final int FOREVER = -1;

  private ProcessEnd() {}

  /**
   * Calls back once the process has ended, even if its parent never asks how (a zombie).
   *
   * @throws SystemCallException if there is no such process
   */
  public static void await(int process, Runnable then) {
    Fd fd =
        new Fd(
            SystemCallException.check(
                "pidfd_open", Libc.syscall(Libc.PIDFD_OPEN, process, 0, 0, 0, 0)));
    Thread.ofPlatform().daemon().name("process").start(() -> await(fd, then));
  }

  private static void await(Fd fd, Runnable then) {
    try (fd;
        Block wanted = new Block(8)) {
      wanted.set(0, fd.number());
      wanted.bytes().putShort(4, POLLIN);
      while (Libc.poll(wanted.memory(), 1, FOREVER) <= 0) {
        // A signal came.
      }
    }
    then.run();
  }
}
