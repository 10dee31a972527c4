package jbt.kernel.processes;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A part of a file that a process can run.
 *
 * @param end behind its last byte
 * @param offset of its first byte in the file
 * @param path as the process sees it; a name in brackets or "" for what is no file
 */
public record Mapped(long start, long end, long offset, String path, FileId file) {
  /** Which file it is, whatever its name: the numbers of its device and of itself. */
  public record FileId(int major, int minor, long inode) {}

  private static final String DELETED = " (deleted)";
  private static final int MOST = 1 << 16;

  /** Those of a running process; none if it has ended. */
  public static List<Mapped> of(int process) {
    List<Mapped> all = new ArrayList<>();
    Path maps = Path.of("/proc/" + process + "/maps");
    try (var lines = Files.lines(maps, StandardCharsets.ISO_8859_1)) {
      lines.limit(MOST).forEach(line -> add(line, all));
    } catch (IOException | java.io.UncheckedIOException e) {
      // It has ended.
      return List.of();
    }
    return all;
  }

  /** Where the file can be read now: its path may mean another one by now, or none here. */
  public Optional<Path> place(int process) {
    return Stream.of(
            Path.of("/proc/" + process + "/root" + path),
            // The process holds what it has mapped, even if the name is gone.
            Path.of("/proc/%d/map_files/%x-%x".formatted(process, start, end)),
            Path.of(path.replace(DELETED, "")))
        .filter(this::isAt)
        .findFirst();
  }

  /** Whether a path means this file. */
  public boolean isAt(Path place) {
    try {
      return Files.isRegularFile(place)
          && (Long) Files.getAttribute(place, "unix:ino") == file.inode();
    } catch (IOException e) {
      return false;
    }
  }

  /** Lines of range, rights, offset, device, inode, and perhaps a path. */
  private static void add(String line, List<Mapped> all) {
    String[] fields = line.split(" +", 6);
    if (fields.length < 5 || !fields[1].contains("x")) {
      return;
    }
    int dash = fields[0].indexOf('-');
    int colon = fields[3].indexOf(':');
    String path = fields.length == 6 ? fields[5] : "";
    byte[] bytes = path.getBytes(StandardCharsets.ISO_8859_1);
    all.add(
        new Mapped(
            Long.parseUnsignedLong(fields[0].substring(0, dash), 16),
            Long.parseUnsignedLong(fields[0].substring(dash + 1), 16),
            Long.parseUnsignedLong(fields[2], 16),
            new String(bytes, StandardCharsets.UTF_8),
            new FileId(
                Integer.parseInt(fields[3].substring(0, colon), 16),
                Integer.parseInt(fields[3].substring(colon + 1), 16),
                Long.parseLong(fields[4]))));
  }
}
