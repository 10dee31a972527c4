package jbt.kernel.symbols;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import jbt.kernel.elf.Elf;
import jbt.kernel.elf.SymbolTable;

/**
 * Functions of processes: their memory maps lead to files, whose symbol tables name them. What is
 * mapped is read again, not more than once in a while, for an address that it does not explain. Of
 * a process that has ended only what was read before is known.
 */
public final class UserSymbols {
  private static final long READ_AGAIN_NS = 1_000_000_000L;
  private static final int MOST_PROCESSES = 1024;
  private static final int MOST_FILES = 256;

  /** A file in a process's memory. */
  private record Mapping(long start, long end, long offset, String path, FileId file) {}

  private record FileId(String device, String inode) {}

  /** A file's segments and symbols; the file itself is closed. */
  private record Image(Elf elf, SymbolTable table) {
    Optional<Symbol> at(long fileOffset) {
      OptionalLong address = elf.address(fileOffset);
      return address.isEmpty()
          ? Optional.empty()
          : table
              .at(address.getAsLong())
              .map(s -> new Symbol(s.name(), address.getAsLong() - s.address()));
    }
  }

  private record Traced(List<Mapping> mappings, long readAt) {}

  private final Map<Integer, Traced> processes = limited(MOST_PROCESSES);
  private final Map<FileId, Optional<Image>> files = limited(MOST_FILES);

  private static <K, V> Map<K, V> limited(int most) {
    return new LinkedHashMap<>(16, 0.75f, true) {
      private static final long serialVersionUID = 1;

      @Override
      protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
        return size() > most;
      }
    };
  }

  /** The function that an address of a process lies in. */
  public synchronized Optional<Symbol> find(int process, long address) {
    return mapping(process, address).flatMap(mapping -> symbol(process, mapping, address));
  }

  /** The file that an address of a process belongs to. */
  public synchronized Optional<String> file(int process, long address) {
    return mapping(process, address).map(Mapping::path);
  }

  private Optional<Symbol> symbol(int process, Mapping mapping, long address) {
    if (!mapping.path.startsWith("/")) {
      return Optional.empty();
    }
    Path path = Path.of("/proc/" + process + "/root" + mapping.path);
    Optional<Image> image = files.computeIfAbsent(mapping.file, id -> image(path));
    return image.flatMap(i -> i.at(address - mapping.start + mapping.offset));
  }

  /** Empty for a file that can't be read or is none of ours. */
  private static Optional<Image> image(Path file) {
    try (Elf elf = Elf.open(file)) {
      return Optional.of(new Image(elf, elf.symbols()));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private Optional<Mapping> mapping(int process, long address) {
    Traced known = processes.get(process);
    Optional<Mapping> found = known == null ? Optional.empty() : lookUp(known, address);
    boolean old = known == null || System.nanoTime() - known.readAt > READ_AGAIN_NS;
    if (found.isPresent() || !old) {
      return found;
    }
    List<Mapping> mappings = read(process);
    if (mappings.isEmpty() && known != null) {
      mappings = known.mappings;
    }
    Traced now = new Traced(mappings, System.nanoTime());
    processes.put(process, now);
    return lookUp(now, address);
  }

  private static Optional<Mapping> lookUp(Traced process, long address) {
    for (Mapping mapping : process.mappings) {
      if (address >= mapping.start && address < mapping.end) {
        return Optional.of(mapping);
      }
    }
    return Optional.empty();
  }

  /** Lines of range, rights, offset, device, inode, and perhaps a path. */
  private static List<Mapping> read(int process) {
    List<Mapping> mappings = new ArrayList<>();
    try {
      Path maps = Path.of("/proc/" + process + "/maps");
      for (String line : Files.readAllLines(maps, StandardCharsets.ISO_8859_1)) {
        String[] fields = line.split(" +", 6);
        if (fields.length == 6 && fields[1].contains("x")) {
          int dash = fields[0].indexOf('-');
          mappings.add(
              new Mapping(
                  Long.parseUnsignedLong(fields[0].substring(0, dash), 16),
                  Long.parseUnsignedLong(fields[0].substring(dash + 1), 16),
                  Long.parseUnsignedLong(fields[2], 16),
                  fields[5],
                  new FileId(fields[3], fields[4])));
        }
      }
    } catch (IOException e) {
      // It has ended.
      return List.of();
    }
    return mappings;
  }
}
