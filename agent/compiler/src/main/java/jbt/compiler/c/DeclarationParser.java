package jbt.compiler.c;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import jbt.compiler.c.CToken.Kind;
import jbt.compiler.lang.Diagnostics;
import jbt.compiler.lang.SourceRange;
import jbt.compiler.types.Definitions;
import jbt.compiler.types.Enumeration;
import jbt.compiler.types.Type;
import jbt.compiler.types.Type.AddressSpace;
import jbt.compiler.types.TypeNames;

/**
 * Reads declarations of C and keeps the types among them. Variables, and functions with their
 * bodies, are passed over.
 */
final class DeclarationParser {
  private static final int DEEPEST = 64;
  private static final long LARGEST = 1 << 30;
  private static final int MOST_ALIGN = 1 << 16;
  private static final int LARGEST_ALIGN = 16;

  private static final Set<String> IGNORED =
      Set.of(
          "const",
          "volatile",
          "restrict",
          "register",
          "static",
          "extern",
          "inline",
          "auto",
          "_Noreturn",
          "_Atomic",
          "__extension__",
          "__inline",
          "__inline__",
          "__restrict",
          "__restrict__",
          "__const",
          "__volatile__",
          "__user",
          "__rcu",
          "__percpu",
          "__iomem",
          "__force",
          "__kernel",
          "__bitwise",
          "__randomize_layout",
          "__maybe_unused",
          "__init");

  private static final Set<String> ARITHMETIC =
      Set.of(
          "unsigned",
          "signed",
          "__signed__",
          "char",
          "short",
          "int",
          "long",
          "float",
          "double",
          "void",
          "_Bool",
          "__int128");

  private static final Set<String> BEGINNINGS = Set.of("struct", "union", "enum", "typedef");

  /** Names of the kernel's for the integers, for a kernel that does not tell of them. */
  private static final Map<String, Type> KERNEL_NAMES =
      Map.ofEntries(
          Map.entry("__u8", new Type.Int(1, false)),
          Map.entry("__s8", new Type.Int(1, true)),
          Map.entry("__u16", new Type.Int(2, false)),
          Map.entry("__s16", new Type.Int(2, true)),
          Map.entry("__u32", Type.UINT32),
          Map.entry("__s32", Type.INT32),
          Map.entry("__u64", Type.UINT64),
          Map.entry("__s64", Type.INT64),
          Map.entry("__be16", new Type.Int(2, false)),
          Map.entry("__be32", Type.UINT32),
          Map.entry("__be64", Type.UINT64),
          Map.entry("__le16", new Type.Int(2, false)),
          Map.entry("__le32", Type.UINT32),
          Map.entry("__le64", Type.UINT64));

  /** What attributes say. */
  private static final class Attributes {
    boolean packed;
    boolean user;
    boolean perCpu;

    /** In bytes; 0 if nothing is said. */
    int align;
  }

  private record Declarator(String name, CType type) {}

  private final Cursor cursor;
  private final ScriptTypes types;
  private final Diagnostics diagnostics;
  private final int headersFrom;
  private final SourceRange end;
  private Attributes attributes = new Attributes();
  private int depth;

  /** As {@code #pragma pack} has it. */
  private int pack = StructLayout.NATURAL;

  DeclarationParser(Preprocessed script, ScriptTypes types, Diagnostics diagnostics) {
    end = script.declarations().getLast().range();
    cursor = new Cursor(script.declarations(), end);
    this.types = types;
    this.diagnostics = diagnostics;
    headersFrom = script.headersFrom();
  }

  void all() {
    while (!cursor.atEnd()) {
      int start = cursor.place();
      depth = 0;
      try {
        external();
      } catch (CError error) {
        // A header has more than types, and nobody may need what is wrong in it.
        if (error.range().start() < headersFrom) {
          diagnostics.error(error.range(), error.text());
        }
        skip(start);
      }
    }
  }

  /** Goes behind the declaration that has an error. */
  private void skip(int start) {
    cursor.moveTo(start);
    boolean more = true;
    while (more && !cursor.atEnd()) {
      if (cursor.current().is("{")) {
        cursor.skipBrackets();
        // A semicolon may be missing there.
        more = !BEGINNINGS.contains(cursor.current().text());
      } else if (cursor.current().is("(")) {
        cursor.skipBrackets();
      } else {
        more = !cursor.take().is(";");
      }
    }
  }

