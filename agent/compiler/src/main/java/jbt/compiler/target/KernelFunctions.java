package jbt.compiler.target;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The functions of a kernel and its modules. */
public interface KernelFunctions {
  /** What the kernel's own functions have for a module. */
  String KERNEL = "";

  /** A kernel of which nothing is known. */
  KernelFunctions NONE =
      new KernelFunctions() {
        @Override
        public List<Name> traceable() {
          return List.of();
        }

        @Override
        public Map<String, List<Function>> named(Collection<String> names) {
          return Map.of();
        }

        @Override
        public Optional<Function> at(long address) {
          return Optional.empty();
        }

        @Override
        public Optional<List<Long>> instructions(Function function) {
          return Optional.empty();
        }
      };

  /** A function that can be traced; {@code module} is {@link #KERNEL} or a module's name. */
  record Name(String module, String function) {}

  /**
   * A function.
   *
   * @param address 0 if the kernel does not show it
   * @param size in bytes up to the next symbol, 0 if that is not known
   */
  record Function(String module, String name, long address, long size) {}

  /** All that can be traced, in a fixed order. */
  List<Name> traceable();

  /** Names of functions that the kernel lets no kprobe into; empty if it does not tell. */
  default Optional<Set<String>> forbidden() {
    return Optional.empty();
  }

  /** The functions of these names, traceable or not; of several with one name all. */
  Map<String, List<Function>> named(Collection<String> names);

  /** The function that an address lies in. */
  Optional<Function> at(long address);

  /**
   * Distances from the function's start at which an instruction begins; empty if the kernel's code
   * can't be read or not all of it is understood.
   */
  Optional<List<Long>> instructions(Function function);
}
