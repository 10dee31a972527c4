package jbt.compiler.check;

import java.util.List;
import jbt.compiler.lang.Ast;
import jbt.compiler.lang.Ast.Expr;
import jbt.compiler.lang.Ast.Node;
import jbt.compiler.lang.Ast.Script;
import jbt.compiler.lang.Ast.Stmt;
import jbt.compiler.lang.Diagnostics;

/** Warns of what stands behind the end of a probe or of a loop's round, in blocks and macros. */
final class Unreachable {
  private final Diagnostics diagnostics;

  /** How many loops are open. */
  private int loops;

  private Unreachable(Diagnostics diagnostics) {
    this.diagnostics = diagnostics;
  }

  static void warn(Script script, Diagnostics diagnostics) {
    Unreachable unreachable = new Unreachable(diagnostics);
    script.blocks().forEach(block -> unreachable.oneEnds(block.body()));
    script.macros().forEach(macro -> unreachable.ends(macro.body()));
  }

  /** Whether one of those that run one after the other ends all; warns of the one behind it. */
  private boolean oneEnds(List<? extends Node> inOrder) {
    boolean ended = false;
    boolean told = false;
    for (Node node : inOrder) {
      if (ended && !told) {
        diagnostics.warning(node.range(), "This is never reached");
        told = true;
      }
      ended |= ends(node);
    }
    return ended;
  }

  /** Whether nothing that follows is reached. */
  private boolean ends(Node node) {
    return switch (node) {
      case Stmt.Return _ -> true;
      case Stmt.Break _, Stmt.Continue _ -> loops > 0;
      case Expr.Call(String name, var arguments, var range)
          when name.equals("exit") && arguments.size() <= 1 ->
          true;
      case Stmt.Evaluate(Expr expr, var range) -> ends(expr);
      case Stmt.Braces(var body, var range) -> oneEnds(body);
      case Stmt.Unroll(var count, var body, var range) -> oneEnds(body);
      case Expr.Sequence sequence -> oneEnds(Ast.children(sequence));
      case Stmt.If(Expr condition, var then, var otherwise, var range) ->
          choiceEnds(ends(condition), oneEnds(then), oneEnds(otherwise));
      case Expr.Conditional(Expr condition, var then, Expr otherwise, var range)
          when then.isPresent() ->
          choiceEnds(ends(condition), ends(then.get()), ends(otherwise));
      // A loop may have no round at all, and what is in it ends its rounds only.
      case Stmt.While(Expr condition, var body, var range) -> loop(body);
      case Stmt.ForRange(var variable, Expr from, Expr to, var body, var range) -> loop(body);
      case Stmt.ForMap(var variable, var map, var body, var range) -> loop(body);
      default -> {
        Ast.children(node).forEach(this::ends);
        yield false;
      }
    };
  }

  /** Of what has been looked at in all its parts. */
  private static boolean choiceEnds(boolean condition, boolean then, boolean otherwise) {
    return condition || (then && otherwise);
  }

  private boolean loop(List<Stmt> body) {
    loops++;
    oneEnds(body);
    loops--;
    return false;
  }
}
