package jbt.compiler.bpf;

/**
 * A function that the kernel lets programs call (a kfunc).
 *
 * @param typeId of the function in the kernel's type information
 */
public record KernelFunction(String name, int typeId, int arguments) implements Callee {
  @Override
  public String toString() {
    return name;
  }
}
