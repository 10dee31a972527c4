package jbt.compiler.check;

import java.util.ArrayList;
import java.util.List;

/** Texts of internet addresses; names are never looked up. */
final class InternetAddresses {
  private static final byte[] NONE = new byte[0];
  private static final int GROUPS = 8;

  private InternetAddresses() {}

  /** 4 or 16 bytes in the order of the network; none if the text is no address. */
  static byte[] parse(String text) {
    return text.indexOf(':') < 0 ? four(text) : sixteen(text);
  }

  private static byte[] four(String text) {
    String[] parts = text.split("\\.", -1);
    byte[] bytes = new byte[4];
    if (parts.length != 4) {
      return NONE;
    }
    for (int i = 0; i < 4; i++) {
      if (!parts[i].matches("0|[1-9][0-9]{0,2}") || Integer.parseInt(parts[i]) > 255) {
        return NONE;
      }
      bytes[i] = (byte) Integer.parseInt(parts[i]);
    }
    return bytes;
  }

  private static byte[] sixteen(String text) {
    int gap = text.indexOf("::");
    if (gap >= 0 && text.indexOf("::", gap + 1) >= 0) {
      return NONE;
    }
    List<Integer> before = groups(gap < 0 ? text : text.substring(0, gap));
    List<Integer> after = gap < 0 ? List.of() : groups(text.substring(gap + 2));
    int given = before.size() + after.size();
    boolean wrong = before.contains(-1) || after.contains(-1);
    if (wrong || given > GROUPS || (gap < 0 ? given != GROUPS : given == GROUPS)) {
      return NONE;
    }
    byte[] bytes = new byte[2 * GROUPS];
    for (int i = 0; i < before.size(); i++) {
      put(bytes, i, before.get(i));
    }
    for (int i = 0; i < after.size(); i++) {
      put(bytes, GROUPS - after.size() + i, after.get(i));
    }
    return bytes;
  }

  private static void put(byte[] bytes, int group, int value) {
    bytes[2 * group] = (byte) (value >> 8);
    bytes[2 * group + 1] = (byte) value;
  }

  /** Groups of 16 bits; -1 for what is none. */
  private static List<Integer> groups(String text) {
    List<Integer> groups = new ArrayList<>();
    if (text.isEmpty()) {
      return groups;
    }
    String[] parts = text.split(":", -1);
    for (int i = 0; i < parts.length; i++) {
      if (i == parts.length - 1 && parts[i].indexOf('.') >= 0) {
        byte[] last = four(parts[i]);
        groups.add(last.length == 0 ? -1 : (last[0] & 0xff) << 8 | (last[1] & 0xff));
        groups.add(last.length == 0 ? -1 : (last[2] & 0xff) << 8 | (last[3] & 0xff));
      } else {
        groups.add(parts[i].matches("[0-9A-Fa-f]{1,4}") ? Integer.parseInt(parts[i], 16) : -1);
      }
    }
    return groups;
  }
}
