package jbt.compiler.lang;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import jbt.compiler.lang.Ast.Expr;
import jbt.compiler.lang.Ast.TypeName;
import jbt.compiler.lang.Token.Kind;

/** Reads names of types, and tells casts from groups. */
final class TypeParser {
  /** Names that are always types. */
  private static final Set<String> TYPES =
      Set.of(
          "bool",
          "void",
          "int8",
          "int16",
          "int32",
          "int64",
          "uint8",
          "uint16",
          "uint32",
          "uint64",
          "int8_t",
          "int16_t",
          "int32_t",
          "int64_t",
          "uint8_t",
          "uint16_t",
          "uint32_t",
          "uint64_t",
          "s8",
          "s16",
          "s32",
          "s64",
          "u8",
          "u16",
          "u32",
          "u64",
          "size_t",
          "pid_t",
          "string",
          "buffer",
          "inet");

  /** Words of which C makes the name of an integer type. */
  private static final Set<String> INTEGER_WORDS =
      Set.of("unsigned", "signed", "char", "short", "int", "long");

  private static final Set<String> KEYWORDS = Set.of("struct", "union", "enum");
  private static final Set<String> QUALIFIERS = Set.of("const", "volatile");

  /** What the kernel calls types, so that {@code (loff_t)-1} is no subtraction. */
  private static final Pattern TYPEDEF = Pattern.compile("\\w+_t|__[us](8|16|32|64)");

  /** As many tokens as a cast in front of its closing parenthesis may have. */
  private static final int LONGEST = 16;

  private static final int LONGEST_ARRAY = 1 << 16;

  private final Tokens tokens;
  private final ExpressionParser expressions;

  TypeParser(Tokens tokens, ExpressionParser expressions) {
    this.tokens = tokens;
    this.expressions = expressions;
  }

  /** Whether it can't be but the beginning of a type's name. */
  static boolean isType(Token token) {
    return token.kind() == Kind.IDENTIFIER
        && (TYPES.contains(token.text())
            || INTEGER_WORDS.contains(token.text())
            || KEYWORDS.contains(token.text())
            || QUALIFIERS.contains(token.text())
            || token.text().equals("typeof"));
  }

  /** Whether the parenthesis that is the current token begins a cast. */
  boolean castAhead() {
    Token name = tokens.ahead();
    if (isType(name)) {
      return true;
    }
    if (name.kind() != Kind.IDENTIFIER) {
      return false;
    }
    int at = 2;
    boolean pointer = false;
    while (at < LONGEST && (tokens.ahead(at).is("*") || tokens.ahead(at).is("["))) {
      boolean array = tokens.ahead(at).is("[");
      int end = array && tokens.ahead(at + 1).kind() == Kind.INTEGER ? at + 2 : at + 1;
      if (array && !tokens.ahead(end).is("]")) {
        return false;
      }
      pointer |= !array;
      at = array ? end + 1 : at + 1;
    }
    return tokens.ahead(at).is(")") && (pointer || beginsOperand(name, tokens.ahead(at + 1)));
  }

  /** Whether it can only be what a cast is applied to, if this is the name in front of it. */
  private boolean beginsOperand(Token name, Token token) {
    return switch (token.kind()) {
      case INTEGER, STRING, VARIABLE, MAP, IDENTIFIER -> true;
      case SYMBOL ->
          token.is("(")
              || token.is("~")
              || token.is("!")
              || (namesType(name)
                  && (token.is("-") || token.is("+") || token.is("*") || token.is("&")));
      case BAD, END -> false;
    };
  }

  private boolean namesType(Token name) {
    return tokens.declaresType(name.text()) || TYPEDEF.matcher(name.text()).matches();
  }

  /** Whether the argument of a call that comes can be nothing but a type. */
  boolean argumentAhead() {
    Token first = tokens.current();
    return first.kind() == Kind.IDENTIFIER
        && (KEYWORDS.contains(first.text())
            || first.text().equals("typeof")
            || typeAhead()
            || (tokens.ahead().is("[") && (isType(first) || tokens.declaresType(first.text()))));
  }

  TypeName typeName() throws SyntaxError {
    return typeName(false);
  }

  /** As {@link #typeName}, but the length of an array may be left to what is cast. */
  TypeName castType() throws SyntaxError {
    return typeName(true);
  }

