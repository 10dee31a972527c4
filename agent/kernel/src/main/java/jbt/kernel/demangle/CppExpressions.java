package jbt.kernel.demangle;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import jbt.kernel.demangle.CppOperators.Operator;

/** Reads the expressions in mangled C++ names. */
final class CppExpressions {
  private final Cursor in;
  private final CppNames names;
  private final CppTypes types;

  CppExpressions(Cursor in, CppNames names, CppTypes types) {
    this.in = in;
    this.names = names;
    this.types = types;
  }

  Node expression() {
    in.enter();
    Node read = any();
    in.leave();
    return read;
  }

  private static Node text(String text) {
    return new Node.Text(text);
  }

  private Node any() {
    if (in.peek() == 'L') {
      return literal();
    }
    if (in.peek() == 'T') {
      return names.parameter();
    }
    if (in.isDigit()) {
      return unresolved();
    }
    if (in.peek() == 'f' && (in.peek(1) == 'p' || in.peek(1) == 'L')) {
      return functionParameter();
    }
    boolean global = in.accept("gs");
    String letters = "" + in.peek() + in.peek(1);
    Optional<Node> special = special(letters);
    if (special.isPresent()) {
      return global ? new Node.Row(text("::"), special.get()) : special.get();
    }
    Optional<Operator> operator = CppOperators.find(letters);
    if (operator.isEmpty()) {
      throw new Malformed();
    }
    in.take(2);
    return switch (operator.get().operands()) {
      case 1 -> unary(letters, operator.get().sign());
      case 2 -> binary(letters, operator.get().sign());
      case 3 -> {
        Node condition = operand();
        Node yes = operand();
        yield new Node.Row(condition, text("?"), yes, text(" : "), operand());
      }
      default -> throw new Malformed();
    };
  }

  private Node operand() {
    return new Node.Operand(expression());
  }

  private Node unary(String letters, String sign) {
    return switch (letters) {
      case "st", "at", "ti" ->
          new Node.Row(text(sign.stripTrailing() + " ("), types.type(), text(")"));
      case "pp", "mm" -> {
        boolean before = in.accept("_");
        Node operand = operand();
        yield before ? new Node.Row(text(sign), operand) : new Node.Row(operand, text(sign));
      }
      case "sZ" -> new Node.Row(text("sizeof...("), expression(), text(")"));
      case "sz", "az", "te" -> new Node.Row(text(sign), text("("), expression(), text(")"));
      default -> new Node.Row(text(sign), operand());
    };
  }

  private Node binary(String letters, String sign) {
    Node left = operand();
    if (letters.equals("ix")) {
      return new Node.Row(left, text("["), expression(), text("]"));
    }
    if (letters.equals("dt") || letters.equals("pt")) {
      return new Node.Row(left, text(sign), unresolved());
    }
    Node row = new Node.Row(left, text(sign), operand());
    return letters.equals("gt") ? new Node.Row(text("("), row, text(")")) : row;
  }

  private Optional<Node> special(String letters) {
    return switch (letters) {
      case "cl" -> {
        in.take(2);
        Node called = operand();
        yield Optional.of(new Node.Row(called, text("("), listedToEnd(), text(")")));
      }
      case "cv" -> {
        in.take(2);
        Node type = types.type();
        Node value = in.accept("_") ? new Node.Row(text("("), listedToEnd(), text(")")) : operand();
        yield Optional.of(new Node.Row(text("("), type, text(")"), value));
      }
      case "tl" -> {
        in.take(2);
        Node type = types.type();
        yield Optional.of(new Node.Row(type, text("{"), listedToEnd(), text("}")));
      }
      case "il" -> {
        in.take(2);
        yield Optional.of(new Node.Row(text("{"), listedToEnd(), text("}")));
      }
      case "dc" -> cast("dynamic_cast");
      case "sc" -> cast("static_cast");
      case "cc" -> cast("const_cast");
      case "rc" -> cast("reinterpret_cast");
      case "sp" -> {
        in.take(2);
        yield Optional.of(new Node.Expansion(expression()));
      }
      case "tr" -> {
        in.take(2);
        yield Optional.of(text("throw"));
      }
      case "nw", "na" -> creation();
      case "dl", "da" -> {
        in.take(2);
        yield Optional.of(
            new Node.Row(text(letters.equals("dl") ? "delete " : "delete[] "), operand()));
      }
      case "fl", "fr", "fL", "fR" -> fold();
      case "sr" -> Optional.of(unresolved());
      case "on", "dn" -> Optional.of(unresolved());
      default -> Optional.empty();
    };
  }

