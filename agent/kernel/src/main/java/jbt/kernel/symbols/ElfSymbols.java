package jbt.kernel.symbols;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The functions of a program or library, as its symbol tables name them (64-bit ELF files). */
final class ElfSymbols {
  private static final int MAGIC = 0x464c457f;
  private static final int LOADED = 1;
  private static final int SYMBOL_TABLE = 2;
  private static final int DYNAMIC_SYMBOLS = 11;
  private static final int FUNCTION = 2;
  private static final int INDIRECT_FUNCTION = 10;
  private static final int SYMBOL_BYTES = 24;

  /** Tables beyond this are not of this world. */
  private static final long LARGEST = 512L << 20;

  private record Function(long start, long size, String name) {}

  private record Segment(long offset, long address, long fileSize) {}

  private final List<Segment> segments = new ArrayList<>();
  private final List<Function> functions = new ArrayList<>();

  private ElfSymbols() {}

  /** Of a file that is none or can't be read it knows nothing. */
  static ElfSymbols of(Path file) {
    ElfSymbols symbols = new ElfSymbols();
    try (FileChannel channel = FileChannel.open(file)) {
      symbols.read(channel);
    } catch (IOException | IndexOutOfBoundsException e) {
      symbols.segments.clear();
    }
    // Where a table has a function twice, the name that was found first stays.
    symbols.functions.sort(Comparator.comparingLong(Function::start));
    return symbols;
  }

  /** The function that holds a byte of the file. */
  Optional<Symbol> at(long fileOffset) {
    for (Segment segment : segments) {
      long inside = fileOffset - segment.offset;
      if (inside >= 0 && inside < segment.fileSize) {
        return function(segment.address + inside);
      }
    }
    return Optional.empty();
  }

  private Optional<Symbol> function(long address) {
    int low = 0;
    int high = functions.size() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      if (functions.get(middle).start <= address) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    for (int i = high; i >= 0 && i > high - 8; i--) {
      Function function = functions.get(i);
      if (address < function.start + Math.max(1, function.size)) {
        int first = i;
        while (first > 0 && functions.get(first - 1).start == function.start) {
          first--;
        }
        return Optional.of(new Symbol(functions.get(first).name, address - function.start));
      }
    }
    return Optional.empty();
  }

  private void read(FileChannel file) throws IOException {
    ByteBuffer header = bytes(file, 0, 64);
    boolean wide = header.get(4) == 2;
    boolean littleEndian = header.get(5) == 1;
    if (header.getInt(0) != MAGIC || !wide || !littleEndian) {
      return;
    }
    int segmentSize = header.getShort(54) & 0xffff;
    int segmentCount = header.getShort(56) & 0xffff;
    ByteBuffer table = bytes(file, header.getLong(32), (long) segmentSize * segmentCount);
    for (int at = 0; at < table.capacity(); at += segmentSize) {
      if (table.getInt(at) == LOADED) {
        segments.add(
            new Segment(table.getLong(at + 8), table.getLong(at + 16), table.getLong(at + 32)));
      }
    }
    int sectionSize = header.getShort(58) & 0xffff;
    int sectionCount = header.getShort(60) & 0xffff;
    ByteBuffer sections = bytes(file, header.getLong(40), (long) sectionSize * sectionCount);
    for (int wanted : new int[] {SYMBOL_TABLE, DYNAMIC_SYMBOLS}) {
      for (int at = 0; at < sections.capacity(); at += sectionSize) {
        if (sections.getInt(at + 4) == wanted) {
          int names = sections.getInt(at + 40) * sectionSize;
          symbols(
              bytes(file, sections.getLong(at + 24), sections.getLong(at + 32)),
              bytes(file, sections.getLong(names + 24), sections.getLong(names + 32)));
        }
      }
    }
  }

  private void symbols(ByteBuffer table, ByteBuffer names) {
    for (int at = 0; at + SYMBOL_BYTES <= table.capacity(); at += SYMBOL_BYTES) {
      int kind = table.get(at + 4) & 15;
      boolean defined = table.getShort(at + 6) != 0;
      if (defined && (kind == FUNCTION || kind == INDIRECT_FUNCTION)) {
        functions.add(
            new Function(
                table.getLong(at + 8), table.getLong(at + 16), name(names, table.getInt(at))));
      }
    }
  }

  private static String name(ByteBuffer names, int start) {
    int end = start;
    while (names.get(end) != 0) {
      end++;
    }
    byte[] text = new byte[end - start];
    names.get(start, text);
    return new String(text, StandardCharsets.UTF_8);
  }

  private static ByteBuffer bytes(FileChannel file, long offset, long size) throws IOException {
    if (size < 0 || size > LARGEST) {
      throw new IOException("a table of " + size + " bytes");
    }
    ByteBuffer bytes = ByteBuffer.allocate((int) size).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      if (file.read(bytes, offset + bytes.position()) < 0) {
        throw new EOFException("the file ends early");
      }
    }
    return bytes.flip();
  }
}
