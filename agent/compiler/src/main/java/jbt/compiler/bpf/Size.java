package jbt.compiler.bpf;

/** Width of a memory access. */
public enum Size {
  BYTE(1, 0x10),
  HALF(2, 0x08),
  WORD(4, 0x00),
  DOUBLE(8, 0x18);

  private final int bytes;
  final int code;

  Size(int bytes, int code) {
    this.bytes = bytes;
    this.code = code;
  }

  public int bytes() {
    return bytes;
  }

  /** The size of 1, 2, 4 or 8 bytes. */
  public static Size of(int bytes) {
    return switch (bytes) {
      case 1 -> BYTE;
      case 2 -> HALF;
      case 4 -> WORD;
      case 8 -> DOUBLE;
      default -> throw new IllegalArgumentException("no access of " + bytes + " bytes");
    };
  }
}
