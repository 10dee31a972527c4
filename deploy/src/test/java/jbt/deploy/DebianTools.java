package jbt.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import jbt.deploy.fleet.Java;
import jbt.deploy.fleet.LocalRun;
import jbt.deploy.fleet.Running;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/**
 * The tools of Debian's package of bpftrace at work: each traces a command, and prints the lines
 * that are known of it. They trace the whole machine, and change it: {@link GuestsTest} runs this
 * where nothing else lives; its name keeps it from being run elsewhere.
 */
@Tag("kernel")
final class DebianTools {
  private static final Path FOLDER = Path.of("/usr/sbin");

  /**
   * What was in libpthread is in libc since glibc 2.34; the kernel's compiler has put the functions
   * that count block I/O into their callers, which these are called by.
   */
  private static final Map<String, String> OTHER_NAMES =
      Map.of(
          "libpthread:",
          "libc:",
          "kprobe:blk_account_io_start",
          "kprobe:blk_mq_start_request",
          "kprobe:blk_account_io_done",
          "kprobe:blk_mq_end_request");

  private static final String TIME = "\\d\\d:\\d\\d:\\d\\d";

  /** A listener and a client in one process, which send ten KiB and get five. */
  private static final String CONNECTION =
      "/usr/bin/python3 -c 'import socket;"
          + " l = socket.create_server((\"127.0.0.1\", 7777), backlog=9);"
          + " c = socket.create_connection((\"127.0.0.1\", 7777)); s, _ = l.accept();"
          + " c.sendall(b\"x\" * 10240); s.recv(10240, socket.MSG_WAITALL); s.sendall(b\"y\" * 5120);"
          + " c.recv(5120, socket.MSG_WAITALL); c.close(); s.close()'";

  /** {@code load FOLDER NAME PARAMETER...}: a module, if it is not built in. */
  private static final String LOADED =
      """
      load() {
        module=$(echo "$1/kernel/$2".ko*)
        shift 2
        case $module in *.xz) xz -dc "$module";; *) cat "$module";; esac >/run/module.ko || return 0
        busybox insmod /run/module.ko "$@" 2>/dev/null || :
      }
      """;

  /** A block device that holds nothing. */
  private static final String NULL_DEVICE =
      """
      load $0 fs/configfs/configfs
      load $0 drivers/block/null_blk/null_blk
      ls /dev/nullb0
      """;

  /** Memory that is used as if it were a disk, for what has no room in memory. */
  private static final String SWAP =
      """
      load $0 drivers/block/brd rd_nr=1 rd_size=131072
      mkswap /dev/ram0 && swapon /dev/ram0
      mkdir /sys/fs/cgroup/small
      echo +memory >/sys/fs/cgroup/cgroup.subtree_control
      echo 20M >/sys/fs/cgroup/small/memory.max
      """;

  private static final String XFS =
      """
      load $0 lib/libcrc32c
      load $0 drivers/block/loop
      load $0 fs/xfs/xfs
      truncate -s 320M /run/disk
      mkfs.xfs -q /run/disk
      mkdir /run/xfs
      mount -t xfs -o loop /run/disk /run/xfs
      """;

  /** A mirror of one device. */
  private static final String RAID =
      """
      load $0 drivers/block/loop
      load $0 drivers/md/md-mod
      load $0 drivers/md/raid1
      truncate -s 16M /run/part
      part=$(basename "$(losetup -f --show /run/part)")
      echo md_mirror >/sys/module/md_mod/parameters/new_array
      cd /sys/block/md_mirror/md
      echo raid1 >level
      echo 1 >raid_disks
      cat "/sys/block/$part/dev" >new_dev
      echo 8192 >component_size
      echo 0 >"dev-$part/slot"
      echo active >array_state
      """;

  private static final String TO_DISK =
      "/bin/dd if=/dev/zero of=/dev/nullb0 bs=4096 count=10 oflag=direct status=none";

  /** Both sides of a TLS connection in one process. */
  private static final String HANDSHAKE =
      """
      openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=x -keyout /run/k -out /run/c 2>/dev/null
      cat >/run/handshake.py <<END
      import ssl
      there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
      ours, theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
      theirs.load_cert_chain("/run/c", "/run/k")
      ours.check_hostname, ours.verify_mode = False, ssl.CERT_NONE
      client, server = ours.wrap_bio(back, there), theirs.wrap_bio(there, back, server_side=True)
      for side in (client, server, client, server):
        try:
          side.do_handshake()
        except ssl.SSLWantReadError:
          pass
      END
      """;

