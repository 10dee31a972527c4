package jbt.kernel.sys;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * The types of a program with routines that the kernel calls: bpf(2) takes such a program only with
 * type information (BTF) that says that they are static functions. All have the same type, {@code
 * long f(void)}: the verifier knows better than that what it passes.
 */
final class RoutineTypes {
  /** The types' numbers, in the order in which they stand here. */
  private static final int LONG = 1;

  private static final int PROTOTYPE = 2;
  private static final int ROUTINE = 3;

  /** Bytes of a bpf_func_info: u32 first instruction slot, u32 type. */
  static final int INFO_SIZE = 8;

  private RoutineTypes() {}

  /** The argument of BPF_BTF_LOAD. */
  static byte[] btf() {
    int name = 1;
    int routine = 6;
    return BtfBlob.of(
        new int[] {
          name,
          BtfBlob.KIND_INT,
          8,
          BtfBlob.SIGNED | 64,
          0,
          BtfBlob.KIND_FUNC_PROTO,
          LONG,
          routine,
          BtfBlob.KIND_FUNC,
          PROTOTYPE
        },
        "\0long\0routine\0");
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
