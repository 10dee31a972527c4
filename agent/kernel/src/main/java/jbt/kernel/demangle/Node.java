package jbt.kernel.demangle;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A part of a C++ name: names, types and expressions. {@link CppPrinter} writes them. */
sealed interface Node {
  record Text(String text) implements Node {}

  /** A type of the language itself. */
  record Builtin(String name) implements Node {}

  /** {@code scope::name}. */
  record Scoped(Node scope, Node name) implements Node {}

  /**
   * What is defined inside of a function; {@code entity} may be a text such as a string literal.
   */
  record Local(Node function, Node entity) implements Node {}

  /** A template with its arguments. */
  record Instance(Node template, List<Node> arguments) implements Node {}

  /** What a parameter pack stands for. */
  record Pack(List<Node> elements) implements Node {}

  /** {@code pattern...}: once for each element of the packs in it. */
  record Expansion(Node pattern) implements Node {}

  /** A name with a mark of the ABI. */
  record Tagged(Node name, Node tag) implements Node {}

  /** A standard name that has a shorter form. */
  record Abbreviated(String text, Node full) implements Node {}

  /**
   * A type with const and the like.
   *
   * @param qualifiers each behind a space
   */
  record Qualified(Node type, String qualifiers) implements Node {}

  /**
   * A pointer or reference.
   *
   * @param sign {@code *}, {@code &} or {@code &&}
   */
  record Pointer(Node target, String sign) implements Node {}

  record MemberPointer(Node owner, Node member) implements Node {}

  record ArrayType(Node element, Node size) implements Node {}

  record FunctionType(@Nullable Node returned, List<Node> parameters, String qualifiers)
      implements Node {}

  /** The declaration of a function. */
  record Function(@Nullable Node returned, Node name, List<Node> parameters, String qualifiers)
      implements Node {}

  /** A constructor, or with {@code ~} in front the destructor. */
  record Structor(String sign, Node owner) implements Node {}

  /** A function without a name; parameters of its template are {@code auto}. */
  record Lambda(List<Node> parameters, int number) implements Node {}

  /** {@code operator type}. */
  record Conversion(Node type) implements Node {}

  /** Parts in a row. */
  record Row(List<Node> parts) implements Node {
    Row(Node... parts) {
      this(List.of(parts));
    }
  }

  /** Parts with commas between. */
  record Listed(List<Node> parts) implements Node {}

  /** An operand: in parentheses unless it is a name. */
  record Operand(Node what) implements Node {}

  /** A template parameter that is named before its argument is known, which it may never be. */
  final class Forward implements Node {
    final int index;
    @Nullable Node target;

    Forward(int index) {
      this.index = index;
    }
  }
}