  /** A network without its packets, and who waits until one of them was sent again. */
  private static final String LOSS =
      """
      load $0 net/sched/sch_netem
      cat >/run/nobody-hears.py <<END
      import socket, time
      s = socket.socket()
      s.setblocking(False)
      s.connect_ex(("127.0.0.1", 7777))
      def sent_again():
        names, numbers = [line.split() for line in open("/proc/net/snmp") if line.startswith("Tcp:")]
        return int(numbers[names.index("RetransSegs")])
      while not sent_again():
        time.sleep(0.1)
      END
      """;

  private static final String NOBODY_HEARS =
      "/usr/bin/unshare -n /bin/sh -c 'ip link set lo up; tc qdisc add dev lo root netem loss 100%;"
          + " python3 /run/nobody-hears.py'";

  private static final Duration PATIENCE = Duration.ofSeconds(30L * Java.PATIENCE);

  /** The command of the tool at work, and what it wrote and ended with. */
  private static final Path COMMAND = Path.of("/run/command");

  private static final Path SAID = Path.of("/run/said");

  /**
   * A tool and what it is to see.
   *
   * @param name of its file, without {@code .bt}
   * @param setup lines of a shell that come before; {@code $0} is the folder of the modules
   * @param command what it traces
   * @param lines regular expressions, each of which fits a line of the output
   */
  private record Tool(String name, String setup, String command, List<String> lines) {
    Tool(String name, String command, String... lines) {
      this(name, "", command, List.of(lines));
    }
  }

