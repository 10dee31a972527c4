package jbt.kernel.demangle;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads the names of functions and variables as the Itanium C++ ABI mangles them, chapter 5.1.
 * Where that leaves a choice of words, those of binutils are taken.
 */
final class CppNames {
  private final Cursor in;
  private final CppTypes types;

  /** What {@code S_}, {@code S0_} and so on stand for. */
  final List<Node> substitutions = new ArrayList<>();

  /** What {@code T_}, {@code T0_} and so on stand for. */
  List<Node> arguments = List.of();

  /** Parameters that were named before the arguments were known. */
  private List<Node.Forward> forwards = new ArrayList<>();

  /** What was learned of the name that is being read. */
  static final class Form {
    /** It is that of a declaration: its template arguments are what parameters stand for. */
    final boolean declares;

    boolean endsInArguments;
    boolean structorOrConversion;
    String qualifiers = "";

    Form(boolean declares) {
      this.declares = declares;
    }
  }

  private CppNames(Cursor in) {
    this.in = in;
    this.types = new CppTypes(in, this);
  }

  static String demangle(String symbol, Names.Extent extent) {
    Cursor in = new Cursor(symbol, 2);
    Node name = new CppNames(in).encoding();
    String clone = clone(in);
    Node shown =
        switch (extent) {
          case WHOLE -> name;
          case DECLARED -> name instanceof Node.Function f ? withoutReturned(f) : name;
          case PLAIN -> name instanceof Node.Function f ? f.name() : name;
        };
    return CppPrinter.print(shown) + clone;
  }

  private static Node withoutReturned(Node.Function f) {
    return new Node.Function(null, f.name(), f.parameters(), f.qualifiers());
  }

  /** What compilers put behind the name of a copy that they made: {@code .part.0}. */
  private static String clone(Cursor in) {
    StringBuilder text = new StringBuilder();
    while (in.peek() == '.') {
      int start = in.place();
      in.take();
      if (Character.isLetter(in.peek()) || in.peek() == '_') {
        while (Character.isLetterOrDigit(in.peek()) || in.peek() == '_') {
          in.take();
        }
      }
      while (in.peek() == '.' && Character.isDigit(in.peek(1))) {
        in.take();
        in.number();
      }
      if (in.place() == start + 1) {
        throw new Malformed();
      }
      text.append(" [clone ").append(in.from(start)).append(']');
    }
    if (!in.atEnd() && in.peek() != '@') {
      throw new Malformed();
    }
    return text + in.rest();
  }

  Node encoding() {
    in.enter();
    List<Node> outer = arguments;
    List<Node.Forward> outerForwards = forwards;
    forwards = new ArrayList<>();
    Node read = in.peek() == 'T' || in.peek() == 'G' ? special() : declaration();
    arguments = outer;
    forwards = outerForwards;
    in.leave();
    return read;
  }

  private Node declaration() {
    Form form = new Form(true);
    Node name = name(form);
    for (Node.Forward forward : forwards) {
      if (forward.index < arguments.size()) {
        forward.target = arguments.get(forward.index);
      }
    }
    forwards.clear();
    if (in.atEnd() || in.peek() == 'E' || in.peek() == '.' || in.peek() == '@') {
      return form.qualifiers.isEmpty() ? name : new Node.Qualified(name, form.qualifiers);
    }
    Node returned = form.endsInArguments && !form.structorOrConversion ? types.type() : null;
    return new Node.Function(returned, name, types.parameters(), form.qualifiers);
  }

  private Node special() {
    char first = in.take();
    char second = in.take();
    return switch ("" + first + second) {
      case "TV" -> prefixed("vtable for ", types.type());
      case "TT" -> prefixed("VTT for ", types.type());
      case "TI" -> prefixed("typeinfo for ", types.type());
      case "TS" -> prefixed("typeinfo name for ", types.type());
      case "TC" -> {
        Node derived = types.type();
        in.number();
        in.expect("_");
        Node base = types.type();
        yield new Node.Row(
            new Node.Text("construction vtable for "), base, new Node.Text("-in-"), derived);
      }
      case "Th" -> {
        offset();
        yield prefixed("non-virtual thunk to ", encoding());
      }
      case "Tv" -> {
        offset();
        offset();
        yield prefixed("virtual thunk to ", encoding());
      }
      case "Tc" -> {
        callOffset();
        callOffset();
        yield prefixed("covariant return thunk to ", encoding());
      }
      case "TW" -> prefixed("TLS wrapper function for ", name(new Form(false)));
      case "TH" -> prefixed("TLS init function for ", name(new Form(false)));
      case "TA" -> prefixed("template parameter object for ", types.argument());
      case "GV" -> prefixed("guard variable for ", name(new Form(false)));
      case "GR" -> {
        Node name = name(new Form(false));
        int number = in.accept("_") ? 0 : sequence() + 1;
        yield new Node.Row(new Node.Text("reference temporary #" + number + " for "), name);
      }
      case "GA" -> prefixed("hidden alias for ", encoding());
      case "GT" -> {
        boolean safe = in.take() != 'n';
        yield prefixed(safe ? "transaction clone for " : "non-transaction clone for ", encoding());
      }
      default -> throw new Malformed();
    };
  }

