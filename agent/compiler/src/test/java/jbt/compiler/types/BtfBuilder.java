package jbt.compiler.types;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import jbt.compiler.types.Btf.Kind;

/** Makes type information as a kernel has it; each method gives the id of what it adds. */
public final class BtfBuilder {
  private final ByteArrayOutputStream types = new ByteArrayOutputStream();
  private final ByteArrayOutputStream strings = new ByteArrayOutputStream();
  private final int firstString;
  private int next;

  public BtfBuilder() {
    this(1, 0);
  }

  /** For a module whose kernel has so many types and bytes of strings. */
  public BtfBuilder(int firstId, int firstString) {
    next = firstId;
    this.firstString = firstString;
    strings.write(0);
  }

  private int string(String text) {
    if (text.isEmpty()) {
      return 0;
    }
    int at = firstString + strings.size();
    strings.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
    strings.write(0);
    return at;
  }

  private void words(int... words) {
    ByteBuffer buffer = ByteBuffer.allocate(4 * words.length).order(ByteOrder.LITTLE_ENDIAN);
    buffer.asIntBuffer().put(words);
    types.writeBytes(buffer.array());
  }

  private int entry(String name, Kind kind, boolean flag, int length, int third, int... rest) {
    words(
        string(name),
        (flag ? 1 << 31 : 0) | List.of(Kind.values()).indexOf(kind) << 24 | length,
        third);
    words(rest);
    return next++;
  }

  public int integer(String name, int bytes, boolean signed) {
    return entry(name, Kind.INT, false, 0, bytes, (signed ? 1 << 24 : 0) | 8 * bytes);
  }

  public int bool(String name) {
    return entry(name, Kind.INT, false, 0, 1, 4 << 24 | 8);
  }

  public int pointer(int to) {
    return entry("", Kind.PTR, false, 0, to);
  }

  public int tag(String name, int type) {
    return entry(name, Kind.TYPE_TAG, false, 0, type);
  }

  public int typedef(String name, int type) {
    return entry(name, Kind.TYPEDEF, false, 0, type);
  }

  public int constant(int type) {
    return entry("", Kind.CONST, false, 0, type);
  }

  public int array(int element, int length) {
    return entry("", Kind.ARRAY, false, 0, 0, element, element, length);
  }

  /** A member of a struct; width 0 is no bit-field. */
  public record Field(String name, int type, int bit, int width) {}

  public int struct(String name, boolean union, int size, Field... fields) {
    boolean bits = false;
    for (Field field : fields) {
      bits |= field.width > 0;
    }
    int id = entry(name, union ? Kind.UNION : Kind.STRUCT, bits, fields.length, size);
    for (Field field : fields) {
      words(string(field.name), field.type, field.width << 24 | field.bit);
    }
    return id;
  }

  public int forward(String name) {
    return entry(name, Kind.FWD, false, 0, 0);
  }

  public int enumeration(String name, String member, int value) {
    return entry(name, Kind.ENUM, true, 1, 4, string(member), value);
  }

  public int prototype(int returns, Field... parameters) {
    int id = entry("", Kind.FUNC_PROTO, false, parameters.length, returns);
    for (Field parameter : parameters) {
      words(string(parameter.name), parameter.type);
    }
    return id;
  }

  public int function(String name, int prototype) {
    return entry(name, Kind.FUNC, false, 0, prototype);
  }

  public int types() {
    return next - 1;
  }

  public int stringBytes() {
    return strings.size();
  }

  public ByteBuffer bytes() {
    ByteBuffer all = ByteBuffer.allocate(24 + types.size() + strings.size());
    all.order(ByteOrder.LITTLE_ENDIAN);
    all.putShort((short) 0xeb9f).put((byte) 1).put((byte) 0).putInt(24);
    all.putInt(0).putInt(types.size()).putInt(types.size()).putInt(strings.size());
    all.put(types.toByteArray()).put(strings.toByteArray());
    return all.flip();
  }
}
