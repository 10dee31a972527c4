package jbt.kernel.elf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The symbols that a file defines, from {@code .symtab} and {@code .dynsym}. It keeps the tables as
 * they are in the file and makes a {@link Symbol} only of what is asked for.
 */
public final class SymbolTable {
  private static final int ENTRY = 24;
  private static final int LONGEST_NAME = 1 << 16;

  /** Entries, the names they point into, and what is to be added to their addresses. */
  private record Table(ByteBuffer entries, ByteBuffer names, long moved) {}

  private final List<Table> tables = new ArrayList<>();

  /** Functions and data by address, made when an address is first looked up. */
  private Symbol[] sorted = {};

  private boolean isSorted;

  SymbolTable() {}

  void add(byte[] entries, byte[] names) {
    tables.add(
        new Table(
            ByteBuffer.wrap(entries).order(ByteOrder.LITTLE_ENDIAN), ByteBuffer.wrap(names), 0));
  }

  /**
   * Those of a file that was split from this one.
   *
   * @param moved how far this one's addresses have gone up since
   */
  void addAll(SymbolTable other, long moved) {
    other.tables.forEach(t -> tables.add(new Table(t.entries, t.names, t.moved + moved)));
  }

  /** Whether the file has no symbol table at all, or one without a single definition. */
  public boolean isEmpty() {
    for (Table table : tables) {
      for (int at = 0; at + ENTRY <= table.entries.limit(); at += ENTRY) {
        if (defined(table, at)) {
          return false;
        }
      }
    }
    return true;
  }

  /** All definitions; one that is in both tables comes twice. */
  public void forEach(Consumer<Symbol> f) {
    for (Table table : tables) {
      for (int at = 0; at + ENTRY <= table.entries.limit(); at += ENTRY) {
        if (defined(table, at)) {
          f.accept(symbol(table, at));
        }
      }
    }
  }

  /** The function of this name, a global one first. */
  public Optional<Symbol> function(String name) {
    byte[] wanted = name.getBytes(StandardCharsets.UTF_8);
    Optional<Symbol> local = Optional.empty();
    for (Table table : tables) {
      for (int at = 0; at + ENTRY <= table.entries.limit(); at += ENTRY) {
        if (named(table, at, wanted) && defined(table, at)) {
          Symbol symbol = symbol(table, at);
          if (symbol.isCode() && symbol.global()) {
            return Optional.of(symbol);
          }
          if (symbol.isCode() && local.isEmpty()) {
            local = Optional.of(symbol);
          }
        }
      }
    }
    return local;
  }

  /**
   * The function or datum that an address lies in: the last one that starts at or before it, unless
   * its size is known and it ends before. Of several at one address the global one.
   */
  public synchronized Optional<Symbol> at(long address) {
    if (!isSorted) {
      sorted = sort();
      isSorted = true;
    }
    int low = 0;
    int high = sorted.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (Long.compareUnsigned(sorted[middle].address(), address) <= 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    // Sizes may nest, so a short one can hide the one around it; a few steps back find that.
    for (int i = low - 1; i >= Math.max(0, low - 8); i--) {
      Symbol symbol = sorted[i];
      boolean last = i == low - 1;
      boolean inside = Long.compareUnsigned(address - symbol.address(), symbol.size()) < 0;
      if (inside || (last && symbol.size() == 0)) {
        return Optional.of(symbol);
      }
    }
    return Optional.empty();
  }

  private Symbol[] sort() {
    List<Symbol> all = new ArrayList<>();
    forEach(
        symbol -> {
          if (symbol.kind() != Symbol.Kind.OTHER && !symbol.name().isEmpty()) {
            all.add(symbol);
          }
        });
    Symbol[] array = all.toArray(Symbol[]::new);
    Arrays.sort(
        array,
        Comparator.<Symbol>comparingLong(symbol -> symbol.address() + Long.MIN_VALUE)
            .thenComparing(symbol -> symbol.size() > 0)
            .thenComparing(Symbol::global)
            .thenComparing(Symbol::name, Comparator.reverseOrder()));
    return array;
  }

  private static boolean defined(Table table, int at) {
    return table.entries.getShort(at + 6) != 0;
  }

  private static Symbol symbol(Table table, int at) {
    int info = table.entries.get(at + 4);
    Symbol.Kind kind =
        switch (info & 15) {
          case 2 -> Symbol.Kind.FUNCTION;
          case 10 -> Symbol.Kind.CHOOSER;
          case 1 -> Symbol.Kind.DATA;
          default -> Symbol.Kind.OTHER;
        };
    return new Symbol(
        text(table.names, Integer.toUnsignedLong(table.entries.getInt(at))),
        table.entries.getLong(at + 8) + table.moved,
        table.entries.getLong(at + 16),
        kind,
        (info & 0xf0) != 0);
  }

  private static boolean named(Table table, int at, byte[] wanted) {
    long start = Integer.toUnsignedLong(table.entries.getInt(at));
    long end = start + wanted.length;
    return end < table.names.limit()
        && table.names.get((int) end) == 0
        && table.names.slice((int) start, wanted.length).equals(ByteBuffer.wrap(wanted));
  }

  /** The text at an offset of a string table; "" where there is none. */
  static String text(ByteBuffer names, long start) {
    if (start >= names.limit()) {
      return "";
    }
    int end = (int) start;
    int most = (int) Math.min(names.limit(), start + LONGEST_NAME);
    while (end < most && names.get(end) != 0) {
      end++;
    }
    return StandardCharsets.UTF_8.decode(names.slice((int) start, end - (int) start)).toString();
  }
}