  private Optional<Node> cast(String word) {
    in.take(2);
    Node type = types.type();
    return Optional.of(new Node.Row(text(word + "<"), type, text(">("), expression(), text(")")));
  }

  private Optional<Node> creation() {
    boolean array = in.take(2).equals("na");
    List<Node> parts = new ArrayList<>();
    parts.add(text(array ? "new[] " : "new "));
    Node place = listedTo("_");
    if (!((Node.Listed) place).parts().isEmpty()) {
      parts.addAll(List.of(text("("), place, text(") ")));
    }
    parts.add(types.type());
    if (in.accept("pi")) {
      parts.addAll(List.of(text("("), listedToEnd(), text(")")));
    } else {
      in.expect("E");
    }
    return Optional.of(new Node.Row(List.copyOf(parts)));
  }

  private Optional<Node> fold() {
    String letters = in.take(2);
    String sign = CppOperators.find(in.take(2)).map(Operator::sign).orElseThrow(Malformed::new);
    Node first = operand();
    return Optional.of(
        switch (letters) {
          case "fl" -> new Node.Row(text("(..." + sign), first, text(")"));
          case "fr" -> new Node.Row(text("("), first, text(sign + "...)"));
          default ->
              new Node.Row(text("("), first, text(sign + "..." + sign), operand(), text(")"));
        });
  }

  private Node listedToEnd() {
    return listedTo("E");
  }

  private Node listedTo(String end) {
    List<Node> all = new ArrayList<>();
    while (!in.accept(end)) {
      all.add(expression());
    }
    return new Node.Listed(List.copyOf(all));
  }

  private Node functionParameter() {
    boolean outer = in.take(2).equals("fL");
    if (outer) {
      in.number();
      in.expect("p");
    }
    if (in.accept("T")) {
      return text("this");
    }
    names.qualifiers();
    int number = in.accept("_") ? 1 : in.number() + 2;
    if (number > 1) {
      in.expect("_");
    }
    return text("{parm#" + number + "}");
  }

  /** A name that only the arguments of a template can resolve. */
  private Node unresolved() {
    if (in.accept("srN")) {
      Node scope = types.type();
      while (!in.accept("E")) {
        scope = new Node.Scoped(scope, withArguments(names.source()));
      }
      return new Node.Scoped(scope, base());
    }
    if (in.accept("sr")) {
      Node scope = types.type();
      return new Node.Scoped(scope, base());
    }
    return base();
  }

  private Node base() {
    if (in.accept("on")) {
      return withArguments(names.operator(new CppNames.Form(false)));
    }
    if (in.accept("dn")) {
      return new Node.Row(text("~"), in.isDigit() ? withArguments(names.source()) : types.type());
    }
    return withArguments(names.source());
  }

  private Node withArguments(Node name) {
    return in.peek() == 'I' ? new Node.Instance(name, types.arguments()) : name;
  }

  private Node literal() {
    in.expect("L");
    if (in.accept("_Z")) {
      Node name = names.encoding();
      in.expect("E");
      return name;
    }
    if (in.peek() == 'Z') {
      Node name = names.encoding();
      in.expect("E");
      return name;
    }
    Node type = types.type();
    StringBuilder digits = new StringBuilder();
    if (in.accept("n")) {
      digits.append('-');
    }
    while (!in.accept("E")) {
      digits.append(in.take());
    }
    String number = digits.toString();
    String name = type instanceof Node.Builtin builtin ? builtin.name() : "";
    return switch (name) {
      case "int" -> text(number);
      case "unsigned int" -> text(number + "u");
      case "long" -> text(number + "l");
      case "unsigned long" -> text(number + "ul");
      case "long long" -> text(number + "ll");
      case "unsigned long long" -> text(number + "ull");
      case "bool" ->
          number.equals("0") || number.equals("1")
              ? text(number.equals("1") ? "true" : "false")
              : text("(bool)" + number);
      case "float", "double", "long double" -> text("(" + name + ")[" + number + "]");
      default -> new Node.Row(text("("), type, text(")" + number));
    };
  }
}
