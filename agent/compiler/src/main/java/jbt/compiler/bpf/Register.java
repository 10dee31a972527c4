package jbt.compiler.bpf;

/**
 * Registers of the eBPF machine: R0 result, R1 to R5 arguments (lost by a call), R6 to R9 kept, R10
 * the end of the stack frame.
 */
public enum Register {
  R0(0),
  R1(1),
  R2(2),
  R3(3),
  R4(4),
  R5(5),
  R6(6),
  R7(7),
  R8(8),
  R9(9),
  R10(10);

  private final int number;

  Register(int number) {
    this.number = number;
  }

  public int number() {
    return number;
  }

  @Override
  public String toString() {
    return "r" + number;
  }
}
