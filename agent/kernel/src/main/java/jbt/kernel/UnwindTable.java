package jbt.kernel;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import jbt.compiler.plan.UnwindRule;
import jbt.kernel.dwarf.CallFrames;
import jbt.kernel.dwarf.UnwindRows;
import jbt.kernel.elf.Elf;
import jbt.kernel.elf.Section;
import jbt.kernel.elf.Segment;
import jbt.kernel.processes.Mapped;

/** How all functions that a process has in memory now are left, as far as their files tell. */
final class UnwindTable {
  private static final int MOST_MAPPINGS = 1024;

  /** Bytes of a file's section, which are held in memory: a row takes some seven. */
  private static final long LARGEST = 8 << 20;

  private static final int PAGE = 4096;
  private static final String KERNELS_OWN = "[vdso]";

  private final int process;
  private final List<Mapped> mapped;
  private boolean tooLarge;

  UnwindTable(int process) {
    this.process = process;
    this.mapped = Mapped.of(process);
  }

  /**
   * How many rows it has.
   *
   * @throws LoadException if there are none, or more than {@code most}
   */
  int count(int most) throws LoadException {
    UnwindRows rows = new UnwindRows(most, (address, rule) -> {});
    read(rows);
    if (rows.full() || tooLarge || mapped.size() > MOST_MAPPINGS) {
      throw new LoadException(
          LoadException.Reason.RESOURCE,
          "dw_ustack: process %d has more code in memory than there is room for"
              .formatted(process));
    }
    if (rows.count() == 0) {
      throw new LoadException(
          LoadException.Reason.RESOURCE,
          "dw_ustack: process %d has ended, or no program that it runs tells of its stack (.eh_frame)"
              .formatted(process));
    }
    return rows.count();
  }

  /** Puts as many rows as were counted: files are read again, a large table is kept nowhere. */
  void fill(LongBuffer to, int count) {
    read(new UnwindRows(count, (address, rule) -> to.put(address).put(rule)));
    while (to.position() < 2 * count) {
      // A file has changed meanwhile: behind all addresses.
      to.put(-1).put(UnwindRule.NONE);
    }
  }

  private void read(UnwindRows rows) {
    mapped.stream().limit(MOST_MAPPINGS).forEach(part -> add(part, rows));
    rows.end();
  }

  /** A file that can't be read, or is none of ours, ends the stacks that lead there. */
  private void add(Mapped mapped, UnwindRows rows) {
    try (Elf elf = open(mapped)) {
      Optional<Section> index = elf.section(".eh_frame_hdr");
      Optional<Section> frames = elf.section(".eh_frame");
      Optional<Segment> segment =
          elf.segments().stream().filter(s -> holds(s, mapped.offset())).findFirst();
      boolean told = elf.machine() == Elf.X86_64 && index.isPresent() && frames.isPresent();
      tooLarge |= told && frames.get().size() > LARGEST;
      if (told && !tooLarge && segment.isPresent()) {
        long low = mapped.offset() - segment.get().offset() + segment.get().address();
        new CallFrames(
                elf.bytes(index.get()),
                index.get().address(),
                elf.bytes(frames.get()),
                frames.get().address())
            .read(low, low + mapped.end() - mapped.start(), mapped.start() - low, rows);
      }
    } catch (IOException e) {
      // The next one may do.
    }
    rows.add(mapped.end(), UnwindRule.NONE);
  }

  private static boolean holds(Segment segment, long offset) {
    return segment.loaded()
        && segment.executable()
        && offset >= (segment.offset() & -PAGE)
        && offset < segment.offset() + segment.fileSize();
  }

  private Elf open(Mapped mapped) throws IOException {
    if (!mapped.path().equals(KERNELS_OWN)) {
      return Elf.open(mapped.place(process).orElseThrow(() -> new IOException("no file")));
    }
    ByteBuffer content = ByteBuffer.allocate((int) (mapped.end() - mapped.start()));
    try (FileChannel memory = FileChannel.open(Path.of("/proc/" + process + "/mem"))) {
      memory.read(content, mapped.start());
    }
    return Elf.of(KERNELS_OWN, content.array());
  }
}
