package jbt.compiler.c;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import jbt.compiler.lang.Diagnostics;
import jbt.compiler.types.Definitions;
import jbt.compiler.types.Member;
import jbt.compiler.types.Origin;
import jbt.compiler.types.Type;

/** What a script declares, and behind it what the host's kernel does. */
public final class ScriptTypes implements Definitions {
  /** A struct or union; without members as long as only its name is known. */
  static final class Tag {
    final int id;
    final String name;
    final boolean union;
    Optional<List<Member>> members = Optional.empty();
    int size;
    int align = 1;

    Tag(int id, String name, boolean union) {
      this.id = id;
      this.name = name;
      this.union = union;
    }

    Type.Struct type() {
      return new Type.Struct(name, union, size, new Origin(Origin.SCRIPT, id));
    }
  }

  /** Structs in structs that {@link #alignOf} follows. */
  private static final int DEEPEST = 32;

  private final Definitions host;
  private final Headers headers;
  private final Set<String> defines;
  private final List<Tag> tags = new ArrayList<>();
  private final Map<String, Tag> structs = new HashMap<>();
  private final Map<String, Tag> unions = new HashMap<>();
  private final Map<String, Type> enums = new HashMap<>();
  private final Map<String, CType> typedefs = new HashMap<>();
  private final Map<String, Constant> constants = new HashMap<>();

  private ScriptTypes(Definitions host, Preprocessed script) {
    this.host = host;
    this.headers = script.headers();
    this.defines = script.defines().keySet();
  }

  /** The types of a script; what can't be understood is told, but for that in headers. */
  public static ScriptTypes of(Preprocessed script, Definitions host, Diagnostics diagnostics) {
    ScriptTypes types = new ScriptTypes(host, script);
    if (!script.declarations().isEmpty()) {
      new DeclarationParser(script, types, diagnostics).all();
    }
    return types;
  }

  /** The struct or union of a name, which is made if the script has none yet. */
  Tag tag(boolean union, String name) {
    Map<String, Tag> byName = union ? unions : structs;
    Tag known = name.isEmpty() ? null : byName.get(name);
    if (known != null) {
      return known;
    }
    Tag tag = new Tag(tags.size(), name, union);
    tags.add(tag);
    if (!name.isEmpty()) {
      byName.put(name, tag);
    }
    return tag;
  }

  void addEnum(String name, Type type) {
    enums.put(name, type);
  }

  void addConstant(String name, long value, Type type) {
    constants.put(name, new Constant(value, type));
  }

  /** Whether the script itself has a constant of this name. */
  boolean hasConstant(String name) {
    return constants.containsKey(name);
  }

  void addTypedef(String name, CType type) {
    typedefs.put(name, type);
  }

  Optional<CType> named(String name) {
    return Optional.ofNullable(typedefs.get(name));
  }

  /** A struct or union by value: the script's own, else the kernel's. */
  CType whole(Tag tag) {
    if (tag.members.isPresent()) {
      return CType.of(tag.type(), tag.size, tag.align);
    }
    return ofKernel(tag.union, tag.name)
        .filter(struct -> struct.size() > 0)
        .map(this::ofHost)
        .orElseGet(() -> CType.of(tag.type(), CType.UNKNOWN, 1));
  }

  /** A type of the kernel, which tells sizes only. */
  CType ofHost(Type type) {
    int size = Type.sizeOf(type);
    return CType.of(type, size > 0 ? size : CType.UNKNOWN, alignOf(type, 0));
  }

  private int alignOf(Type type, int depth) {
    return switch (type) {
      case Type.Array(Type element, int length) -> alignOf(element, depth);
      case Type.Str str -> 1;
      case Type.Struct struct when depth < DEEPEST -> {
        int most = 1;
        for (Member member : members(struct)) {
          int own = alignOf(member.type(), depth + 1);
          most =
              member.offset() % own == 0 && struct.size() % own == 0 ? Math.max(most, own) : most;
        }
        yield most;
      }
      default -> Math.max(1, Math.min(Long.BYTES, Type.sizeOf(type)));
    };
  }

  @Override
  public Optional<Type.Struct> struct(boolean union, String name) {
    Tag tag = (union ? unions : structs).get(name);
    return tag != null && tag.members.isPresent() ? Optional.of(tag.type()) : ofKernel(union, name);
  }

  @Override
  public Collection<String> structs() {
    Set<String> names = new HashSet<>(structs.keySet());
    names.addAll(host.structs());
    return names;
  }

  private Optional<Type.Struct> ofKernel(boolean union, String name) {
    Optional<Type.Struct> same = host.struct(union, name);
    boolean whole = same.isPresent() && same.get().size() > 0;
    return whole || union
        ? same
        : headers.ofKernel(name).flatMap(other -> host.struct(false, other)).or(() -> same);
  }

  @Override
  public Optional<Type> enumeration(String name) {
    return Optional.ofNullable(enums.get(name)).or(() -> host.enumeration(name));
  }

  @Override
  public Optional<Type> typedef(String name) {
    return named(name)
        .map(type -> complete(type.type()))
        .or(() -> host.typedef(name))
        .or(() -> headers.integer(name));
  }

  @Override
  public Optional<Constant> constant(String name) {
    return Optional.ofNullable(constants.get(name))
        .or(() -> host.constant(name))
        .or(() -> headers.constant(name).map(value -> new Constant(value, Type.INT64)));
  }

  @Override
  public Collection<String> constants() {
    Set<String> names = new HashSet<>(constants.keySet());
    names.addAll(defines);
    names.addAll(headers.constants());
    return names;
  }

  @Override
  public List<Member> members(Type.Struct struct) {
    if (!struct.origin().source().equals(Origin.SCRIPT)) {
      return host.members(struct);
    }
    Tag tag = tags.get(struct.origin().id());
    return tag.members.orElse(List.of()).stream()
        .map(
            m ->
                new Member(
                    m.name(), complete(m.type()), m.offset(), m.bits(), m.perCpu(), m.processId()))
        .toList();
  }

  /** A type of which structs were known by name only when it was read. */
  private Type complete(Type type) {
    return switch (type) {
      case Type.Pointer(Type target, Type.AddressSpace space) ->
          new Type.Pointer(complete(target), space);
      case Type.Array(Type element, int length) -> new Type.Array(complete(element), length);
      case Type.Struct struct when struct.origin().source().equals(Origin.SCRIPT) -> {
        Tag tag = tags.get(struct.origin().id());
        yield tag.members.isPresent() ? tag.type() : (Type.Struct) whole(tag).type();
      }
      default -> type;
    };
  }
}
