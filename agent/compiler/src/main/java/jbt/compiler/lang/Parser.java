package jbt.compiler.lang;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import jbt.compiler.lang.Ast.AttachPoint;
import jbt.compiler.lang.Ast.Block;
import jbt.compiler.lang.Ast.Expr;
import jbt.compiler.lang.Ast.Script;
import jbt.compiler.lang.Token.Kind;

/**
 * Reads a script: recursive descent, one token ahead. After an error it goes on behind the
 * statement or block that has it, so that one run tells of several.
 */
public final class Parser {
  /** A longer script is refused unread. In characters. */
  public static final int LONGEST_SCRIPT = 256 * 1024;

  private static final Pattern POINT_NAME = Pattern.compile("^[A-Za-z_][A-Za-z0-9_]*=");

  private Parser() {}

  /** The tree of a script; as much of it as could be read if {@code diagnostics} got errors. */
  public static Script parse(Source source, Diagnostics diagnostics) {
    if (source.text().length() > LONGEST_SCRIPT) {
      diagnostics.error(
          new SourceRange(0, 1),
          "syntax: script of %d characters; at most %d are allowed"
              .formatted(source.text().length(), LONGEST_SCRIPT));
      return new Script(List.of(), List.of(), List.of(), List.of(), List.of());
    }
    Tokens tokens = new Tokens(source.code(), diagnostics);
    StatementParser statements = new StatementParser(tokens);
    Definitions definitions = new Definitions(tokens, statements);
    List<Block> blocks = new ArrayList<>();
    Heads heads = new Heads(source);
    while (tokens.current().kind() != Kind.END) {
      try {
        heads.check(tokens.current());
        if (!definitions.read()) {
          blocks.add(block(tokens, statements));
        }
      } catch (SyntaxError error) {
        error.report(diagnostics);
        tokens.skipBlock();
      }
    }
    Script script = definitions.script(blocks);
    Nesting.check(script, diagnostics);
    return script;
  }

  /** The expression that a piece of the source is; empty if it is something else. */
  public static Optional<Expr> expression(Source source, SourceRange piece) {
    String text = source.text().substring(0, piece.end()).replaceAll("\\\\(?=\\r?\\n)", " ");
    Diagnostics diagnostics = new Diagnostics();
    Tokens tokens = new Tokens(text, piece.start(), diagnostics);
    try {
      Expr expr = new StatementParser(tokens).expressions().expression();
      boolean whole = tokens.current().kind() == Kind.END && !diagnostics.hasErrors();
      return whole ? Optional.of(expr) : Optional.empty();
    } catch (SyntaxError error) {
      return Optional.empty();
    }
  }

  /** Tells of trees that are too deep; for one that was changed after reading. */
  public static void checkDepth(Script script, Diagnostics diagnostics) {
    Nesting.check(script, diagnostics);
  }

  private static Block block(Tokens tokens, StatementParser statements) throws SyntaxError {
    SourceRange start = tokens.current().range();
    List<AttachPoint> attachPoints = attachPoints(tokens);
    Optional<Expr> predicate = Optional.empty();
    if (tokens.accept("/")) {
      predicate = Optional.of(statements.expressions().predicate());
      tokens.expect("/");
    }
    if (!tokens.current().is("{")) {
      throw new SyntaxError(
          tokens.current().range(), "expected '{', not " + tokens.current().described());
    }
    List<Ast.Stmt> body = statements.block();
    return new Block(attachPoints, predicate, body, start.to(tokens.previous()));
  }

  /** With commas between them, and maybe more commas than that. */
  private static List<AttachPoint> attachPoints(Tokens tokens) throws SyntaxError {
    List<AttachPoint> points = new ArrayList<>();
    boolean more = true;
    while (more) {
      more = false;
      while (tokens.accept(",")) {
        more = true;
      }
      boolean end = tokens.current().is("{") || tokens.current().is("/");
      if (points.isEmpty() || (more && !end)) {
        points.add(attachPoint(tokens));
        more = tokens.current().is(",");
      } else {
        more = false;
      }
    }
    return points;
  }

  private static AttachPoint attachPoint(Tokens tokens) throws SyntaxError {
    Token token = tokens.current();
    boolean parameter = token.kind() == Kind.VARIABLE && Character.isDigit(token.text().charAt(0));
    boolean quoted = token.kind() == Kind.STRING;
    if (token.kind() != Kind.IDENTIFIER && !parameter && !quoted && !token.is("*")) {
      throw new SyntaxError(token.range(), "expected a probe, not " + token.described());
    }
    Token written = tokens.attachPoint();
    // A name may stand in front: name=provider:part.
    String point = POINT_NAME.matcher(written.text()).replaceFirst("");
    List<String> parts = Quotes.parts(point);
    String provider = Quotes.removed(parts.getFirst());
    return new AttachPoint(provider, parts.subList(1, parts.size()), written.range());
  }
}
