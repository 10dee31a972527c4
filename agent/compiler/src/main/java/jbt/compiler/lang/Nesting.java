package jbt.compiler.lang;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import jbt.compiler.lang.Ast.Expr;
import jbt.compiler.lang.Ast.Stmt;

/**
 * The limit for the depth of the tree: all passes are recursive and rely on it. The parser counts
 * its own recursion; long chains of operators, of else if and of fields make deep trees without any.
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
        for (Object child : item.node instanceof Stmt s ? children(s) : children((Expr) item.node)) {
          SourceRange range = child instanceof Stmt s ? s.range() : ((Expr) child).range();
          open.push(new Item(child, range, item.depth + 1));
        }
      }
    }
  }

  private static List<?> children(Stmt stmt) {
    return switch (stmt) {
      case Stmt.Evaluate evaluate -> List.of(evaluate.expr());
      case Stmt.Assign assign -> List.of(assign.target(), assign.value());
      case Stmt.Let let -> let.value().stream().toList();
      case Stmt.If branch -> {
        List<Object> all = new ArrayList<>(branch.then());
        all.addAll(branch.otherwise());
        all.add(branch.condition());
        yield all;
      }
      case Stmt.Return leave -> leave.value().stream().toList();
    };
  }

  /** The expressions directly inside of one. */
  static List<Expr> children(Expr expr) {
    return switch (expr) {
      case Expr.Int i -> List.of();
      case Expr.Bool b -> List.of();
      case Expr.Str s -> List.of();
      case Expr.Name n -> List.of();
      case Expr.Variable v -> List.of();
      case Expr.MapUse map -> map.key();
      case Expr.Unary unary -> List.of(unary.operand());
      case Expr.Binary binary -> List.of(binary.left(), binary.right());
      case Expr.Logical logical -> List.of(logical.left(), logical.right());
      case Expr.Conditional c ->
          c.then().isPresent()
              ? List.of(c.condition(), c.then().get(), c.otherwise())
              : List.of(c.condition(), c.otherwise());
      case Expr.Step step -> List.of(step.target());
      case Expr.Tuple tuple -> tuple.parts();
      case Expr.Member member -> List.of(member.of());
      case Expr.Index index -> List.of(index.of(), index.index());
      case Expr.Cast cast -> List.of(cast.operand());
      case Expr.Call call -> call.arguments();
    };
  }
}
