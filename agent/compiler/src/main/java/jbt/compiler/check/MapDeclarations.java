package jbt.compiler.check;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import jbt.compiler.lang.Ast;
import jbt.compiler.lang.Ast.Expr;
import jbt.compiler.lang.Ast.MapDeclaration;
import jbt.compiler.lang.Diagnostic.Context;
import jbt.compiler.lang.Diagnostics;
import jbt.compiler.lang.SourceRange;

/** Reads {@code let @m = lruhash(100);} and the like. */
final class MapDeclarations {
  private static final Set<String> KINDS = Set.of("hash", "lruhash", "percpuhash", "percpulruhash");

  private static final int MOST_KEYS = 1 << 24;

  /**
   * What a map was declared as. Whether its values are per processor follows from what is put in.
   *
   * @param lru the key that was used least recently makes room for a new one
   */
  record Declared(boolean lru, int size, SourceRange range) {}

  private MapDeclarations() {}

  /** By the names of the maps. */
  static Map<String, Declared> of(Ast.Script script, Diagnostics diagnostics) {
    Map<String, Declared> declared = new HashMap<>();
    for (MapDeclaration map : script.maps()) {
      if (!KINDS.contains(map.kind())) {
        diagnostics.error(
            map.range(),
            "Invalid map type: '" + map.kind() + "'",
            List.of(),
            Nearest.hint(map.kind(), KINDS));
        continue;
      }
      if (!(map.size() instanceof Expr.Int size) || size.value() < 1 || size.value() > MOST_KEYS) {
        diagnostics.error(
            map.size().range(), "The size of a map is a number from 1 to " + MOST_KEYS);
        continue;
      }
      Declared before =
          declared.putIfAbsent(
              map.name(),
              new Declared(map.kind().contains("lru"), (int) size.value(), map.range()));
      if (before != null) {
        diagnostics.error(
            map.range(),
            "@" + map.name() + " was already declared",
            List.of(new Context(before.range, "This is the initial declaration.")),
            List.of());
      }
    }
    return declared;
  }
}
