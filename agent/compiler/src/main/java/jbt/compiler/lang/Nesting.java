package jbt.compiler.lang;

import java.util.List;
import jbt.compiler.lang.Ast.Node;

/**
 * The limit for the depth of the tree: all passes are recursive and rely on it. The parser counts
 * its own recursion; long chains of operators, of else if and of fields make deep trees without
 * any.
 */
final class Nesting {
  static final int DEEPEST = 256;
  static final String MESSAGE = "nested too deeply: at most " + DEEPEST + " levels are allowed";

  private Nesting() {}

  /** Reports one error a block at most. */
  static void check(Ast.Script script, Diagnostics diagnostics) {
    for (Ast.Block block : script.blocks()) {
      if (block.predicate().isEmpty() || !tooDeep(block.predicate().get(), 1, diagnostics)) {
        tooDeep(block.body(), 1, diagnostics);
      }
    }
    for (Ast.Macro macro : script.macros()) {
      tooDeep(macro.body(), 1, diagnostics);
    }
  }

  /** Whether one of the nodes, which are that deep, goes too deep; this is told then. */
  private static boolean tooDeep(List<? extends Node> nodes, int depth, Diagnostics diagnostics) {
    for (int i = 0; i < nodes.size(); i++) {
      if (tooDeep(nodes.get(i), depth, diagnostics)) {
        return true;
      }
    }
    return false;
  }

  private static boolean tooDeep(Node node, int depth, Diagnostics diagnostics) {
    if (depth > DEEPEST) {
      diagnostics.error(node.range(), "syntax: " + MESSAGE);
      return true;
    }
    return tooDeep(Ast.children(node), depth + 1, diagnostics);
  }
}