  private static final List<Tool> TOOLS =
      List.of(
          new Tool(
              "execsnoop",
              "/bin/sh -c '/bin/echo hello  world; :'",
              "TIME\\(ms\\)   PID   ARGS",
              "\\d+ +\\d+ +/bin/echo hello world"),
          new Tool(
              "opensnoop",
              "/bin/cat /etc/hostname /nowhere/at/all",
              "\\d+ +cat +3   0 /etc/hostname",
              "\\d+ +cat +-1   2 /nowhere/at/all"),
          new Tool(
              "statsnoop",
              "/usr/bin/stat /etc/hostname /nowhere/at/all",
              "\\d+ +stat +0 /etc/hostname",
              "\\d+ +stat +2 /nowhere/at/all"),
          new Tool(
              "killsnoop",
              "/bin/sh -c 'kill -0 $$; kill -0 999999'",
              TIME + "  (\\d+) +sh +0    \\1 +0",
              TIME + "  \\d+ +sh +0    999999 -3"),
          new Tool(
              "syscount",
              "/bin/dd if=/dev/zero of=/dev/null bs=1 count=5000 status=none",
              "Top 10 syscalls IDs:",
              "@syscall\\[0\\]: [5-9]\\d\\d\\d",
              "@process\\[dd\\]: 100\\d\\d"),
          new Tool(
              "pidpersec",
              "/bin/sh -c 'for i in 1 2 3 4 5; do /bin/true; done; sleep 2'",
              // Between two of them a second may end.
              TIME + " PIDs/sec: @: [1-9]\\d*"),
          new Tool(
              "syncsnoop",
              "/bin/sync /etc/hostname",
              TIME + "  \\d+ +sync +tracepoint:syscalls:sys_enter_fsync"),
          new Tool(
              "setuids",
              "/usr/bin/python3 -c 'import os; os.setresuid(1, 2, 0); os.setuid(3)'",
              TIME + " \\d+ +python3 +0 +setresuid ruid=1 euid=2 suid=0 \\(0\\)",
              TIME + " \\d+ +python3 +1 +setuid    uid=3 \\(-1\\)"),
          new Tool(
              "cpuwalk",
              "/bin/dd if=/dev/zero of=/dev/null bs=1 count=200000 status=none",
              "@cpu:",
              "\\[[01], [12]\\) +\\d+ \\|@+ *\\|"),
          new Tool(
              "runqlat",
              "/bin/sh -c 'for i in 1 2 3 4 5; do /bin/true; done'",
              "@usecs:",
              "\\[.* \\|@{52}\\|"),
          new Tool(
              "vfsstat",
              "/bin/sh -c '/bin/dd if=/dev/zero of=/dev/null bs=1 count=5000 status=none; sleep 2'",
              // What dd does in a second of an emulated machine.
              "@\\[vfs_open\\]: \\d+",
              "@\\[vfs_read\\]: \\d{3,}",
              "@\\[vfs_write\\]: \\d{3,}"),
          new Tool(
              "vfscount",
              "/bin/dd if=/dev/zero of=/dev/null bs=1 count=5000 status=none",
              "@\\[vfs_read\\]: [5-9]\\d\\d\\d",
              "@\\[vfs_write\\]: [5-9]\\d\\d\\d"),
          new Tool(
              "tcpconnect",
              CONNECTION,
              TIME + " \\d+ +python3 +127\\.0\\.0\\.1 +\\d+ +127\\.0\\.0\\.1 +7777 *"),
          new Tool(
              "tcpaccept",
              CONNECTION,
              TIME + " \\d+ +python3 +127\\.0\\.0\\.1 +\\d+ +127\\.0\\.0\\.1 +7777  0/9"),
          new Tool(
              "tcplife",
              CONNECTION,
              "\\d+ +python3 +127\\.0\\.0\\.1 +\\d+ +127\\.0\\.0\\.1 +7777 +10     5 \\d+",
              "\\d+ +python3 +127\\.0\\.0\\.1 +7777  127\\.0\\.0\\.1 +\\d+ +5    10 \\d+"),
          new Tool(
              "tcpsynbl",
              CONNECTION,
              "@backlog\\[backlog limit\\]: histogram of backlog size",
              "@backlog\\[9\\]:",
              "\\[0\\] +1 \\|@{52}\\|"),
          new Tool(
              "undump",
              "/usr/bin/python3 -c 'import socket; a, b = socket.socketpair();"
                  + " a.send(b\"five\\x01\"); b.recv(9)'",
              TIME + " python3 +\\d+ +5 +five\\\\x01"),
          new Tool(
              "dcsnoop",
              "/bin/ls /etc/nothing-of-this-name",
              "\\d+ +\\d+ +ls +R nothing-of-this-name",
              "\\d+ +\\d+ +ls +M nothing-of-this-name"),
          new Tool(
              "gethostlatency",
              "/usr/bin/getent ahosts localhost",
              TIME + "  \\d+ +getent +\\d+ localhost"),
          new Tool(
              "bashreadline",
              "/usr/bin/script -qc '/bin/bash --norc -i' /dev/null <<'END'\necho hi there\nexit\nEND\n",
              TIME + "  \\d+ +echo hi there"),
          new Tool(
              "capable",
              "/usr/sbin/chroot / /bin/true",
              TIME + "  0 +\\d+ +chroot +18   CAP_SYS_CHROOT +0"),
          new Tool(
              "oomkill",
              "/bin/sh -c 'mkdir /sys/fs/cgroup/full; echo +memory >/sys/fs/cgroup/cgroup.subtree_control;"
                  + " echo 20M >/sys/fs/cgroup/full/memory.max;"
                  + " echo $$ >/sys/fs/cgroup/full/cgroup.procs;"
                  + " /usr/bin/python3 -c \"x = bytearray(100 << 20)\"; :'",
              TIME
                  + " Triggered by PID (\\d+) \\(\"python3\"\\), OOM kill of PID \\1 \\(\"python3\"\\),"
                  + " 5120 pages, loadavg: [\\d.]+ .*"),
          new Tool(
              "ssllatency",
              "/bin/sh -c 'openssl req -x509 -newkey rsa:1024 -nodes -subj /CN=x -keyout /run/k -out"
                  + " /run/c 2>/dev/null; :'",
              "Latency distribution in microsecond:.*"),
          new Tool(
              "bitesize",
              NULL_DEVICE,
              TO_DISK,
              List.of("@\\[.*\\]:", "\\[4K, 8K\\) +\\d+ \\|@{52}\\|")),
          new Tool(
              "biosnoop",
              NULL_DEVICE,
              TO_DISK,
              List.of(
                  "TIME\\(ms\\)     DISK    COMM             PID    LAT\\(ms\\)",
                  "\\d+ +nullb0 +\\S+ +\\d+ +\\d+")),
          new Tool(
              "biolatency", NULL_DEVICE, TO_DISK, List.of("@usecs:", "\\[.*\\) +\\d+ \\|@{52}\\|")),
          new Tool(
              "biostacks",
              NULL_DEVICE,
              TO_DISK,
              List.of("@usecs\\[", " {8}null_queue_rq\\+\\d+", "]:", "\\[.*\\) +\\d+ \\|@{52}\\|")),
          new Tool(
              "swapin",
              SWAP,
              "/bin/sh -c 'echo $$ >/sys/fs/cgroup/small/cgroup.procs; /usr/bin/python3 -c"
                  + " \"import time; x = bytearray(48 << 20); x[::4096] = b\\\"1\\\" * (12 << 10);"
                  + " x[::4096]; time.sleep(2)\"'",
              List.of(TIME, "@\\[python3, \\d+\\]: \\d{2,}")),
          new Tool(
              "tcpretrans",
              LOSS,
              NOBODY_HEARS,
              List.of(TIME + " \\d+ +127\\.0\\.0\\.1:\\d+ +127\\.0\\.0\\.1:7777 +SYN_SENT")),
          new Tool(
              "tcpdrop",
              LOSS,
              NOBODY_HEARS,
              List.of(
                  TIME + " \\d+ +python3 +127\\.0\\.0\\.1:\\d+ +127\\.0\\.0\\.1:7777 +SYN_SENT *",
                  " {8}tcp_v4_connect\\+\\d+")),
          new Tool(
              "writeback",
              NULL_DEVICE,
              "/usr/bin/python3 -c 'import os; f = os.open(\"/dev/nullb0\", os.O_WRONLY);"
                  + " os.write(f, b\"x\" * 65536); os.sync()'",
              List.of(TIME + "  \\d+:\\d+ +\\d+ +sync +\\d+\\.\\d{3}")),
          new Tool(
              "xfsdist",
              XFS,
              "/bin/dd if=/dev/zero of=/run/xfs/file bs=4096 count=10 conv=fsync status=none",
              List.of(
                  "@us\\[xfs_file_open]:",
                  "@us\\[xfs_file_write_iter]:",
                  "@us\\[xfs_file_fsync]:",
                  "\\[.*\\) +1 \\|@{52}\\|")),
          new Tool(
              "mdflush",
              RAID,
              "/bin/dd if=/dev/zero of=/dev/md_mirror bs=4096 count=10 conv=fsync status=none",
              List.of("TIME +PID +COMM +DEVICE", TIME + " \\d+ +dd +md_mirror")),
          new Tool(
              "naptime",
              "/usr/bin/python3 -c 'import ctypes;"
                  + " ctypes.CDLL(None).syscall(35, (ctypes.c_long * 2)(0, 5000000), None)'",
              "TIME +PPID +PCOMM +PID +COMM +SECONDS",
              TIME + " \\d+ +\\S+ +\\d+ +python3 +0\\.005"),
          new Tool(
              "loads",
              "/bin/sleep 3",
              TIME + " load averages: \\d+\\.\\d{3} \\d+\\.\\d{3} \\d+\\.\\d{3}"),
          new Tool(
              "runqlen",
              "/bin/dd if=/dev/zero of=/dev/null bs=1 count=500000 status=none",
              "@runqlen:",
              "\\[0, 1\\) +\\d+ \\|@+ *\\|"),
          new Tool(
              "sslsnoop",
              HANDSHAKE,
              "/usr/bin/python3 /run/handshake.py",
              List.of(
                  "TIME\\(us\\) +TID +COMM +LAT\\(us\\) +RET +FUNC",
                  "\\d+ +\\d+ +python3 +\\d+ +1 SSL_do_handshake")),
          new Tool(
              "threadsnoop",
              "/usr/bin/python3 -c 'import threading; t = threading.Thread(target=print); t.start();"
                  + " t.join()'",
              "TIME\\(ms\\) +PID +COMM +FUNC",
              "\\d+ +\\d+ +python3 +.*"));

