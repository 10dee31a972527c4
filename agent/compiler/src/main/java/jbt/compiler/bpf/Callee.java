package jbt.compiler.bpf;

/** What a program calls. */
public sealed interface Callee permits Helper, KernelFunction {
  int arguments();
}
