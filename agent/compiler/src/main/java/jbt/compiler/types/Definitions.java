package jbt.compiler.types;

import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Where types are looked up that are not of the language itself. */
public interface Definitions {
  /** A {@code struct name}, or a {@code union name}. */
  Optional<Type.Struct> struct(boolean union, String name);

  /** The names of structs. */
  default Collection<String> structs() {
    return List.of();
  }

  /** The type behind an {@code enum name}. */
  Optional<Type> enumeration(String name);

  /** The type behind a typedef's name. */
  Optional<Type> typedef(String name);

  /** The value of a member of an enum. */
  Optional<Constant> constant(String name);

  /** The names of constants that the script has, other than the kernel's. */
  default Collection<String> constants() {
    return List.of();
  }

  /**
   * A name for a number.
   *
   * @param type of an enum or, where none is known, INT64
   */
  record Constant(long value, Type type) {}

  /** The members of a struct or union in the order of their declaration; none if not known. */
  List<Member> members(Type.Struct struct);

  /** Knows nothing. */
  Definitions NONE =
      new Definitions() {
        @Override
        public Optional<Type.Struct> struct(boolean union, String name) {
          return Optional.empty();
        }

        @Override
        public Optional<Type> enumeration(String name) {
          return Optional.empty();
        }

        @Override
        public Optional<Type> typedef(String name) {
          return Optional.empty();
        }

        @Override
        public Optional<Constant> constant(String name) {
          return Optional.empty();
        }

        @Override
        public List<Member> members(Type.Struct struct) {
          return List.of();
        }
      };
}
