package jbt.kernel.sys;

/**
 * The types of a map of values that the kernel keeps with threads: bpf(2) makes such a map only
 * with type information (BTF) that says how large they are.
 */
final class ValueTypes {
  /** Numbers of the types, in the order in which they stand here. */
  static final int KEY = 1;

  private static final int WORD = 2;
  static final int VALUE = 3;

  private ValueTypes() {}

  /** The argument of BPF_BTF_LOAD for values of so many words. */
  static byte[] btf(int words) {
    int key = 1;
    int word = 5;
    return BtfBlob.of(
        new int[] {
          key,
          BtfBlob.KIND_INT,
          4,
          BtfBlob.SIGNED | 32,
          word,
          BtfBlob.KIND_INT,
          8,
          64,
          0,
          BtfBlob.KIND_ARRAY,
          0,
          WORD,
          KEY,
          words
        },
        "\0int\0long\0");
  }
}
