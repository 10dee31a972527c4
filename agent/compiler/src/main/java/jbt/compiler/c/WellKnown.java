package jbt.compiler.c;

import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import jbt.compiler.types.SystemNames;

/**
 * Macros of Linux' headers on x86-64 that scripts use and that no kernel tells of, by the header
 * that people include for them. Values: the kernel's include/uapi, and of include/linux what does
 * not depend on how a kernel is built.
 */
final class WellKnown {
  private static final Map<String, String> SOURCES =
      Map.of(
          "sys/socket.h",
          """
          AF_UNSPEC 0, AF_UNIX 1, AF_LOCAL 1, AF_INET 2, AF_AX25 3, AF_IPX 4, AF_APPLETALK 5,
          AF_BRIDGE 7, AF_INET6 10, AF_KEY 15, AF_NETLINK 16, AF_ROUTE 16, AF_PACKET 17,
          AF_TIPC 30, AF_BLUETOOTH 31, AF_ALG 38, AF_VSOCK 40, AF_XDP 44, PF_UNSPEC 0, PF_UNIX 1,
          PF_INET 2, PF_INET6 10, PF_NETLINK 16, PF_PACKET 17, PF_VSOCK 40, MSG_OOB 1, MSG_PEEK 2,
          MSG_DONTROUTE 4, MSG_TRUNC 32, MSG_DONTWAIT 64, MSG_WAITALL 256, MSG_NOSIGNAL 16384,
          SOL_SOCKET 1, SO_REUSEADDR 2, SO_ERROR 4, SO_KEEPALIVE 9, SHUT_RD 0, SHUT_WR 1,
          SHUT_RDWR 2, SOMAXCONN 4096, SO_TYPE 3, SO_SNDBUF 7, SO_RCVBUF 8, SO_LINGER 13,
          SO_REUSEPORT 15, SO_RCVTIMEO 20, SO_SNDTIMEO 21, SO_BINDTODEVICE 25, SOL_TCP 6,
          SOCK_NONBLOCK 2048, SOCK_CLOEXEC 524288, MSG_ERRQUEUE 8192, MSG_MORE 32768,
          MSG_ZEROCOPY 67108864, AF_CAN 29
          """,
          "fcntl.h",
          """
          O_RDONLY 0, O_WRONLY 1, O_RDWR 2, O_ACCMODE 3, O_CREAT 64, O_EXCL 128, O_NOCTTY 256,
          O_TRUNC 512, O_APPEND 1024, O_NONBLOCK 2048, O_DSYNC 4096, O_DIRECT 16384,
          O_LARGEFILE 32768, O_DIRECTORY 65536, O_NOFOLLOW 131072, O_NOATIME 262144,
          O_CLOEXEC 524288, O_SYNC 1052672, O_PATH 2097152, AT_FDCWD -100,
          AT_SYMLINK_NOFOLLOW 256, AT_REMOVEDIR 512, AT_EMPTY_PATH 4096, F_DUPFD 0, F_DUPFD_CLOEXEC 1030, F_GETFD 1,
          F_SETFD 2, F_GETFL 3, F_SETFL 4, F_GETLK 5, F_SETLK 6, F_SETLKW 7, O_TMPFILE 4259840,
          F_RDLCK 0, F_WRLCK 1, F_UNLCK 2, LOCK_SH 1, LOCK_EX 2, LOCK_NB 4, LOCK_UN 8, SEEK_SET 0,
          SEEK_CUR 1, SEEK_END 2, SEEK_DATA 3, SEEK_HOLE 4, FALLOC_FL_KEEP_SIZE 1,
          FALLOC_FL_PUNCH_HOLE 2
          """,
          "sys/stat.h",
          """
          S_IFMT 61440, S_IFIFO 4096, S_IFCHR 8192, S_IFDIR 16384, S_IFBLK 24576, S_IFREG 32768,
          S_IFLNK 40960, S_IFSOCK 49152, S_ISUID 2048, S_ISGID 1024, S_ISVTX 512, S_IRUSR 256,
          S_IWUSR 128, S_IXUSR 64, S_IRGRP 32, S_IWGRP 16, S_IXGRP 8, S_IROTH 4, S_IWOTH 2,
          S_IXOTH 1
          """,
          "sys/mman.h",
          """
          PROT_NONE 0, PROT_READ 1, PROT_WRITE 2, PROT_EXEC 4, MAP_SHARED 1, MAP_PRIVATE 2,
          MAP_FIXED 16, MAP_ANONYMOUS 32, MAP_POPULATE 32768, MAP_HUGETLB 262144, MAP_FILE 0,
          MAP_SHARED_VALIDATE 3, MAP_TYPE 15, MAP_GROWSDOWN 256, MAP_LOCKED 8192,
          MAP_NORESERVE 16384, MAP_NONBLOCK 65536, MAP_STACK 131072, MAP_SYNC 524288,
          MAP_FIXED_NOREPLACE 1048576, MADV_NORMAL 0, MADV_RANDOM 1, MADV_SEQUENTIAL 2,
          MADV_WILLNEED 3, MADV_DONTNEED 4, MADV_FREE 8, MADV_HUGEPAGE 14, MADV_NOHUGEPAGE 15,
          MADV_COLD 20, MADV_PAGEOUT 21
          """,
          "linux/sched.h",
          """
          TASK_RUNNING 0, TASK_INTERRUPTIBLE 1, TASK_UNINTERRUPTIBLE 2, __TASK_STOPPED 4,
          __TASK_TRACED 8, EXIT_DEAD 16, EXIT_ZOMBIE 32, TASK_DEAD 128, PF_KTHREAD 2097152,
          CLONE_VM 256, CLONE_FS 512, CLONE_FILES 1024, CLONE_SIGHAND 2048, CLONE_VFORK 16384,
          CLONE_PARENT 32768, CLONE_THREAD 65536, CLONE_NEWNS 131072, CLONE_NEWUTS 67108864,
          CLONE_NEWIPC 134217728, CLONE_NEWUSER 268435456, CLONE_NEWPID 536870912,
          CLONE_NEWNET 1073741824, SCHED_NORMAL 0, SCHED_OTHER 0, SCHED_FIFO 1, SCHED_RR 2,
          SCHED_BATCH 3, SCHED_IDLE 5, SCHED_DEADLINE 6, TASK_WAKEKILL 256, TASK_KILLABLE 258,
          TASK_NOLOAD 1024, TASK_IDLE 1026, TASK_NEW 2048, PF_EXITING 4, PF_WQ_WORKER 32,
          PF_FORKNOEXEC 64, PF_MEMALLOC 2048, CLONE_PIDFD 4096, CLONE_PTRACE 8192,
          CLONE_SYSVSEM 262144, CLONE_SETTLS 524288, CLONE_PARENT_SETTID 1048576,
          CLONE_CHILD_CLEARTID 2097152, CLONE_CHILD_SETTID 16777216, CLONE_NEWCGROUP 33554432,
          CLONE_IO 2147483648
          """,
          "signal.h",
          """
          SIGHUP 1, SIGINT 2, SIGQUIT 3, SIGILL 4, SIGTRAP 5, SIGABRT 6, SIGBUS 7, SIGFPE 8,
          SIGKILL 9, SIGUSR1 10, SIGSEGV 11, SIGUSR2 12, SIGPIPE 13, SIGALRM 14, SIGTERM 15,
          SIGCHLD 17, SIGCONT 18, SIGSTOP 19, SIGTSTP 20, SIGTTIN 21, SIGTTOU 22, SIGURG 23,
          SIGXCPU 24, SIGXFSZ 25, SIGVTALRM 26, SIGPROF 27, SIGWINCH 28, SIGIO 29, SIGPWR 30,
          SIGSYS 31, SIGIOT 6, SIGSTKFLT 16, SIGPOLL 29
          """,
          "errno.h",
          """
          EPERM 1, ENOENT 2, ESRCH 3, EINTR 4, EIO 5, ENXIO 6, E2BIG 7, ENOEXEC 8, EBADF 9,
          ECHILD 10, EAGAIN 11, EWOULDBLOCK 11, ENOMEM 12, EACCES 13, EFAULT 14, ENOTBLK 15,
          EBUSY 16, EEXIST 17, EXDEV 18, ENODEV 19, ENOTDIR 20, EISDIR 21, EINVAL 22, ENFILE 23,
          EMFILE 24, ENOTTY 25, ETXTBSY 26, EFBIG 27, ENOSPC 28, ESPIPE 29, EROFS 30, EMLINK 31,
          EPIPE 32, EDOM 33, ERANGE 34, EDEADLK 35, ENAMETOOLONG 36, ENOSYS 38, ENOTEMPTY 39,
          ELOOP 40, EOVERFLOW 75, ENOTSOCK 88, EMSGSIZE 90, EPROTONOSUPPORT 93, EOPNOTSUPP 95,
          EAFNOSUPPORT 97, EADDRINUSE 98, EADDRNOTAVAIL 99, ENETDOWN 100, ENETUNREACH 101,
          ECONNABORTED 103, ECONNRESET 104, ENOBUFS 105, EISCONN 106, ENOTCONN 107, ETIMEDOUT 110,
          ECONNREFUSED 111, EHOSTUNREACH 113, EALREADY 114, EINPROGRESS 115, ESTALE 116,
          ECANCELED 125, ENOLCK 37, ENOMSG 42, EIDRM 43, ENODATA 61, ETIME 62, EPROTO 71,
          EBADMSG 74, EILSEQ 84, EUSERS 87, EDESTADDRREQ 89, EPROTOTYPE 91, ENOPROTOOPT 92,
          ESOCKTNOSUPPORT 94, ENOTSUP 95, EPFNOSUPPORT 96, ENETRESET 102, ESHUTDOWN 108,
          ETOOMANYREFS 109, EHOSTDOWN 112, EUCLEAN 117, EREMOTEIO 121, EDQUOT 122, ENOMEDIUM 123,
          EOWNERDEAD 130, ENOTRECOVERABLE 131
          """,
          "netinet/in.h",
          """
          IPPROTO_IP 0, IPPROTO_ICMP 1, IPPROTO_IGMP 2, IPPROTO_TCP 6, IPPROTO_UDP 17,
          IPPROTO_IPV6 41, IPPROTO_ICMPV6 58, IPPROTO_SCTP 132, IPPROTO_RAW 255, IPPROTO_GRE 47,
          IPPROTO_ESP 50, IPPROTO_AH 51, IPPROTO_UDPLITE 136, INADDR_ANY 0,
          INADDR_LOOPBACK 2130706433
          """,
          "linux/if_ether.h",
          """
          ETH_ALEN 6, ETH_HLEN 14, ETH_P_ALL 3, ETH_P_IP 2048, ETH_P_ARP 2054, ETH_P_8021Q 33024,
          ETH_P_IPV6 34525, ETH_P_8021AD 34984, ETH_P_MPLS_UC 34887, ETH_P_PAE 34958,
          ETH_P_LLDP 35020, ETH_DATA_LEN 1500, ETH_FRAME_LEN 1514
          """,
          "limits.h",
          """
          NAME_MAX 255, PATH_MAX 4096, INT_MAX 2147483647, UINT_MAX 4294967295, SHRT_MAX 32767,
          USHRT_MAX 65535, LONG_MAX 9223372036854775807, LLONG_MAX 9223372036854775807
          """);

