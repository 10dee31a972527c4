package jbt.compiler.lang;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import jbt.compiler.lang.Token.Kind;

/** The tokens of a script, one of them the current one, and how deep the reader is in it. */
final class Tokens {
  private static final Set<String> BARE_PROBES = Set.of("begin", "end");

  /** Words of other languages with a colon behind them. */
  private static final Set<String> NO_PROBES = Set.of("else", "default", "try", "finally");

  /** Words that are operators in other languages. */
  private static final Map<String, String> OTHER_WORDS =
      Map.of(
          "and", "And is &&",
          "or", "Or is ||",
          "in", "Whether a map has a key: has_key(@map, key)");

  private final String text;
  private final Set<String> types;
  private final Lexer lexer;
  private final Diagnostics diagnostics;
  private Token current;

  /** Those behind the current one that were looked at. */
  private final List<Token> behind = new ArrayList<>();

  private SourceRange previous = new SourceRange(0, 0);
  private int depth;

  /** Braces that are open around the current token. */
  private int braces;

  private boolean braceMissing;

  Tokens(Source source, Diagnostics diagnostics) {
    this(source.code(), 0, source.types(), diagnostics);
  }

  /** Those from an offset on. */
  Tokens(String text, int start, Set<String> types, Diagnostics diagnostics) {
    this.text = text;
    this.types = types;
    this.diagnostics = diagnostics;
    lexer = new Lexer(text, diagnostics);
    if (start > 0) {
      lexer.moveTo(start);
    }
    current = lexer.next();
  }

  Diagnostics diagnostics() {
    return diagnostics;
  }

  Token current() {
    return current;
  }

  /** Whether the script declares a type of this name. */
  boolean declaresType(String name) {
    return types.contains(name);
  }

  /** Whether the last taken token was a symbol. */
  boolean justTook(String symbol) {
    return text.substring(previous.start(), previous.end()).equals(symbol);
  }

  /** Where the last taken token was. */
  SourceRange previous() {
    return previous;
  }

  /** How deep the current token is: in braces, and in pieces of any kind. */
  record Level(int braces, int depth) {}

  Level level() {
    return new Level(braces, depth);
  }

  Token take() {
    Token taken = current;
    if (taken.is("{")) {
      braces++;
    } else if (taken.is("}")) {
      braces = Math.max(0, braces - 1);
    }
    previous = taken.range();
    if (behind.isEmpty()) {
      lexer.moveTo(current.range().end());
      current = lexer.next();
    } else {
      current = behind.removeFirst();
    }
    return taken;
  }

  boolean accept(String symbol) {
    boolean there = current.is(symbol);
    if (there) {
      take();
    }
    return there;
  }

  boolean acceptWord(String word) {
    boolean there = current.isWord(word);
    if (there) {
      take();
    }
    return there;
  }

  Token expect(String symbol) throws SyntaxError {
    if (!current.is(symbol)) {
      throw unexpected("expected '" + symbol + "'");
    }
    return take();
  }

  Token expect(Kind kind) throws SyntaxError {
    if (current.kind() != kind) {
      throw unexpected("expected a " + kind.words);
    }
    return take();
  }

  /** An error at the current token. */
  SyntaxError unexpected(String expected, String... hints) {
    boolean other = current.kind() == Kind.IDENTIFIER && OTHER_WORDS.containsKey(current.text());
    return new SyntaxError(
        current.range(),
        expected + ", not " + current.described(),
        other && hints.length == 0 ? new String[] {OTHER_WORDS.get(current.text())} : hints);
  }

  /** An error at the current token, in front of which a block should begin. */
  SyntaxError missingBrace(String... hints) {
    braceMissing = true;
    return unexpected("expected '{'", hints);
  }

  boolean endsInComment() {
    return lexer.endsInComment();
  }

  /** Whether the block that was read lacks a brace, so that it may have ended too early. */
  boolean takeBraceMissing() {
    boolean missing = braceMissing;
    braceMissing = false;
    return missing;
  }

