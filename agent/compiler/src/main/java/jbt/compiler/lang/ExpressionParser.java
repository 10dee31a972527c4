package jbt.compiler.lang;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import jbt.compiler.lang.Ast.BinaryOp;
import jbt.compiler.lang.Ast.Expr;
import jbt.compiler.lang.Ast.TypeName;
import jbt.compiler.lang.Ast.UnaryOp;
import jbt.compiler.lang.Token.Kind;
import org.jspecify.annotations.Nullable;

/** Reads expressions: by precedence from loose to tight, as in C. */
final class ExpressionParser {
  static final String ASSIGNMENT = "an assignment has no value; '==' compares";

  private static final int LOOSEST = 3;

  /** Calls that take types. */
  private static final Set<String> LAYOUT =
      Set.of("sizeof", "offsetof", "container_of", "typeinfo");

  /** What a probe has, which is the same with parentheses. */
  private static final Pattern OF_PROBE = Pattern.compile("args|ctx|arg[0-9]+");

  private static final Map<String, BinaryOp> BINARY = new HashMap<>();
  private static final Map<String, UnaryOp> UNARY = new HashMap<>();

  static {
    for (BinaryOp op : BinaryOp.values()) {
      BINARY.put(op.symbol, op);
    }
    for (UnaryOp op : UnaryOp.values()) {
      UNARY.put(op.symbol, op);
    }
  }

  private final Tokens tokens;
  private final StatementParser statements;
  private final TypeParser types;

  /** A slash in front of an opening brace ends the expression. */
  private boolean inPredicate;

  ExpressionParser(Tokens tokens, StatementParser statements) {
    this.tokens = tokens;
    this.statements = statements;
    this.types = new TypeParser(tokens, this);
  }

  /** The expression between the slashes of a predicate. */
  Expr predicate() throws SyntaxError {
    inPredicate = true;
    try {
      return expression();
    } finally {
      inPredicate = false;
    }
  }

  Expr expression() throws SyntaxError {
    tokens.enter();
    Expr condition = or();
    Expr result = condition;
    if (tokens.accept("?")) {
      Optional<Expr> then = tokens.current().is(":") ? Optional.empty() : Optional.of(expression());
      tokens.expect(":");
      Expr otherwise = expression();
      result =
          new Expr.Conditional(condition, then, otherwise, condition.range().to(otherwise.range()));
    }
    tokens.leave();
    return result;
  }

  private Expr or() throws SyntaxError {
    Expr first = and();
    if (!tokens.current().is("||")) {
      return first;
    }
    List<Expr> operands = new ArrayList<>(List.of(first));
    while (tokens.accept("||")) {
      operands.add(and());
    }
    return logical(false, operands);
  }

  private Expr and() throws SyntaxError {
    Expr first = binary(LOOSEST);
    if (!tokens.current().is("&&")) {
      return first;
    }
    List<Expr> operands = new ArrayList<>(List.of(first));
    while (tokens.accept("&&")) {
      operands.add(binary(LOOSEST));
    }
    return logical(true, operands);
  }

  /** Long chains of these are common in scripts made by programs: a flat tree serves them. */
  private static Expr logical(boolean and, List<Expr> operands) {
    if (operands.size() == 1) {
      return operands.getFirst();
    }
    int middle = operands.size() / 2;
    Expr left = logical(and, operands.subList(0, middle));
    Expr right = logical(and, operands.subList(middle, operands.size()));
    return new Expr.Logical(and, left, right, left.range().to(right.range()));
  }

  /** Operators of at least a precedence. */
  private Expr binary(int precedence) throws SyntaxError {
    Expr left = unary();
    BinaryOp op = binaryOp(precedence);
    while (op != null) {
      tokens.take();
      Expr right = binary(op.precedence + 1);
      left = new Expr.Binary(op, left, right, left.range().to(right.range()));
      op = binaryOp(precedence);
    }
    return left;
  }

