package jbt.compiler.types;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The type information of a kernel or a module (BTF), read where it lies: one pass notes where each
 * type begins and files the names; what a type consists of is read when it is asked for. Safe for
 * use by several threads.
 *
 * <p>Format: the kernel's Documentation/bpf/btf.rst.
 */
public final class Btf {
  /** Kinds of entries, by the kernel's numbers. */
  public enum Kind {
    VOID,
    INT,
    PTR,
    ARRAY,
    STRUCT,
    UNION,
    ENUM,
    FWD,
    TYPEDEF,
    VOLATILE,
    CONST,
    RESTRICT,
    FUNC,
    FUNC_PROTO,
    VAR,
    DATASEC,
    FLOAT,
    DECL_TAG,
    TYPE_TAG,
    ENUM64
  }

  private static final Kind[] KINDS = Kind.values();
  private static final int MAGIC = 0xeb9f;
  private static final int ENTRY = 12;

  /** Words behind the three of an entry: so many, and so many for each of its parts, by kind. */
  private static final int[] FIXED = new int[32];

  private static final int[] EACH = new int[32];

  static {
    for (int number = 0; number < KINDS.length; number++) {
      FIXED[number] =
          switch (KINDS[number]) {
            case INT, VAR, DECL_TAG -> 1;
            case ARRAY -> 3;
            default -> 0;
          };
      EACH[number] =
          switch (KINDS[number]) {
            case STRUCT, UNION, DATASEC, ENUM64 -> 3;
            case ENUM, FUNC_PROTO -> 2;
            default -> 0;
          };
    }
  }

  private final String source;
  private final @Nullable Btf base;
  private final ByteBuffer data;
  private final int types;
  private final int strings;
  private final int stringsLength;

  /** Ids below this are the base's. */
  private final int firstId;

  /** Offsets in the base's strings come first. */
  private final int firstString;

  private final int[] offsets;
  private final int count;
  private final BtfNames names;
  private final Map<Integer, Enumeration> enumerations = new ConcurrentHashMap<>();

  private Btf(String source, ByteBuffer bytes, @Nullable Btf base) {
    this.source = source;
    this.base = base;
    data = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    if (data.capacity() < 24 || (data.getShort(0) & 0xffff) != MAGIC) {
      throw new IllegalArgumentException(source + ": no type information in this machine's order");
    }
    int header = data.getInt(4);
    types = header + data.getInt(8);
    int typesLength = data.getInt(12);
    strings = header + data.getInt(16);
    stringsLength = data.getInt(20);
    boolean inside =
        header >= 24
            && within(types, typesLength, data.capacity())
            && within(strings, stringsLength, data.capacity());
    if (!inside) {
      throw new IllegalArgumentException(source + ": damaged type information");
    }
    firstId = base == null ? 1 : base.firstId + base.count;
    firstString = base == null ? 0 : base.firstString + base.stringsLength;
    // Arrays are several times faster to go through than a mapped file.
    int[] words = new int[typesLength / 4];
    data.slice(types, typesLength).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(words);
    byte[] text = new byte[stringsLength];
    data.get(strings, text);
    offsets = offsets(words);
    count = offsets.length;
    names = BtfNames.of(this, words, text);
  }

  /** Where each entry begins, in words of the part with the types. */
  private static int[] offsets(int[] words) {
    int[] found = new int[words.length / 3 + 1];
    int number = 0;
    int at = 0;
    while (at < words.length) {
      found[number++] = at;
      int info = words[at + 1];
      int kind = (info >>> 24) & 0x1f;
      at += 3 + FIXED[kind] + EACH[kind] * (info & 0xffff);
    }
    return Arrays.copyOf(found, number);
  }

  private static boolean within(int start, int length, int all) {
    return start >= 0 && length >= 0 && start <= all - length;
  }

  /**
   * Reads a kernel's BTF.
   *
   * @param source its name: {@code vmlinux}
   * @param bytes are kept, not copied
   * @throws IllegalArgumentException if it is none
   */
  public static Btf kernel(String source, ByteBuffer bytes) {
    return checked(source, bytes, null);
  }

