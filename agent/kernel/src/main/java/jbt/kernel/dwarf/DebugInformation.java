package jbt.kernel.dwarf;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import jbt.compiler.target.Binary.Line;
import jbt.compiler.target.Binary.Signature;
import jbt.compiler.types.Btf;
import jbt.compiler.types.Member;
import jbt.compiler.types.Type;
import org.jspecify.annotations.Nullable;

/** The functions and structs that the debug information of one file tells of. */
public final class DebugInformation {
  /** The sections of a file, by their names without the dot. */
  @FunctionalInterface
  public interface Sections {
    /** Empty for one that is not there. */
    byte[] bytes(String name) throws IOException;
  }

  /** DW_CC_nocall, by which LLVM says that it has changed what a function is called with. */
  private static final int CHANGED = 3;

  private static final int CLASS = 0x02;
  private static final int FORMAL_PARAMETER = 0x05;
  private static final int STRUCTURE = 0x13;
  private static final int TYPEDEF = 0x16;
  private static final int UNION = 0x17;
  private static final int SUBPROGRAM = 0x2e;
  private static final int NAMESPACE = 0x39;

  /** More than any program nests. */
  private static final int DEEPEST = 256;

  private final Entries entries;
  private final EntryTypes types;
  private final LineTables lines;

  /** Where functions are described, by the address of their code. */
  private final Map<Long, Integer> functions = new HashMap<>();

  private final Set<String> compiled = new HashSet<>();
  private final Set<String> inlined = new HashSet<>();

  private DebugInformation(Entries entries, EntryTypes types, LineTables lines) {
    this.entries = entries;
    this.types = types;
    this.lines = lines;
  }

  /**
   * Reads what there is; it takes a second for some tens of megabytes.
   *
   * @param file its name, by which structs tell where they come from
   * @throws IllegalArgumentException if it is damaged
   */
  public static DebugInformation read(String file, Sections sections) throws IOException {
    try {
      Entries entries = new Entries(sections);
      DebugInformation information =
          new DebugInformation(
              entries, new EntryTypes(file, entries), new LineTables(sections, entries));
      for (Unit unit : entries.units()) {
        Entry root = entries.at(unit, unit.entries());
        if (root != null && root.children) {
          information.children(unit, root.end, 0);
        }
      }
      return information;
    } catch (BufferUnderflowException | IndexOutOfBoundsException e) {
      throw new IllegalArgumentException("damaged debug information", e);
    }
  }

  /** Files the entries from an offset to the end of their list; returns what is behind. */
  private int children(Unit unit, int start, int depth) {
    int at = start;
    while (at < unit.end()) {
      Entry entry = entries.at(unit, at);
      if (entry == null) {
        return at + 1;
      }
      file(entry);
      at = entry.end;
      if (entry.children) {
        if (depth == DEEPEST) {
          throw new IllegalArgumentException("damaged debug information");
        }
        long sibling = entry.number(Entries.SIBLING);
        boolean scope =
            switch (entry.tag) {
              case NAMESPACE, STRUCTURE, CLASS, UNION, SUBPROGRAM -> true;
              default -> false;
            };
        // What is inside of a function or a type without a name of its own can't be asked for.
        at =
            !scope && sibling > at && sibling <= unit.end()
                ? (int) sibling
                : children(unit, at, depth + 1);
      }
    }
    return at;
  }

  private void file(Entry entry) {
    switch (entry.tag) {
      case SUBPROGRAM -> {
        OptionalLong start = entries.start(entry);
        if (start.isPresent()) {
          functions.putIfAbsent(start.getAsLong(), entry.offset);
          compiled.add(name(entry));
        } else if (entry.number(Entries.INLINE) == 1 || entry.number(Entries.INLINE) == 3) {
          inlined.add(name(entry));
        }
      }
      case STRUCTURE, CLASS, UNION, TYPEDEF -> types.file(entry);
      default -> {}
    }
  }

  /** "" for one without. */
  private String name(Entry entry) {
    Entry at = entry;
    for (int steps = 0; at != null && steps < 4; steps++) {
      String name = at.text(Entries.NAME);
      if (name != null) {
        return name;
      }
      at = original(at);
    }
    return "";
  }

