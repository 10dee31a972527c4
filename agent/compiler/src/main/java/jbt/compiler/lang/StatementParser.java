package jbt.compiler.lang;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

  private final Tokens tokens;
  private final ExpressionParser expressions;

  StatementParser(Tokens tokens) {
    this.tokens = tokens;
    this.expressions = new ExpressionParser(tokens);
  }

  ExpressionParser expressions() {
    return expressions;
  }

  /** Statements in braces. */
  List<Stmt> block() throws SyntaxError {
    tokens.enter();
    SourceRange open = tokens.expect("{").range();
    Tokens.Level level = tokens.level();
    List<Stmt> statements = new ArrayList<>();
    while (!tokens.current().is("}")) {
      if (tokens.current().kind() == Kind.END) {
        throw new SyntaxError(open, "'{' without '}'");
      }
      try {
        Stmt statement = statement();
        statements.add(statement);
        boolean needsEnd = !(statement instanceof Stmt.If);
        if (!tokens.accept(";") && needsEnd && !tokens.current().is("}")) {
          throw tokens.unexpected("expected ';' or '}'");
        }
      } catch (SyntaxError error) {
        if (tokens.current().kind() == Kind.END) {
          throw error;
        }
        error.report(tokens.diagnostics());
        tokens.skipStatement(level);
      }
    }
    tokens.expect("}");
    tokens.leave();
    return statements;
  }

  private Stmt statement() throws SyntaxError {
    Token first = tokens.current();
    if (first.isWord("if")) {
      return ifStatement();
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
      throw new SyntaxError(expr.range(), "only variables and maps can be assigned to");
    }
    tokens.take();
    Expr value = expressions.expression();
    return new Stmt.Assign(
        expr, Optional.ofNullable(op), value, expr.range().to(tokens.previous()));
  }

  /** A chain of if and else if is read in a loop and nested afterwards: it may be long. */
  private Stmt ifStatement() throws SyntaxError {
    record Arm(SourceRange start, Expr condition, List<Stmt> then) {}
    List<Arm> arms = new ArrayList<>();
    List<Stmt> otherwise = List.of();
    boolean more = true;
    while (more) {
      SourceRange start = tokens.take().range();
      Expr condition = expressions.expression();
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

  private Stmt let(SourceRange start) throws SyntaxError {
    Token name = tokens.expect(Kind.VARIABLE);
    Expr.Variable variable = new Expr.Variable(name.text(), name.range());
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
}
