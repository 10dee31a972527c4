package jbt.compiler.target;

import java.util.List;

/** A tracefs {@code format} file: the event's id and its fields, common_* ones left out. */
public record TracepointFormat(int id, List<Field> fields) {
  public TracepointFormat {
    fields = List.copyOf(fields);
  }

  /**
   * One field of the event's record.
   *
   * @param type its C type as written, without the name: {@code "const char *"}, {@code "u64"},
   *     {@code "__data_loc char[]"}
   * @param arrayLength number of elements, 0 when it is no array
   * @param offset in bytes from the start of the record
   * @param size in bytes of the whole field
   */
  public record Field(
      String name, String type, int arrayLength, int offset, int size, boolean signed) {}
}
