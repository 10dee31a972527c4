package jbt.compiler.bpf;

/** Atomic changes of memory. COMPARE_EXCHANGE compares with R0 and leaves the old value there. */
public enum AtomicOperation {
  ADD(0x00),
  FETCH_ADD(0x01),
  EXCHANGE(0xe1),
  COMPARE_EXCHANGE(0xf1);

  final int code;

  AtomicOperation(int code) {
    this.code = code;
  }
}