  /** What an entry is a copy or the other half of. */
  private @Nullable Entry original(Entry entry) {
    return entries.referred(
        entry, entry.has(Entries.SPECIFICATION) ? Entries.SPECIFICATION : Entries.ABSTRACT_ORIGIN);
  }

  /** Whether all that is left of a function is in others. */
  public boolean inlined(String name) {
    return inlined.contains(name) && !compiled.contains(name);
  }

  /** The function whose code begins at an address. */
  public Optional<Signature> signature(long address) {
    return function(address)
        .filter(function -> function.number(Entries.CALLING_CONVENTION) != CHANGED)
        .filter(function -> CallingConvention.knows(function.unit.language()))
        .map(function -> new Signature(described(function), types.of(typed(function))));
  }

  private List<Btf.Parameter> described(Entry function) {
    List<Entry> written = parameters(function);
    List<Entry> typed = written.stream().map(this::typed).toList();
    CallingConvention convention = new CallingConvention(entries, types);
    List<Boolean> addressed = new ArrayList<>();
    for (int i = 0; i < written.size(); i++) {
      addressed.add(convention.isAddressed(written.get(i), typed.get(i)));
    }
    List<Integer> registers = convention.registers(typed(function), typed, addressed);
    List<Btf.Parameter> all = new ArrayList<>();
    for (int i = 0; i < written.size(); i++) {
      Type type = types.parameter(typed.get(i), addressed.get(i));
      all.add(new Btf.Parameter(name(written.get(i)), type, false, registers.get(i)));
    }
    return all;
  }

  /** The parameters of the function whose code begins at an address, as C declares them. */
  public List<String> declarations(long address) {
    return function(address).stream()
        .flatMap(function -> parameters(function).stream())
        .map(parameter -> types.declaration(typed(parameter), name(parameter)))
        .toList();
  }

  private Optional<Entry> function(long address) {
    Integer offset = functions.get(address);
    if (offset == null) {
      return Optional.empty();
    }
    Unit unit = entries.unit(offset);
    return unit == null ? Optional.empty() : Optional.ofNullable(entries.at(unit, offset));
  }

  private List<Entry> parameters(Entry function) {
    List<Entry> all = new ArrayList<>();
    Entry child = function.children ? entries.at(function.unit, function.end) : null;
    while (child != null) {
      if (child.tag == FORMAL_PARAMETER) {
        all.add(child);
      }
      child = entries.at(function.unit, behind(child));
    }
    return all;
  }

  private int behind(Entry entry) {
    if (!entry.children) {
      return entry.end;
    }
    long sibling = entry.number(Entries.SIBLING);
    return sibling > entry.end ? (int) sibling : skip(entry.unit, entry.end, 0);
  }

  private int skip(Unit unit, int start, int depth) {
    int at = start;
    Entry entry = entries.at(unit, at);
    while (entry != null && depth < DEEPEST) {
      at = entry.children ? skip(unit, entry.end, depth + 1) : entry.end;
      entry = entries.at(unit, at);
    }
    return at + 1;
  }

  /** The entry that has the type: a copy of a function points to the original. */
  private Entry typed(Entry entry) {
    Entry at = entry;
    for (int steps = 0; steps < 4 && !at.has(Entries.TYPE); steps++) {
      Entry next = original(at);
      if (next == null) {
        return at;
      }
      at = next;
    }
    return at;
  }

  /** Where statements of a source file begin, which is named by its path or the end of it. */
  public List<Line> lines(String source) {
    return lines.of(source);
  }

  /** A struct or class, or a union, that is not only declared. */
  public Optional<Type.Struct> struct(boolean union, String name) {
    return types.named(union, name);
  }

  /** What a name stands for that is no struct's. */
  public Optional<Type> typedef(String name) {
    return types.typedef(name);
  }

  /** The members of a struct that a type of ours refers to. */
  public List<Member> members(int struct) {
    return types.members(struct);
  }
}
