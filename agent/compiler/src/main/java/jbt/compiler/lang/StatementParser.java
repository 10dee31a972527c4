package jbt.compiler.lang;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import jbt.compiler.lang.Ast.BinaryOp;
import jbt.compiler.lang.Ast.Expr;
import jbt.compiler.lang.Ast.Stmt;
import jbt.compiler.lang.Token.Kind;

/** Reads blocks and statements. */
final class StatementParser {
  private static final Map<String, BinaryOp> COMPOUND =
      Map.of(
          "+=", BinaryOp.ADD,
          "-=", BinaryOp.SUBTRACT,
          "*=", BinaryOp.MULTIPLY,
          "/=", BinaryOp.DIVIDE,
          "%=", BinaryOp.MODULO,
          "&=", BinaryOp.AND,
          "|=", BinaryOp.OR,
          "^=", BinaryOp.XOR,
          "<<=", BinaryOp.SHIFT_LEFT,
          ">>=", BinaryOp.SHIFT_RIGHT);

  private static final String LOOPS = "A loop is over numbers or a map: for ($i : 0..10) { }";

  private static final String ELSE = "Behind an if stands else { } or else if (...) { }";

  /** What is here in place of statements of other languages. */
  private static final Map<String, String> OTHER_STATEMENTS =
      Map.of(
          "else", ELSE,
          "elif", ELSE,
          "elseif", ELSE,
          "elsif", ELSE,
          "switch", "A choice is if (...) { } else if (...) { }",
          "do", LOOPS,
          "foreach", LOOPS);

  private static final String VARIABLES = "Variables are written $%s = 5, or let $%<s : uint32 = 5";

  private static final Pattern OTHER_TYPES =
      Pattern.compile("u?int\\d*(_t)?|char|short|long|unsigned|bool|string|var|const|auto|local");

  private final Tokens tokens;
  private final ExpressionParser expressions;

  StatementParser(Tokens tokens) {
    this.tokens = tokens;
    this.expressions = new ExpressionParser(tokens, this);
  }

  ExpressionParser expressions() {
    return expressions;
  }

  /** Statements in braces. */
  List<Stmt> block() throws SyntaxError {
    Expr.Sequence sequence = sequence();
    List<Stmt> statements = new ArrayList<>(sequence.statements());
    sequence.value().ifPresent(value -> statements.add(new Stmt.Evaluate(value, value.range())));
    return statements;
  }

  /** Statements in braces; an expression without semicolon at the end is their value. */
  Expr.Sequence sequence() throws SyntaxError {
    tokens.enter();
    if (!tokens.current().is("{")) {
      throw tokens.missingBrace("The statements of a block stand in braces");
    }
    SourceRange open = tokens.take().range();
    Tokens.Level level = tokens.level();
    List<Stmt> statements = new ArrayList<>();
    boolean ended = true;
    boolean behindError = false;
    while (!tokens.current().is("}")) {
      if (tokens.current().kind() == Kind.END || tokens.atProbe()) {
        throw SyntaxError.unclosed(open);
      }
      try {
        Stmt statement = statement();
        statements.add(statement);
        ended = tokens.accept(";");
        if (behindError && tokens.current().is(")")) {
          // A semicolon in place of a comma makes two pieces of a call.
          tokens.skipStatement(level);
        } else if (!ended && !endsItself(statement) && !tokens.current().is("}")) {
          if (tokens.atLineStart() && tokens.atProbe()) {
            throw SyntaxError.unclosed(open);
          }
          throw tokens.unexpected("expected ';' or '}'", hints(statement, tokens.current()));
        }
        behindError = false;
      } catch (SyntaxError error) {
        if (tokens.current().kind() == Kind.END || error.isUnclosed()) {
          throw error;
        }
        error.report(tokens.diagnostics());
        behindError = true;
        tokens.skipStatement(level);
      }
    }
    SourceRange range = open.to(tokens.expect("}").range());
    tokens.leave();
    if (ended || !(statements.getLast() instanceof Stmt.Evaluate(Expr value, SourceRange where))) {
      return new Expr.Sequence(statements, Optional.empty(), range);
    }
    // A discarded value is none.
    return where.equals(value.range())
        ? new Expr.Sequence(statements.subList(0, statements.size() - 1), Optional.of(value), range)
        : new Expr.Sequence(statements, Optional.empty(), range);
  }

  /** What may be meant by a word that is no statement, and what stands behind it. */
  private static String[] hints(Stmt statement, Token next) {
    String[] none = {};
    if (next.is(":") && statement instanceof Stmt.Evaluate(Expr.Variable variable, var range)) {
      return new String[] {"A type stands behind let: let $%s : int64".formatted(variable.name())};
    }
    if (!(statement instanceof Stmt.Evaluate(Expr expr, SourceRange range))) {
      return none;
    }
    if (OTHER_STATEMENTS.containsKey(firstWord(expr))) {
      return new String[] {OTHER_STATEMENTS.get(firstWord(expr))};
    }
    if (next.kind() == Kind.IDENTIFIER && OTHER_TYPES.matcher(firstWord(expr)).matches()) {
      return new String[] {VARIABLES.formatted(next.text())};
    }
    boolean argument =
        switch (next.kind()) {
          case VARIABLE, MAP, INTEGER, STRING -> true;
          case IDENTIFIER, SYMBOL, BAD, END -> false;
        };
    if (!argument || !(expr instanceof Expr.Name(String word, SourceRange at))) {
      return none;
    }
    return new String[] {
      next.kind() == Kind.VARIABLE
          ? VARIABLES.formatted(next.text())
          : "The arguments of a call stand in parentheses: " + word + "(...)"
    };
  }