  /** Reads a module's BTF, which goes on where the kernel's ends. */
  public static Btf module(String source, ByteBuffer bytes, Btf kernel) {
    return checked(source, bytes, kernel);
  }

  private static Btf checked(String source, ByteBuffer bytes, @Nullable Btf base) {
    try {
      return new Btf(source, bytes, base);
    } catch (IndexOutOfBoundsException e) {
      throw new IllegalArgumentException(source + ": damaged type information", e);
    }
  }

  public String source() {
    return source;
  }

  private Btf of(int id) {
    return id < firstId && base != null ? base : this;
  }

  /** Where the entry of an id that is not 0 begins in {@link #data}. */
  private int at(int id) {
    return types + 4 * offsets[id - firstId];
  }

  private int word(int id, int offset) {
    Btf owner = of(id);
    return owner.data.getInt(owner.at(id) + offset);
  }

  public Kind kind(int id) {
    return id == 0 ? Kind.VOID : KINDS[(word(id, 4) >>> 24) & 0x1f];
  }

  private boolean flag(int id) {
    return word(id, 4) < 0;
  }

  private int length(int id) {
    return word(id, 4) & 0xffff;
  }

  /** Size of the type, or id of the type that the entry refers to. */
  private int third(int id) {
    return word(id, 8);
  }

  public String name(int id) {
    return string(word(id, 0));
  }

  String string(int offset) {
    if (offset < firstString && base != null) {
      return base.string(offset);
    }
    int start = strings + offset - firstString;
    int end = start;
    while (data.get(end) != 0) {
      end++;
    }
    byte[] text = new byte[end - start];
    data.get(start, text);
    return new String(text, StandardCharsets.ISO_8859_1);
  }

  static Kind kindOf(int info) {
    return KINDS[(info >>> 24) & 0x1f];
  }

  /** Ids of the own entries are from here. */
  int firstId() {
    return firstId;
  }

  /** Ids below this are of the kernel that a module's types go on from. */
  public int ownFrom() {
    return firstId;
  }

  int firstString() {
    return firstString;
  }

  /** Where the own entries are, in words; in the order of their ids. */
  int[] offsets() {
    return offsets;
  }

  /** The entry of a kind and name, of the base if there is none here. */
  public Optional<Integer> find(Kind kind, String name) {
    int id = names.find(kind, name);
    return id != 0 ? Optional.of(id) : base == null ? Optional.empty() : base.find(kind, name);
  }

  /** The names of own entries of a kind that begin so. */
  public List<String> names(Kind kind, String prefix) {
    List<String> found = new ArrayList<>();
    for (int id = firstId; id < firstId + count; id++) {
      if (kind(id) == kind && begins(word(id, 0), prefix)) {
        found.add(name(id));
      }
    }
    return found;
  }

  /** Size in bytes of a struct, union, enum, integer or float. */
  private int size(int id) {
    return third(id);
  }

  public Type.Struct struct(int id) {
    return new Type.Struct(
        name(id),
        kind(id) == Kind.UNION || (kind(id) == Kind.FWD && flag(id)),
        kind(id) == Kind.FWD ? 0 : size(id),
        new Origin(of(id).source, id));
  }

  /** The type of an entry, as the language has it; NONE for what has no value. */
  public Type type(int id) {
    return switch (kind(id)) {
      case INT -> integer(id);
      case PTR -> pointer(id);
      case ARRAY -> {
        Type element = type(word(id, ENTRY));
        int length = word(id, ENTRY + 8);
        yield isChar(word(id, ENTRY)) && length > 0
            ? new Type.Str(length)
            : new Type.Array(element, length);
      }
      case STRUCT, UNION -> struct(id);
      case FWD ->
          find(flag(id) ? Kind.UNION : Kind.STRUCT, name(id))
              .map(this::struct)
              .orElseGet(() -> struct(id));
      case ENUM, ENUM64 ->
          new Type.Int(
              size(id), flag(id), of(id).enumerations.computeIfAbsent(id, of(id)::enumeration));
      case TYPEDEF, VOLATILE, CONST, RESTRICT, TYPE_TAG, VAR, DECL_TAG -> type(third(id));
      case VOID, FUNC, FUNC_PROTO, DATASEC, FLOAT -> Type.NONE;
    };
  }