  private void external() throws CError {
    if (cursor.accept(";")) {
      return;
    }
    if (cursor.current().kind() == Kind.PACK) {
      pack = Integer.parseInt(cursor.take().text());
      return;
    }
    if (cursor.current().isWord("_Static_assert") || cursor.current().isWord("asm")) {
      cursor.take();
      cursor.skipBrackets();
      return;
    }
    attributes = new Attributes();
    boolean typedef = specifierWord("typedef");
    CType base = specifiers();
    typedef |= specifierWord("typedef");
    if (cursor.accept(";")) {
      return;
    }
    do {
      Declarator declared = declarator(base);
      CType type = declared.type.aligned(Math.min(attributes.align, MOST_ALIGN));
      if (typedef) {
        boolean pid = declared.name.equals("pid_t") || type.processId();
        types.addTypedef(
            declared.name,
            new CType(type.type(), type.size(), type.align(), type.text(), pid, type.perCpu()));
      }
      if (cursor.current().is("{")) {
        cursor.skipBrackets();
        return;
      }
      while (!cursor.atEnd() && !cursor.current().is(",") && !cursor.current().is(";")) {
        if (cursor.current().is("{") || cursor.current().is("(") || cursor.current().is("[")) {
          cursor.skipBrackets();
        } else {
          cursor.take();
        }
      }
    } while (cursor.accept(","));
    cursor.expect(";");
  }

  private boolean specifierWord(String word) throws CError {
    qualifiers();
    return cursor.acceptWord(word);
  }

  /** Passes qualifiers and notes attributes. */
  private void qualifiers() throws CError {
    while (cursor.current().kind() == Kind.NAME) {
      String word = cursor.current().text();
      if (word.equals("__attribute__") || word.equals("__attribute")) {
        cursor.take();
        attribute();
      } else if (word.equals("__packed")) {
        cursor.take();
        attributes.packed = true;
      } else if (word.equals("__aligned") || word.equals("_Alignas") || word.equals("alignas")) {
        cursor.take();
        align();
      } else if (IGNORED.contains(word)) {
        cursor.take();
        attributes.user |= word.equals("__user");
        attributes.perCpu |= word.equals("__percpu");
      } else {
        return;
      }
    }
  }

  private void attribute() throws CError {
    cursor.expect("(");
    cursor.expect("(");
    while (!cursor.accept(")")) {
      String word = cursor.take().text();
      if (word.matches("(__)?packed(__)?")) {
        attributes.packed = true;
      } else if (word.matches("(__)?aligned(__)?")) {
        align();
      } else if (cursor.current().is("(")) {
        cursor.skipBrackets();
      }
      if (cursor.atEnd()) {
        throw cursor.unexpected("expected ')'");
      }
    }
    cursor.expect(")");
  }

  private void align() throws CError {
    int align = LARGEST_ALIGN;
    CToken at = cursor.current();
    if (cursor.accept("(")) {
      long value = constant();
      cursor.expect(")");
      if (value < 1 || value > MOST_ALIGN || Long.bitCount(value) != 1) {
        throw new CError(at.range(), "An alignment is a power of two up to " + MOST_ALIGN);
      }
      align = (int) value;
    }
    attributes.align = Math.max(attributes.align, align);
  }

  private void enter(SourceRange range) throws CError {
    if (++depth > DEEPEST) {
      throw new CError(range, "Declarations are nested too deeply");
    }
  }

  /** The type in front of the names that are declared. */
  private CType specifiers() throws CError {
    qualifiers();
    CToken token = cursor.current();
    if (token.isWord("struct") || token.isWord("union")) {
      cursor.take();
      return struct(token.isWord("union"));
    }
    if (token.isWord("enum")) {
      cursor.take();
      return enumeration();
    }
    if (token.kind() == Kind.NAME && ARITHMETIC.contains(token.text())) {
      return arithmetic();
    }
    CToken name = cursor.expectName("a type");
    CType found =
        named(name.text())
            .orElseThrow(() -> new CError(name.range(), "Unknown type: '" + name.text() + "'"));
    qualifiers();
    return found;
  }

  private Optional<CType> named(String name) {
    return types
        .named(name)
        .or(() -> TypeNames.integer(name).map(t -> integer(t, name)))
        .or(() -> types.typedef(name).map(types::ofHost))
        .or(() -> Optional.ofNullable(KERNEL_NAMES.get(name)).map(CType::of));
  }

  private static CType integer(Type type, String name) {
    CType plain = CType.of(type);
    return new CType(
        type, plain.size(), plain.align(), name.equals("char"), name.equals("pid_t"), false);
  }

