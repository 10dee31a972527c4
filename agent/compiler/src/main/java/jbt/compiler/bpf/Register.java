package jbt.compiler.bpf;

/**
 * Registers of the eBPF machine: R0 result, R1 to R5 arguments (lost by a call), R6 to R9 kept, R10
 * the end of the stack frame.
 */
public enum Register {
  R0,
  R1,
  R2,
  R3,
  R4,
  R5,
  R6,
  R7,
  R8,
  R9,
  R10;

  @Override
  public String toString() {
    return "r" + ordinal();
  }
}