  private Type integer(int id) {
    int size = size(id);
    int encoding = word(id, ENTRY) >>> 24;
    if ((encoding & 4) != 0 && size == 1) {
      return Type.BOOL;
    }
    return size <= Long.BYTES
        ? new Type.Int(size, (encoding & 1) != 0)
        : new Type.Array(Type.UINT64, size / Long.BYTES);
  }

  private Type pointer(int id) {
    boolean user = hasTag(id, "user");
    return new Type.Pointer(
        type(third(id)), user ? Type.AddressSpace.USER : Type.AddressSpace.KERNEL);
  }

  /** Whether a pointer's target is marked so; the marks come first behind the pointer. */
  private boolean hasTag(int pointer, String tag) {
    int id = third(pointer);
    while (kind(id) == Kind.TYPE_TAG) {
      if (name(id).equals(tag)) {
        return true;
      }
      id = third(id);
    }
    return false;
  }

  private boolean isChar(int id) {
    int plain = plain(id);
    return kind(plain) == Kind.INT && size(plain) == 1 && name(plain).equals("char");
  }

  private boolean isPid(int id) {
    return kind(id) == Kind.TYPEDEF && name(id).equals("pid_t");
  }

  /** The entry behind names and qualifiers. */
  private int plain(int id) {
    return switch (kind(id)) {
      case TYPEDEF, VOLATILE, CONST, RESTRICT, TYPE_TAG -> plain(third(id));
      default -> id;
    };
  }

  /** The members of a struct or union. */
  public List<Member> members(int id) {
    List<Member> members = new ArrayList<>();
    if (kind(id) != Kind.STRUCT && kind(id) != Kind.UNION) {
      return members;
    }
    boolean bitFields = flag(id);
    for (int i = 0; i < length(id); i++) {
      int at = ENTRY + 12 * i;
      String name = string(word(id, at));
      int typeId = word(id, at + 4);
      int offset = word(id, at + 8);
      int width = bitFields ? offset >>> 24 : 0;
      int bit = bitFields ? offset & 0xffffff : offset;
      Type type = type(typeId);
      int plain = plain(typeId);
      boolean perCpu = kind(plain) == Kind.PTR && hasTag(plain, "percpu");
      members.add(
          width == 0
              ? new Member(name, type, bit / 8, Optional.empty(), perCpu, isPid(typeId))
              : Member.bitField(name, type, bit, width, size(plain)));
    }
    return members;
  }

  /** What an entry consists of, by ids: for those who print it. */
  record Part(String name, int type, int bit, int width) {}

  /** The members of a struct or union, or the parameters of a prototype. */
  List<Part> parts(int id) {
    List<Part> all = new ArrayList<>();
    boolean prototype = kind(id) == Kind.FUNC_PROTO;
    boolean bitFields = !prototype && flag(id);
    for (int i = 0; i < length(id); i++) {
      int at = ENTRY + (prototype ? 8 : 12) * i;
      int offset = prototype ? 0 : word(id, at + 8);
      all.add(
          new Part(
              string(word(id, at)),
              word(id, at + 4),
              bitFields ? offset & 0xffffff : offset,
              bitFields ? offset >>> 24 : 0));
    }
    return all;
  }

  /** The members of an enum as C declares them. */
  List<String> constants(int id) {
    List<String> all = new ArrayList<>();
    for (int i = 0; i < length(id); i++) {
      all.add(string(word(id, enumerator(id, i))) + " = " + number(id, i));
    }
    return all;
  }

  private Enumeration enumeration(int id) {
    Map<Long, String> all = new HashMap<>();
    for (int i = 0; i < length(id); i++) {
      all.putIfAbsent(number(id, i), string(word(id, enumerator(id, i))));
    }
    return new Enumeration(name(id), all);
  }

