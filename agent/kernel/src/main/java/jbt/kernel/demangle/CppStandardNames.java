package jbt.kernel.demangle;

import java.util.List;

/** Names of the standard library that have a letter of their own. */
final class CppStandardNames {
  private static final Node CHAR = new Node.Text("char");
  private static final Node TRAITS = of("char_traits", List.of(CHAR));
  private static final Node ALLOCATOR = of("allocator", List.of(CHAR));
  private static final Node STRING =
      new Node.Abbreviated("std::string", of("basic_string", List.of(CHAR, TRAITS, ALLOCATOR)));

  private CppStandardNames() {}

  private static Node of(String name, List<Node> arguments) {
    return new Node.Instance(plain(name), arguments);
  }

  private static Node plain(String name) {
    return new Node.Scoped(new Node.Text("std"), new Node.Text(name));
  }

  private static Node stream(String name, String template) {
    return new Node.Abbreviated("std::" + name, of(template, List.of(CHAR, TRAITS)));
  }

  static Node of(char letter) {
    return switch (letter) {
      case 't' -> new Node.Text("std");
      case 'a' -> plain("allocator");
      case 'b' -> plain("basic_string");
      case 's' -> STRING;
      case 'i' -> stream("istream", "basic_istream");
      case 'o' -> stream("ostream", "basic_ostream");
      case 'd' -> stream("iostream", "basic_iostream");
      default -> throw new Malformed();
    };
  }
}
