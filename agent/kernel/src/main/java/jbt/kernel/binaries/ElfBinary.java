package jbt.kernel.binaries;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Supplier;
import jbt.compiler.target.Binary;
import jbt.compiler.target.BinaryException;
import jbt.compiler.types.Member;
import jbt.compiler.types.Type;
import jbt.kernel.code.X86;
import jbt.kernel.demangle.Names;
import jbt.kernel.dwarf.DebugInformation;
import jbt.kernel.elf.DebugFiles;
import jbt.kernel.elf.Elf;
import jbt.kernel.elf.Note;
import jbt.kernel.elf.Section;
import jbt.kernel.elf.Segment;
import jbt.kernel.elf.Symbol;
import jbt.kernel.processes.Mapped;
import jbt.kernel.sys.OwnFunctions;
import org.jspecify.annotations.Nullable;

/** What probes need of an ELF file, all read at once. */
final class ElfBinary implements Binary {
  private static final String MARKERS = ".note.stapsdt";
  private static final int MARKER = 3;

  private final NavigableMap<String, Function> functions = new TreeMap<>();

  private final Map<String, Datum> data = new HashMap<>();

  /** By address, which is compared as unsigned; of several names the first. */
  private final NavigableMap<Long, Function> byAddress = new TreeMap<>(Long::compareUnsigned);

  private final List<Segment> segments;
  private final boolean fixed;
  private final long inode;
  private final List<Marker> markers;
  private final Optional<CodeBytes> code;
  private final Path file;

  /** Read when it is first asked for. */
  private @Nullable DebugInformation debug;

  /** To be taken from an address for what {@link #debug} has. */
  private long moved;

  /** The executable part of a file. */
  private record CodeBytes(long address, ByteBuffer bytes) {}

  private ElfBinary(Elf elf, Path file) throws IOException {
    this.file = file;
    segments = elf.segments();
    fixed = elf.fixed();
    inode = (long) Files.getAttribute(file, "unix:ino");
    DebugFiles.symbols(elf, file)
        .forEach(
            symbol -> {
              if (symbol.isCode() && !symbol.name().isEmpty()) {
                Function function =
                    new Function(
                        symbol.name(),
                        symbol.address(),
                        symbol.size(),
                        symbol.kind() == Symbol.Kind.CHOOSER);
                functions.merge(symbol.name(), function, (a, b) -> symbol.global() ? b : a);
              } else if (symbol.kind() == Symbol.Kind.DATA) {
                Datum datum = new Datum(symbol.address(), symbol.size());
                data.merge(symbol.name(), datum, (a, b) -> symbol.global() ? b : a);
              }
            });
    for (Function function : functions.values()) {
      byAddress.putIfAbsent(function.address(), function);
    }
    markers = readMarkers(elf);
    code = elf.machine() == Elf.X86_64 ? readCode(elf) : Optional.empty();
  }

  static Binary read(Elf elf, Path file) throws IOException {
    return new ElfBinary(elf, file);
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

  /** What this process would call, if that is in the same file: others choose by the same rules. */
  @Override
  public OptionalLong chosen(Function chooser) {
    OptionalLong called = OwnFunctions.address(chooser.name());
    if (called.isEmpty()) {
      return called;
    }
    return Mapped.of((int) ProcessHandle.current().pid()).stream()
        .filter(part -> part.start() <= called.getAsLong() && called.getAsLong() < part.end())
        .filter(part -> part.isAt(file))
        .findFirst()
        .map(part -> address(called.getAsLong() - part.start() + part.offset()))
        .orElse(OptionalLong.empty());
  }

  @Override
  public Optional<Datum> datum(String name) {
    return Optional.ofNullable(data.get(name));
  }

  @Override
  public boolean fixed() {
    return fixed;
  }

  @Override
  public String path() {
    return file.toString();
  }

  @Override
  public long inode() {
    return inode;
  }

  @Override
  public OptionalLong address(long fileOffset) {
    return Elf.address(segments, fileOffset);
  }

  @Override
  public OptionalLong fileOffset(long address) {
    return Elf.fileOffset(segments, address);
  }

  @Override
  public boolean isCode(long address) {
    return segments.stream()
        .anyMatch(segment -> segment.executable() && segment.holdsAddress(address));
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

  @Override
  public String written(Function function, boolean parameters) {
    return parameters ? Names.declared(function.name()) : Names.plain(function.name());
  }

  @Override
  public Optional<Signature> signature(long fileOffset) throws BinaryException {
    DebugInformation information = debug();
    long address = described(fileOffset);
    return ask(() -> information.signature(address));
  }

  @Override
  public List<String> declarations(long fileOffset) {
    try {
      DebugInformation information = debug();
      long address = described(fileOffset);
      return ask(() -> information.declarations(address));
    } catch (BinaryException e) {
      return List.of();
    }
  }

  @Override
  public Optional<Type.Struct> struct(boolean union, String name) throws BinaryException {
    DebugInformation information = debug();
    return ask(() -> information.struct(union, name));
  }

  @Override
  public Optional<Type> typedef(String name) throws BinaryException {
    DebugInformation information = debug();
    return ask(() -> information.typedef(name));
  }

  @Override
  public List<Member> members(int struct) {
    DebugInformation information = debug;
    try {
      return information == null ? List.of() : ask(() -> information.members(struct));
    } catch (BinaryException e) {
      return List.of();
    }
  }

  @Override
  public List<Line> lines(String source) throws BinaryException {
    DebugInformation information = debug();
    return ask(() -> information.lines(source)).stream()
        .map(line -> new Line(line.line(), line.column(), line.address() + moved))
        .toList();
  }

  /** The address that the debug information gives to a place of the file. */
  private long described(long fileOffset) {
    return Elf.address(segments, fileOffset).orElse(moved) - moved;
  }

  /** What is damaged may be found out when somebody asks for it. */
  private <T> T ask(Supplier<T> question) throws BinaryException {
    try {
      return question.get();
    } catch (IllegalArgumentException | IndexOutOfBoundsException | BufferUnderflowException e) {
      throw new BinaryException(file + ": its debug information is damaged");
    }
  }

  @Override
  public boolean inlined(String name) {
    try {
      return debug().inlined(name);
    } catch (BinaryException e) {
      return false;
    }
  }

  private DebugInformation debug() throws BinaryException {
    if (debug == null) {
      try (Elf elf = Elf.open(file)) {
        debug = debug(elf);
      } catch (IOException e) {
        throw new BinaryException(String.valueOf(e.getMessage()));
      } catch (IllegalArgumentException e) {
        throw new BinaryException(file + ": its debug information is damaged");
      }
    }
    return debug;
  }

  private DebugInformation debug(Elf elf) throws IOException {
    if (elf.section(".debug_info").isPresent()) {
      return DebugInformation.read(file.toString(), name -> section(elf, name));
    }
    Optional<Elf> beside = DebugFiles.beside(elf, file);
    if (beside.isEmpty()) {
      return DebugInformation.read(file.toString(), name -> new byte[0]);
    }
    try (Elf other = beside.get()) {
      moved = DebugFiles.moved(elf, other);
      return DebugInformation.read(file.toString(), name -> section(other, name));
    }
  }

  private static byte[] section(Elf elf, String name) throws IOException {
    Optional<Section> section = elf.section("." + name);
    return section.isEmpty() ? new byte[0] : elf.unpacked(section.get());
  }
}
