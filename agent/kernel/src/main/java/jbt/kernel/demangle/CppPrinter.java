package jbt.kernel.demangle;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes a name. Types are written in two parts, left and right of what they declare: {@code int
 * (*} and {@code )(char)}.
 */
final class CppPrinter {
  private static final int LONGEST = 1 << 16;
  private static final int DEEPEST = 512;

  /** Names that refer to their own parts again and again would take for ever. */
  private static final int MOST_STEPS = 1 << 18;

  private final StringBuilder out = new StringBuilder();

  /** Which element of the packs is being written, or none. */
  private int element = -1;

  private boolean inLambda;
  private int depth;
  private int steps;

  private CppPrinter() {}

  static String print(Node node) {
    CppPrinter printer = new CppPrinter();
    printer.whole(node);
    return printer.out.toString();
  }

  private void whole(Node node) {
    left(node);
    right(node);
  }

  private void enter() {
    if (++depth > DEEPEST || ++steps > MOST_STEPS) {
      throw new Malformed();
    }
  }

  private void put(String text) {
    out.append(text);
    if (out.length() > LONGEST) {
      throw new Malformed();
    }
  }

  /** What a node stands for: the argument of a parameter, the element of a pack. */
  private @Nullable Node resolved(Node node) {
    Node at = node;
    for (int i = 0; i < DEEPEST; i++) {
      switch (at) {
        case Node.Forward forward when !inLambda -> {
          if (forward.target == null) {
            throw new Malformed();
          }
          at = forward.target;
        }
        case Node.Pack pack when element >= 0 -> {
          if (element >= pack.elements().size()) {
            return null;
          }
          at = pack.elements().get(element);
        }
        default -> {
          return at;
        }
      }
    }
    throw new Malformed();
  }

  private void left(Node written) {
    enter();
    Node node = resolved(written);
    switch (node) {
      case null -> {}
      case Node.Text text -> put(text.text());
      case Node.Builtin builtin -> put(builtin.name());
      case Node.Scoped scoped -> {
        whole(scoped.scope());
        put("::");
        whole(scoped.name());
      }
      case Node.Local local -> {
        whole(local.function());
        put("::");
        whole(local.entity());
      }
      case Node.Instance instance -> {
        whole(instance.template());
        if (out.length() > 0 && out.charAt(out.length() - 1) == '<') {
          put(" ");
        }
        put("<");
        int start = out.length();
        listed(instance.arguments());
        put(out.length() > start && out.charAt(out.length() - 1) == '>' ? " >" : ">");
      }
      case Node.Pack pack -> listed(pack.elements());
      case Node.Expansion expansion -> expand(expansion.pattern());
      case Node.Abbreviated abbreviated -> put(abbreviated.text());
      case Node.Tagged tagged -> {
        whole(tagged.name());
        put("[abi:");
        whole(tagged.tag());
        put("]");
      }
      case Node.Qualified qualified -> qualified(qualified);
      case Node.Pointer pointer -> pointer(pointer);
      case Node.MemberPointer member -> {
        left(member.member());
        put(resolved(member.member()) instanceof Node.FunctionType ? "(" : " ");
        whole(member.owner());
        put("::*");
      }
      case Node.ArrayType array -> left(array.element());
      case Node.FunctionType function -> {
        if (function.returned() != null) {
          left(function.returned());
          put(" ");
        }
      }
      case Node.Function function -> declaration(function);
      case Node.Structor structor -> {
        put(structor.sign());
        last(structor.owner());
      }
      case Node.Conversion conversion -> {
        put("operator ");
        whole(conversion.type());
      }
      case Node.Lambda lambda -> {
        boolean outer = inLambda;
        inLambda = true;
        put("{lambda(");
        listed(lambda.parameters());
        put(")#" + lambda.number() + "}");
        inLambda = outer;
      }
      case Node.Row row -> row.parts().forEach(this::whole);
      case Node.Listed list -> listed(list.parts());
      case Node.Operand operand -> operand(operand.what());
      case Node.Forward parameter -> put("auto:" + (parameter.index + 1));
    }
    depth--;
  }

  private void right(Node written) {
    enter();
    Node node = resolved(written);
    switch (node) {
      case null -> {}
      case Node.Qualified qualified -> right(qualified.type());
      case Node.Pointer pointer -> {
        Node target = collapsed(pointer).target();
        if (isArrayOrFunction(target)) {
          put(")");
        }
        right(target);
      }
      case Node.MemberPointer member -> {
        if (resolved(member.member()) instanceof Node.FunctionType) {
          put(")");
        }
        right(member.member());
      }
      case Node.ArrayType array -> {
        // Dimensions of an array of arrays stand behind each other.
        put(out.length() > 0 && out.charAt(out.length() - 1) == ']' ? "[" : " [");
        whole(array.size());
        put("]");
        right(array.element());
      }
      case Node.FunctionType function -> {
        put("(");
        listed(function.parameters());
        put(")");
        put(function.qualifiers());
        if (function.returned() != null) {
          right(function.returned());
        }
      }
      default -> {}
    }
    depth--;
  }

  private void qualified(Node.Qualified qualified) {
    left(qualified.type());
    // What is constant twice, by the template and by its argument, is so once.
    Node inner = resolved(qualified.type());
    boolean again =
        inner instanceof Node.Qualified(Node _, String q) && q.equals(qualified.qualifiers());
    boolean reference = inner instanceof Node.Pointer p && !p.sign().equals("*");
    if (!again && !reference) {
      put(qualified.qualifiers());
    }
  }