  private CType arithmetic() throws CError {
    List<String> words = new ArrayList<>();
    while (cursor.current().kind() == Kind.NAME
        && (ARITHMETIC.contains(cursor.current().text()) || isQualifier())) {
      if (isQualifier()) {
        qualifiers();
      } else {
        words.add(cursor.take().text());
      }
    }
    boolean unsigned = words.contains("unsigned");
    if (words.contains("void")) {
      return CType.of(Type.NONE, CType.UNKNOWN, 1);
    } else if (words.contains("_Bool")) {
      return CType.of(Type.BOOL);
    } else if (words.contains("float") || words.contains("double")) {
      int size = words.contains("float") ? 4 : words.contains("long") ? 16 : 8;
      return CType.of(Type.NONE, size, size);
    } else if (words.contains("__int128")) {
      return CType.of(new Type.Array(Type.UINT64, 2), 16, 16);
    } else if (words.contains("char")) {
      boolean text = !unsigned && !words.contains("signed");
      return new CType(new Type.Int(1, !unsigned), 1, 1, text, false, false);
    }
    int bytes = words.contains("short") ? 2 : words.contains("long") ? 8 : 4;
    return CType.of(new Type.Int(bytes, !unsigned));
  }

  private boolean isQualifier() {
    String word = cursor.current().text();
    return IGNORED.contains(word) || word.startsWith("__attribute");
  }

  /** Behind the word {@code struct} or {@code union}. */
  private CType struct(boolean union) throws CError {
    Attributes outside = attributes;
    attributes = new Attributes();
    qualifiers();
    CToken at = cursor.current();
    String name = at.kind() == Kind.NAME ? cursor.take().text() : "";
    qualifiers();
    if (!cursor.current().is("{")) {
      attributes = outside;
      if (name.isEmpty()) {
        throw cursor.unexpected("expected a name or '{'");
      }
      return types.whole(types.tag(union, name));
    }
    ScriptTypes.Tag tag = types.tag(union, name);
    if (tag.members.isPresent()) {
      throw new CError(at.range(), "'" + name + "' is declared twice");
    }
    List<Entry> entries = body(at.range());
    qualifiers();
    StructLayout layout = new StructLayout(union, attributes.packed, pack);
    Set<String> names = new HashSet<>();
    for (Entry entry : entries) {
      if (!entry.name.isEmpty() && !names.add(entry.name)) {
        throw new CError(at.range(), "The member '" + entry.name + "' is declared twice");
      }
      if (entry.width >= 0) {
        layout.addBits(entry.name, entry.type, entry.width, entry.align, entry.packed);
      } else {
        layout.add(entry.name, entry.type, entry.align, entry.packed);
      }
    }
    long size = layout.size(attributes.align);
    if (size > LARGEST) {
      throw new CError(at.range(), "This has more than %d bytes".formatted(LARGEST));
    }
    tag.members = Optional.of(List.copyOf(layout.members()));
    tag.size = (int) size;
    tag.align = layout.align(attributes.align);
    attributes = outside;
    return types.whole(tag);
  }

  /** A member; {@code width} is that of a bit-field, else -1. */
  private record Entry(String name, CType type, int width, int align, boolean packed) {}

  private List<Entry> body(SourceRange at) throws CError {
    enter(at);
    Attributes own = attributes;
    List<Entry> entries = new ArrayList<>();
    cursor.expect("{");
    while (!cursor.accept("}")) {
      if (cursor.accept(";")) {
        continue;
      }
      attributes = new Attributes();
      CToken start = cursor.current();
      if (start.isWord("_Static_assert")) {
        cursor.take();
        cursor.skipBrackets();
        continue;
      }
      CType base = specifiers();
      if (cursor.accept(";")) {
        // One that has a name is only declared here, and no part of this one.
        if (base.type() instanceof Type.Struct part && part.name().isEmpty()) {
          entries.add(entry("", base, -1, start));
        }
        continue;
      }
      do {
        Declarator declared =
            cursor.current().is(":") ? new Declarator("", base) : declarator(base);
        int width = -1;
        if (cursor.accept(":")) {
          CToken number = cursor.current();
          width = width(declared.type, constant(), number);
        }
        qualifiers();
        entries.add(entry(declared.name, declared.type, width, start));
      } while (cursor.accept(","));
      // The last one may be without, as compilers of C allow.
      if (!cursor.current().is("}")) {
        cursor.expect(";");
      }
    }
    attributes = own;
    depth--;
    return entries;
  }

  private Entry entry(String name, CType type, int width, CToken at) throws CError {
    if (!type.sized()) {
      throw new CError(
          at.range(), "The size of '%s' is not known".formatted(name.isEmpty() ? "this" : name));
    }
    return new Entry(name, type, width, attributes.align, attributes.packed);
  }

  private static int width(CType type, long width, CToken at) throws CError {
    boolean number = type.type() instanceof Type.Int || type.type() instanceof Type.Bool;
    if (!number || width < 0 || width > 8 * type.size()) {
      throw new CError(at.range(), "A bit-field is an integer of no more bits than its type has");
    }
    return (int) width;
  }

