package jbt.compiler.c;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import jbt.compiler.c.CToken.Kind;

/** Tells which tokens of a script belong to declarations of C types: at its top only. */
final class ScriptDeclarations {
  private static final Set<String> TYPES = Set.of("struct", "union", "enum");

  private final List<CToken> tokens;

  /** Brackets that are open. */
  private int depth;

  private boolean itemStart = true;
  private boolean declaration;
  private boolean typedef;
  private boolean body;
  private boolean ended;
  private int firstToken;
  private int brace;

  ScriptDeclarations(List<CToken> tokens) {
    this.tokens = tokens;
  }

  /** Asked for each token that is read, in order. */
  boolean inDeclaration(int at) {
    CToken token = tokens.get(at);
    ended = false;
    if (!declaration && depth == 0 && itemStart && token.kind() == Kind.NAME) {
      typedef = token.text().equals("typedef");
      declaration = typedef || (TYPES.contains(token.text()) && beginsDeclaration(at + 1));
      body = false;
      firstToken = at;
    }
    boolean inside = declaration;
    if (token.is("{") || token.is("(")) {
      brace = token.is("{") && depth == 0 ? at : brace;
      body |= token.is("{");
      depth++;
    } else if (token.is("}") || token.is(")")) {
      depth = Math.max(0, depth - 1);
    }
    itemStart = depth == 0 && (token.is("}") || token.is(";"));
    if (declaration && depth == 0) {
      boolean closed = !typedef && body && (token.is("}") || token.is(")")) && !goesOn(at + 1);
      ended = closed;
      declaration = !closed && !token.is(";");
      itemStart = !declaration;
    }
    return inside;
  }

  /** Whether a header is imported here, which is the same as to include it. */
  boolean isImport(int at) {
    return itemStart
        && !declaration
        && tokens.get(at).isWord("import")
        && at + 1 < tokens.size()
        && tokens.get(at + 1).kind() == Kind.STRING
        && tokens.get(at + 1).text().endsWith(".h");
  }

  /** Whether the last token ended a declaration that has no semicolon. */
  boolean ended() {
    return ended;
  }

  /** What is wrong if the script ends here: it may be in the middle of a declaration. */
  Optional<CError> atEnd() {
    if (!declaration) {
      return Optional.empty();
    }
    return Optional.of(
        depth > 0 && body
            ? new CError(tokens.get(brace).range(), "syntax: '{' without '}'")
            : new CError(
                tokens.get(firstToken).range(), "syntax: this declaration has no ';' at its end"));
  }

  private boolean beginsDeclaration(int from) {
    int at = from;
    while (at < tokens.size() && at < from + 64 && !tokens.get(at).is("{")) {
      if (tokens.get(at).is(";")) {
        return at == from + 1;
      }
      boolean head =
          tokens.get(at).kind() != Kind.SYMBOL || tokens.get(at).text().matches("[(),:]");
      if (!head) {
        return false;
      }
      at++;
    }
    return at < tokens.size() && tokens.get(at).is("{");
  }

  /** Whether attributes or the semicolon of the declaration come. */
  private boolean goesOn(int at) {
    return at < tokens.size()
        && (tokens.get(at).is(";") || tokens.get(at).text().matches("__\\w+"));
  }
}