  /** The same of headers that fewer programs include. */
  private static final Map<String, String> MORE =
      Map.of(
          "dirent.h",
          """
          DT_UNKNOWN 0, DT_FIFO 1, DT_CHR 2, DT_DIR 4, DT_BLK 6, DT_REG 8, DT_LNK 10, DT_SOCK 12,
          DT_WHT 14
          """,
          "sys/epoll.h",
          """
          EPOLLIN 1, EPOLLPRI 2, EPOLLOUT 4, EPOLLERR 8, EPOLLHUP 16, EPOLLRDHUP 8192,
          EPOLLONESHOT 1073741824, EPOLLET 2147483648, EPOLL_CTL_ADD 1, EPOLL_CTL_DEL 2,
          EPOLL_CTL_MOD 3
          """,
          "sys/mount.h",
          """
          MS_RDONLY 1, MS_NOSUID 2, MS_NODEV 4, MS_NOEXEC 8, MS_REMOUNT 32, MS_BIND 4096,
          MS_MOVE 8192, MS_REC 16384, MS_PRIVATE 262144, MS_SHARED 1048576
          """,
          "netinet/tcp.h",
          """
          TCP_NODELAY 1, TCP_MAXSEG 2, TCP_CORK 3, TCP_KEEPIDLE 4, TCP_QUICKACK 12,
          TCP_CONGESTION 13, TCP_FASTOPEN 23
          """,
          "net/if.h",
          """
          IFNAMSIZ 16
          """);

