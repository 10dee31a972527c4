package jbt.compiler.target;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import jbt.compiler.types.Btf;
import jbt.compiler.types.Member;
import jbt.compiler.types.Type;

/** What a program or library tells of itself. Addresses are as its symbols have them. */
public interface Binary {
  /**
   * A function.
   *
   * @param size in bytes, 0 where it is not known
   * @param chooses it tells which implementation is to be used (IFUNC), and is called only for that
   */
  record Function(String name, long address, long size, boolean chooses) {
    public Function(String name, long address, long size) {
      this(name, address, size, false);
    }
  }

  /**
   * One place of a statically defined probe (a note of the owner {@code stapsdt}).
   *
   * @param semaphore address of the counter of those who listen, 0 without one
   * @param arguments as in the note: {@code -4@%edi 8@-8(%rbp)}
   */
  record Marker(String provider, String name, long address, long semaphore, String arguments) {}

  /** A variable; {@code size} in bytes. */
  record Datum(long address, long size) {}

  /**
   * What the debug information (DWARF) tells of a function.
   *
   * @param parameters with type NONE where a value is none that a script can use
   * @param returned NONE if nothing is
   */
  record Signature(List<Btf.Parameter> parameters, Type returned) {
    public Signature {
      parameters = List.copyOf(parameters);
    }
  }

  /** Where code of a line of a source file begins; {@code column} 0 where it is not known. */
  record Line(int line, int column, long address) {}

  /** All functions, in the order of their names; none if its symbols were removed. */
  List<Function> functions();

  Optional<Function> function(String name);

  /** Where the implementation is that is chosen on this host; empty where that can't be told. */
  OptionalLong chosen(Function chooser);

  /** The function that an address lies in. */
  Optional<Function> at(long address);

  Optional<Datum> datum(String name);

  /** Whether it is loaded where its addresses say. */
  boolean fixed();

  /** Where it is on its host, as an absolute path. */
  String path();

  /** The number of its inode. */
  long inode();

  /** The inverse of {@link #fileOffset}. */
  OptionalLong address(long fileOffset);

  /** Where in the file the code or datum is that is loaded at an address. */
  OptionalLong fileOffset(long address);

  /** Whether what is at an address is loaded as code. */
  boolean isCode(long address);

  /**
   * Distances from the function's start at which an instruction begins; empty if its size is not
   * known or not all of its bytes are instructions that are known.
   */
  Optional<List<Long>> instructions(Function function);

  List<Marker> markers();

  /**
   * How the language of the program writes a function's name; the name itself where that is C.
   *
   * @param parameters with the types of its parameters, as {@code ns::f(int)}
   */
  String written(Function function, boolean parameters);

  /**
   * The function whose code begins at a place of the file; empty without debug information.
   *
   * @throws BinaryException if there is some that can't be read
   */
  Optional<Signature> signature(long fileOffset) throws BinaryException;

  /** The parameters of the function that begins there, as C declares them; none if not known. */
  List<String> declarations(long fileOffset);

  /**
   * A struct or class, or a union, of which the debug information tells all.
   *
   * @throws BinaryException if there is some that can't be read
   */
  Optional<Type.Struct> struct(boolean union, String name) throws BinaryException;

  /**
   * What the debug information has as a type of this name (typedef).
   *
   * @throws BinaryException as above
   */
  Optional<Type> typedef(String name) throws BinaryException;

  /** The members of a struct that the debug information has; its origin's source is the file. */
  List<Member> members(int struct);

  /**
   * Where the debug information says that statements of a source file begin.
   *
   * @param source its path, or the end of it
   * @throws BinaryException if there is some that can't be read
   */
  List<Line> lines(String source) throws BinaryException;

  /** Whether the debug information has a function that is only a part of others. */
  boolean inlined(String name);
}
