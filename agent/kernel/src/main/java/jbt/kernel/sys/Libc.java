package jbt.kernel.sys;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;

/** The C library functions that are called, by their own names. */
final class Libc {
  static final long BPF;
  static final long PERF_EVENT_OPEN;
  static final long FSOPEN = 430;
  static final long FSCONFIG = 431;
  static final long FSMOUNT = 432;
  static final long PIDFD_OPEN = 434;

  static {
    String architecture = System.getProperty("os.arch", "");
    switch (architecture) {
      case "amd64", "x86_64" -> {
        BPF = 321;
        PERF_EVENT_OPEN = 298;
      }
      case "aarch64" -> {
        BPF = 280;
        PERF_EVENT_OPEN = 241;
      }
      default -> throw new UnsupportedOperationException("no support for " + architecture);
    }
    // JNA would run ldconfig to learn where libraries are, for 25 ms; none is searched here.
    if (System.getProperty("jna.platform.library.path") == null) {
      System.setProperty("jna.platform.library.path", "/");
    }
    // The process itself: the JVM has loaded the C library already.
    Native.register(Libc.class, NativeLibrary.getProcess());
  }

  private Libc() {}

  // The 64-bit calling conventions pass variadic integers as others, so a fixed arity will do.
  static native long syscall(long number, long a, long b, long c, long d, long e);

  static native int close(int fd);

  static native int open(String path, int flags);

  static native int ioctl(int fd, long request, long argument);

  static native long mmap(long address, long length, int protection, int flags, int fd, long at);

  static native int munmap(long address, long length);

  static native int epoll_create1(int flags);

  static native int epoll_ctl(int epoll, int operation, int fd, Pointer event);

  static native int epoll_wait(int epoll, Pointer events, int maxEvents, int timeoutMs);

  static native int poll(Pointer fds, long count, int timeoutMs);

  static native int eventfd(int value, int flags);

  static native long read(int fd, Pointer bytes, long length);

  static native long write(int fd, Pointer bytes, long length);

  static native int clock_gettime(int clock, Pointer timespec);

  static native int socket(int domain, int type, int protocol);

  static native long sendto(
      int fd, Pointer bytes, long length, int flags, Pointer address, int addressLength);

  static native long signal(int number, long action);

  static native long sysconf(int name);

  static native String strerror(int errno);
}
