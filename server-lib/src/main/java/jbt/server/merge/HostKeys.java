package jbt.server.merge;

import com.google.protobuf.ByteString;
import jbt.v1.Rows;

/** The hosts in front of keys. */
public final class HostKeys {
  private HostKeys() {}

  /**
   * The rows of one host, whose name is put in the place of what it calls itself: two hosts may
   * call themselves the same.
   *
   * @param rows sound, see {@link Sound#rows}
   */
  public static Rows named(String host, Rows rows) {
    ByteString name = Encode.hosted(host, ByteString.EMPTY);
    return !rows.getHostKeyed() || allBegin(name, rows) ? rows : renamed(name, rows);
  }

  private static boolean allBegin(ByteString name, Rows rows) {
    int at = 0;
    for (int row = 0; row < rows.getCount(); row++) {
      int end = at + rows.getKeyLength(row);
      if (end - at < name.size() || !isAt(name, rows.getKeys(), at)) {
        return false;
      }
      at = end;
    }
    return true;
  }

  private static boolean isAt(ByteString name, ByteString keys, int at) {
    for (int i = 0; i < name.size(); i++) {
      if (keys.byteAt(at + i) != name.byteAt(i)) {
        return false;
      }
    }
    return true;
  }

  private static Rows renamed(ByteString name, Rows rows) {
    Rows.Builder renamed = rows.toBuilder().clearKeyLength();
    ByteString.Output keys = ByteString.newOutput();
    int at = 0;
    for (int row = 0; row < rows.getCount(); row++) {
      int end = at + rows.getKeyLength(row);
      int parts = at + Integer.BYTES + length(rows.getKeys(), at);
      append(name, keys);
      append(rows.getKeys().substring(parts, end), keys);
      renamed.addKeyLength(name.size() + end - parts);
      at = end;
    }
    return renamed.setKeys(keys.toByteString()).build();
  }

  private static int length(ByteString keys, int at) {
    int length = 0;
    for (int i = Integer.BYTES - 1; i >= 0; i--) {
      length = (length << Byte.SIZE) | (keys.byteAt(at + i) & 0xff);
    }
    return length;
  }

  private static void append(ByteString bytes, ByteString.Output to) {
    byte[] array = bytes.toByteArray();
    to.write(array, 0, array.length);
  }
}
