package jbt.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jbt.compiler.target.TracepointFormat;

/**
 * Reads the {@code format} files of tracefs:
 *
 * <pre>
 * name: sched_wakeup
 * ID: 312
 * format:
 *         field:unsigned short common_type;  offset:0;  size:2;  signed:0;
 *
 *         field:char comm[16];  offset:8;  size:16;  signed:0;
 *
 * print fmt: ...
 * </pre>
 */
final class TracepointFormats {
  private static final Pattern ID = Pattern.compile("^ID:\\s*(\\d+)$");
  private static final Pattern FIELD =
      Pattern.compile(
          "^\\s*field:(?<declaration>[^;]*);\\s*offset:(?<offset>\\d+);\\s*size:(?<size>\\d+);"
              + "\\s*signed:(?<signed>[01]);.*$");

  /** {@code char comm[16]}, {@code __data_loc char[] name}, {@code const char * filename}. */
  private static final Pattern DECLARATION =
      Pattern.compile("^(?<type>.*?)\\s*\\b(?<name>\\w+)(?<array>\\[[^\\]]*\\])?$");

  private TracepointFormats() {}

  static TracepointFormat parse(String text) {
    int id = -1;
    List<TracepointFormat.Field> fields = new ArrayList<>();
    for (String line : text.lines().toList()) {
      Matcher idLine = ID.matcher(line);
      if (idLine.matches()) {
        id = Integer.parseInt(idLine.group(1));
      }
      Matcher field = FIELD.matcher(line);
      if (field.matches()) {
        Matcher declaration = DECLARATION.matcher(field.group("declaration").strip());
        if (declaration.matches() && !declaration.group("name").startsWith("common_")) {
          fields.add(field(field, declaration));
        }
      }
    }
    if (id < 0) {
      throw new IllegalArgumentException("no ID in tracepoint format: " + text);
    }
    return new TracepointFormat(id, fields);
  }

  private static TracepointFormat.Field field(Matcher field, Matcher declaration) {
    int size = Integer.parseInt(field.group("size"));
    return new TracepointFormat.Field(
        declaration.group("name"),
        declaration.group("type"),
        arrayLength(declaration, size),
        Integer.parseInt(field.group("offset")),
        size,
        field.group("signed").equals("1"));
  }

  /** The number in the brackets, which may also be the name of a constant or missing. */
  private static int arrayLength(Matcher declaration, int size) {
    String array = declaration.group("array");
    if (array == null) {
      return 0;
    }
    String length = array.substring(1, array.length() - 1).strip();
    if (!length.isEmpty() && length.chars().allMatch(Character::isDigit)) {
      return Integer.parseInt(length);
    }
    int element = elementSize(declaration.group("type"));
    return element == 0 ? 0 : size / element;
  }

  /** Bytes of the C type, 0 if it is not a basic one. */
  private static int elementSize(String type) {
    String last = type.substring(type.lastIndexOf(' ') + 1);
    return switch (last) {
      case "char", "u8", "s8", "__u8", "__s8", "uint8_t", "int8_t", "bool" -> 1;
      case "short", "u16", "s16", "__u16", "__s16", "uint16_t", "int16_t", "__be16" -> 2;
      case "int", "unsigned", "u32", "s32", "__u32", "__s32", "uint32_t", "int32_t", "__be32" -> 4;
      case "long", "u64", "s64", "__u64", "__s64", "uint64_t", "int64_t", "size_t" -> 8;
      default -> 0;
    };
  }
}
