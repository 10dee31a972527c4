package jbt.compiler.c;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import jbt.compiler.c.CToken.Kind;
import jbt.compiler.types.TypeNames;

/** Which names are types', as far as a script has to know that before it is read. */
final class DeclaredTypes {
  private DeclaredTypes() {}

  /**
   * Those that typedefs give, but not to functions, and macros that stand for one name of a type.
   */
  static Set<String> names(List<CToken> declarations, Collection<Define> defines) {
    Set<String> names = new HashSet<>();
    boolean typedef = false;
    int depth = 0;
    for (int i = 0; i + 1 < declarations.size(); i++) {
      CToken token = declarations.get(i);
      CToken next = declarations.get(i + 1);
      depth += token.is("{") || token.is("(") ? 1 : token.is("}") || token.is(")") ? -1 : 0;
      typedef = depth > 0 ? typedef : token.isWord("typedef") || (typedef && !token.is(";"));
      boolean ends = next.is(";") || next.is(",") || next.is("[");
      if (typedef && depth == 0 && token.kind() == Kind.NAME && ends) {
        names.add(token.text());
      }
    }
    for (Define define : defines) {
      if (define.parameters().isEmpty() && define.body().size() == 1) {
        String other = define.body().getFirst().text();
        if (names.contains(other) || TypeNames.integer(other).isPresent()) {
          names.add(define.name());
        }
      }
    }
    return names;
  }
}