  private @Nullable BinaryOp binaryOp(int precedence) {
    Token token = tokens.current();
    BinaryOp op = token.kind() == Kind.SYMBOL ? BINARY.get(token.text()) : null;
    if (op == null || op.precedence < precedence) {
      return null;
    }
    return op == BinaryOp.DIVIDE && inPredicate && tokens.ahead().is("{") ? null : op;
  }

  private Expr unary() throws SyntaxError {
    Token token = tokens.current();
    if (token.kind() != Kind.SYMBOL) {
      return postfix(primary(), token.range());
    }
    boolean step = token.is("++") || token.is("--");
    UnaryOp op = UNARY.get(token.text());
    if (!step && op == null) {
      if (!token.is("(")) {
        return postfix(primary(), token.range());
      }
      return types.castAhead() ? cast() : postfix(groupOrTuple(), token.range());
    }
    tokens.enter();
    tokens.take();
    Expr operand = unary();
    tokens.leave();
    SourceRange range = token.range().to(tokens.previous());
    return op == null ? step(operand, token, true, range) : new Expr.Unary(op, operand, range);
  }

  private Expr cast() throws SyntaxError {
    tokens.enter();
    SourceRange start = tokens.take().range();
    TypeName type = types.castType();
    tokens.expect(")");
    Expr operand = unary();
    tokens.leave();
    return new Expr.Cast(type, operand, start.to(tokens.previous()));
  }

  TypeName typeName() throws SyntaxError {
    return types.typeName();
  }

  /** What stands behind an expression; {@code start}: where it begins, parentheses included. */
  private Expr postfix(Expr first, SourceRange start) throws SyntaxError {
    Expr expr = first;
    while (true) {
      Token token = tokens.current();
      if (token.is(".") || token.is("->")) {
        tokens.take();
        Token field = tokens.current();
        if (field.kind() != Kind.IDENTIFIER && field.kind() != Kind.INTEGER) {
          throw tokens.unexpected("expected the name of a field");
        }
        tokens.take();
        expr = new Expr.Member(expr, field.text(), field.range(), start.to(field.range()));
      } else if (token.is("[")) {
        tokens.take();
        Expr index = expression();
        SourceRange end = tokens.expect("]").range();
        expr = new Expr.Index(expr, index, start.to(end));
      } else if (token.is("++") || token.is("--")) {
        tokens.take();
        expr = step(expr, token, false, start.to(token.range()));
      } else {
        return expr;
      }
    }
  }

  private static Expr step(Expr target, Token token, boolean prefix, SourceRange range)
      throws SyntaxError {
    if (!(target instanceof Expr.Variable || target instanceof Expr.MapUse)) {
      throw new SyntaxError(range, token.described() + " needs a variable or a map");
    }
    return new Expr.Step(target, token.is("++"), prefix, range);
  }

  /** What begins with no operator and no parenthesis. */
  private Expr primary() throws SyntaxError {
    Token token = tokens.current();
    return switch (token.kind()) {
      case INTEGER -> new Expr.Int(tokens.take().number(), token.unsigned(), token.range());
      case STRING -> new Expr.Str(tokens.take().text(), token.range());
      case VARIABLE -> new Expr.Variable(tokens.take().text(), token.range());
      case MAP -> mapUse();
      case IDENTIFIER -> nameOrCall();
      case SYMBOL, BAD, END -> {
        if (token.is("{")) {
          yield statements.value();
        }
        throw tokens.unexpected("expected an expression", hints(token));
      }
    };
  }

  /** What is meant by operators of other languages, of which this is the second part. */
  private String[] hints(Token token) {
    boolean joined = tokens.previous().end() == token.range().start();
    if (joined && tokens.justTook("<") && token.is(">")) {
      return new String[] {"Not equal is !="};
    }
    return joined && (tokens.justTook("==") || tokens.justTook("!=")) && token.is("=")
        ? new String[] {"Equal is ==, not equal !="}
        : new String[] {};
  }

  private Expr mapUse() throws SyntaxError {
    Token name = tokens.take();
    List<Expr> key = List.of();
    if (tokens.accept("[")) {
      key = listUpTo("]");
      if (key.isEmpty()) {
        throw new SyntaxError(name.range().to(tokens.previous()), "expected a key");
      }
    }
    return new Expr.MapUse(name.text(), key, name.range().to(tokens.previous()));
  }