  private static Node prefixed(String text, Node what) {
    return new Node.Row(new Node.Text(text), what);
  }

  private void callOffset() {
    if (in.take() == 'v') {
      offset();
    }
    offset();
  }

  private void offset() {
    in.accept("n");
    in.number();
    in.expect("_");
  }

  /** A number to base 36 and the {@code _} behind it. */
  private int sequence() {
    int number = 0;
    while (!in.accept("_")) {
      int digit = Character.digit(in.take(), 36);
      if (digit < 0 || number > 1 << 20) {
        throw new Malformed();
      }
      number = 36 * number + digit;
    }
    return number;
  }

  Node name(Form form) {
    in.enter();
    Node name =
        switch (in.peek()) {
          case 'N' -> nested(form);
          case 'Z' -> local(form);
          default -> unscoped(form);
        };
    in.leave();
    return name;
  }

  private Node unscoped(Form form) {
    Node name;
    if (in.peek() == 'S' && in.peek(1) != 't') {
      name = substitution(false);
      if (in.peek() != 'I') {
        return name;
      }
    } else {
      boolean standard = in.accept("St");
      Node plain = unqualified(Optional.empty(), form);
      name = standard ? new Node.Scoped(new Node.Text("std"), plain) : plain;
      if (in.peek() == 'I') {
        substitutions.add(name);
      }
    }
    return in.peek() == 'I' ? instance(name, form) : name;
  }

  private Node instance(Node template, Form form) {
    List<Node> found = types.arguments();
    if (form.declares) {
      arguments = found;
    }
    form.endsInArguments = true;
    return new Node.Instance(template, found);
  }

  private Node nested(Form form) {
    in.expect("N");
    String qualifiers = qualifiers();
    String reference = in.accept("R") ? " &" : in.accept("O") ? " &&" : "";
    Node prefix = null;
    while (!in.accept("E")) {
      boolean known = false;
      if (in.peek() == 'I') {
        if (prefix == null) {
          throw new Malformed();
        }
        prefix = instance(prefix, form);
      } else if (in.peek() == 'S' && prefix == null) {
        known = true;
        prefix = in.accept("St") ? new Node.Text("std") : substitution(true);
        form.endsInArguments = false;
      } else if (in.peek() == 'T' && prefix == null) {
        prefix = parameter();
      } else if (in.peek() == 'D' && (in.peek(1) == 't' || in.peek(1) == 'T')) {
        prefix = types.type();
        known = true;
      } else if (in.accept("M")) {
        // The scope of a closure in a member's initializer: the member was read before.
        continue;
      } else {
        form.endsInArguments = false;
        form.structorOrConversion = false;
        Node part = unqualified(Optional.ofNullable(prefix), form);
        prefix = prefix == null ? part : new Node.Scoped(prefix, part);
      }
      if (!known && in.peek() != 'E') {
        substitutions.add(prefix);
      }
    }
    if (prefix == null) {
      throw new Malformed();
    }
    form.qualifiers = qualifiers + reference;
    return prefix;
  }

  String qualifiers() {
    String restricted = in.accept("r") ? " restrict" : "";
    String changing = in.accept("V") ? " volatile" : "";
    String constant = in.accept("K") ? " const" : "";
    return constant + changing + restricted;
  }

  private Node local(Form form) {
    in.expect("Z");
    Node function = encoding();
    Node scope = function instanceof Node.Function f ? withoutReturned(f) : function;
    in.expect("E");
    if (in.accept("s")) {
      discriminator();
      return new Node.Local(scope, new Node.Text("string literal"));
    }
    if (in.accept("d")) {
      int number = in.accept("_") ? 1 : in.number() + 2;
      if (number > 1) {
        in.expect("_");
      }
      Node entity = name(form);
      Node argument = new Node.Text("{default arg#" + number + "}");
      return new Node.Local(scope, new Node.Scoped(argument, entity));
    }
    Node entity = name(form);
    discriminator();
    return new Node.Local(scope, entity);
  }

