package jbt.kernel.elf;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;

/**
 * Where the symbols and the debug information of a file are that was stripped: in a file by its
 * build id, in one that it names ({@code .gnu_debuglink}), or packed in itself ({@code
 * .gnu_debugdata}), as Fedora's.
 */
public final class DebugFiles {
  private static final Pattern IN_CONTAINER = Pattern.compile("(/proc/[0-9]+/root)(/.*)");
  private static final String FOLDER = "/usr/lib/debug";

  private DebugFiles() {}

  /** The file beside; the caller closes it. */
  public static Optional<Elf> beside(Elf elf, Path file) {
    Matcher container = IN_CONTAINER.matcher(file.toString());
    boolean inside = container.matches();
    String root = inside ? container.group(1) : "";
    try {
      Optional<String> id = elf.buildId().filter(digits -> digits.length() > 2);
      if (id.isPresent()) {
        Path byId =
            Path.of(
                root + FOLDER + "/.build-id",
                id.get().substring(0, 2),
                id.get().substring(2) + ".debug");
        Optional<Elf> found = open(byId);
        if (found.isPresent()) {
          return found;
        }
      }
      return linked(elf, Path.of(inside ? container.group(2) : file.toString()), root, id);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static Optional<Elf> open(Path path) {
    if (!Files.isRegularFile(path)) {
      return Optional.empty();
    }
    try {
      return Optional.of(Elf.open(path));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** The link has a name and, at the next multiple of four, a check sum of the file. */
  private static Optional<Elf> linked(Elf elf, Path file, String root, Optional<String> id)
      throws IOException {
    Optional<Section> section = elf.section(".gnu_debuglink");
    Path folder = file.getParent();
    if (section.isEmpty() || folder == null) {
      return Optional.empty();
    }
    byte[] link = elf.bytes(section.get());
    int end = 0;
    while (end < link.length && link[end] != 0) {
      end++;
    }
    int sum = (end + 4) & ~3;
    String name = new String(link, 0, end, StandardCharsets.UTF_8);
    if (sum + 4 > link.length || name.isEmpty() || name.contains("/")) {
      return Optional.empty();
    }
    int expected = ByteBuffer.wrap(link).order(ByteOrder.LITTLE_ENDIAN).getInt(sum);
    List<Path> places = new ArrayList<>();
    places.add(Path.of(root + folder, name));
    places.add(Path.of(root + folder, ".debug", name));
    places.add(Path.of(root + FOLDER + folder, name));
    for (Path place : places) {
      Optional<Elf> found = open(place);
      if (found.isPresent()) {
        // A build id tells as much as the sum, of which the whole file must be read.
        Optional<String> theirs = found.get().buildId();
        boolean named = id.isPresent() && theirs.isPresent();
        if (named ? id.equals(theirs) : sum(place) == expected) {
          return found;
        }
        found.get().close();
      }
    }
    return Optional.empty();
  }

  private static int sum(Path file) throws IOException {
    CRC32 sum = new CRC32();
    byte[] part = new byte[1 << 16];
    try (var in = Files.newInputStream(file)) {
      for (int count = in.read(part); count >= 0; count = in.read(part)) {
        sum.update(part, 0, count);
      }
    }
    return (int) sum.getValue();
  }

  /** How far the addresses of a file have gone up (prelink) since the other was split from it. */
  public static long moved(Elf elf, Elf other) {
    return start(elf) - start(other);
  }

  private static long start(Elf elf) {
    return elf.segments().stream()
        .filter(Segment::loaded)
        .mapToLong(Segment::address)
        .findFirst()
        .orElse(0);
  }

  /** The symbols that are packed in the file. */
  public static Optional<Elf> inside(Elf elf, Path file) {
    try {
      Optional<Section> section = elf.section(".gnu_debugdata");
      return section.isEmpty()
          ? Optional.empty()
          : Optional.of(
              Elf.of(file.toString(), Packed.unpackXz(file.toString(), elf.bytes(section.get()))));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /**
   * The symbols of a file and of what belongs to it; of files that have their own table those
   * alone.
   */
  public static SymbolTable symbols(Elf elf, Path file) throws IOException {
    SymbolTable own = elf.symbols();
    if (elf.section(".symtab").isPresent()) {
      return own;
    }
    for (Optional<Elf> more : List.of(beside(elf, file), inside(elf, file))) {
      if (more.isPresent()) {
        try (Elf other = more.get()) {
          own.addAll(other.symbols(), moved(elf, other));
        }
        return own;
      }
    }
    return own;
  }
}
