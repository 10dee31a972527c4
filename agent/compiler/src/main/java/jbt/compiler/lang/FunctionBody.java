package jbt.compiler.lang;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import jbt.compiler.lang.Ast.Expr;
import jbt.compiler.lang.Ast.Stmt;
import jbt.compiler.lang.Ast.TypeName;

/**
 * The body of a function as that of a macro, which is put in the place of calls: a {@code return}
 * sets a variable there, and what stands behind it is left out.
 */
final class FunctionBody {
  private static final String VOID = "void";

  // Both have a space in their names, so that they meet no variable of a script.
  private final Optional<Expr.Variable> result;
  private final Expr.Variable done;
  private boolean early;

  private FunctionBody(Optional<Expr.Variable> result, SourceRange range) {
    this.result = result;
    this.done = new Expr.Variable("returned already", range);
  }

  /**
   * @param parameters set in front of the body
   * @param head name and parameters
   */
  static Expr.Sequence of(
      List<Stmt.Let> parameters, TypeName type, Expr.Sequence written, SourceRange head)
      throws SyntaxError {
    boolean nothing = type.toString().equals(VOID);
    Expr.Variable variable = new Expr.Variable("return value", type.range());
    FunctionBody body = new FunctionBody(nothing ? Optional.empty() : Optional.of(variable), head);
    List<Stmt> statements = new ArrayList<>(written.statements());
    written.value().ifPresent(value -> statements.add(new Stmt.Evaluate(value, value.range())));
    List<Stmt> rest = body.statements(statements, false);
    if (!nothing && !alwaysReturns(statements)) {
      throw new SyntaxError(
          type.range(), "a function that returns " + type + " needs a return on every path");
    }
    List<Stmt> all = new ArrayList<>(inOrderOfTypes(parameters));
    if (!nothing) {
      all.add(new Stmt.Let(variable, Optional.of(type), Optional.empty(), type.range()));
    }
    if (body.early) {
      all.add(body.setDone(0, head));
    }
    all.addAll(rest);
    return new Expr.Sequence(all, body.result.map(v -> v), written.range());
  }

  /** The type of one may be that of another, which then comes first. */
  private static List<Stmt.Let> inOrderOfTypes(List<Stmt.Let> parameters) {
    List<Stmt.Let> left = new ArrayList<>(parameters);
    List<Stmt.Let> ordered = new ArrayList<>();
    while (!left.isEmpty()) {
      Stmt.Let next =
          left.stream()
              .filter(let -> left.stream().noneMatch(other -> takesType(let, other)))
              .findFirst()
              .orElse(left.getFirst());
      left.remove(next);
      ordered.add(next);
    }
    return ordered;
  }

  private static boolean takesType(Stmt.Let parameter, Stmt.Let of) {
    return parameter
        .type()
        .flatMap(TypeName::of)
        .filter(
            expr ->
                Ast.any(
                    expr,
                    node ->
                        node instanceof Expr.Variable variable
                            && variable.name().equals(of.variable().name())))
        .isPresent();
  }

  private List<Stmt> statements(List<Stmt> written, boolean inLoop) throws SyntaxError {
    List<Stmt> all = new ArrayList<>();
    for (int i = 0; i < written.size(); i++) {
      Stmt statement = written.get(i);
      List<Stmt> rest = written.subList(i + 1, written.size());
      if (!returns(statement)) {
        all.add(statement);
      } else if (statement instanceof Stmt.Return leave) {
        all.addAll(leave(leave, inLoop));
        return all;
      } else if (statement instanceof Stmt.If branch && endsIn(branch)) {
        // What follows belongs to the other branch: no need to ask where this one ended.
        boolean first = alwaysReturns(branch.then());
        all.add(
            new Stmt.If(
                branch.condition(),
                statements(first ? branch.then() : joined(branch.then(), rest), inLoop),
                statements(first ? joined(branch.otherwise(), rest) : branch.otherwise(), inLoop),
                branch.range()));
        return all;
      } else {
        all.add(inside(statement, inLoop));
        if (inLoop) {
          all.add(
              new Stmt.If(
                  done, List.of(new Stmt.Break(statement.range())), List.of(), statement.range()));
          early = true;
        } else if (!rest.isEmpty()) {
          all.add(unlessDone(statements(rest, false), statement.range()));
          return all;
        }
      }
    }
    return all;
  }

  private static List<Stmt> joined(List<Stmt> first, List<Stmt> then) {
    List<Stmt> all = new ArrayList<>(first);
    all.addAll(then);
    return all;
  }

  private static boolean endsIn(Stmt.If branch) {
    return alwaysReturns(branch.then()) || alwaysReturns(branch.otherwise());
  }

  private static boolean alwaysReturns(List<Stmt> statements) {
    return statements.stream().anyMatch(FunctionBody::alwaysReturns);
  }

  /** One in a loop need not be reached. */
  private static boolean alwaysReturns(Stmt statement) {
    return switch (statement) {
      case Stmt.Return leave -> true;
      case Stmt.If branch -> alwaysReturns(branch.then()) && alwaysReturns(branch.otherwise());
      case Stmt.Braces braces -> alwaysReturns(braces.body());
      default -> false;
    };
  }

  private static boolean returns(Ast.Node node) {
    return node instanceof Stmt.Return
        || Ast.children(node).stream().anyMatch(FunctionBody::returns);
  }

  private List<Stmt> leave(Stmt.Return leave, boolean inLoop) throws SyntaxError {
    if (leave.value().isPresent() != result.isPresent()) {
      throw new SyntaxError(
          leave.range(),
          result.isPresent() ? "return without a value" : "a function of type void has no value");
    }
    List<Stmt> all = new ArrayList<>();
    if (result.isPresent()) {
      all.add(
          new Stmt.Assign(
              result.get(), Optional.empty(), leave.value().orElseThrow(), leave.range()));
    }
    all.add(setDone(1, leave.range()));
    if (inLoop) {
      all.add(new Stmt.Break(leave.range()));
    }
    return all;
  }

  private Stmt setDone(long value, SourceRange range) {
    return new Stmt.Assign(done, Optional.empty(), new Expr.Int(value, false, range), range);
  }

  private Stmt unlessDone(List<Stmt> statements, SourceRange range) {
    early = true;
    return new Stmt.If(done, List.of(), statements, range);
  }

  /** A statement that has returns in it. */
  private Stmt inside(Stmt statement, boolean inLoop) throws SyntaxError {
    return switch (statement) {
      case Stmt.If s ->
          new Stmt.If(
              s.condition(),
              statements(s.then(), inLoop),
              statements(s.otherwise(), inLoop),
              s.range());
      case Stmt.Braces s -> new Stmt.Braces(statements(s.body(), inLoop), s.range());
      case Stmt.Unroll s ->
          new Stmt.Unroll(
              s.count(), List.of(unlessDone(statements(s.body(), false), s.range())), s.range());
      case Stmt.While s -> new Stmt.While(s.condition(), statements(s.body(), true), s.range());
      case Stmt.ForRange s ->
          new Stmt.ForRange(s.variable(), s.from(), s.to(), statements(s.body(), true), s.range());
      case Stmt.ForMap s ->
          new Stmt.ForMap(s.variable(), s.map(), statements(s.body(), true), s.range());
      default -> throw new SyntaxError(statement.range(), "return inside of an expression");
    };
  }
}