  /** Reads the attach point that begins at the current token. */
  Token attachPoint() {
    behind.clear();
    lexer.moveTo(current.range().start());
    Token point = lexer.attachPoint();
    previous = point.range();
    current = lexer.next();
    return point;
  }

  /** The token behind the current one, which stays. */
  Token ahead() {
    return ahead(1);
  }

  /** The token so many places behind the current one, all of which stay. */
  Token ahead(int places) {
    while (behind.size() < places) {
      Diagnostics wrong = new Diagnostics();
      Lexer scout = new Lexer(text, wrong);
      scout.moveTo(behind.isEmpty() ? current.range().end() : behind.getLast().range().end());
      Token token = scout.next();
      if (wrong.hasErrors()) {
        // Told where it is taken, if it is no attach point, which has its own characters.
        return new Token(Kind.BAD, token.range(), "", 0, false);
      }
      behind.add(token);
    }
    return places == 0 ? current : behind.get(places - 1);
  }

  /** Begins a nested piece; {@link #leave} ends it. */
  void enter() throws SyntaxError {
    if (depth == Nesting.DEEPEST) {
      throw new SyntaxError(current.range(), Nesting.MESSAGE);
    }
    depth++;
  }

  void leave() {
    depth--;
  }

  /**
   * After an error: goes behind the end of the block that the error is in or in front of, or behind
   * a semicolon in front of all blocks.
   */
  void skipBlock() {
    depth = 0;
    if (braces == 0 && current.is("}")) {
      take();
      return;
    }
    if (braces == 0) {
      while (!current.is("{") && current.kind() != Kind.END) {
        if (take().is(";")) {
          return;
        }
      }
      take();
    }
    skipToEnd();
  }

  /** After a brace that is missing in front of a block: goes behind the end of the block. */
  void skipBody() {
    depth = 0;
    while (!current.is("{") && !current.is(";") && !current.is("}") && current.kind() != Kind.END) {
      take();
    }
    braces = current.is("{") ? 0 : 1;
    take();
    skipToEnd();
  }

  private void skipToEnd() {
    while (braces > 0 && current.kind() != Kind.END && !(atLineStart() && atProbe())) {
      take();
    }
    braces = 0;
  }

  /** After an error in the header of a loop: goes behind its parenthesis or in front of a block. */
  void skipHeader(boolean inParentheses) {
    int open = inParentheses ? 1 : 0;
    boolean end = false;
    while (!end && !current.is("{") && !current.is("}") && current.kind() != Kind.END) {
      Token taken = take();
      open += taken.is("(") ? 1 : taken.is(")") ? -1 : 0;
      end = inParentheses && open == 0;
    }
  }

  /** After an error: goes behind the statement, which is at a level. */
  void skipStatement(Level level) {
    depth = level.depth;
    boolean end = current.is("}") && braces == level.braces;
    while (!end && current.kind() != Kind.END) {
      Token taken = take();
      boolean over = braces == level.braces && (taken.is(";") || taken.is("}"));
      end = (over && !goesOn()) || (braces == level.braces && current.is("}"));
    }
  }

  /** Whether what stands behind the end of a wrong statement still belongs to it. */
  private boolean goesOn() {
    return current.isWord("else") || current.is(")") || current.is("]");
  }

  /** After a block without end: the current token begins a probe. */
  void leaveAll() {
    braces = 0;
    depth = 0;
  }

  /**
   * Whether a probe or definition seems to begin here, in a block that should have ended before.
   */
  boolean atProbe() {
    if (current.kind() != Kind.IDENTIFIER || NO_PROBES.contains(current.text())) {
      return false;
    }
    Token next = ahead();
    return next.is(":")
        || (next.is("{") && BARE_PROBES.contains(current.text().toLowerCase(Locale.ROOT)))
        || (next.kind() == Kind.IDENTIFIER
            && (braces == 0 || atLineStart())
            && (current.isWord("macro") || current.isWord("fn")));
  }

  /** Whether only blanks stand in front of the current token in its line. */
  boolean atLineStart() {
    int start = current.range().start();
    return start == 0 || text.charAt(start - 1) == '\n';
  }
}
