package jbt.compiler.types;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Types as they are written in scripts and messages. */
public final class TypeNames {
  private static final Map<String, Type> INTEGERS =
      Map.ofEntries(
          Map.entry("bool", Type.BOOL),
          Map.entry("int8", new Type.Int(1, true)),
          Map.entry("int16", new Type.Int(2, true)),
          Map.entry("int32", Type.INT32),
          Map.entry("int64", Type.INT64),
          Map.entry("uint8", new Type.Int(1, false)),
          Map.entry("uint16", new Type.Int(2, false)),
          Map.entry("uint32", Type.UINT32),
          Map.entry("uint64", Type.UINT64),
          Map.entry("int8_t", new Type.Int(1, true)),
          Map.entry("int16_t", new Type.Int(2, true)),
          Map.entry("int32_t", Type.INT32),
          Map.entry("int64_t", Type.INT64),
          Map.entry("uint8_t", new Type.Int(1, false)),
          Map.entry("uint16_t", new Type.Int(2, false)),
          Map.entry("uint32_t", Type.UINT32),
          Map.entry("uint64_t", Type.UINT64),
          Map.entry("s8", new Type.Int(1, true)),
          Map.entry("s16", new Type.Int(2, true)),
          Map.entry("s32", Type.INT32),
          Map.entry("s64", Type.INT64),
          Map.entry("u8", new Type.Int(1, false)),
          Map.entry("u16", new Type.Int(2, false)),
          Map.entry("u32", Type.UINT32),
          Map.entry("u64", Type.UINT64),
          Map.entry("char", new Type.Int(1, true)),
          Map.entry("short", new Type.Int(2, true)),
          Map.entry("unsigned char", new Type.Int(1, false)),
          Map.entry("unsigned short", new Type.Int(2, false)),
          Map.entry("unsigned int", Type.UINT32),
          Map.entry("unsigned long", Type.UINT64),
          Map.entry("int", Type.INT32),
          Map.entry("long", Type.INT64),
          Map.entry("size_t", Type.UINT64),
          Map.entry("pid_t", Type.INT32));

  private TypeNames() {}

  /** The integer type or bool of a name. */
  public static Optional<Type> integer(String name) {
    return Optional.ofNullable(INTEGERS.get(name));
  }

  /** What kind of type it is, in a word. */
  public static String kind(Type type) {
    return switch (type) {
      case Type.None none -> "none";
      case Type.Int i -> "int";
      case Type.Bool bool -> "bool";
      case Type.Str str -> "string";
      case Type.Pointer pointer -> "pointer";
      case Type.Struct struct -> struct.union() ? "union" : "struct";
      case Type.Array array -> "array";
      case Type.Tuple tuple -> tuple.names().isEmpty() ? "tuple" : "record";
      case Type.ProbeName name -> "string";
      case Type.Buffer buffer -> "buffer";
      case Type.Symbolic symbolic -> symbolic.meaning().description();
    };
  }

  /** The whole type, as it is written in scripts. */
  public static String written(Type type) {
    return switch (type) {
      case Type.Str str -> "string[" + str.size() + "]";
      case Type.Buffer buffer -> "buffer[" + buffer.size() + "]";
      case Type.Pointer(Type.None none, var space) -> "void *";
      case Type.Pointer pointer -> written(pointer.target()) + " *";
      case Type.Array array -> written(array.element()) + "[" + array.length() + "]";
      case Type.Tuple tuple -> tuple(tuple, TypeNames::written);
      case Type.Symbolic(Meaning.Stack stack) -> stack.whole();
      default -> describe(type);
    };
  }

  /** Two types that differ, as messages name them: in full if less does not tell them apart. */
  public static List<String> apart(Type a, Type b) {
    boolean same = describe(a).equals(describe(b));
    return same ? List.of(written(a), written(b)) : List.of(describe(a), describe(b));
  }

  private static String tuple(Type.Tuple tuple, Function<Type, String> part) {
    return IntStream.range(0, tuple.parts().size())
        .mapToObj(
            i ->
                (tuple.names().isEmpty() ? "" : tuple.names().get(i) + " = ")
                    + part.apply(tuple.parts().get(i)))
        .collect(Collectors.joining(", ", "(", ")"));
  }

  /** The type as messages name it; lengths of strings left out, as they adapt. */
  public static String describe(Type type) {
    return switch (type) {
      case Type.None none -> "none";
      case Type.Int i when i.named() ->
          i.enumeration().name().isEmpty() ? "enum" : "enum " + i.enumeration().name();
      case Type.Int i -> (i.signed() ? "int" : "uint") + 8 * i.bytes();
      case Type.Bool bool -> "bool";
      case Type.Str str -> "string";
      case Type.Pointer(Type.Struct struct, var space) -> describe(struct) + " *";
      case Type.Pointer pointer -> "pointer";
      case Type.Struct struct ->
          (struct.union() ? "union " : "struct ")
              + (struct.name().isEmpty() ? "(anonymous)" : struct.name());
      case Type.Array array -> describe(array.element()) + "[" + array.length() + "]";
      case Type.Tuple tuple -> tuple(tuple, TypeNames::describe);
      case Type.ProbeName name -> "probe name";
      case Type.Buffer buffer -> "buffer";
      case Type.Symbolic symbolic -> symbolic.meaning().description();
    };
  }
}
