package jbt.kernel.dwarf;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import jbt.compiler.types.Enumeration;
import jbt.compiler.types.Member;
import jbt.compiler.types.Origin;
import jbt.compiler.types.Type;
import jbt.compiler.types.Type.AddressSpace;
import org.jspecify.annotations.Nullable;

/** Entries as types of the language. Pointers are those of a process. */
final class EntryTypes {
  private static final int ARRAY = 0x01;
  private static final int CLASS = 0x02;
  private static final int ENUMERATION = 0x04;
  private static final int MEMBER = 0x0d;
  private static final int POINTER = 0x0f;
  private static final int REFERENCE = 0x10;
  private static final int STRUCTURE = 0x13;
  private static final int SUBROUTINE = 0x15;
  private static final int TYPEDEF = 0x16;
  private static final int UNION = 0x17;
  private static final int INHERITANCE = 0x1c;
  private static final int MEMBER_POINTER = 0x1f;
  private static final int SUBRANGE = 0x21;
  private static final int BASE = 0x24;
  private static final int CONST = 0x26;
  private static final int ENUMERATOR = 0x28;
  private static final int VARIANTS = 0x33;
  private static final int VOLATILE = 0x35;
  private static final int RESTRICT = 0x37;
  private static final int RVALUE_REFERENCE = 0x42;
  private static final int ATOMIC = 0x47;

  /** DW_CC_pass_by_reference: the caller passes the address of a copy. */
  private static final int BY_REFERENCE = 4;

  private static final int DEEPEST = 64;
  private static final int MOST_MEMBERS = 1 << 16;

  private final String file;
  private final Entries entries;

  /** Structs that are whole, by name, for those of which a unit knows the name only. */
  private final Map<String, Integer> whole = new HashMap<>();

  /** Names that types have beside. */
  private final Map<String, Integer> names = new HashMap<>();

  EntryTypes(String file, Entries entries) {
    this.file = file;
    this.entries = entries;
  }

  /** A struct, or a name for another type. */
  void file(Entry type) {
    String name = type.text(Entries.NAME);
    if (name != null && !type.has(Entries.DECLARATION)) {
      (type.tag == TYPEDEF ? names : whole).putIfAbsent(name, type.offset);
    }
  }

  /** The type that an entry's attribute names; NONE without one, and for what has no value. */
  Type of(Entry entry) {
    return of(entries.referred(entry, Entries.TYPE), 0);
  }

  /** The same for a parameter, which may be a pointer where a struct is written. */
  Type parameter(Entry entry, boolean addressed) {
    Entry type = plain(entries.referred(entry, Entries.TYPE));
    Type found = of(type, 0);
    return type != null && isStruct(type) && addressed
        ? new Type.Pointer(found, AddressSpace.USER)
        : found;
  }

  /** Whether a struct or class is passed and returned by its address; GCC does not always say. */
  boolean byReference(Entry type) {
    return byReference(type, 0);
  }

  private boolean byReference(@Nullable Entry type, int depth) {
    if (type == null || !isStruct(type) || depth > DEEPEST) {
      return false;
    }
    Entry whole = whole(type);
    return whole.has(Entries.CALLING_CONVENTION)
        ? whole.number(Entries.CALLING_CONVENTION) == BY_REFERENCE
        : children(whole).stream().anyMatch(child -> copiesOrDestroys(child, whole))
            || parts(whole).stream().anyMatch(p -> byReference(plain(p.entry()), depth + 1));
  }

  /** A destructor, or a constructor from one of the same class, that somebody has written. */
  private boolean copiesOrDestroys(Entry child, Entry struct) {
    String name = child.text(Entries.NAME);
    boolean written = !child.has(Entries.ARTIFICIAL) && !child.has(Entries.DEFAULTED);
    String own = String.valueOf(struct.text(Entries.NAME)).split("<", 2)[0];
    return name != null
        && written
        && (name.startsWith("~") || (name.equals(own) && takesOnly(child, struct)));
  }

  /** Whether the only parameter beside the object is a reference to one of the class. */
  private boolean takesOnly(Entry constructor, Entry struct) {
    List<Entry> parameters =
        children(constructor).stream().filter(child -> !child.has(Entries.ARTIFICIAL)).toList();
    Entry type =
        parameters.size() == 1
            ? plain(entries.referred(parameters.getFirst(), Entries.TYPE))
            : null;
    if (type == null || (type.tag != REFERENCE && type.tag != RVALUE_REFERENCE)) {
      return false;
    }
    Entry target = plain(entries.referred(type, Entries.TYPE));
    return target != null && target.offset == struct.offset;
  }

  /** Two words, where one of data has one. */
  boolean isMethodPointer(Entry type) {
    Entry target = type.tag == MEMBER_POINTER ? entries.referred(type, Entries.TYPE) : null;
    return target != null && target.tag == SUBROUTINE;
  }

  static boolean isStruct(Entry type) {
    return type.tag == STRUCTURE || type.tag == CLASS || type.tag == UNION;
  }