  /** The same of headers that programs seldom include, but those who trace the kernel do. */
  private static final Map<String, String> OF_THE_KERNEL =
      Map.of(
          "linux/icmp.h",
          """
          ICMP_ECHOREPLY 0, ICMP_DEST_UNREACH 3, ICMP_REDIRECT 5, ICMP_ECHO 8, ICMP_TIME_EXCEEDED 11,
          ICMP_PARAMETERPROB 12, ICMP_TIMESTAMP 13, ICMP_TIMESTAMPREPLY 14
          """,
          "linux/icmpv6.h",
          """
          ICMPV6_DEST_UNREACH 1, ICMPV6_PKT_TOOBIG 2, ICMPV6_TIME_EXCEED 3, ICMPV6_PARAMPROB 4,
          ICMPV6_ECHO_REQUEST 128, ICMPV6_ECHO_REPLY 129
          """,
          "linux/futex.h",
          """
          FUTEX_WAIT 0, FUTEX_WAKE 1, FUTEX_REQUEUE 3, FUTEX_CMP_REQUEUE 4, FUTEX_WAKE_OP 5,
          FUTEX_LOCK_PI 6, FUTEX_UNLOCK_PI 7, FUTEX_WAIT_BITSET 9, FUTEX_WAKE_BITSET 10,
          FUTEX_PRIVATE_FLAG 128, FUTEX_CLOCK_REALTIME 256
          """,
          "linux/time.h",
          """
          CLOCK_REALTIME 0, CLOCK_MONOTONIC 1, CLOCK_BOOTTIME 7, MSEC_PER_SEC 1000,
          USEC_PER_MSEC 1000, USEC_PER_SEC 1000000, NSEC_PER_USEC 1000, NSEC_PER_MSEC 1000000,
          NSEC_PER_SEC 1000000000
          """,
          "linux/fs.h",
          """
          FMODE_READ 1, FMODE_WRITE 2, MINORBITS 20, MINORMASK 1048575
          """,
          "linux/mm.h",
          """
          PAGE_SHIFT 12, PAGE_SIZE 4096, VM_NONE 0, VM_READ 1, VM_WRITE 2, VM_EXEC 4, VM_SHARED 8,
          VM_GROWSDOWN 256, VM_LOCKED 8192, VM_IO 16384
          """,
          "linux/errno.h",
          """
          ERESTARTSYS 512, ERESTARTNOINTR 513, ERESTARTNOHAND 514, ENOIOCTLCMD 515,
          ERESTART_RESTARTBLOCK 516, EPROBE_DEFER 517, ENOTSUPP 524
          """,
          "linux/err.h",
          """
          MAX_ERRNO 4095
          """,
          "net/tcp.h",
          """
          TCPHDR_FIN 1, TCPHDR_SYN 2, TCPHDR_RST 4, TCPHDR_PSH 8, TCPHDR_ACK 16, TCPHDR_URG 32,
          TCPHDR_ECE 64, TCPHDR_CWR 128
          """,
          "linux/blkdev.h",
          """
          SECTOR_SHIFT 9, SECTOR_SIZE 512
          """);

