package jbt.kernel.sys;

import com.sun.jna.Native;
import java.io.Serial;

/** A system call failed. The message names the call and the cause in words. */
public final class SystemCallException extends RuntimeException {
  public static final int EPERM = 1;
  public static final int ENOENT = 2;
  public static final int E2BIG = 7;
  public static final int ENOEXEC = 8;
  public static final int EBADF = 9;
  public static final int EAGAIN = 11;
  public static final int ENOMEM = 12;
  public static final int EACCES = 13;
  public static final int EBUSY = 16;
  public static final int EEXIST = 17;
  public static final int ENODEV = 19;
  public static final int EINVAL = 22;
  public static final int EMFILE = 24;
  public static final int ENOSPC = 28;
  public static final int ENOSYS = 38;
  public static final int EILSEQ = 84;
  public static final int EOPNOTSUPP = 95;

  /** ENOTSUPP: not for user space, but BPF gives it away. */
  public static final int ENOTSUPP = 524;

  @Serial private static final long serialVersionUID = 1;

  private final int errno;

  public SystemCallException(String call, int errno) {
    super(call + ": " + text(errno));
    this.errno = errno;
  }

  public int errno() {
    return errno;
  }

  /** What the C library calls an errno. */
  public static String text(int errno) {
    return errno == ENOTSUPP ? "Operation not supported" : Libc.strerror(errno);
  }

  /** Gives a non-negative result back; throws with this thread's errno for a negative one. */
  static long check(String call, long result) {
    if (result < 0) {
      throw new SystemCallException(call, Native.getLastError());
    }
    return result;
  }
}
