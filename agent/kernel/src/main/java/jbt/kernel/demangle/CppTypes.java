package jbt.kernel.demangle;

import java.util.ArrayList;
import java.util.List;

/** Reads the types in mangled C++ names. */
final class CppTypes {
  private static final String LETTERS = "vwbcahstijlmxynofdegz";
  private static final String[] NAMES = {
    "void",
    "wchar_t",
    "bool",
    "char",
    "signed char",
    "unsigned char",
    "short",
    "unsigned short",
    "int",
    "unsigned int",
    "long",
    "unsigned long",
    "long long",
    "unsigned long long",
    "__int128",
    "unsigned __int128",
    "float",
    "double",
    "long double",
    "__float128",
    "..."
  };

  private final Cursor in;
  private final CppNames names;
  private final CppExpressions expressions;
  private boolean inLambda;
  private boolean inConversion;

  CppTypes(Cursor in, CppNames names) {
    this.in = in;
    this.names = names;
    this.expressions = new CppExpressions(in, names, this);
  }

  boolean inLambda() {
    return inLambda;
  }

  boolean inConversion() {
    return inConversion;
  }

  /** The type of a conversion: its parameters have their arguments behind it. */
  Node conversion() {
    boolean outer = inConversion;
    inConversion = true;
    Node type = type();
    inConversion = outer;
    return type;
  }

  List<Node> lambdaParameters() {
    boolean outer = inLambda;
    inLambda = true;
    List<Node> parameters = parameters();
    inLambda = outer;
    in.expect("E");
    return parameters;
  }

  /** Types up to what ends a function; a lone void is none. */
  List<Node> parameters() {
    List<Node> all = new ArrayList<>();
    while (!in.atEnd() && "E.@".indexOf(in.peek()) < 0 && !endsInReference()) {
      all.add(type());
    }
    if (all.isEmpty()) {
      throw new Malformed();
    }
    return all.size() == 1 && isVoid(all.getFirst()) ? List.of() : List.copyOf(all);
  }

  private boolean endsInReference() {
    return (in.peek() == 'R' || in.peek() == 'O') && in.peek(1) == 'E';
  }

  private static boolean isVoid(Node type) {
    return type instanceof Node.Builtin(String name) && name.equals("void");
  }

  Node type() {
    in.enter();
    Node type = any();
    in.leave();
    return type;
  }

  private Node filed(Node type) {
    names.substitutions.add(type);
    return type;
  }

  private Node any() {
    char c = in.peek();
    int builtin = LETTERS.indexOf(c);
    if (builtin >= 0 && c != 0) {
      in.take();
      return new Node.Builtin(NAMES[builtin]);
    }
    return switch (c) {
      case 'r', 'V', 'K' -> filed(qualified());
      case 'P' -> pointer("*");
      case 'R' -> pointer("&");
      case 'O' -> pointer("&&");
      case 'C' -> suffixed(" _Complex");
      case 'G' -> suffixed(" _Imaginary");
      case 'u' -> {
        in.take();
        yield filed(names.source());
      }
      case 'U' -> vendor();
      case 'A' -> filed(array());
      case 'M' -> {
        in.take();
        Node owner = type();
        yield filed(new Node.MemberPointer(owner, type()));
      }
      case 'F' -> filed(function(""));
      case 'T' -> parameterOrElaborated();
      case 'S' -> substitutionOrName();
      case 'D' -> extended();
      default -> filed(names.name(new CppNames.Form(false)));
    };
  }

  private Node qualified() {
    String qualifiers = names.qualifiers();
    if (in.peek() == 'F' || (in.peek() == 'D' && "oOwx".indexOf(in.peek(1)) >= 0)) {
      // A member function of this kind; it is filed with its qualifiers only.
      return function(qualifiers);
    }
    return new Node.Qualified(type(), qualifiers);
  }

  private Node pointer(String sign) {
    in.take();
    return filed(new Node.Pointer(type(), sign));
  }

  private Node suffixed(String text) {
    in.take();
    return filed(new Node.Row(type(), new Node.Text(text)));
  }

  private Node vendor() {
    in.take();
    Node name = names.source();
    Node arguments = in.peek() == 'I' ? new Node.Instance(name, arguments()) : name;
    return filed(new Node.Row(type(), new Node.Text(" "), arguments));
  }

  private Node array() {
    in.expect("A");
    Node size = new Node.Text("");
    if (in.isDigit()) {
      size = new Node.Text(Integer.toString(in.number()));
    } else if (in.peek() != '_') {
      size = expressions.expression();
    }
    in.expect("_");
    return new Node.ArrayType(type(), size);
  }

