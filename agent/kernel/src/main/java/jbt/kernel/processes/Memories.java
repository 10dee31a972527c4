package jbt.kernel.processes;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import jbt.kernel.processes.Mapped.FileId;
import jbt.kernel.sys.SideBand;

/**
 * What the processes of this host have in memory, those that have ended included as far as they
 * were seen. Without a {@link Recorder} a process is looked at when somebody first asks.
 */
public final class Memories {
  private static final long READ_AGAIN_NS = 1_000_000_000L;
  private static final int MOST_PROCESSES = 4096;
  private static final int MOST_MAPPINGS = 4096;

  /** A program that a process runs, and what it maps to that end. */
  private static final class Image {
    final List<Mapped> mapped;
    final Optional<Image> before;
    long readAt;

    Image(List<Mapped> mapped, Optional<Image> before) {
      this.mapped = mapped;
      this.before = before;
    }

    Optional<Mapped> find(long address) {
      // What was mapped last hides what was there before.
      for (int i = mapped.size() - 1; i >= 0; i--) {
        if (address >= mapped.get(i).start() && address < mapped.get(i).end()) {
          return Optional.of(mapped.get(i));
        }
      }
      return before.flatMap(image -> image.find(address));
    }
  }

  private final Map<Integer, Image> processes =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Integer, Image> eldest) {
          return size() > MOST_PROCESSES;
        }
      };

  /** Takes what has happened but was not seen yet. */
  private volatile Runnable latest = () -> {};

  /** Has what is done whenever something is not known, without a lock of this. */
  void whenMissing(Runnable action) {
    latest = action;
  }

  /** What an address of a process belongs to. */
  public Optional<Mapped> find(int process, long address) {
    Optional<Mapped> found = known(process, address);
    if (found.isPresent()) {
      return found;
    }
    latest.run();
    return knownOrRead(process, address);
  }

  private synchronized Optional<Mapped> known(int process, long address) {
    Image image = processes.get(process);
    return image == null ? Optional.empty() : image.find(address);
  }

  private synchronized Optional<Mapped> knownOrRead(int process, long address) {
    Image known = processes.get(process);
    Optional<Mapped> found = known == null ? Optional.empty() : known.find(address);
    boolean old = known == null || System.nanoTime() - known.readAt > READ_AGAIN_NS;
    if (found.isPresent() || !old) {
      return found;
    }
    return read(process).find(address);
  }

  /** Looks at a process, unless that was done before. */
  synchronized void learn(int process) {
    if (!processes.containsKey(process)) {
      read(process);
    }
  }

  private Image read(int process) {
    Image known = processes.get(process);
    List<Mapped> mapped = Mapped.of(process);
    Image now =
        mapped.isEmpty() && known != null
            ? known
            : new Image(new ArrayList<>(mapped), Optional.empty());
    now.readAt = System.nanoTime();
    processes.put(process, now);
    return now;
  }

  /** Processes that were seen with this file. */
  public synchronized List<Integer> holders(FileId file) {
    List<Integer> found = new ArrayList<>();
    processes.forEach(
        (process, image) -> {
          if (image.mapped.stream().anyMatch(m -> m.file().equals(file))) {
            found.add(process);
          }
        });
    return found;
  }

  /** A record of {@link SideBand}. */
  synchronized void take(int type, int bits, ByteBuffer record) {
    int process = record.getInt(0);
    switch (type) {
      case SideBand.MAPPED -> add(process, mapped(record));
      case SideBand.COMM -> {
        if ((bits & SideBand.EXECUTED) != 0) {
          // Only the last program before: a chain of wrappers would grow without end.
          Optional<Image> before =
              Optional.ofNullable(processes.get(process))
                  .map(image -> new Image(image.mapped, Optional.empty()));
          processes.put(process, new Image(new ArrayList<>(), before));
        }
      }
      case SideBand.FORK -> fork(process, record.getInt(4));
      default -> {}
    }
  }

  private void add(int process, Mapped mapped) {
    Image image =
        processes.computeIfAbsent(process, id -> new Image(new ArrayList<>(), Optional.empty()));
    if (image.mapped.size() < MOST_MAPPINGS) {
      image.mapped.add(mapped);
    }
  }

  /** A child begins with what its parent has; a thread is no child. */
  private void fork(int child, int parent) {
    if (child == parent) {
      return;
    }
    Image theirs = processes.get(parent);
    List<Mapped> copy = theirs == null ? Mapped.of(parent) : theirs.mapped;
    processes.put(child, new Image(new ArrayList<>(copy), Optional.empty()));
  }

  /**
   * u32 process, thread; u64 address, length, offset; u32 major, minor; u64 inode, generation; u32
   * protection, flags; path.
   */
  private static Mapped mapped(ByteBuffer record) {
    int start = 64;
    int end = start;
    while (end < record.limit() && record.get(end) != 0) {
      end++;
    }
    String path = StandardCharsets.UTF_8.decode(record.slice(start, end - start)).toString();
    long address = record.getLong(8);
    return new Mapped(
        address,
        address + record.getLong(16),
        record.getLong(24),
        path,
        new FileId(record.getInt(32), record.getInt(36), record.getLong(40)));
  }
}
