package jbt.compiler.check;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import jbt.compiler.check.Checked.Expr.ContextField.Read;
import jbt.compiler.target.TracepointFormat.Field;
import jbt.compiler.types.Type;
import jbt.compiler.types.Type.AddressSpace;
import jbt.compiler.types.TypeNames;

/**
 * How a field of a tracepoint is read and what its value is.
 *
 * @param size bytes to read
 * @param processId it holds the number of a process or thread
 */
record FieldType(Read read, int size, Type type, boolean processId) {
  /** Longest text that is taken from a pointer or from the end of a record. */
  static final int LONGEST_STRING = 1024;

  private static final String DATA_LOC = "__data_loc";

  private static final Type UNKNOWN = new Type.Int(1, false);

  /**
   * Arguments of system calls are recorded as whole registers, and as unsigned, whatever their type
   * is: what the kernel makes of them are these types, of which the others are 8 bytes and
   * unsigned.
   */
  private static final Map<String, Type> ARGUMENT_TYPES =
      Map.ofEntries(
          Map.entry("int", Type.INT32),
          Map.entry("pid_t", Type.INT32),
          Map.entry("clockid_t", Type.INT32),
          Map.entry("timer_t", Type.INT32),
          Map.entry("mqd_t", Type.INT32),
          Map.entry("key_t", Type.INT32),
          Map.entry("key_serial_t", Type.INT32),
          Map.entry("rwf_t", Type.INT32),
          Map.entry("s32", Type.INT32),
          Map.entry("__s32", Type.INT32),
          Map.entry("unsigned", Type.UINT32),
          Map.entry("unsigned int", Type.UINT32),
          Map.entry("u32", Type.UINT32),
          Map.entry("__u32", Type.UINT32),
          Map.entry("uid_t", Type.UINT32),
          Map.entry("gid_t", Type.UINT32),
          Map.entry("qid_t", Type.UINT32),
          Map.entry("umode_t", new Type.Int(2, false)),
          Map.entry("mode_t", new Type.Int(2, false)),
          Map.entry("old_uid_t", new Type.Int(2, false)),
          Map.entry("old_gid_t", new Type.Int(2, false)),
          Map.entry("long", Type.INT64),
          Map.entry("loff_t", Type.INT64),
          Map.entry("off_t", Type.INT64));

  /** The type of a field, or empty if jbt can't use it. */
  static Optional<FieldType> of(String category, Field field) {
    String written = field.type().replace("const ", "").replace(" const", "").strip();
    if (written.startsWith(DATA_LOC)) {
      return some(Read.DATA_LOC, 4, elsewhere(written.substring(DATA_LOC.length()).strip()));
    }
    if (written.startsWith("__rel_loc")) {
      return Optional.empty();
    }
    if (field.arrayLength() > 0) {
      return array(written, field);
    }
    if (written.endsWith("*")) {
      return field.size() == 8
          ? some(Read.LOAD, 8, new Type.Pointer(pointee(written, space(category)), space(category)))
          : Optional.empty();
    }
    boolean processId = written.equals("pid_t");
    if (written.equals("bool") && field.size() == 1) {
      return some(Read.LOAD, 1, Type.BOOL);
    }
    if (category.equals("syscalls") && field.size() == 8 && !field.signed()) {
      Type.Int type = (Type.Int) ARGUMENT_TYPES.getOrDefault(written, Type.UINT64);
      return Optional.of(new FieldType(Read.LOAD, type.bytes(), type, processId));
    }
    return integer(field.size(), field.signed())
        .map(type -> new FieldType(Read.LOAD, field.size(), type, processId));
  }

  /** A text, or a pointer to what is at the end of the record; bytes, if nothing else is known. */
  private static Type elsewhere(String written) {
    if (written.equals("char[]")) {
      return new Type.Str(LONGEST_STRING);
    }
    Type element = TypeNames.integer(written.replace("[]", "").strip()).orElse(UNKNOWN);
    return new Type.Pointer(element, AddressSpace.KERNEL);
  }

  private static Optional<FieldType> array(String written, Field field) {
    int length = field.arrayLength();
    if (written.equals("char")) {
      return some(Read.CHARS, length, new Type.Str(length));
    }
    boolean even = field.size() % length == 0;
    return even && !written.endsWith("*")
        ? integer(field.size() / length, field.signed())
            .flatMap(e -> some(Read.ARRAY, field.size(), new Type.Array(e, length)))
        : Optional.empty();
  }

  private static Optional<FieldType> some(Read read, int size, Type type) {
    return Optional.of(new FieldType(read, size, type, false));
  }

  private static Optional<Type> integer(int bytes, boolean signed) {
    return List.of(1, 2, 4, 8).contains(bytes)
        ? Optional.of(new Type.Int(bytes, signed))
        : Optional.empty();
  }

  private static Type pointee(String pointer, AddressSpace space) {
    String pointed = pointer.substring(0, pointer.length() - 1).strip();
    if (pointed.endsWith("*")) {
      return new Type.Pointer(pointee(pointed, space), space);
    }
    return pointed.equals("char") ? new Type.Int(1, true) : Type.NONE;
  }

  /** What system calls are given is memory of the process, all else of the kernel. */
  static AddressSpace space(String category) {
    return category.endsWith("syscalls") ? AddressSpace.USER : AddressSpace.KERNEL;
  }
}
