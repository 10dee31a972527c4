package jbt.compiler.target;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** What a program or library tells of itself. Addresses are as its symbols have them. */
public interface Binary {
  /** A function; {@code size} in bytes, 0 where it is not known. */
  record Function(String name, long address, long size) {}

  /**
   * One place of a statically defined probe (a note of the owner {@code stapsdt}).
   *
   * @param semaphore address of the counter of those who listen, 0 without one
   * @param arguments as in the note: {@code -4@%edi 8@-8(%rbp)}
   */
  record Marker(String provider, String name, long address, long semaphore, String arguments) {}

  /** All functions, in the order of their names; none if its symbols were removed. */
  List<Function> functions();

  Optional<Function> function(String name);

  /** The function that an address lies in. */
  Optional<Function> at(long address);

  /** Where in the file the code or datum is that is loaded at an address. */
  OptionalLong fileOffset(long address);

  /**
   * Distances from the function's start at which an instruction begins; empty if its size is not
   * known or not all of its bytes are instructions that are known.
   */
  Optional<List<Long>> instructions(Function function);

  List<Marker> markers();
}