  /** Behind the word {@code enum}. */
  private CType enumeration() throws CError {
    qualifiers();
    CToken at = cursor.current();
    String name = at.kind() == Kind.NAME ? cursor.take().text() : "";
    if (!cursor.accept("{")) {
      Type known = types.enumeration(name).orElse(Type.UINT32);
      return CType.of(known);
    }
    Map<String, Long> members = new LinkedHashMap<>();
    long next = 0;
    boolean negative = false;
    boolean wide = false;
    while (!cursor.accept("}")) {
      CToken member = cursor.expectName("the name of a constant");
      if (types.hasConstant(member.text())) {
        throw new CError(member.range(), "'" + member.text() + "' is declared twice");
      }
      qualifiers();
      next = cursor.accept("=") ? constant() : next;
      members.put(member.text(), next);
      // The next one may be made from it.
      types.addConstant(member.text(), next, Type.INT64);
      negative |= next < 0;
      wide |= next > 0xffff_ffffL || next < Integer.MIN_VALUE;
      next++;
      if (!cursor.current().is("}")) {
        cursor.expect(",");
      }
    }
    qualifiers();
    Map<Long, String> names = new HashMap<>();
    members.forEach((member, value) -> names.putIfAbsent(value, member));
    Type type = new Type.Int(wide ? 8 : 4, negative, new Enumeration(name, names));
    members.forEach((member, value) -> types.addConstant(member, value, type));
    if (!name.isEmpty()) {
      types.addEnum(name, type);
    }
    return CType.of(type);
  }

  /** A name with what stands around it. */
  private Declarator declarator(CType base) throws CError {
    enter(cursor.current().range());
    CType type = base;
    qualifiers();
    while (cursor.accept("*")) {
      boolean perCpu = attributes.perCpu;
      AddressSpace space = attributes.user ? AddressSpace.USER : AddressSpace.NONE;
      attributes.user = false;
      attributes.perCpu = false;
      qualifiers();
      type = new CType(new Type.Pointer(type.type(), space), 8, 8, false, false, perCpu);
    }
    boolean function = cursor.current().is("(") && !cursor.ahead(1).is(")");
    if (function) {
      // A pointer to a function, or to an array: what it leads to is of no use to a script.
      cursor.take();
      Declarator inner = declarator(CType.of(Type.NONE, 1, 1));
      cursor.expect(")");
      boolean pointer = inner.type.type() instanceof Type.Pointer;
      boolean array = cursor.current().is("[");
      while (cursor.current().is("(") || cursor.current().is("[")) {
        cursor.skipBrackets();
      }
      depth--;
      if (array && !pointer) {
        throw cursor.unexpected("expected a simple declaration");
      }
      return inner;
    }
    String name = cursor.current().kind() == Kind.NAME ? cursor.take().text() : "";
    qualifiers();
    List<Long> lengths = new ArrayList<>();
    while (cursor.accept("[")) {
      CToken at = cursor.current();
      long length = at.is("]") ? 0 : constant();
      cursor.expect("]");
      if (length < 0 || length > LARGEST) {
        throw new CError(at.range(), "The length of an array is a number up to " + LARGEST);
      }
      lengths.add(length);
    }
    for (int i = lengths.size() - 1; i >= 0; i--) {
      type = array(type, lengths.get(i));
    }
    if (cursor.current().is("(")) {
      cursor.skipBrackets();
      type = CType.of(Type.NONE, CType.UNKNOWN, 1);
    }
    qualifiers();
    depth--;
    return new Declarator(name, type);
  }

  private CType array(CType element, long length) throws CError {
    if (!element.sized()) {
      throw new CError(cursor.current().range(), "The size of an element is not known");
    }
    long size = length * element.size();
    if (size > LARGEST) {
      throw new CError(cursor.current().range(), "This has more than %d bytes".formatted(LARGEST));
    }
    boolean text = element.text() && length > 0;
    Type type =
        element.type() instanceof Type.None
            ? Type.NONE
            : text ? new Type.Str((int) length) : new Type.Array(element.type(), (int) length);
    return CType.of(type, size, element.align());
  }

  private long constant() throws CError {
    return Constants.read(cursor, this::operand);
  }

  private long operand(Cursor at) throws CError {
    CToken name = at.take();
    boolean sizeOf = name.isWord("sizeof");
    if (sizeOf || name.isWord("_Alignof") || name.isWord("__alignof__")) {
      at.expect("(");
      CType type = declarator(specifiers()).type;
      at.expect(")");
      if (!type.sized()) {
        throw new CError(name.range(), "The size of this type is not known");
      }
      return sizeOf ? type.size() : type.align();
    }
    return types
        .constant(name.text())
        .map(Definitions.Constant::value)
        .orElseThrow(() -> new CError(name.range(), "Unknown constant: '" + name.text() + "'"));
  }
}