  /** Tells apart what has one name; nobody sees it. */
  private void discriminator() {
    if (in.accept("__")) {
      in.number();
      in.expect("_");
    } else if (in.peek() == '_' && Character.isDigit(in.peek(1))) {
      in.take();
      in.take();
    }
  }

  private Node unqualified(Optional<Node> scope, Form form) {
    in.accept("L");
    Node name;
    char c = in.peek();
    if (in.isDigit()) {
      name = source();
    } else if (c == 'U') {
      name = unnamed();
    } else if (in.accept("DC")) {
      List<Node> parts = new ArrayList<>();
      while (!in.accept("E")) {
        parts.add(source());
      }
      name =
          new Node.Row(new Node.Text("["), new Node.Listed(List.copyOf(parts)), new Node.Text("]"));
    } else if (scope.isPresent()
        && (c == 'C' || c == 'D')
        && (Character.isDigit(in.peek(1)) || in.peek(1) == 'I')) {
      in.take();
      boolean inherited = in.accept("I");
      in.take();
      if (inherited) {
        types.type();
      }
      form.structorOrConversion = true;
      name = new Node.Structor(c == 'D' ? "~" : "", scope.get());
    } else {
      name = operator(form);
    }
    while (in.accept("B")) {
      name = new Node.Tagged(name, source());
    }
    return name;
  }

  /** An identifier behind its length. */
  Node source() {
    String text = in.take(in.number());
    boolean nameless = text.length() >= 10 && text.startsWith("_GLOBAL_") && text.charAt(9) == 'N';
    return new Node.Text(nameless ? "(anonymous namespace)" : text);
  }

  private Node unnamed() {
    if (in.accept("Ut")) {
      int number = in.accept("_") ? 1 : in.number() + 2;
      if (number > 1) {
        in.expect("_");
      }
      return new Node.Text("{unnamed type#" + number + "}");
    }
    in.expect("Ul");
    List<Node> parameters = types.lambdaParameters();
    int number = in.accept("_") ? 1 : in.number() + 2;
    if (number > 1) {
      in.expect("_");
    }
    return new Node.Lambda(parameters, number);
  }

  Node operator(Form form) {
    if (in.accept("cv")) {
      form.structorOrConversion = true;
      return new Node.Conversion(types.conversion());
    }
    if (in.peek() == 'v' && Character.isDigit(in.peek(1))) {
      in.take();
      in.take();
      return new Node.Row(new Node.Text("operator "), source());
    }
    String letters = in.take(2);
    String sign =
        CppOperators.find(letters).map(CppOperators.Operator::sign).orElseThrow(Malformed::new);
    if (letters.equals("li")) {
      return new Node.Row(new Node.Text("operator" + sign), source());
    }
    boolean word = Character.isLetter(sign.charAt(0));
    return new Node.Text("operator" + (word ? " " : "") + sign.stripTrailing());
  }

  /** {@code S_}, {@code Sa} and so on, but not {@code St}. */
  Node substitution(boolean prefix) {
    in.expect("S");
    if (in.peek() == '_' || in.isDigit() || Character.isUpperCase(in.peek())) {
      int number = in.accept("_") ? 0 : sequence() + 1;
      if (number >= substitutions.size()) {
        throw new Malformed();
      }
      return substitutions.get(number);
    }
    Node name = CppStandardNames.of(in.take());
    boolean structor = in.peek() == 'C' || in.peek() == 'D';
    if (name instanceof Node.Abbreviated shortName && prefix && structor) {
      name = shortName.full();
    }
    if (in.peek() == 'B') {
      while (in.accept("B")) {
        name = new Node.Tagged(name, source());
      }
      substitutions.add(name);
    }
    return name;
  }

  /** {@code T_}, {@code T0_} and so on. */
  Node parameter() {
    in.expect("T");
    int number = in.accept("_") ? 0 : in.number() + 1;
    if (number > 0) {
      in.expect("_");
    }
    if (types.inLambda() || types.inConversion()) {
      Node.Forward forward = new Node.Forward(number);
      forwards.add(forward);
      return forward;
    }
    return argument(number);
  }

  private Node argument(int number) {
    if (number >= arguments.size()) {
      throw new Malformed();
    }
    return arguments.get(number);
  }
}