  private TypeName typeName(boolean open) throws SyntaxError {
    while (QUALIFIERS.contains(tokens.current().text())) {
      tokens.take();
    }
    Token first = tokens.expect(Kind.IDENTIFIER);
    String keyword = KEYWORDS.contains(first.text()) ? first.text() : "";
    String name = keyword.isEmpty() ? first.text() : tokens.expect(Kind.IDENTIFIER).text();
    Optional<Expr> of = Optional.empty();
    List<Integer> suffixes = new ArrayList<>();
    if (name.equals("typeof")) {
      tokens.expect("(");
      name = "";
      if (isType(tokens.current())) {
        TypeName inner = typeName();
        keyword = inner.keyword();
        name = inner.name();
        suffixes.addAll(inner.suffixes());
        of = inner.of();
      } else {
        of = Optional.of(expressions.expression());
      }
      tokens.expect(")");
    } else if (INTEGER_WORDS.contains(name)) {
      name = integerName(name);
    }
    while (tokens.current().is("*")
        || tokens.current().is("[")
        || QUALIFIERS.contains(tokens.current().text())) {
      Token token = tokens.take();
      if (token.is("*")) {
        suffixes.add(TypeName.POINTER);
      } else if (token.is("[")) {
        suffixes.add(open && tokens.accept("]") ? TypeName.OPEN : length());
      }
    }
    SourceRange range = first.range().to(tokens.previous());
    return new TypeName(keyword, name, suffixes, of, range);
  }

  private int length() throws SyntaxError {
    Token number = tokens.expect(Kind.INTEGER);
    if (number.number() < 1 || number.number() > LONGEST_ARRAY) {
      throw new SyntaxError(number.range(), "a length is a number from 1 to 65536");
    }
    tokens.expect("]");
    return (int) number.number();
  }

  /** {@code unsigned long int} and the like, by the usual name. */
  private String integerName(String first) {
    List<String> words = new ArrayList<>(List.of(first));
    while (INTEGER_WORDS.contains(tokens.current().text())
        && tokens.current().kind() == Kind.IDENTIFIER) {
      words.add(tokens.take().text());
    }
    String size =
        words.contains("char")
            ? "char"
            : words.contains("short") ? "short" : words.contains("long") ? "long" : "int";
    return words.contains("unsigned") ? "unsigned " + size : size;
  }

  /** The rest of {@code sizeof(}, {@code typeinfo(}, {@code offsetof(} or {@code container_of(}. */
  Expr layoutCall(Token name) throws SyntaxError {
    if (name.isWord("container_of")) {
      Expr pointer = expressions.expression();
      tokens.expect(",");
      TypeName type = typeName();
      List<String> fields = fields();
      return new Expr.ContainerOf(pointer, type, fields, name.range().to(tokens.previous()));
    }
    Optional<TypeName> type = Optional.empty();
    Optional<Expr> of = Optional.empty();
    Token first = tokens.current();
    Token second = tokens.ahead();
    boolean lone = first.kind() == Kind.IDENTIFIER && (second.is(")") || second.is(","));
    if (isType(first) || typeAhead()) {
      type = Optional.of(typeName());
    } else {
      of = Optional.of(expressions.expression());
      type =
          lone
              ? Optional.of(
                  new TypeName("", first.text(), List.of(), Optional.empty(), first.range()))
              : Optional.empty();
    }
    if (!name.isWord("offsetof")) {
      tokens.expect(")");
      SourceRange range = name.range().to(tokens.previous());
      return name.isWord("sizeof")
          ? new Expr.SizeOf(type, of, range)
          : new Expr.TypeInfo(type, of, range);
    }
    List<String> fields = fields();
    return new Expr.OffsetOf(type, of, fields, name.range().to(tokens.previous()));
  }

  /** Whether a name with stars or brackets up to the end of the argument comes. */
  private boolean typeAhead() {
    if (tokens.current().kind() != Kind.IDENTIFIER || !tokens.ahead().is("*")) {
      return false;
    }
    int at = 2;
    while (at < LONGEST && tokens.ahead(at).is("*")) {
      at++;
    }
    return tokens.ahead(at).is(")") || tokens.ahead(at).is(",");
  }

  /** {@code , a.b.c)}. */
  private List<String> fields() throws SyntaxError {
    tokens.expect(",");
    List<String> fields = new ArrayList<>();
    do {
      fields.add(tokens.expect(Kind.IDENTIFIER).text());
    } while (tokens.accept("."));
    tokens.expect(")");
    return fields;
  }
}