  /** Whether it has one of several kinds of contents, as enums of Rust. */
  boolean hasVariants(Entry struct) {
    return children(struct).stream().anyMatch(child -> child.tag == VARIANTS);
  }

  /** A member or base class of a struct, where it begins; bits of it if that is all it has. */
  record Part(Entry entry, long offset, boolean bits) {}

  List<Part> parts(Entry struct) {
    List<Part> parts = new ArrayList<>();
    for (Entry child : children(struct)) {
      if (child.tag == MEMBER || child.tag == INHERITANCE) {
        long offset = child.number(Entries.MEMBER_LOCATION, struct.tag == UNION ? 0 : -1);
        boolean bits = child.has(Entries.BIT_SIZE);
        long bit = child.number(Entries.DATA_BIT_OFFSET, Math.max(0, offset) * Byte.SIZE);
        if (bits || offset >= 0) {
          Entry type = entries.referred(child, Entries.TYPE);
          parts.add(new Part(type == null ? child : type, bits ? bit / Byte.SIZE : offset, bits));
        }
      }
    }
    return parts;
  }

  private static boolean isName(int tag) {
    return switch (tag) {
      case TYPEDEF, CONST, VOLATILE, RESTRICT, ATOMIC -> true;
      default -> false;
    };
  }

  /** The type behind names and qualifiers. */
  @Nullable Entry plain(@Nullable Entry type) {
    Entry at = type;
    for (int steps = 0; at != null && isName(at.tag) && steps < DEEPEST; steps++) {
      at = entries.referred(at, Entries.TYPE);
    }
    return at;
  }

  private Type of(@Nullable Entry written, int depth) {
    Entry type = plain(written);
    if (type == null || depth > DEEPEST) {
      return Type.NONE;
    }
    return switch (type.tag) {
      case BASE -> base(type);
      case POINTER, REFERENCE, RVALUE_REFERENCE ->
          new Type.Pointer(of(entries.referred(type, Entries.TYPE), depth + 1), AddressSpace.USER);
      case STRUCTURE, CLASS, UNION -> struct(type);
      case ENUMERATION -> enumeration(type);
      case ARRAY -> array(type, depth);
      default -> Type.NONE;
    };
  }

  /** As bpftrace writes a parameter or variable of an entry's type. */
  String declaration(Entry entry, String name) {
    return text(entries.referred(entry, Entries.TYPE), 0) + " " + name;
  }

  private String text(@Nullable Entry type, int depth) {
    if (type == null || depth > DEEPEST) {
      return "void";
    }
    String name = type.text(Entries.NAME);
    String shown = name == null ? "{...}" : name;
    return switch (type.tag) {
      case BASE, TYPEDEF -> shown;
      case STRUCTURE -> "struct " + shown;
      case CLASS -> "class " + shown;
      case UNION -> "union " + shown;
      case ENUMERATION -> "enum " + shown;
      case POINTER -> followed(type, "*", depth);
      case REFERENCE -> followed(type, "&", depth);
      case RVALUE_REFERENCE -> followed(type, "&&", depth);
      case CONST -> qualified(type, "const", depth);
      case VOLATILE -> qualified(type, "volatile", depth);
      case RESTRICT, ATOMIC -> text(entries.referred(type, Entries.TYPE), depth + 1);
      case ARRAY -> followed(type, "[]", depth);
      case SUBROUTINE -> "void ()";
      default -> shown;
    };
  }

  private String followed(Entry type, String sign, int depth) {
    return text(entries.referred(type, Entries.TYPE), depth + 1) + sign;
  }

  /** In front, but behind a pointer that it is said of. */
  private String qualified(Entry type, String word, int depth) {
    String target = text(entries.referred(type, Entries.TYPE), depth + 1);
    return target.endsWith("*") ? target + " " + word : word + " " + target;
  }

  private static Type base(Entry type) {
    int size = (int) type.number(Entries.BYTE_SIZE);
    boolean word = size == 1 || size == 2 || size == 4 || size == 8;
    return switch ((int) type.number(Entries.ENCODING)) {
      case 2 -> Type.BOOL;
      case 5, 6 -> word ? new Type.Int(size, true) : Type.NONE;
      case 1, 7, 8, 0x10, 0x11, 0x12 -> word ? new Type.Int(size, false) : Type.NONE;
      default -> Type.NONE;
    };
  }

  /** A struct or class, or a union, that is not only declared. */
  Optional<Type.Struct> named(boolean union, String name) {
    Entry entry = whole(name);
    return entry == null || union != (entry.tag == UNION)
        ? Optional.empty()
        : Optional.of(struct(entry));
  }

  Optional<Type> typedef(String name) {
    Entry entry = at(names.get(name));
    return entry == null ? Optional.empty() : Optional.of(of(entry, 0));
  }

  private @Nullable Entry whole(String name) {
    return at(whole.get(name));
  }

  private @Nullable Entry at(@Nullable Integer offset) {
    Unit unit = offset == null ? null : entries.unit(offset);
    return offset == null || unit == null ? null : entries.at(unit, offset);
  }

