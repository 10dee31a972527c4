package jbt.kernel.symbols;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import jbt.kernel.demangle.Names;
import jbt.kernel.elf.DebugFiles;
import jbt.kernel.elf.Elf;
import jbt.kernel.elf.SymbolTable;
import jbt.kernel.processes.Mapped;
import jbt.kernel.processes.Mapped.FileId;
import jbt.kernel.processes.Memories;

/**
 * Functions of processes: their memory maps lead to files, whose symbol tables name them, or those
 * of files beside them. What is mapped is read again, not more than once in a while, for an address
 * that it does not explain.
 */
public final class UserSymbols implements ProcessSymbols {
  private static final long READ_AGAIN_NS = 1_000_000_000L;
  private static final int MOST_FILES = 256;
  private static final int MOST_PERF_MAPS = 16;

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

  private record Read(Optional<PerfMap> map, long at) {}

  private final Memories memories;
  private final boolean readable;
  private final Map<FileId, Optional<Image>> files = limited(MOST_FILES);
  private final Map<Integer, Read> perfMaps = limited(MOST_PERF_MAPS);

  /**
   * @param readable names are shown as their languages write them
   */
  public UserSymbols(Memories memories, boolean readable) {
    this.memories = memories;
    this.readable = readable;
  }

  private static <K, V> Map<K, V> limited(int most) {
    return new LinkedHashMap<>(16, 0.75f, true) {
      private static final long serialVersionUID = 1;

      @Override
      protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
        return size() > most;
      }
    };
  }

  @Override
  public synchronized Optional<Symbol> find(int process, long address) {
    Optional<Mapped> mapped = memories.find(process, address);
    return mapped.isPresent() && mapped.get().file().inode() != 0
        ? symbol(process, mapped.get(), address)
            .map(s -> readable ? new Symbol(Names.readable(s.name()), s.offset()) : s)
        : compiled(process, address);
  }

  @Override
  public synchronized Optional<String> file(int process, long address) {
    return memories.find(process, address).map(Mapped::path);
  }

  private Optional<Symbol> symbol(int process, Mapped mapped, long address) {
    if (!mapped.path().startsWith("/")) {
      return Optional.empty();
    }
    Optional<Image> image = files.computeIfAbsent(mapped.file(), id -> image(process, mapped));
    return image
        .flatMap(i -> i.at(address - mapped.start() + mapped.offset()))
        .or(() -> compiled(process, address));
  }

  /** Empty for a file that can't be read or is none of ours. */
  private Optional<Image> image(int process, Mapped mapped) {
    Optional<Path> file = place(process, mapped);
    if (file.isEmpty()) {
      return Optional.empty();
    }
    try (Elf elf = Elf.open(file.get())) {
      return Optional.of(new Image(elf, DebugFiles.symbols(elf, file.get())));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Where the file can be read now: in another process where its own has ended. */
  private Optional<Path> place(int process, Mapped mapped) {
    return mapped
        .place(process)
        .or(
            () ->
                memories.holders(mapped.file()).stream()
                    .map(other -> Path.of("/proc/" + other + "/root" + mapped.path()))
                    .filter(mapped::isAt)
                    .findFirst());
  }

  /** What the process itself compiled. */
  private Optional<Symbol> compiled(int process, long address) {
    Read known = perfMaps.get(process);
    Optional<Symbol> found =
        known == null ? Optional.empty() : known.map.flatMap(map -> map.at(address));
    if (found.isPresent() || (known != null && System.nanoTime() - known.at < READ_AGAIN_NS)) {
      return found;
    }
    Optional<PerfMap> now = PerfMap.of(process);
    Optional<PerfMap> kept = now.isEmpty() && known != null ? known.map : now;
    perfMaps.put(process, new Read(kept, System.nanoTime()));
    return kept.flatMap(map -> map.at(address));
  }
}
