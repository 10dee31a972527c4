package jbt.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import jbt.deploy.fleet.LocalRun;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/**
 * The tools of Debian's package of bpftrace at work: each traces a command, and prints the lines
 * that are known of it. They trace the whole machine, and change it: {@link GuestsTest} runs this
 * where nothing else lives; its name keeps it from being run elsewhere. Not here are tools for
 * functions that this kernel lacks (biosnoop, biolatency, biostacks), or for which no command is at
 * hand.
 */
@Tag("kernel")
final class DebianTools {
  private static final Path FOLDER = Path.of("/usr/sbin");

  private static final String TIME = "\\d\\d:\\d\\d:\\d\\d";

  /** A listener and a client in one process, which send ten KiB and get five. */
  private static final String CONNECTION =
      "/usr/bin/python3 -c 'import socket;"
          + " l = socket.create_server((\"127.0.0.1\", 7777), backlog=9);"
          + " c = socket.create_connection((\"127.0.0.1\", 7777)); s, _ = l.accept();"
          + " c.sendall(b\"x\" * 10240); s.recv(10240, socket.MSG_WAITALL); s.sendall(b\"y\" * 5120);"
          + " c.recv(5120, socket.MSG_WAITALL); c.close(); s.close()'";

  /** A block device that holds nothing. */
  private static final String NULL_DEVICE =
      "for name in fs/configfs/configfs drivers/block/null_blk/null_blk; do"
          + " for module in /var/cache/jbt-kernels/*/modules/kernel/$name.ko*; do"
          + " case $module in *.xz) xz -dc $module;; *) cat $module;; esac >/run/module.ko;"
          + " busybox insmod /run/module.ko 2>/dev/null; done; done; ls /dev/nullb0";

  private static final String TO_DISK =
      "/bin/dd if=/dev/zero of=/dev/nullb0 bs=4096 count=10 oflag=direct status=none";

  /**
   * A tool and what it is to see.
   *
   * @param name of its file, without {@code .bt}
   * @param command what it traces
   * @param lines regular expressions, each of which fits a line of the output
   */
  private record Tool(String name, String command, List<String> lines) {
    Tool(String name, String command, String... lines) {
      this(name, command, List.of(lines));
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
              TIME + " PIDs/sec: @: ([6-9]|\\d\\d)"),
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
              "@\\[vfs_open\\]: \\d+",
              "@\\[vfs_read\\]: \\d{4,}",
              "@\\[vfs_write\\]: \\d{4,}"),
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
          new Tool("bitesize", TO_DISK, "@\\[.*\\]:", "\\[4K, 8K\\) +\\d+ \\|@{52}\\|"));

  @TestFactory
  Stream<DynamicTest> print() {
    return TOOLS.stream().map(tool -> DynamicTest.dynamicTest(tool.name, () -> check(tool)));
  }

  private static void check(Tool tool) throws Exception {
    Path file = FOLDER.resolve(tool.name + ".bt");
    assumeTrue(Files.isReadable(file), "the package bpftrace is not installed");
    if (tool.command.equals(TO_DISK)) {
      int made = new ProcessBuilder("/bin/sh", "-c", NULL_DEVICE).start().waitFor();
      assumeTrue(made == 0, "this kernel has no null_blk");
    }
    // A tool names a function as several kernels call it.
    String script =
        "config = { missing_probes = ignore }\n"
            + Files.readString(file).replaceFirst("#!.*\n", "");
    LocalRun run = LocalRun.of(List.of("-c", tool.command, "-e", script), () -> {});
    List<String> lines = run.out().lines().toList();
    for (String line : tool.lines) {
      assertThat(lines).as(run.err()).anyMatch(l -> l.matches(line));
    }
  }
}
