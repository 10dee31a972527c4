package jbt.kernel.sys;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The types of a program with routines that the kernel calls: bpf(2) takes such a program only with
 * type information (BTF) that says that they are static functions. All have the same type, {@code
 * long f(void)}: the verifier knows better than that what it passes.
 */
final class RoutineTypes {
  private static final short MAGIC = (short) 0xeb9f;
  private static final int HEADER = 24;
  private static final int KIND_INT = 1;
  private static final int KIND_FUNC = 12;
  private static final int KIND_FUNC_PROTO = 13;

  /** The types' numbers, in the order in which they stand here. */
  private static final int LONG = 1;

  private static final int PROTOTYPE = 2;
  private static final int ROUTINE = 3;

  /** Bytes of a bpf_func_info: u32 first instruction slot, u32 type. */
  static final int INFO_SIZE = 8;

  private RoutineTypes() {}

  /** The argument of BPF_BTF_LOAD. */
  static byte[] btf() {
    byte[] strings = "\0long\0routine\0".getBytes(StandardCharsets.US_ASCII);
    int types = 16 + 12 + 12;
    ByteBuffer out =
        ByteBuffer.allocate(HEADER + types + strings.length).order(ByteOrder.nativeOrder());
    out.putShort(MAGIC).put((byte) 1).put((byte) 0).putInt(HEADER);
    out.putInt(0).putInt(types).putInt(types).putInt(strings.length);
    out.putInt(1).putInt(KIND_INT << 24).putInt(8).putInt(1 << 24 | 64);
    out.putInt(0).putInt(KIND_FUNC_PROTO << 24).putInt(LONG);
    out.putInt(6).putInt(KIND_FUNC << 24).putInt(PROTOTYPE);
    return out.put(strings).array();
  }

  /** The table of a program's functions: itself and its routines. */
  static byte[] info(List<Integer> routineSlots) {
    ByteBuffer out =
        ByteBuffer.allocate(INFO_SIZE * (1 + routineSlots.size())).order(ByteOrder.nativeOrder());
    out.putInt(0).putInt(ROUTINE);
    routineSlots.forEach(slot -> out.putInt(slot).putInt(ROUTINE));
    return out.array();
  }
}