  private record Known(String header, long value) {}

  private static final Map<String, Known> CONSTANTS = new HashMap<>();

  static {
    CONSTANTS.put("NULL", new Known("stddef.h", 0));
    SOURCES.forEach(WellKnown::add);
    MORE.forEach(WellKnown::add);
    OF_THE_KERNEL.forEach(WellKnown::add);
  }

  private static void add(String header, String text) {
    for (String entry : List.of(text.strip().split(",\\s*", -1))) {
      int space = entry.indexOf(' ');
      long value = Long.parseLong(entry.substring(space + 1));
      CONSTANTS.put(entry.substring(0, space), new Known(header, value));
    }
  }

  private WellKnown() {}

  static Optional<Long> value(String name) {
    return known(name).map(Known::value);
  }

  /** All but those of system calls. */
  static Set<String> names() {
    return Collections.unmodifiableSet(CONSTANTS.keySet());
  }

  static Optional<String> header(String name) {
    return known(name).map(Known::header);
  }

  private static Optional<Known> known(String name) {
    for (String prefix : List.of("__NR_", "SYS_")) {
      if (name.startsWith(prefix)) {
        return SystemNames.systemCall(name.substring(prefix.length()))
            .map(number -> new Known("sys/syscall.h", number));
      }
    }
    return Optional.ofNullable(CONSTANTS.get(name));
  }
}
