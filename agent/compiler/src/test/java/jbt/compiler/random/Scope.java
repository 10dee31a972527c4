package jbt.compiler.random;

import java.util.ArrayList;
import java.util.List;
import jbt.compiler.random.Node.Expr;
import jbt.compiler.random.Node.MapShape;
import jbt.compiler.random.Node.Variable;

/** What can be named at a place of a script. */
final class Scope {
  private final List<MapShape> maps;

  /** Builtins, and fields of the record in probes that have one. */
  private final List<Expr> given;

  private final List<Variable> variables = new ArrayList<>();
  private final String prefix;
  private int names;

  /**
   * @param prefix what names of variables begin with
   */
  Scope(String prefix, List<MapShape> maps, List<Expr> given) {
    this.prefix = prefix;
    this.maps = maps;
    this.given = given;
  }

  List<MapShape> maps() {
    return maps;
  }

  List<Expr> given() {
    return given;
  }

  List<Variable> variables() {
    return variables;
  }

  /** A new variable, visible from now on. */
  Variable declare(Kind kind, String declared) {
    return declare(kind, declared, false);
  }

  /** A new variable that a loop goes by. */
  Variable count(Kind kind, String declared) {
    return declare(kind, declared, true);
  }

  private Variable declare(Kind kind, String declared, boolean counts) {
    Variable variable = new Variable(prefix + "_" + names++, kind, declared, counts);
    variables.add(variable);
    return variable;
  }

  /** Those that a statement may change. */
  List<Variable> changeable() {
    return variables.stream().filter(variable -> !variable.counts()).toList();
  }

  /** Where a block begins; {@link #leave} forgets what was declared since. */
  int enter() {
    return variables.size();
  }

  void leave(int mark) {
    variables.subList(mark, variables.size()).clear();
  }
}
