package jbt.compiler.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import jbt.compiler.check.Checked.Expr;
import jbt.compiler.check.Checked.Probe.Kind;
import jbt.compiler.check.Checked.Stmt;
import jbt.compiler.lang.Ast;
import jbt.compiler.lang.Diagnostics;
import jbt.compiler.plan.Site;
import jbt.compiler.plan.Site.Piece;
import jbt.compiler.plan.Site.Printf.Use;
import jbt.compiler.types.Type;

/** Calls that say what must hold, most of them when the script is compiled. */
final class Assertions {
  private final Round round;
  private final ProbeContext context;
  private final ExpressionChecker expressions;
  private final Calls calls;
  private final Diagnostics diagnostics;

  Assertions(Round round, ProbeContext context, ExpressionChecker expressions, Calls calls) {
    this.round = round;
    this.context = context;
    this.expressions = expressions;
    this.calls = calls;
    this.diagnostics = round.diagnostics();
  }

  List<Stmt> call(Ast.Expr.Call call) {
    return switch (call.function()) {
      case "fail" -> fail(call);
      case "assert" -> atRunTime(call);
      case "static_assert" -> now(call);
      case "assert_str" -> string(call);
      case "assert_userspace_probe" -> userProbe(call);
      case "check_key" -> key(call);
      default -> throw new IllegalArgumentException(call.function());
    };
  }

  /** An error where it is reached: in a branch that is left out at compile time it says nothing. */
  private List<Stmt> fail(Ast.Expr.Call call) {
    Optional<Ast.Expr.Str> first = Calls.format(call, expressions, diagnostics);
    if (first.isEmpty()) {
      return List.of();
    }
    String format = first.get().value();
    if (call.arguments().size() == 1) {
      diagnostics.error(call.range(), Strings.text(format));
      return List.of();
    }
    List<Value> values =
        call.arguments().stream().skip(1).map(expressions::value).filter(Value::known).toList();
    switch (PrintfFormat.parse(format, values.size())) {
      case PrintfFormat.Wrong wrong ->
          diagnostics.error(first.get().range(), "fail: " + wrong.message());
      case PrintfFormat.Parsed parsed -> {
        if (parsed.lengths().size() != values.size() || !values.stream().allMatch(this::literal)) {
          diagnostics.error(call.range(), "fail() takes a format and as many literals");
        } else {
          diagnostics.error(call.range(), Strings.text(filled(parsed.pieces(), values)));
        }
      }
    }
    return List.of();
  }

  private boolean literal(Value value) {
    return value.expr() instanceof Expr.IntLiteral || value.expr() instanceof Expr.StrLiteral;
  }

  private static String filled(List<Piece> pieces, List<Value> values) {
    StringBuilder text = new StringBuilder();
    int next = 0;
    for (Piece piece : pieces) {
      switch (piece) {
        case Piece.Text(String plain) -> text.append(plain);
        case Piece.Conversion how -> text.append(text(values.get(next++).expr(), how.conversion()));
      }
    }
    return text.toString();
  }

  private static String text(Expr literal, char conversion) {
    return switch (literal) {
      case Expr.StrLiteral str -> str.value();
      case Expr.IntLiteral number when conversion == 'x' -> Long.toHexString(number.value());
      case Expr.IntLiteral number when conversion == 's' && number.type() instanceof Type.Bool ->
          Boolean.toString(number.value() != 0);
      case Expr.IntLiteral number
          when conversion == 's' && number.type() instanceof Type.Int i && i.named() ->
          i.enumeration().text(number.value());
      case Expr.IntLiteral number -> Long.toString(number.value());
      default -> throw new IllegalArgumentException("no literal: " + literal);
    };
  }

  /** {@code assert(condition, message)}: ends the session with 1 where it does not hold. */
  private List<Stmt> atRunTime(Ast.Expr.Call call) {
    if (!Calls.arity(call, 2, 2, diagnostics)) {
      return List.of();
    }
    Value condition = expressions.condition(call.arguments().getFirst());
    Ast.Expr format = new Ast.Expr.Str("assert failed: %s", call.arguments().get(1).range());
    List<Stmt> failed = new ArrayList<>(calls.printf(message(call, format), Use.ERROR));
    Expr one = Value.literal(1, call.range()).expr();
    failed.add(new Stmt.Exit(round.site(new Site.Exit()), one, call.range()));
    return List.of(new Stmt.If(condition.expr(), List.of(), failed, call.range()));
  }

  private static Ast.Expr.Call message(Ast.Expr.Call call, Ast.Expr... format) {
    List<Ast.Expr> arguments = new ArrayList<>(List.of(format));
    arguments.add(call.arguments().get(1));
    return new Ast.Expr.Call(call.function(), arguments, call.range());
  }

  private List<Stmt> now(Ast.Expr.Call call) {
    if (!Calls.arity(call, 2, 2, diagnostics)) {
      return List.of();
    }
    Value condition = expressions.condition(call.arguments().getFirst());
    if (!condition.known()) {
      return List.of();
    }
    if (!(condition.expr() instanceof Expr.IntLiteral literal)) {
      diagnostics.error(
          condition.range(), "The condition of static_assert() must be known to the compiler");
    } else if (literal.value() == 0) {
      fail(message(call));
    }
    return List.of();
  }

  private List<Stmt> string(Ast.Expr.Call call) {
    if (Calls.arity(call, 1, 1, diagnostics)) {
      Value value = expressions.any(call.arguments().getFirst());
      if (value.known() && !Functions.isText(value.type())) {
        diagnostics.error(value.range(), "This must be a string, not " + value.described());
      }
    }
    return List.of();
  }

  private List<Stmt> userProbe(Ast.Expr.Call call) {
    Kind kind = context.kind();
    boolean user = kind == Kind.UPROBE || kind == Kind.URETPROBE || kind == Kind.USDT;
    if (Calls.arity(call, 0, 0, diagnostics) && !user) {
      diagnostics.error(
          call.range(),
          "This is for uprobe, uretprobe and usdt, not for " + context.points().getFirst().name());
    }
    return List.of();
  }

  /** {@code check_key(@m, key)}: whether the key has the type of the map's. */
  private List<Stmt> key(Ast.Expr.Call call) {
    if (!Calls.arity(call, 2, 2, diagnostics)) {
      return List.of();
    }
    if (call.arguments().getFirst() instanceof Ast.Expr.MapUse use && use.key().isEmpty()) {
      MapInfo map = expressions.maps().info(use);
      expressions.maps().key(map, call.arguments().subList(1, 2), call.range());
    } else {
      diagnostics.error(call.range(), "check_key() takes a map and a key: check_key(@x, key)");
    }
    return List.of();
  }
}
