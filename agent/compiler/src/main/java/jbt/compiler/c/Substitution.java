package jbt.compiler.c;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import jbt.compiler.c.CToken.Kind;
import jbt.compiler.lang.SourceRange;

/** Puts the bodies of macros in the place of their uses. */
final class Substitution {
  /** A few macros of each other can stand for any number of tokens. */
  private static final int MOST_TOKENS = 1 << 20;

  private static final int DEEPEST = 200;

  private final Map<String, Define> defines;
  private int made;

  Substitution(Map<String, Define> defines) {
    this.defines = defines;
  }

  List<CToken> all(List<CToken> tokens) throws CError {
    return all(tokens, Set.of());
  }

  private List<CToken> all(List<CToken> tokens, Set<String> hidden) throws CError {
    List<CToken> out = new ArrayList<>();
    int at = 0;
    while (at < tokens.size()) {
      CToken token = tokens.get(at);
      Define define = token.kind() == Kind.NAME ? defines.get(token.text()) : null;
      boolean used =
          define != null
              && !hidden.contains(define.name())
              && (define.parameters().isEmpty()
                  || (at + 1 < tokens.size() && tokens.get(at + 1).is("(")));
      if (!used || define == null) {
        out.add(token);
        at++;
        continue;
      }
      Set<String> inner = new HashSet<>(hidden);
      inner.add(define.name());
      if (inner.size() > DEEPEST) {
        throw new CError(token.range(), "The macro " + token.text() + " leads too deep");
      }
      int end = at + 1;
      List<CToken> body = define.body();
      if (define.parameters().isPresent()) {
        List<List<CToken>> arguments = new ArrayList<>();
        end = arguments(tokens, at + 1, arguments);
        body = body(define, arguments, token.range(), hidden);
      }
      SourceRange place = token.range();
      List<CToken> placed = new ArrayList<>();
      for (CToken part : pasted(body)) {
        placed.add(part.at(place));
      }
      count(placed.size(), place);
      out.addAll(all(placed, inner));
      at = end;
    }
    return out;
  }

  private void count(int tokens, SourceRange place) throws CError {
    made += tokens;
    if (made > MOST_TOKENS) {
      throw new CError(place, "Macros make more than %d tokens".formatted(MOST_TOKENS));
    }
  }

  /** Reads arguments from their parenthesis on; the place behind them. */
  private static int arguments(List<CToken> tokens, int open, List<List<CToken>> arguments)
      throws CError {
    List<CToken> argument = new ArrayList<>();
    int depth = 0;
    for (int at = open; at < tokens.size(); at++) {
      CToken token = tokens.get(at);
      depth += token.is("(") ? 1 : token.is(")") ? -1 : 0;
      boolean separator = depth == 1 && token.is(",");
      if (depth == 0 || separator) {
        arguments.add(argument);
        argument = new ArrayList<>();
      } else if (at > open) {
        argument.add(token);
      }
      if (depth == 0) {
        return at + 1;
      }
    }
    throw new CError(tokens.get(open).range(), "The arguments of this macro do not end");
  }

  /** The body with the arguments in their places. */
  private List<CToken> body(
      Define define, List<List<CToken>> given, SourceRange use, Set<String> hidden) throws CError {
    List<String> parameters = define.parameters().orElseThrow();
    List<List<CToken>> arguments = new ArrayList<>(given);
    if (parameters.isEmpty() && arguments.size() == 1 && arguments.getFirst().isEmpty()) {
      arguments.clear();
    }
    if (define.variadic()) {
      List<CToken> rest = new ArrayList<>();
      for (int i = parameters.size() - 1; i < arguments.size(); i++) {
        if (i >= parameters.size()) {
          rest.add(new CToken(Kind.SYMBOL, ",", false, use));
        }
        rest.addAll(arguments.get(i));
      }
      arguments =
          new ArrayList<>(arguments.subList(0, Math.min(arguments.size(), parameters.size() - 1)));
      arguments.add(rest);
    }
    if (arguments.size() != parameters.size()) {
      throw new CError(
          use,
          "The macro %s takes %d arguments, not %d"
              .formatted(define.name(), parameters.size(), arguments.size()));
    }
    List<CToken> out = new ArrayList<>();
    List<CToken> body = define.body();
    for (int i = 0; i < body.size(); i++) {
      CToken token = body.get(i);
      boolean quoted = token.is("#") && i + 1 < body.size();
      int place = parameters.indexOf(quoted ? body.get(i + 1).text() : token.text());
      boolean asItIs =
          (i > 0 && body.get(i - 1).is("##")) || (i + 1 < body.size() && body.get(i + 1).is("##"));
      if (place < 0) {
        out.add(token);
      } else if (quoted) {
        out.add(new CToken(Kind.STRING, spelled(arguments.get(place)), false, token.range()));
        i++;
      } else {
        List<CToken> argument = arguments.get(place);
        count(argument.size(), use);
        out.addAll(asItIs ? argument : all(argument, hidden));
      }
    }
    return out;
  }

  private static String spelled(List<CToken> tokens) {
    return String.join(" ", tokens.stream().map(CToken::text).toList());
  }

  /** With {@code a ## b} as one token. */
  private static List<CToken> pasted(List<CToken> body) {
    List<CToken> out = new ArrayList<>();
    for (int i = 0; i < body.size(); i++) {
      CToken token = body.get(i);
      if (token.is("##") && !out.isEmpty() && i + 1 < body.size()) {
        CToken left = out.removeLast();
        CToken right = body.get(++i);
        out.add(new CToken(left.kind(), left.text() + right.text(), false, left.range()));
      } else {
        out.add(token);
      }
    }
    return out;
  }
}
