package jbt.compiler.lang;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import jbt.compiler.lang.Ast.Expr;
import jbt.compiler.lang.Ast.Stmt;

/**
 * The limit for the depth of the tree: all passes are recursive and rely on it. The parser counts
 * its own recursion; long chains of operators, of else if and of fields make deep trees without
 * any.
 */
final class Nesting {
  static final int DEEPEST = 256;
  static final String MESSAGE = "nested too deeply: at most " + DEEPEST + " levels are allowed";

  private record Item(Object node, SourceRange range, int depth) {}

  private Nesting() {}

  /** Reports one error a block at most. */
  static void check(Ast.Script script, Diagnostics diagnostics) {
    for (Ast.Block block : script.blocks()) {
      List<Object> nodes = new ArrayList<>(block.body());
      block.predicate().ifPresent(nodes::add);
      check(nodes, diagnostics);
    }
    script.macros().forEach(macro -> check(List.of(macro.body()), diagnostics));
  }

  private static void check(List<?> nodes, Diagnostics diagnostics) {
    Deque<Item> open = new ArrayDeque<>();
    nodes.forEach(node -> open.push(new Item(node, range(node), 1)));
    while (!open.isEmpty()) {
      Item item = open.pop();
      if (item.depth > DEEPEST) {
        diagnostics.error(item.range, "syntax: " + MESSAGE);
        return;
      }
      for (Object child :
          item.node instanceof Stmt s ? Ast.children(s) : Ast.children((Expr) item.node)) {
        open.push(new Item(child, range(child), item.depth + 1));
      }
    }
  }

  private static SourceRange range(Object node) {
    return node instanceof Stmt s ? s.range() : ((Expr) node).range();
  }
}
