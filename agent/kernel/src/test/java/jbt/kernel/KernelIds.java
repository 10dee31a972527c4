package jbt.kernel;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The BPF objects that a process holds, by the kernel's numbers, to show later that they are gone.
 * Other processes' objects come and go meanwhile and do not matter.
 */
public record KernelIds(Set<Integer> programs, Set<Integer> maps, Set<Integer> links) {
  private static final long BPF = System.getProperty("os.arch").equals("aarch64") ? 280 : 321;
  private static final int PROG_GET_FD_BY_ID = 13;
  private static final int MAP_GET_FD_BY_ID = 14;
  private static final int LINK_GET_FD_BY_ID = 30;

  static KernelIds ofThisProcess() throws IOException {
    return heldBy(ProcessHandle.current().pid());
  }

  /** What the process with this pid holds now, by its /proc/PID/fdinfo. */
  public static KernelIds heldBy(long pid) throws IOException {
    KernelIds ids = new KernelIds(new TreeSet<>(), new TreeSet<>(), new TreeSet<>());
    List<Path> files;
    try (Stream<Path> folder = Files.list(Path.of("/proc/" + pid + "/fdinfo"))) {
      files = folder.toList();
    }
    for (Path file : files) {
      for (String line : lines(file)) {
        String[] words = line.split("\\s+", -1);
        switch (words[0]) {
          // A link's file names its program too.
          case "prog_id:" -> ids.programs.add(Integer.parseInt(words[1]));
          case "map_id:" -> ids.maps.add(Integer.parseInt(words[1]));
          case "link_id:" -> ids.links.add(Integer.parseInt(words[1]));
          default -> {}
        }
      }
    }
    return ids;
  }

  /** Less others, of which the kernel may still be letting go behind a test's back. */
  public KernelIds without(KernelIds others) {
    return new KernelIds(
        rest(programs, others.programs), rest(maps, others.maps), rest(links, others.links));
  }

  private static Set<Integer> rest(Set<Integer> all, Set<Integer> others) {
    Set<Integer> rest = new TreeSet<>(all);
    rest.removeAll(others);
    return rest;
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      // Closed meanwhile.
      return List.of();
    }
  }

  /** Those that are still in the kernel, as {@code program 12}. */
  public List<String> left() {
    List<String> left = new ArrayList<>();
    programs.stream()
        .filter(id -> exists(PROG_GET_FD_BY_ID, id))
        .forEach(id -> left.add("program " + id));
    maps.stream().filter(id -> exists(MAP_GET_FD_BY_ID, id)).forEach(id -> left.add("map " + id));
    links.stream()
        .filter(id -> exists(LINK_GET_FD_BY_ID, id))
        .forEach(id -> left.add("link " + id));
    return left;
  }

  /**
   * As {@link #left} when that has become empty or the time is over: the kernel frees them late.
   */
  public List<String> leftAfter(Duration patience) throws InterruptedException {
    long end = System.nanoTime() + patience.toNanos() * Kernels.PATIENCE;
    List<String> left = left();
    while (!left.isEmpty() && System.nanoTime() < end) {
      Thread.sleep(20);
      left = left();
    }
    return left;
  }

  private static boolean exists(int command, int id) {
    try (Memory attributes = new Memory(16)) {
      attributes.clear();
      attributes.setInt(0, id);
      long fd = Calls.syscall(BPF, command, attributes, 16);
      if (fd >= 0) {
        Calls.close((int) fd);
      }
      return fd >= 0;
    }
  }

  private static final class Calls {
    static {
      Native.register(Calls.class, NativeLibrary.getProcess());
    }

    static native long syscall(long number, long command, Pointer attributes, long size);

    static native int close(int fd);
  }
}
