package jbt.kernel.binaries;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import jbt.compiler.target.Binary;
import jbt.kernel.code.X86;
import jbt.kernel.elf.Elf;
import jbt.kernel.elf.Note;
import jbt.kernel.elf.Section;
import jbt.kernel.elf.Segment;
import jbt.kernel.elf.Symbol;

/** What probes need of an ELF file, all read at once. */
final class ElfBinary implements Binary {
  private static final String MARKERS = ".note.stapsdt";
  private static final int MARKER = 3;

  private final NavigableMap<String, Function> functions = new TreeMap<>();

  /** By address, which is compared as unsigned; of several names the first. */
  private final NavigableMap<Long, Function> byAddress = new TreeMap<>(Long::compareUnsigned);

  private final List<Segment> segments;
  private final List<Marker> markers;
  private final Optional<CodeBytes> code;

  /** The executable part of a file. */
  private record CodeBytes(long address, ByteBuffer bytes) {}

  private ElfBinary(Elf elf) throws IOException {
    segments = elf.segments();
    elf.symbols()
        .forEach(
            symbol -> {
              if (symbol.kind() == Symbol.Kind.FUNCTION && !symbol.name().isEmpty()) {
                Function function = new Function(symbol.name(), symbol.address(), symbol.size());
                functions.merge(symbol.name(), function, (a, b) -> symbol.global() ? b : a);
              }
            });
    for (Function function : functions.values()) {
      byAddress.putIfAbsent(function.address(), function);
    }
    markers = readMarkers(elf);
    code = elf.machine() == Elf.X86_64 ? readCode(elf) : Optional.empty();
  }

  static Binary read(Elf elf) throws IOException {
    return new ElfBinary(elf);
  }

  private static Optional<CodeBytes> readCode(Elf elf) throws IOException {
    for (Segment segment : elf.segments()) {
      if (segment.loaded() && segment.executable()) {
        byte[] bytes = elf.read(segment.offset(), segment.fileSize());
        return Optional.of(new CodeBytes(segment.address(), ByteBuffer.wrap(bytes)));
      }
    }
    return Optional.empty();
  }

  /**
   * A note has three addresses (the place, the section {@code .stapsdt.base} when it was linked,
   * the counter), then three texts with a NUL each.
   */
  private static List<Marker> readMarkers(Elf elf) throws IOException {
    Optional<Section> section = elf.section(MARKERS);
    if (section.isEmpty()) {
      return List.of();
    }
    Optional<Section> base = elf.section(".stapsdt.base");
    List<Marker> found = new ArrayList<>();
    for (Note note : elf.notes(section.get())) {
      if (note.type() == MARKER
          && note.owner().equals("stapsdt")
          && note.content().limit() > 3 * Long.BYTES) {
        // Whoever moved the code of the file without its notes (prelink) moved the base as well.
        long moved = base.map(s -> s.address() - note.content().getLong(8)).orElse(0L);
        long counter = note.content().getLong(16);
        String[] texts =
            StandardCharsets.UTF_8
                .decode(note.content().slice(24, note.content().limit() - 24))
                .toString()
                .split("\0", -1);
        if (texts.length > 2) {
          found.add(
              new Marker(
                  texts[0],
                  texts[1],
                  note.content().getLong(0) + moved,
                  counter == 0 ? 0 : counter + moved,
                  texts[2]));
        }
      }
    }
    found.sort(
        Comparator.comparing(Marker::provider)
            .thenComparing(Marker::name)
            .thenComparingLong(Marker::address));
    return Collections.unmodifiableList(found);
  }

  @Override
  public List<Function> functions() {
    return List.copyOf(functions.values());
  }

  @Override
  public Optional<Function> function(String name) {
    return Optional.ofNullable(functions.get(name));
  }

  @Override
  public Optional<Function> at(long address) {
    return Optional.ofNullable(byAddress.floorEntry(address))
        .map(entry -> entry.getValue())
        .filter(
            function -> Long.compareUnsigned(address - function.address(), function.size()) < 0);
  }

  @Override
  public OptionalLong fileOffset(long address) {
    return Elf.fileOffset(segments, address);
  }

  @Override
  public Optional<List<Long>> instructions(Function function) {
    if (code.isEmpty() || function.size() <= 0) {
      return Optional.empty();
    }
    long from = function.address() - code.get().address();
    long to = from + function.size();
    return from < 0 || to > code.get().bytes().limit()
        ? Optional.empty()
        : X86.starts(code.get().bytes(), (int) from, (int) to);
  }

  @Override
  public List<Marker> markers() {
    return markers;
  }
}