  private Expr nameOrCall() throws SyntaxError {
    Token name = tokens.take();
    if (name.isWord("if")) {
      return ifExpression(name.range());
    }
    if (name.isWord("comptime")) {
      Expr known = unary();
      return new Expr.Comptime(known, name.range().to(tokens.previous()));
    }
    if (name.isWord("true") || name.isWord("false")) {
      return new Expr.Bool(name.isWord("true"), name.range());
    }
    if (!tokens.accept("(")) {
      return new Expr.Name(name.text(), name.range());
    }
    if (LAYOUT.contains(name.text())) {
      return types.layoutCall(name);
    }
    List<Expr> arguments = arguments();
    if (arguments.isEmpty() && OF_PROBE.matcher(name.text()).matches()) {
      return new Expr.Name(name.text(), name.range().to(tokens.previous()));
    }
    return new Expr.Call(name.text(), arguments, name.range().to(tokens.previous()));
  }

  /** {@code if condition { ...; value } else { ...; value }}. */
  private Expr ifExpression(SourceRange start) throws SyntaxError {
    tokens.enter();
    Expr condition = expression();
    Expr then = statements.value();
    if (!tokens.acceptWord("else")) {
      throw tokens.unexpected("expected 'else'");
    }
    Expr otherwise =
        tokens.current().isWord("if") ? ifExpression(tokens.take().range()) : statements.value();
    tokens.leave();
    return new Expr.Conditional(
        condition, Optional.of(then), otherwise, start.to(otherwise.range()));
  }

  private Expr groupOrTuple() throws SyntaxError {
    SourceRange start = tokens.take().range();
    if (tokens.current().kind() == Kind.IDENTIFIER && tokens.ahead().is("=")) {
      return namedParts(start);
    }
    if (tokens.accept(")")) {
      throw new SyntaxError(start.to(tokens.previous()), "a tuple has at least one part");
    }
    Expr first = expression();
    if (tokens.accept(")")) {
      return first;
    }
    if (tokens.current().is("=")) {
      throw new SyntaxError(tokens.current().range(), ASSIGNMENT);
    } else if (!tokens.accept(",")) {
      throw tokens.unexpected("expected ',' or ')'");
    }
    List<Expr> parts = new ArrayList<>(List.of(first));
    parts.addAll(listUpTo(")"));
    return new Expr.Tuple(parts, start.to(tokens.previous()));
  }

  /** {@code (x = 1, y = 2)}; the parenthesis is read. */
  private Expr namedParts(SourceRange start) throws SyntaxError {
    List<String> names = new ArrayList<>();
    List<Expr> parts = new ArrayList<>();
    do {
      Token name = tokens.expect(Kind.IDENTIFIER).unreserved();
      if (names.contains(name.text())) {
        throw new SyntaxError(name.range(), "the record has two fields '" + name.text() + "'");
      }
      tokens.expect("=");
      names.add(name.text());
      parts.add(expression());
    } while (tokens.accept(","));
    tokens.expect(")");
    return new Expr.Record(names, parts, start.to(tokens.previous()));
  }

  /** Expressions, and types for macros. */
  private List<Expr> arguments() throws SyntaxError {
    List<Expr> list = new ArrayList<>();
    while (!tokens.accept(")")) {
      if (types.argumentAhead()) {
        TypeName type = typeName();
        list.add(new Expr.OfType(type, type.range()));
      } else {
        list.add(expression());
      }
      if (!tokens.current().is(")") && !tokens.accept(",")) {
        throw tokens.unexpected("expected ',' or ')'");
      }
    }
    return list;
  }

  /** Expressions with commas between, and maybe one behind the last, up to a bracket. */
  private List<Expr> listUpTo(String close) throws SyntaxError {
    List<Expr> list = new ArrayList<>();
    while (!tokens.accept(close)) {
      list.add(expression());
      if (!tokens.current().is(close) && !tokens.accept(",")) {
        throw tokens.unexpected("expected ',' or '" + close + "'");
      }
    }
    return list;
  }
}