  private Node function(String qualifiers) {
    String exceptions = "";
    Node condition = null;
    if (in.accept("Do")) {
      exceptions = " noexcept";
    } else if (in.accept("DO")) {
      condition = expressions.expression();
      in.expect("E");
    }
    in.accept("Dx");
    in.expect("F");
    in.accept("Y");
    Node returned = type();
    List<Node> parameters = parameters();
    String reference = in.accept("R") ? " &" : in.accept("O") ? " &&" : "";
    in.expect("E");
    Node type = new Node.FunctionType(returned, parameters, qualifiers + reference + exceptions);
    return condition == null
        ? type
        : new Node.Row(type, new Node.Text(" noexcept("), condition, new Node.Text(")"));
  }

  private Node parameterOrElaborated() {
    String word =
        switch (in.peek(1)) {
          case 's' -> "struct ";
          case 'u' -> "union ";
          case 'e' -> "enum ";
          default -> "";
        };
    if (!word.isEmpty()) {
      in.take(2);
      return filed(new Node.Row(new Node.Text(word), names.name(new CppNames.Form(false))));
    }
    Node parameter = filed(names.parameter());
    if (in.peek() != 'I' || (inConversion && !isTemplateTemplate())) {
      return parameter;
    }
    return filed(new Node.Instance(parameter, arguments()));
  }

  /**
   * Whether the arguments that come belong to the parameter before them, and not to the conversion
   * whose type it is: then those follow behind.
   */
  private boolean isTemplateTemplate() {
    int start = in.place();
    int known = names.substitutions.size();
    try {
      arguments();
      return in.peek() == 'I';
    } catch (Malformed e) {
      return false;
    } finally {
      in.moveTo(start);
      while (names.substitutions.size() > known) {
        names.substitutions.removeLast();
      }
    }
  }

  private Node substitutionOrName() {
    if (in.peek(1) == 't') {
      return filed(names.name(new CppNames.Form(false)));
    }
    Node name = names.substitution(false);
    return in.peek() == 'I' ? filed(new Node.Instance(name, arguments())) : name;
  }

  private Node extended() {
    String letters = in.take(2);
    return switch (letters) {
      case "Dd" -> new Node.Builtin("decimal64");
      case "De" -> new Node.Builtin("decimal128");
      case "Df" -> new Node.Builtin("decimal32");
      case "Dh" -> new Node.Builtin("half");
      case "Di" -> new Node.Builtin("char32_t");
      case "Ds" -> new Node.Builtin("char16_t");
      case "Du" -> new Node.Builtin("char8_t");
      case "Da" -> new Node.Builtin("auto");
      case "Dc" -> new Node.Builtin("decltype(auto)");
      case "Dn" -> new Node.Builtin("decltype(nullptr)");
      case "DF" -> {
        String digits = Integer.toString(in.number());
        yield in.accept("b")
            ? new Node.Text("std::bfloat" + digits + "_t")
            : new Node.Text("_Float" + digits + (in.accept("x") ? "x" : underscore()));
      }
      case "DB", "DU" -> {
        Node width =
            in.isDigit() ? new Node.Text(Integer.toString(in.number())) : expressions.expression();
        in.expect("_");
        yield new Node.Row(
            new Node.Text((letters.equals("DU") ? "unsigned " : "") + "_BitInt("),
            width,
            new Node.Text(")"));
      }
      case "Dt", "DT" -> {
        Node expression = expressions.expression();
        in.expect("E");
        yield filed(new Node.Row(new Node.Text("decltype ("), expression, new Node.Text(")")));
      }
      case "Dp" -> filed(new Node.Expansion(type()));
      case "Dv" -> {
        Node size =
            in.isDigit() ? new Node.Text(Integer.toString(in.number())) : expressions.expression();
        in.expect("_");
        Node element = type();
        yield filed(new Node.Row(element, new Node.Text(" __vector("), size, new Node.Text(")")));
      }
      case "Do", "DO", "Dx", "Dw" -> {
        in.moveTo(in.place() - 2);
        yield filed(function(""));
      }
      default -> throw new Malformed();
    };
  }

  private String underscore() {
    in.expect("_");
    return "";
  }

  /** {@code I...E}. */
  List<Node> arguments() {
    in.enter();
    in.expect("I");
    List<Node> all = new ArrayList<>();
    while (!in.accept("E")) {
      all.add(argument());
    }
    in.leave();
    return List.copyOf(all);
  }

  Node argument() {
    return switch (in.peek()) {
      case 'X' -> {
        in.take();
        Node expression = expressions.expression();
        in.expect("E");
        yield expression;
      }
      case 'L' -> expressions.expression();
      case 'J', 'I' -> {
        // Old compilers wrote I.
        in.take();
        List<Node> elements = new ArrayList<>();
        while (!in.accept("E")) {
          elements.add(argument());
        }
        yield new Node.Pack(List.copyOf(elements));
      }
      default -> type();
    };
  }
}
