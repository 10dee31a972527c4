package jbt.compiler.bpf;

/** One eBPF instruction (RFC 9669), or a label. */
public sealed interface Instruction {
  record Exit() implements Instruction {}
}
