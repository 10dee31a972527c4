package jbt.compiler.target;

import java.util.List;

/** The programs and libraries of a host. */
public interface Binaries {
  /** A host without any. */
  Binaries NONE =
      new Binaries() {
        @Override
        public List<String> find(String name) {
          return List.of();
        }

        @Override
        public Binary open(String file) throws BinaryException {
          throw new BinaryException(file + ": there are no programs here");
        }
      };

  /**
   * The files that a name means, as absolute paths: a path, perhaps with {@code *}, a program on
   * the search path, or a library such as {@code libc} or {@code libc.so.6}.
   */
  List<String> find(String name) throws BinaryException;

  /** Reads a file that {@link #find} gave. */
  Binary open(String file) throws BinaryException;
}
