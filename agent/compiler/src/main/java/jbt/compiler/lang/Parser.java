package jbt.compiler.lang;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
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

  private static final String[] NONE = {};

  private static final Set<String> OTHER_FUNCTIONS =
      Set.of("function", "func", "def", "sub", "proc", "void", "int", "static");

  private static final Pattern POINT_NAME = Pattern.compile("^([A-Za-z_][A-Za-z0-9_]*)=");

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
    Tokens tokens = new Tokens(source, diagnostics);
    StatementParser statements = new StatementParser(tokens);
    Definitions definitions = new Definitions(tokens, statements);
    List<Block> blocks = new ArrayList<>();
    Heads heads = new Heads(source);
    // Behind an error, what seems to be no probe may be the rest of what was wrong.
    boolean lost = false;
    while (tokens.current().kind() != Kind.END) {
      boolean begins = tokens.atProbe() || (tokens.atLineStart() && !tokens.current().is("}"));
      boolean rest = lost && !begins;
      try {
        heads.check(tokens.current());
        if (!definitions.read()) {
          blocks.add(block(tokens, statements));
        }
        lost = tokens.takeBraceMissing() || rest;
      } catch (SyntaxError error) {
        lost = true;
        if (!rest && !(error.isUnclosed() && tokens.endsInComment())) {
          error.report(diagnostics);
        }
        if (error.isUnclosed()) {
          tokens.leaveAll();
        } else if (tokens.takeBraceMissing()) {
          tokens.skipBody();
        } else {
          tokens.skipBlock();
        }
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
    Tokens tokens = new Tokens(text, piece.start(), source.types(), diagnostics);
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
      throw tokens.missingBrace(hints(attachPoints.getLast(), tokens.current()));
    }
    List<Ast.Stmt> body = statements.block();
    return new Block(attachPoints, predicate, body, start.to(tokens.previous()));
  }

  /** What may be meant by a probe that has no block. */
  private static String[] hints(AttachPoint point, Token next) {
    if (OTHER_FUNCTIONS.contains(point.provider()) && next.kind() == Kind.IDENTIFIER) {
      return new String[] {Definitions.FUNCTIONS};
    }
    return next.is("(") ? new String[] {"A condition stands between slashes: /pid == 1/"} : NONE;
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
    String text = written.text();
    Matcher name = POINT_NAME.matcher(text);
    boolean named = text.indexOf('=') >= 0 && name.find();
    String given = named ? name.group(1) : "";
    List<String> parts = Quotes.parts(named ? text.substring(name.end()) : text);
    String provider = Quotes.removed(parts.getFirst());
    if (provider.contains("(")) {
      throw new SyntaxError(
          written.range(), "expected a probe, not '" + provider + "'", Definitions.FUNCTIONS);
    }
    return new AttachPoint(given, provider, parts.subList(1, parts.size()), written.range());
  }
}