  private static String firstWord(Expr expr) {
    return switch (expr) {
      case Expr.Name name -> name.name();
      case Expr.Call call -> call.function();
      default -> "";
    };
  }

  /** Statements in braces whose last one, a block or an if with else included, is their value. */
  Expr.Sequence value() throws SyntaxError {
    Expr.Sequence sequence = sequence();
    List<Stmt> all = sequence.statements();
    Optional<Expr> last =
        sequence.value().isPresent() || all.isEmpty() ? Optional.empty() : nested(all.getLast());
    return last.isEmpty()
        ? sequence
        : new Expr.Sequence(all.subList(0, all.size() - 1), last, sequence.range());
  }

  /** The value of a statement that has blocks, each of which may have one. */
  private static Optional<Expr> nested(Stmt last) {
    return switch (last) {
      case Stmt.If branch when !branch.otherwise().isEmpty() -> Optional.of(conditional(branch));
      case Stmt.Braces braces -> Optional.of(valueOf(braces.body(), braces.range()));
      default -> Optional.empty();
    };
  }

  private static Expr conditional(Stmt.If branch) {
    return new Expr.Conditional(
        branch.condition(),
        Optional.of(valueOf(branch.then(), branch.range())),
        valueOf(branch.otherwise(), branch.range()),
        branch.range());
  }

  private static Expr valueOf(List<Stmt> statements, SourceRange range) {
    if (statements.isEmpty()) {
      return new Expr.Sequence(List.of(), Optional.empty(), range);
    }
    Optional<Expr> value =
        statements.getLast() instanceof Stmt.Evaluate last
            ? Optional.of(last.expr())
            : nested(statements.getLast());
    return value.isEmpty()
        ? new Expr.Sequence(statements, value, range)
        : new Expr.Sequence(statements.subList(0, statements.size() - 1), value, range);
  }

  /** Whether a statement needs no semicolon behind it. */
  private static boolean endsItself(Stmt statement) {
    return switch (statement) {
      case Stmt.If s -> true;
      case Stmt.Braces s -> true;
      case Stmt.Unroll s -> true;
      case Stmt.While s -> true;
      case Stmt.ForRange s -> true;
      case Stmt.ForMap s -> true;
      case Stmt.Evaluate s -> false;
      case Stmt.Assign s -> false;
      case Stmt.Let s -> false;
      case Stmt.Return s -> false;
      case Stmt.Break s -> false;
      case Stmt.Continue s -> false;
    };
  }

  private Stmt statement() throws SyntaxError {
    Token first = tokens.current();
    if (first.isWord("if")) {
      return ifStatement();
    }
    if (first.is("{")) {
      List<Stmt> body = block();
      return new Stmt.Braces(body, first.range().to(tokens.previous()));
    }
    if (first.isWord("unroll") || first.isWord("while")) {
      return counted(tokens.take());
    }
    if (tokens.acceptWord("for")) {
      return forLoop(first.range());
    }
    if (tokens.acceptWord("break")) {
      return new Stmt.Break(first.range());
    }
    if (tokens.acceptWord("continue")) {
      return new Stmt.Continue(first.range());
    }
    if (tokens.acceptWord("let")) {
      return let(first.range());
    }
    if (tokens.acceptWord("return")) {
      Optional<Expr> value =
          tokens.current().is(";") || tokens.current().is("}")
              ? Optional.empty()
              : Optional.of(expressions.expression());
      return new Stmt.Return(value, first.range().to(tokens.previous()));
    }
    if (first.isWord("import") && tokens.ahead().kind() == Kind.STRING) {
      return localImport(first.range());
    }
    if (first.isWord("_") && tokens.ahead().is("=")) {
      tokens.take();
      tokens.take();
      Expr discarded = expressions.expression();
      return new Stmt.Evaluate(discarded, first.range().to(tokens.previous()));
    }
    Expr expr = expressions.expression();
    BinaryOp op = COMPOUND.get(tokens.current().text());
    if (tokens.current().kind() != Kind.SYMBOL || (op == null && !tokens.current().is("="))) {
      return new Stmt.Evaluate(expr, expr.range());
    }
    if (!(expr instanceof Expr.Variable || expr instanceof Expr.MapUse)) {
      throw new SyntaxError(
          expr.range(), "only variables and maps can be assigned to", targetHints(expr));
    }
    tokens.take();
    Expr value = expressions.expression();
    return new Stmt.Assign(
        expr, Optional.ofNullable(op), value, expr.range().to(tokens.previous()));
  }