  /** The struct itself, where only its name was declared. */
  Entry whole(Entry found) {
    String name = found.text(Entries.NAME);
    Entry elsewhere = name != null && found.has(Entries.DECLARATION) ? whole(name) : null;
    return elsewhere == null ? found : elsewhere;
  }

  private Type.Struct struct(Entry found) {
    String name = found.text(Entries.NAME);
    Entry type = whole(found);
    return new Type.Struct(
        name == null ? "" : name,
        type.tag == UNION,
        (int) Math.max(0, type.number(Entries.BYTE_SIZE)),
        new Origin(file, type.offset));
  }

  private Type enumeration(Entry type) {
    int size = (int) type.number(Entries.BYTE_SIZE);
    if (size != 1 && size != 2 && size != 4 && size != 8) {
      return Type.NONE;
    }
    Map<Long, String> numbers = new HashMap<>();
    boolean signed = false;
    for (Entry child : children(type)) {
      String name = child.text(Entries.NAME);
      if (child.tag == ENUMERATOR && name != null) {
        long number = child.number(Entries.CONST_VALUE, 0);
        signed |= number < 0;
        numbers.putIfAbsent(number, name);
      }
    }
    String name = type.text(Entries.NAME);
    return new Type.Int(size, signed, new Enumeration(name == null ? "" : name, numbers));
  }

  /** How many elements an array has, for each of its dimensions; empty for what is none. */
  List<Integer> lengths(Entry type) {
    List<Integer> lengths = new ArrayList<>();
    for (Entry child : type.tag == ARRAY ? children(type) : List.<Entry>of()) {
      if (child.tag == SUBRANGE) {
        long count =
            child.has(Entries.COUNT)
                ? child.number(Entries.COUNT, 0)
                : child.number(Entries.UPPER_BOUND) + 1;
        lengths.add(Math.clamp(count, 0, 1 << 20));
      }
    }
    return lengths;
  }

  private Type array(Entry type, int depth) {
    Type element = of(entries.referred(type, Entries.TYPE), depth + 1);
    List<Integer> lengths = lengths(type);
    Entry plain = plain(entries.referred(type, Entries.TYPE));
    boolean text = plain != null && plain.tag == BASE && isChar(plain) && lengths.size() == 1;
    if (text && lengths.getFirst() > 0) {
      return new Type.Str(lengths.getFirst());
    }
    Type array = element;
    for (int length : lengths.reversed()) {
      array = new Type.Array(array, length);
    }
    return array;
  }

  /** Whether arrays of it are texts: those of {@code unsigned char} are bytes. */
  private static boolean isChar(Entry base) {
    long encoding = base.number(Entries.ENCODING);
    return encoding == 6 || (encoding == 8 && "char".equals(base.text(Entries.NAME)));
  }

  private List<Entry> children(Entry parent) {
    List<Entry> all = new ArrayList<>();
    if (!parent.children) {
      return all;
    }
    Entry child = entries.at(parent.unit, parent.end);
    while (child != null && all.size() < MOST_MEMBERS) {
      all.add(child);
      int next = child.end;
      if (child.children) {
        long sibling = child.number(Entries.SIBLING);
        next = sibling > child.end ? (int) sibling : behind(child, 0);
      }
      child = entries.at(parent.unit, next);
    }
    return all;
  }

  private int behind(Entry parent, int depth) {
    int at = parent.end;
    Entry child = entries.at(parent.unit, at);
    while (child != null && depth < DEEPEST) {
      at = child.children ? behind(child, depth + 1) : child.end;
      child = entries.at(parent.unit, at);
    }
    return at + 1;
  }

  /** A base class is a member without a name: its members are found through it. */
  List<Member> members(int struct) {
    Unit unit = entries.unit(struct);
    Entry type = unit == null ? null : entries.at(unit, struct);
    List<Member> members = new ArrayList<>();
    if (type == null) {
      return members;
    }
    for (Entry child : children(type)) {
      if (child.tag == MEMBER || child.tag == INHERITANCE) {
        // A static member of a class is no part of its objects.
        long offset = child.number(Entries.MEMBER_LOCATION, type.tag == UNION ? 0 : -1);
        long bit = child.number(Entries.DATA_BIT_OFFSET);
        String name = child.text(Entries.NAME);
        String shown = name == null || child.tag == INHERITANCE ? "" : name;
        long width = child.number(Entries.BIT_SIZE);
        if (width > 0) {
          members.add(bitField(child, shown, offset, bit, (int) width));
        } else if (offset >= 0) {
          members.add(Member.plain(shown, of(child), (int) offset));
        }
      }
    }
    return members;
  }

  private Member bitField(Entry member, String name, long offset, long bit, int width) {
    Type type = of(member);
    int bytes = Math.max(1, Type.sizeOf(type));
    long first = bit;
    if (first < 0) {
      // DWARF 3 counts from the highest bit of what holds the field.
      long holder = member.number(Entries.BYTE_SIZE, bytes);
      long highest = member.number(Entries.BIT_OFFSET, 0);
      first = 8 * Math.max(0, offset) + 8 * holder - highest - width;
    }
    return Member.bitField(name, type, (int) first, width, bytes);
  }
}
