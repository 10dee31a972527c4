package jbt.kernel.sys;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Type information as BPF_BTF_LOAD takes it: linux/btf.h. */
final class BtfBlob {
  private static final short MAGIC = (short) 0xeb9f;
  private static final int HEADER = 24;

  static final int KIND_INT = 1 << 24;
  static final int KIND_ARRAY = 3 << 24;
  static final int KIND_FUNC = 12 << 24;
  static final int KIND_FUNC_PROTO = 13 << 24;

  /** In what follows an integer of so many bits. */
  static final int SIGNED = 1 << 24;

  private BtfBlob() {}

  /**
   * @param words the types one after another, numbered from 1
   * @param strings each ends with NUL, the first is empty
   */
  static byte[] of(int[] words, String strings) {
    byte[] text = strings.getBytes(StandardCharsets.US_ASCII);
    int types = words.length * Integer.BYTES;
    ByteBuffer out =
        ByteBuffer.allocate(HEADER + types + text.length).order(ByteOrder.nativeOrder());
    out.putShort(MAGIC).put((byte) 1).put((byte) 0).putInt(HEADER);
    out.putInt(0).putInt(types).putInt(types).putInt(text.length);
    for (int word : words) {
      out.putInt(word);
    }
    return out.put(text).array();
  }
}