  private static String[] targetHints(Expr written) {
    return switch (written) {
      case Expr.Name(String name, SourceRange range) when !name.equals("_") ->
          new String[] {"$%s is a variable of the block, @%<s a map".formatted(name)};
      case Expr.Member(Expr.Name(String of, var range), String field, var at, var whole)
          when of.equals("self") || of.equals("this") ->
          new String[] {
            of.equals("self")
                ? "What belongs to a thread is @%s[tid]".formatted(field)
                : "What belongs to a block is $" + field
          };
      case Expr.Index(Expr.MapUse map, Expr index, SourceRange range) when !map.key().isEmpty() ->
          new String[] {"Several keys stand in one bracket: @%s[a, b]".formatted(map.name())};
      default -> new String[] {};
    };
  }

  /** What comes with the language is there without being imported. */
  private Stmt localImport(SourceRange start) throws SyntaxError {
    tokens.take();
    Token path = tokens.take();
    if (!Imports.ofLanguage(path.text())) {
      throw new SyntaxError(path.range(), "only parts of stdlib are imported in a block");
    }
    if (!Imports.isPart(path.text())) {
      throw new SyntaxError(path.range(), Imports.noPart(path.text()));
    }
    return new Stmt.Braces(List.of(), start.to(path.range()));
  }

  /** A chain of if and else if is read in a loop and nested afterwards: it may be long. */
  private Stmt ifStatement() throws SyntaxError {
    record Arm(SourceRange start, Expr condition, List<Stmt> then) {}
    List<Arm> arms = new ArrayList<>();
    List<Stmt> otherwise = List.of();
    boolean more = true;
    while (more) {
      SourceRange start = tokens.take().range();
      Expr condition = condition();
      arms.add(new Arm(start, condition, block()));
      more = false;
      if (tokens.acceptWord("else")) {
        more = tokens.current().isWord("if");
        otherwise = more ? otherwise : block();
      }
    }
    SourceRange end = tokens.previous();
    Collections.reverse(arms);
    for (Arm arm : arms) {
      Stmt nested = new Stmt.If(arm.condition, arm.then, otherwise, arm.start.to(end));
      otherwise = List.of(nested);
    }
    return otherwise.getFirst();
  }

  private Expr condition() throws SyntaxError {
    Expr condition = expressions.expression();
    if (tokens.current().is("=")) {
      throw new SyntaxError(tokens.current().range(), ExpressionParser.ASSIGNMENT);
    }
    return condition;
  }

  /** {@code unroll (n) { }} and {@code while (condition) { }}. */
  private Stmt counted(Token word) throws SyntaxError {
    Expr header = condition();
    List<Stmt> body = block();
    SourceRange range = word.range().to(tokens.previous());
    return word.isWord("while")
        ? new Stmt.While(header, body, range)
        : new Stmt.Unroll(header, body, range);
  }

  /** What a loop is over: a map, or numbers up to another. */
  private record Header(Expr.Variable variable, Expr over, Optional<Expr> to) {}

  private Stmt forLoop(SourceRange start) throws SyntaxError {
    boolean inParentheses = tokens.accept("(");
    Header header;
    try {
      header = header();
      if (inParentheses) {
        tokens.expect(")");
      }
    } catch (SyntaxError error) {
      // One of C has semicolons, which end no statement.
      tokens.skipHeader(inParentheses);
      throw error;
    }
    List<Stmt> body = block();
    SourceRange range = start.to(tokens.previous());
    return header.over() instanceof Expr.MapUse map && header.to().isEmpty()
        ? new Stmt.ForMap(header.variable(), map, body, range)
        : new Stmt.ForRange(
            header.variable(), header.over(), header.to().orElseThrow(), body, range);
  }

  private Header header() throws SyntaxError {
    if (tokens.current().kind() != Kind.VARIABLE) {
      throw tokens.unexpected("expected a variable", LOOPS);
    }
    Expr.Variable variable = newVariable();
    if (!tokens.accept(":")) {
      throw tokens.unexpected("expected ':'", LOOPS);
    }
    Expr over = expressions.expression();
    if (tokens.accept("..")) {
      return new Header(variable, over, Optional.of(expressions.expression()));
    }
    if (!(over instanceof Expr.MapUse)) {
      throw new SyntaxError(over.range(), "a loop is over a map or a range like 0..10");
    }
    return new Header(variable, over, Optional.empty());
  }

  private Stmt let(SourceRange start) throws SyntaxError {
    Expr.Variable variable = newVariable();
    Optional<Ast.TypeName> type = Optional.empty();
    if (tokens.accept(":")) {
      type = Optional.of(expressions.typeName());
    }
    Optional<Expr> value = Optional.empty();
    if (tokens.accept("=")) {
      value = Optional.of(expressions.expression());
    }
    return new Stmt.Let(variable, type, value, start.to(tokens.previous()));
  }

  private Expr.Variable newVariable() throws SyntaxError {
    Token name = tokens.expect(Kind.VARIABLE);
    if (!Character.isJavaIdentifierStart(name.text().charAt(0))) {
      throw new SyntaxError(name.range(), name.described() + " is a parameter of the script");
    }
    return new Expr.Variable(name.text(), name.range());
  }
}
