package jbt.compiler.lang;

import java.util.ArrayDeque;
import java.util.Deque;
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
      Deque<Item> open = new ArrayDeque<>();
      block.predicate().ifPresent(expr -> open.push(new Item(expr, expr.range(), 1)));
      block.body().forEach(stmt -> open.push(new Item(stmt, stmt.range(), 1)));
      while (!open.isEmpty()) {
        Item item = open.pop();
        if (item.depth > DEEPEST) {
          diagnostics.error(item.range, "syntax: " + MESSAGE);
          break;
        }
        for (Object child :
            item.node instanceof Stmt s ? Ast.children(s) : Ast.children((Expr) item.node)) {
          SourceRange range = child instanceof Stmt s ? s.range() : ((Expr) child).range();
          open.push(new Item(child, range, item.depth + 1));
        }
      }
    }
  }
}
