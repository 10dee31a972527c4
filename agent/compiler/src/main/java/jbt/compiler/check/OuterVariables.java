package jbt.compiler.check;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import jbt.compiler.lang.Ast;
import jbt.compiler.lang.Ast.Expr;
import jbt.compiler.lang.Ast.Stmt;
import jbt.compiler.lang.SourceRange;

/**
 * Old scripts use variables behind the block that first sets them, as behind {@code if (x) { $a =
 * 1; } else { $a = 2; }}. Such a variable is declared at the start of its probe.
 */
final class OuterVariables {
  private final Deque<Set<String>> scopes = new ArrayDeque<>();
  private final Map<String, SourceRange> assigned = new LinkedHashMap<>();
  private final Map<String, SourceRange> outer = new LinkedHashMap<>();

  private OuterVariables() {}

  /** The block with what it lacks declared. */
  static Ast.Block declare(Ast.Block block) {
    OuterVariables variables = new OuterVariables();
    variables.statements(block.body());
    if (variables.outer.isEmpty()) {
      return block;
    }
    List<Stmt> body = new ArrayList<>();
    variables.outer.forEach(
        (name, range) ->
            body.add(
                new Stmt.Let(
                    new Expr.Variable(name, range), Optional.empty(), Optional.empty(), range)));
    body.addAll(block.body());
    return new Ast.Block(block.attachPoints(), block.predicate(), body, block.range());
  }

  private void statements(List<Stmt> all) {
    scopes.push(new HashSet<>());
    all.forEach(this::statement);
    scopes.pop();
  }

  private boolean known(String name) {
    for (Set<String> scope : scopes) {
      if (scope.contains(name)) {
        return true;
      }
    }
    return false;
  }

  private void set(Expr.Variable variable) {
    if (!known(variable.name())) {
      scopes.element().add(variable.name());
      assigned.putIfAbsent(variable.name(), variable.range());
    }
  }

  private void loop(Expr.Variable variable, List<Stmt> body) {
    scopes.push(new HashSet<>(Set.of(variable.name())));
    statements(body);
    scopes.pop();
  }

  private void statement(Stmt stmt) {
    switch (stmt) {
      case Stmt.Assign assign -> {
        expression(assign.value());
        if (assign.target() instanceof Expr.Variable variable && assign.op().isEmpty()) {
          set(variable);
        } else {
          expression(assign.target());
        }
      }
      case Stmt.Let let -> {
        let.value().ifPresent(this::expression);
        scopes.element().add(let.variable().name());
      }
      case Stmt.If branch -> {
        expression(branch.condition());
        statements(branch.then());
        statements(branch.otherwise());
      }
      case Stmt.Braces braces -> statements(braces.body());
      case Stmt.Unroll unroll -> {
        expression(unroll.count());
        statements(unroll.body());
      }
      case Stmt.While loop -> {
        expression(loop.condition());
        statements(loop.body());
      }
      case Stmt.ForRange range -> {
        expression(range.from());
        expression(range.to());
        loop(range.variable(), range.body());
      }
      case Stmt.ForMap map -> loop(map.variable(), map.body());
      case Stmt.Evaluate evaluate -> expression(evaluate.expr());
      case Stmt.Return leave -> leave.value().ifPresent(this::expression);
      case Stmt.Break _, Stmt.Continue _ -> {}
    }
  }

  private void expression(Expr expr) {
    switch (expr) {
      case Expr.Variable(String name, SourceRange range) -> {
        SourceRange first = assigned.get(name);
        if (first != null && !known(name)) {
          outer.putIfAbsent(name, first);
        }
      }
      case Expr.Call call
          when call.function().equals("find")
              && call.arguments().size() == 3
              && call.arguments().get(2) instanceof Expr.Variable found -> {
        call.arguments().subList(0, 2).forEach(this::expression);
        set(found);
      }
      case Expr.Sequence sequence -> {
        scopes.push(new HashSet<>());
        sequence.statements().forEach(this::statement);
        sequence.value().ifPresent(this::expression);
        scopes.pop();
      }
      default -> {
        for (Ast.Node child : Ast.children(expr)) {
          switch (child) {
            case Expr inside -> expression(inside);
            case Stmt inside -> statement(inside);
          }
        }
      }
    }
  }
}
