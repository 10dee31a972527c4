package jbt.kernel.elf;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * An open ELF file, 64-bit and little-endian. Nothing in it is believed: sizes are bounded, what
 * points out of the file is an error, and the file is read, not mapped, because a mapped file that
 * shrinks kills its readers.
 */
public final class Elf implements AutoCloseable {
  public static final int X86_64 = 62;
  public static final int AARCH64 = 183;

  private static final int HEADER = 64;
  private static final int SECTION = 64;
  private static final int SEGMENT = 56;
  private static final int MOST_SECTIONS = 1 << 16;
  private static final long LARGEST_READ = 64L << 20;
  private static final int MOST_NOTES = 1 << 16;
  private static final int BUILD_ID = 3;

  private final String name;
  private final Content content;
  private final int machine;
  private final boolean fixed;
  private final List<Section> sections;
  private final List<Segment> segments;
  private Optional<SymbolTable> symbols = Optional.empty();

  private Elf(String name, Content content) throws IOException {
    this.name = name;
    this.content = content;
    ByteBuffer header = buffer(read(0, Math.min(HEADER, content.size())));
    boolean elf = header.limit() == HEADER && header.getInt(0) == 0x464c457f;
    if (!elf) {
      throw problem("not an ELF file");
    }
    if (header.get(4) != 2 || header.get(5) != 1) {
      throw problem("not a 64-bit little-endian ELF file");
    }
    fixed = header.getShort(16) == 2;
    machine = Short.toUnsignedInt(header.getShort(18));
    segments = readSegments(header.getLong(32), Short.toUnsignedInt(header.getShort(56)), header);
    sections =
        readSections(
            header.getLong(40),
            Short.toUnsignedInt(header.getShort(60)),
            Short.toUnsignedInt(header.getShort(62)),
            header);
  }

