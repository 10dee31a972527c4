package jbt.compiler.target;

import java.util.List;
import java.util.Optional;

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
        public Optional<String> program(int process) {
          return Optional.empty();
        }

        @Override
        public List<String> mapped(int process) {
          return List.of();
        }

        @Override
        public List<String> mapped() {
          return List.of();
        }

        @Override
        public Binary open(String file) throws BinaryException {
          throw new BinaryException(file + ": there are no programs here");
        }
      };

  /**
   * The files that a name means: a path or a program on the search path, with {@code *} or not, or
   * a library such as {@code libc} or {@code libc.so.6}. What is written as a relative path stays
   * one.
   */
  List<String> find(String name) throws BinaryException;

  /** The program that a process runs; empty if there is no such process. */
  Optional<String> program(int process);

  /** The program and the libraries that a process has in memory. */
  List<String> mapped(int process);

  /** The same of all processes. */
  List<String> mapped() throws BinaryException;

  /** Reads a file that {@link #find} gave. */
  Binary open(String file) throws BinaryException;
}