  @TestFactory
  Stream<DynamicTest> print() {
    return TOOLS.stream().map(tool -> DynamicTest.dynamicTest(tool.name, () -> check(tool)));
  }

  private static void check(Tool tool) throws Exception {
    Path file = FOLDER.resolve(tool.name + ".bt");
    assumeTrue(Files.isReadable(file), "the package bpftrace is not installed");
    StringBuilder said = new StringBuilder();
    if (!tool.setup.isEmpty()) {
      List<String> shell =
          List.of("/bin/sh", "-ec", LOADED + tool.setup, System.getProperty("kernel.modules"));
      try (Running setup = Running.start(shell)) {
        int code = setup.exitCode(PATIENCE);
        said.append("--- setup: %d\n%s\n".formatted(code, setup));
        assertThat(code).as(said.toString()).isZero();
      }
    }
    // A tool names a function as several kernels call it.
    String script =
        "config = { missing_probes = warn }\n" + Files.readString(file).replaceFirst("#!.*\n", "");
    for (Map.Entry<String, String> name : OTHER_NAMES.entrySet()) {
      script = script.replace(name.getKey(), name.getValue());
    }
    Path command = Files.writeString(COMMAND, tool.command + "\necho \"exit code $?\"\n");
    String saying = "/bin/sh %s >%s 2>&1".formatted(command, SAID);
    LocalRun run = LocalRun.of(List.of("-c", saying, "-e", script), () -> {});
    said.append("--- command\n").append(Files.readString(SAID));
    said.append("--- jbt-remote: %d\n%s".formatted(run.exitCode(), run.err()));
    List<String> lines = run.out().lines().toList();
    for (String line : tool.lines) {
      assertThat(lines).as(said.toString()).anyMatch(l -> l.matches(line));
    }
  }
}
