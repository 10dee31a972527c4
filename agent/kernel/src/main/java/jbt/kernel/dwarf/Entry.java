package jbt.kernel.dwarf;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An entry that was read: its tag and those of its attributes that somebody asks for. */
final class Entry {
  final Unit unit;

  /** In the section. */
  final int offset;

  final int tag;
  final boolean children;

  /** Behind its attributes: its first child, or what follows. */
  int end;

  private final Map<Integer, Object> attributes = new HashMap<>(8);

  Entry(Unit unit, int offset, int tag, boolean children) {
    this.unit = unit;
    this.offset = offset;
    this.tag = tag;
    this.children = children;
  }

  void put(int attribute, Object value) {
    attributes.put(attribute, value);
  }

  boolean has(int attribute) {
    return attributes.containsKey(attribute);
  }

  /** -1 if it has none that is a number. */
  long number(int attribute) {
    return number(attribute, -1);
  }

  long number(int attribute, long otherwise) {
    return attributes.get(attribute) instanceof Long number ? number : otherwise;
  }

  /** An expression; empty if it has none there. */
  byte[] bytes(int attribute) {
    return attributes.get(attribute) instanceof byte[] bytes ? bytes : new byte[0];
  }

  @Nullable String text(int attribute) {
    return attributes.get(attribute) instanceof String text ? text : null;
  }
}