  /** Where a member of an enum is in its entry. */
  private int enumerator(int id, int place) {
    return ENTRY + (kind(id) == Kind.ENUM64 ? 12 : 8) * place;
  }

  /** The value of a member of an enum. */
  private long number(int id, int place) {
    int at = enumerator(id, place);
    long low = word(id, at + 4);
    if (kind(id) == Kind.ENUM64) {
      return (low & 0xffffffffL) | (long) word(id, at + 8) << 32;
    }
    return flag(id) ? low : low & 0xffffffffL;
  }

  /** What an entry refers to: a pointer's target, an array's element, a function's prototype. */
  int target(int id) {
    return kind(id) == Kind.ARRAY ? word(id, ENTRY) : third(id);
  }

  int elements(int array) {
    return word(array, ENTRY + 8);
  }

  /** In bytes, also behind names and qualifiers. */
  long bytes(int id) {
    int plain = plain(id);
    return switch (kind(plain)) {
      case INT, STRUCT, UNION, ENUM, ENUM64, FLOAT -> size(plain);
      case PTR -> Long.BYTES;
      case ARRAY -> elements(plain) * bytes(target(plain));
      default -> 0;
    };
  }

  /**
   * A parameter of a function.
   *
   * @param register the place among those of arguments of the one that has it when a program's
   *     function is called, of the first if it has two; -1 for what is elsewhere or not known
   */
  public record Parameter(String name, Type type, boolean perCpu, int register) {
    /** Of a function of the kernel, where programs get all arguments in memory. */
    public Parameter(String name, Type type, boolean perCpu) {
      this(name, type, perCpu, -1);
    }
  }

  /** The parameters of a function's prototype, or of the function that a pointer points to. */
  public List<Parameter> parameters(int id) {
    return switch (kind(id)) {
      case FUNC, TYPEDEF, PTR, CONST, VOLATILE, RESTRICT, TYPE_TAG -> parameters(third(id));
      case FUNC_PROTO -> {
        List<Parameter> all = new ArrayList<>();
        for (int i = 0; i < length(id); i++) {
          int at = ENTRY + 8 * i;
          int typeId = word(id, at + 4);
          int plain = plain(typeId);
          boolean perCpu = kind(plain) == Kind.PTR && hasTag(plain, "percpu");
          all.add(new Parameter(string(word(id, at)), type(typeId), perCpu));
        }
        yield all;
      }
      default -> List.of();
    };
  }

  /** What a function returns. */
  public Type returned(int id) {
    return switch (kind(id)) {
      case FUNC, TYPEDEF, PTR, CONST, VOLATILE, RESTRICT, TYPE_TAG -> returned(third(id));
      case FUNC_PROTO -> type(third(id));
      default -> Type.NONE;
    };
  }

  /** The first own member of an enum with this name. */
  Optional<Definitions.Constant> constant(String name) {
    for (int id = firstId; id < firstId + count; id++) {
      Kind kind = kind(id);
      if (kind != Kind.ENUM && kind != Kind.ENUM64) {
        continue;
      }
      for (int i = 0; i < length(id); i++) {
        if (same(word(id, enumerator(id, i)), name)) {
          return Optional.of(new Definitions.Constant(number(id, i), type(id)));
        }
      }
    }
    return base == null ? Optional.empty() : base.constant(name);
  }

  private boolean same(int offset, String name) {
    if (offset < firstString && base != null) {
      return base.same(offset, name);
    }
    return begins(offset, name) && data.get(strings + offset - firstString + name.length()) == 0;
  }

  private boolean begins(int offset, String prefix) {
    if (offset < firstString && base != null) {
      return base.begins(offset, prefix);
    }
    int start = strings + offset - firstString;
    for (int i = 0; i < prefix.length(); i++) {
      if (data.get(start + i) != (byte) prefix.charAt(i)) {
        return false;
      }
    }
    return true;
  }
}
