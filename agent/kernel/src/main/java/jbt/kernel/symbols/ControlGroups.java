package jbt.kernel.symbols;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.StringJoiner;

/**
 * Control groups by their ids. An id is the number of the group's folder in its file system, on
 * every kernel of 64 bits.
 */
public final class ControlGroups {
  private static final Path MOUNTS = Path.of("/proc/self/mounts");
  private static final String UNIFIED = "unified";
  private static final long READ_AGAIN_NS = 1_000_000_000L;

  /** Where a hierarchy is mounted, and its name: "unified" or its controllers. */
  private record Hierarchy(String name, Path root) {
    boolean legacy() {
      return !name.equals(UNIFIED);
    }
  }

  /** For each hierarchy the paths by id, in the order in which they are shown. */
  private final Map<Hierarchy, Map<Long, String>> paths = new LinkedHashMap<>();

  private long readAt;
  private boolean read;

  /**
   * The paths of a group, each behind its hierarchy's name: {@code unified:/user.slice}; several
   * are separated by commas. Empty if there is no such group.
   *
   * @param pattern of the hierarchies' names, with {@code *}; "" for all
   */
  public synchronized Optional<String> path(long id, String pattern) {
    Optional<String> found = lookUp(id, pattern);
    if (found.isEmpty() && (!read || System.nanoTime() - readAt > READ_AGAIN_NS)) {
      load();
      found = lookUp(id, pattern);
    }
    return found;
  }

  /** The id of the group whose folder this is. */
  public static OptionalLong id(Path folder) {
    try {
      return OptionalLong.of((Long) Files.getAttribute(folder, "unix:ino"));
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }

  /** The id of a group by the path of its folder, which must be in a hierarchy. */
  public static OptionalLong idOf(String path) {
    Path folder = Path.of(path).normalize();
    boolean inside = hierarchies().stream().anyMatch(h -> folder.startsWith(h.root));
    return inside ? id(folder) : OptionalLong.empty();
  }

  private Optional<String> lookUp(long id, String pattern) {
    String regex = pattern.isEmpty() ? ".*" : "\\Q" + pattern.replace("*", "\\E.*\\Q") + "\\E";
    StringJoiner all = new StringJoiner(",").setEmptyValue("");
    paths.forEach(
        (hierarchy, byId) -> {
          String path = byId.get(id);
          if (path != null && hierarchy.name.matches(regex)) {
            all.add(hierarchy.name + ":" + path);
          }
        });
    return all.length() == 0 ? Optional.empty() : Optional.of(all.toString());
  }

  private void load() {
    readAt = System.nanoTime();
    read = true;
    paths.clear();
    for (Hierarchy hierarchy : hierarchies()) {
      Map<Long, String> byId = new HashMap<>();
      try {
        Files.walkFileTree(hierarchy.root, new Collector(hierarchy.root, byId));
      } catch (IOException e) {
        // It has been unmounted, or is none of our business.
        continue;
      }
      paths.put(hierarchy, byId);
    }
  }

  private static final class Collector extends SimpleFileVisitor<Path> {
    private final Path root;
    private final Map<Long, String> byId;

    Collector(Path root, Map<Long, String> byId) {
      this.root = root;
      this.byId = byId;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
      id(folder).ifPresent(id -> byId.put(id, "/" + root.relativize(folder)));
      return FileVisitResult.CONTINUE;
    }

    /** Groups come and go while they are looked at. */
    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) {
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path folder, IOException e) {
      return FileVisitResult.CONTINUE;
    }
  }

  /** The unified one first, then the others by name. Mounts are lines of device, folder, type. */
  private static List<Hierarchy> hierarchies() {
    List<Hierarchy> all = new ArrayList<>();
    try {
      for (String line : Files.readAllLines(MOUNTS, StandardCharsets.UTF_8)) {
        String[] fields = line.split(" ", -1);
        Path folder = Path.of(fields[1].replace("\\040", " "));
        if (fields[2].equals("cgroup2")) {
          all.add(new Hierarchy(UNIFIED, folder));
        } else if (fields[2].equals("cgroup")) {
          all.add(new Hierarchy(String.valueOf(folder.getFileName()), folder));
        }
      }
    } catch (IOException e) {
      return List.of();
    }
    all.sort(Comparator.comparing(Hierarchy::legacy).thenComparing(Hierarchy::name));
    return all;
  }
}
