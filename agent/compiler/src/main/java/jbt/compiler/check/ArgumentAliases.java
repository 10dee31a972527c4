package jbt.compiler.check;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import jbt.compiler.lang.Ast;
import jbt.compiler.lang.Ast.Expr;
import jbt.compiler.lang.Ast.Stmt;
import jbt.compiler.lang.Rewriting;

/**
 * Puts {@code args} in the place of variables that hold nothing else and of which only fields are
 * used: nothing has to be copied then, and which fields a block needs is seen from outside.
 */
final class ArgumentAliases {
  private final Set<String> set = new HashSet<>();
  private final Set<String> withFields = new HashSet<>();

  /** Those that have a type of their own, or another value in a loop. */
  private final Set<String> others = new HashSet<>();

  /** How often more is done with a variable than to set it to {@code args} or take a field. */
  private final Map<String, Integer> otherUses = new HashMap<>();

  private ArgumentAliases() {}

  static Ast.Block replace(Ast.Block block) {
    ArgumentAliases aliases = new ArgumentAliases();
    Ast.any(
        block,
        node -> {
          aliases.note(node);
          return false;
        });
    aliases.set.retainAll(aliases.withFields);
    aliases.set.removeIf(
        name -> aliases.others.contains(name) || aliases.otherUses.getOrDefault(name, 0) != 0);
    return aliases.set.isEmpty()
        ? block
        : new Rewriting(aliases::argument, name -> Optional.empty(), aliases::stays).block(block);
  }

  private void note(Ast.Node node) {
    switch (node) {
      case Expr.Variable variable -> otherUses.merge(variable.name(), 1, Integer::sum);
      case Expr.Member(Expr.Variable variable, var field, var fieldRange, var range) -> {
        withFields.add(variable.name());
        otherUses.merge(variable.name(), -1, Integer::sum);
      }
      case Stmt.Assign(Expr.Variable variable, var op, Expr value, var range)
          when op.isEmpty() && ContextFields.isArgs(value) -> {
        set.add(variable.name());
        otherUses.merge(variable.name(), -1, Integer::sum);
      }
      case Stmt.Let let when let.type().isEmpty() && let.value().isEmpty() -> {}
      case Stmt.Let let ->
          (let.type().isEmpty() && ContextFields.isArgs(let.value().get()) ? set : others)
              .add(let.variable().name());
      case Stmt.ForRange loop -> others.add(loop.variable().name());
      case Stmt.ForMap loop -> others.add(loop.variable().name());
      default -> {}
    }
  }

  private Optional<Expr> argument(Expr expr) {
    return expr instanceof Expr.Variable variable && set.contains(variable.name())
        ? Optional.of(new Expr.Name("args", variable.range()))
        : Optional.empty();
  }

  /** Whether a statement does more than to declare such a variable, or to set it. */
  private boolean stays(Stmt stmt) {
    return switch (stmt) {
      case Stmt.Assign assign ->
          !(assign.target() instanceof Expr.Variable variable && set.contains(variable.name()));
      case Stmt.Let let -> !set.contains(let.variable().name());
      default -> true;
    };
  }
}