  /**
   * Opens a regular file; links are followed.
   *
   * @throws ElfException if it is no such file
   */
  public static Elf open(Path file) throws IOException {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new ElfException(file.toString(), "not a regular file");
    }
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
    try {
      return new Elf(file.toString(), new Content.OfFile(channel));
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /**
   * A file that another one contains.
   *
   * @param name of the file around it
   * @throws ElfException if it is no such file
   */
  public static Elf of(String name, byte[] content) throws IOException {
    return new Elf(name, new Content.Held(content));
  }

  /** EM_*. */
  public int machine() {
    return machine;
  }

  /** Whether it must be loaded at the addresses it names (ET_EXEC, not PIE and no library). */
  public boolean fixed() {
    return fixed;
  }

  public List<Section> sections() {
    return sections;
  }

  public List<Segment> segments() {
    return segments;
  }

  public Optional<Section> section(String wanted) {
    return sections.stream().filter(section -> section.name().equals(wanted)).findFirst();
  }

  /** What is loaded at an address, as an offset in the file. */
  public OptionalLong fileOffset(long address) {
    return fileOffset(segments, address);
  }

  /** The same for segments that were read before. */
  public static OptionalLong fileOffset(List<Segment> segments, long address) {
    return segments.stream()
        .filter(segment -> segment.holdsAddress(address))
        .mapToLong(segment -> address - segment.address() + segment.offset())
        .findFirst();
  }

  /** The address of what is at an offset in the file; code first if it is mapped twice. */
  public OptionalLong address(long fileOffset) {
    return address(segments, fileOffset);
  }

  /** The same for segments that were read before. */
  public static OptionalLong address(List<Segment> segments, long fileOffset) {
    return segments.stream()
        .filter(segment -> segment.holdsOffset(fileOffset))
        .sorted((a, b) -> Boolean.compare(b.executable(), a.executable()))
        .mapToLong(segment -> fileOffset - segment.offset() + segment.address())
        .findFirst();
  }

  /** Symbols, read when they are first asked for. */
  public synchronized SymbolTable symbols() throws IOException {
    if (symbols.isEmpty()) {
      SymbolTable table = new SymbolTable();
      for (Section section : sections) {
        boolean holdsSymbols = section.type() == Section.SYMTAB || section.type() == Section.DYNSYM;
        if (holdsSymbols && section.link() >= 0 && section.link() < sections.size()) {
          table.add(bytes(section), bytes(sections.get(section.link())));
        }
      }
      symbols = Optional.of(table);
    }
    return symbols.get();
  }

  /** The notes of a section; one that is cut off ends the list. */
  public List<Note> notes(Section section) throws IOException {
    return parseNotes(bytes(section));
  }

  /** The build id in hexadecimal digits. */
  public Optional<String> buildId() throws IOException {
    List<Note> notes = new ArrayList<>();
    for (Section section : sections) {
      if (section.type() == Section.NOTE && section.name().equals(".note.gnu.build-id")) {
        notes.addAll(parseNotes(bytes(section)));
      }
    }
    if (notes.isEmpty()) {
      for (Segment segment : segments) {
        if (segment.type() == Segment.NOTE) {
          notes.addAll(parseNotes(read(segment.offset(), segment.fileSize())));
        }
      }
    }
    return notes.stream()
        .filter(note -> note.owner().equals("GNU") && note.type() == BUILD_ID)
        .map(note -> hex(note.content()))
        .findFirst();
  }

  /**
   * The content of a section as it was before it was packed into the file.
   *
   * @throws ElfException if it is damaged, too large or packed in a way that is not known here
   */
  public byte[] unpacked(Section section) throws IOException {
    byte[] stored = bytes(section);
    return section.compressed() ? Packed.unpack(name, stored) : stored;
  }

  /** The content of a section; empty for one that takes no room in the file. */
  public byte[] bytes(Section section) throws IOException {
    return section.type() == Section.NOBITS ? new byte[0] : read(section.offset(), section.size());
  }

  /**
   * Bytes of the file.
   *
   * @throws ElfException if they are not all in it, or more than 64 MiB
   */
  public byte[] read(long offset, long length) throws IOException {
    if (offset < 0 || length < 0 || offset > content.size() - length) {
      throw problem("damaged: a part of it lies behind its end");
    }
    if (length > LARGEST_READ) {
      throw problem("a part of it is too large: " + length + " bytes");
    }
    ByteBuffer bytes = ByteBuffer.allocate((int) length);
    while (bytes.hasRemaining()) {
      if (content.read(bytes, offset + bytes.position()) < 0) {
        throw problem("it became shorter");
      }
    }
    return bytes.array();
  }

  @Override
  public void close() throws IOException {
    content.close();
  }

  private List<Segment> readSegments(long offset, int count, ByteBuffer header) throws IOException {
    if (count == 0) {
      return List.of();
    }
    entrySize(header.getShort(54), SEGMENT);
    ByteBuffer bytes = buffer(read(offset, (long) count * SEGMENT));
    List<Segment> found = new ArrayList<>();
    for (int at = 0; at < bytes.limit(); at += SEGMENT) {
      found.add(
          new Segment(
              bytes.getInt(at),
              bytes.getInt(at + 4),
              bytes.getLong(at + 8),
              bytes.getLong(at + 16),
              bytes.getLong(at + 32),
              bytes.getLong(at + 40)));
    }
    return List.copyOf(found);
  }

  private List<Section> readSections(long offset, int count, int names, ByteBuffer header)
      throws IOException {
    if (offset == 0) {
      return List.of();
    }
    entrySize(header.getShort(58), SECTION);
    // More than 65,279 sections do not fit into the header: then the first section has the number.
    long total = count == 0 ? buffer(read(offset, SECTION)).getLong(32) : count;
    if (total < 0 || total > MOST_SECTIONS) {
      throw problem("too many sections: " + total);
    }
    ByteBuffer bytes = buffer(read(offset, total * SECTION));
    int index = names == 0xffff && total > 0 ? bytes.getInt(40) : names;
    ByteBuffer texts =
        index > 0 && index < total
            ? buffer(read(bytes.getLong(index * SECTION + 24), bytes.getLong(index * SECTION + 32)))
            : buffer(new byte[0]);
    List<Section> found = new ArrayList<>();
    for (int at = 0; at < bytes.limit(); at += SECTION) {
      found.add(
          new Section(
              SymbolTable.text(texts, Integer.toUnsignedLong(bytes.getInt(at))),
              bytes.getInt(at + 4),
              bytes.getLong(at + 8),
              bytes.getLong(at + 16),
              bytes.getLong(at + 24),
              bytes.getLong(at + 32),
              bytes.getInt(at + 40)));
    }
    return List.copyOf(found);
  }

  private void entrySize(short found, int expected) throws ElfException {
    if (found != expected) {
      throw problem("damaged: table entries of " + found + " bytes");
    }
  }

  private static List<Note> parseNotes(byte[] content) {
    ByteBuffer bytes = buffer(content);
    List<Note> found = new ArrayList<>();
    long at = 0;
    while (at + 12 <= content.length && found.size() < MOST_NOTES) {
      long nameSize = Integer.toUnsignedLong(bytes.getInt((int) at));
      long size = Integer.toUnsignedLong(bytes.getInt((int) at + 4));
      int type = bytes.getInt((int) at + 8);
      long start = at + 12 + aligned(nameSize);
      if (start + size > content.length) {
        break;
      }
      ByteBuffer note = bytes.slice((int) start, (int) size).order(ByteOrder.LITTLE_ENDIAN);
      int nameLength = (int) Math.max(0, nameSize - 1);
      String owner = new String(content, (int) at + 12, nameLength, StandardCharsets.UTF_8);
      found.add(new Note(owner, type, note));
      at = start + aligned(size);
    }
    return found;
  }

  private static String hex(ByteBuffer content) {
    byte[] bytes = new byte[content.remaining()];
    content.get(0, bytes);
    return HexFormat.of().formatHex(bytes);
  }

  private static long aligned(long size) {
    return (size + 3) & ~3L;
  }

  private static ByteBuffer buffer(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private ElfException problem(String text) {
    return new ElfException(name, text);
  }
}
