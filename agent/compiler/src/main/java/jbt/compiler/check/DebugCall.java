package jbt.compiler.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import jbt.compiler.check.Checked.Expr;
import jbt.compiler.check.Checked.Stmt;
import jbt.compiler.lang.Ast;
import jbt.compiler.plan.Site.Piece;
import jbt.compiler.types.Type;

/** {@code debugf(format, ...)}: a line of the host's trace pipe, by bpf_trace_printk. */
final class DebugCall {
  /** What the helper takes. */
  private static final int MOST_VALUES = 3;

  private static final int LONGEST = 256;

  private final Round round;
  private final ExpressionChecker expressions;

  DebugCall(Round round, ExpressionChecker expressions) {
    this.round = round;
    this.expressions = expressions;
  }

  List<Stmt> call(Ast.Expr.Call call) {
    Optional<Ast.Expr.Str> format = Calls.format(call, expressions, round.diagnostics());
    if (format.isEmpty()) {
      return List.of();
    }
    List<Value> values = call.arguments().stream().skip(1).map(expressions::value).toList();
    return switch (PrintfFormat.parse(format.get().value(), values.size())) {
      case PrintfFormat.Wrong wrong -> {
        round.diagnostics().error(format.get().range(), "debugf: " + wrong.message());
        yield List.of();
      }
      case PrintfFormat.Parsed parsed -> made(call, parsed.pieces(), values);
    };
  }

  private List<Stmt> made(Ast.Expr.Call call, List<Piece> pieces, List<Value> values) {
    long conversions = pieces.stream().filter(Piece.Conversion.class::isInstance).count();
    if (conversions != values.size() || conversions > MOST_VALUES) {
      round
          .diagnostics()
          .error(
              call.range(),
              "debugf() takes as many values as its format has conversions, %d at most"
                  .formatted(MOST_VALUES));
      return List.of();
    }
    StringBuilder format = new StringBuilder();
    List<Expr> arguments = new ArrayList<>();
    for (Piece piece : pieces) {
      switch (piece) {
        case Piece.Text(String text) -> format.append(text.replace("%", "%%"));
        case Piece.Conversion how -> {
          Value value = values.get(arguments.size());
          format.append(conversion(how.conversion(), value));
          arguments.add(value.expr());
        }
      }
    }
    if (format.length() >= LONGEST) {
      round
          .diagnostics()
          .error(call.range(), "The format of debugf() has less than %d bytes".formatted(LONGEST));
      return List.of();
    }
    arguments.addFirst(Value.string(format.toString(), call.range()).expr());
    round
        .diagnostics()
        .warning(call.range(), "debugf() writes to the trace pipe, which all of the host share");
    Expr made = new Expr.Call(Function.DEBUG, arguments, Type.INT64, call.range());
    return List.of(new Stmt.Evaluate(made, call.range()));
  }

  /** As the kernel has it, whose numbers are of 32 bits unless it is told otherwise. */
  private String conversion(char written, Value value) {
    String mismatch = PrintfFormat.mismatch(written, value.writtenType());
    boolean text = value.type() instanceof Type.Str;
    if (!value.known()) {
      return "%d";
    }
    if (!mismatch.isEmpty() || (written == 's' && !text)) {
      round
          .diagnostics()
          .error(
              value.range(),
              mismatch.isEmpty() ? "debugf: '%s' prints strings only" : "debugf: " + mismatch);
    }
    return switch (written) {
      case 's' -> "%s";
      case 'x', 'X' -> "%llx";
      case 'u' -> "%llu";
      case 'p' -> "0x%llx";
      default -> "%lld";
    };
  }
}
