package jbt.kernel.symbols;

import java.util.Optional;

/** Names of what addresses of processes are. */
public interface ProcessSymbols {
  /** The function that an address of a process lies in. */
  Optional<Symbol> find(int process, long address);

  /** The file that an address of a process belongs to. */
  Optional<String> file(int process, long address);
}