  private void pointer(Node.Pointer written) {
    Node.Pointer pointer = collapsed(written);
    left(pointer.target());
    if (isArrayOrFunction(pointer.target())) {
      boolean array = isArray(pointer.target());
      put(array ? " (" : "(");
    }
    put(pointer.sign());
  }

  /** A reference to a reference is one: {@code &&} only if both are. */
  private Node.Pointer collapsed(Node.Pointer pointer) {
    Node.Pointer outer = pointer;
    for (int i = 0; i < DEEPEST; i++) {
      if (outer.sign().equals("*")
          || !(resolved(outer.target()) instanceof Node.Pointer inner)
          || inner.sign().equals("*")) {
        return outer;
      }
      boolean both = outer.sign().equals("&&") && inner.sign().equals("&&");
      outer = new Node.Pointer(inner.target(), both ? "&&" : "&");
    }
    throw new Malformed();
  }

  private boolean isArray(Node node) {
    Node found = resolved(node);
    return found instanceof Node.ArrayType
        || (found instanceof Node.Qualified qualified && isArray(qualified.type()));
  }

  private boolean isArrayOrFunction(Node node) {
    Node found = resolved(node);
    return found instanceof Node.FunctionType || isArray(node);
  }

  private void declaration(Node.Function function) {
    if (function.returned() != null) {
      left(function.returned());
      boolean around =
          resolved(function.returned()) instanceof Node.Pointer p && isArrayOrFunction(p.target());
      put(around ? "" : " ");
    }
    whole(function.name());
    put("(");
    listed(function.parameters());
    put(")");
    put(function.qualifiers());
    if (function.returned() != null) {
      right(function.returned());
    }
  }

  /** With commas, but not around what turns out to be nothing. */
  private void listed(List<Node> nodes) {
    boolean first = true;
    for (Node node : nodes) {
      int before = out.length();
      if (!first) {
        put(", ");
      }
      int start = out.length();
      whole(node);
      if (out.length() == start) {
        out.setLength(before);
      } else {
        first = false;
      }
    }
  }

  private void expand(Node pattern) {
    int size = packSize(pattern);
    if (size < 0) {
      whole(pattern);
      put("...");
      return;
    }
    int outer = element;
    for (int i = 0; i < size; i++) {
      if (i > 0) {
        put(", ");
      }
      element = i;
      whole(pattern);
    }
    element = outer;
  }

  /** Elements of the first pack that is named; negative without one. */
  private int packSize(@Nullable Node node) {
    if (++steps > MOST_STEPS) {
      throw new Malformed();
    }
    return switch (node) {
      case null -> -1;
      case Node.Pack pack -> pack.elements().size();
      case Node.Forward forward -> packSize(forward.target);
      case Node.Scoped s -> first(List.of(s.scope(), s.name()));
      case Node.Local l -> first(List.of(l.function(), l.entity()));
      case Node.Instance i -> Math.max(packSize(i.template()), first(i.arguments()));
      case Node.Qualified q -> packSize(q.type());
      case Node.Tagged t -> packSize(t.name());
      case Node.Pointer p -> packSize(p.target());
      case Node.MemberPointer m -> first(List.of(m.owner(), m.member()));
      case Node.ArrayType a -> first(List.of(a.element(), a.size()));
      case Node.FunctionType f -> Math.max(packSize(f.returned()), first(f.parameters()));
      case Node.Function f -> Math.max(packSize(f.name()), first(f.parameters()));
      case Node.Structor s -> packSize(s.owner());
      case Node.Conversion c -> packSize(c.type());
      case Node.Row row -> first(row.parts());
      case Node.Listed list -> first(list.parts());
      case Node.Operand operand -> packSize(operand.what());
      case Node.Expansion _, Node.Text _, Node.Builtin _, Node.Abbreviated _, Node.Lambda _ -> -1;
    };
  }

  private int first(List<Node> nodes) {
    for (Node node : nodes) {
      int size = packSize(node);
      if (size >= 0) {
        return size;
      }
    }
    return -1;
  }

  /** The last part of a name, as constructors repeat it. */
  private void last(Node owner) {
    Node node = resolved(owner);
    switch (node) {
      case Node.Scoped scoped -> last(scoped.name());
      case Node.Local local -> last(local.entity());
      case Node.Instance instance -> last(instance.template());
      case Node.Abbreviated abbreviated -> last(abbreviated.full());
      case Node.Tagged tagged -> last(tagged.name());
      case null -> {}
      default -> whole(node);
    }
  }

  private void operand(Node what) {
    Node node = resolved(what);
    boolean name =
        switch (node) {
          case null -> true;
          case Node.Scoped _, Node.Listed _ -> true;
          case Node.Text text -> !text.text().isEmpty() && isName(text.text());
          case Node.Row row ->
              row.parts().getFirst() instanceof Node.Text t && t.text().equals("{");
          default -> false;
        };
    if (name) {
      whole(what);
    } else {
      put("(");
      whole(what);
      put(")");
    }
  }

  private static boolean isName(String text) {
    boolean literal = text.equals("true") || text.equals("false");
    return text.charAt(0) == '{' || (Character.isJavaIdentifierStart(text.charAt(0)) && !literal);
  }
}
