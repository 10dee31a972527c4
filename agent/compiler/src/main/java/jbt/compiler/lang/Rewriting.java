package jbt.compiler.lang;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import jbt.compiler.lang.Ast.Block;
import jbt.compiler.lang.Ast.Expr;
import jbt.compiler.lang.Ast.Stmt;
import jbt.compiler.lang.Ast.TypeName;

/**
 * Puts other expressions in the place of some in a tree. A variable that is declared must become a
 * variable.
 *
 * @param replace is asked for each expression, outer ones first; what it gives is not looked into
 * @param names is asked for each name of a type and each field that {@code offsetof} is asked for
 * @param stays which statements are not left out
 */
public record Rewriting(
    Function<Expr, Optional<Expr>> replace,
    Function<String, Optional<Expr>> names,
    Predicate<Stmt> stays) {
  public Rewriting(Function<Expr, Optional<Expr>> replace, Function<String, Optional<Expr>> names) {
    this(replace, names, stmt -> true);
  }

  public Rewriting(Function<Expr, Optional<Expr>> replace) {
    this(replace, name -> Optional.empty());
  }

  public Block block(Block block) {
    return new Block(
        block.attachPoints(),
        block.predicate().map(this::expr),
        statements(block.body()),
        block.range());
  }

  public List<Stmt> statements(List<Stmt> all) {
    return all.stream().filter(stays).map(this::statement).toList();
  }

  private Stmt statement(Stmt stmt) {
    return switch (stmt) {
      case Stmt.Evaluate s -> {
        Expr expr = expr(s.expr());
        // Where the value is discarded on purpose the statement is longer than its expression.
        boolean whole = s.range().equals(s.expr().range());
        yield new Stmt.Evaluate(expr, whole ? expr.range() : s.range());
      }
      case Stmt.Assign s -> new Stmt.Assign(expr(s.target()), s.op(), expr(s.value()), s.range());
      case Stmt.Let s ->
          new Stmt.Let(
              variable(s.variable()),
              s.type().map(this::type),
              s.value().map(this::expr),
              s.range());
      case Stmt.If s ->
          new Stmt.If(
              expr(s.condition()), statements(s.then()), statements(s.otherwise()), s.range());
      case Stmt.Return s -> new Stmt.Return(s.value().map(this::expr), s.range());
      case Stmt.Braces s -> new Stmt.Braces(statements(s.body()), s.range());
      case Stmt.Unroll s -> new Stmt.Unroll(expr(s.count()), statements(s.body()), s.range());
      case Stmt.While s -> new Stmt.While(expr(s.condition()), statements(s.body()), s.range());
      case Stmt.ForRange s ->
          new Stmt.ForRange(
              variable(s.variable()),
              expr(s.from()),
              expr(s.to()),
              statements(s.body()),
              s.range());
      case Stmt.ForMap s ->
          new Stmt.ForMap(
              variable(s.variable()),
              expr(s.map()) instanceof Expr.MapUse map ? map : s.map(),
              statements(s.body()),
              s.range());
      case Stmt.Break s -> s;
      case Stmt.Continue s -> s;
    };
  }

  private Expr.Variable variable(Expr.Variable variable) {
    return expr(variable) instanceof Expr.Variable other ? other : variable;
  }

  private TypeName type(TypeName type) {
    Optional<Expr> other = type.name().isEmpty() ? Optional.empty() : names.apply(type.name());
    return other.isPresent()
        ? type.with(other.get())
        : new TypeName(
            type.keyword(), type.name(), type.suffixes(), type.of().map(this::expr), type.range());
  }

  /** The fields with those that stand for the first of them. */
  private List<String> fields(List<String> fields) {
    List<String> first = names.apply(fields.getFirst()).map(Rewriting::path).orElse(List.of());
    return first.isEmpty()
        ? fields
        : Stream.concat(first.stream(), fields.stream().skip(1)).toList();
  }

  /** Names with dots between them; empty for anything else. */
  private static List<String> path(Expr expr) {
    return switch (expr) {
      case Expr.Name e -> List.of(e.name());
      case Expr.Member e when !path(e.of()).isEmpty() ->
          Stream.concat(path(e.of()).stream(), Stream.of(e.field())).toList();
      default -> List.of();
    };
  }

  private List<Expr> all(List<Expr> exprs) {
    return exprs.stream().map(this::expr).toList();
  }

  public Expr expr(Expr expr) {
    Optional<Expr> other = replace.apply(expr);
    return other.isPresent() ? other.get() : inside(expr);
  }

  /** The expression with the expressions in it replaced. */
  public Expr inside(Expr expr) {
    return switch (expr) {
      case Expr.Int e -> e;
      case Expr.Bool e -> e;
      case Expr.Str e -> e;
      case Expr.Name e -> e;
      case Expr.Variable e -> e;
      case Expr.MapUse e -> new Expr.MapUse(e.name(), all(e.key()), e.range());
      case Expr.Unary e -> new Expr.Unary(e.op(), expr(e.operand()), e.range());
      case Expr.Binary e -> new Expr.Binary(e.op(), expr(e.left()), expr(e.right()), e.range());
      case Expr.Logical e -> new Expr.Logical(e.and(), expr(e.left()), expr(e.right()), e.range());
      case Expr.Conditional e ->
          new Expr.Conditional(
              expr(e.condition()), e.then().map(this::expr), expr(e.otherwise()), e.range());
      case Expr.Step e -> new Expr.Step(expr(e.target()), e.up(), e.prefix(), e.range());
      case Expr.Tuple e -> new Expr.Tuple(all(e.parts()), e.range());
      case Expr.Record e -> new Expr.Record(e.names(), all(e.parts()), e.range());
      case Expr.Sequence e ->
          new Expr.Sequence(statements(e.statements()), e.value().map(this::expr), e.range());
      case Expr.Comptime e -> new Expr.Comptime(expr(e.expr()), e.range());
      case Expr.Member e -> new Expr.Member(expr(e.of()), e.field(), e.fieldRange(), e.range());
      case Expr.Index e -> {
        Expr of = expr(e.of());
        Expr index = expr(e.index());
        yield of instanceof Expr.OfType type && index instanceof Expr.Int length
            ? new Expr.OfType(type.type().with(List.of((int) length.value()), e.range()), e.range())
            : new Expr.Index(of, index, e.range());
      }
      case Expr.Cast e -> new Expr.Cast(type(e.type()), expr(e.operand()), e.range());
      case Expr.SizeOf e ->
          new Expr.SizeOf(e.type().map(this::type), e.of().map(this::expr), e.range());
      case Expr.TypeInfo e ->
          new Expr.TypeInfo(e.type().map(this::type), e.of().map(this::expr), e.range());
      case Expr.OfType e -> new Expr.OfType(type(e.type()), e.range());
      case Expr.OffsetOf e ->
          new Expr.OffsetOf(
              e.type().map(this::type), e.of().map(this::expr), fields(e.fields()), e.range());
      case Expr.ContainerOf e ->
          new Expr.ContainerOf(expr(e.pointer()), type(e.type()), fields(e.fields()), e.range());
      case Expr.Call e -> new Expr.Call(e.function(), all(e.arguments()), e.range());
    };
  }
}
