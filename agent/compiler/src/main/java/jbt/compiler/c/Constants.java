package jbt.compiler.c;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import jbt.compiler.c.CToken.Kind;
import jbt.compiler.lang.NumberText;

/** Computes constant expressions of C, in 64 bits. */
final class Constants {
  /** What is not a number or an operator. */
  interface Operands {
    /** The value of what begins at the cursor; the cursor then stands behind it. */
    long value(Cursor cursor) throws CError;
  }

  private static final int DEEPEST = 100;

  private static final Map<String, Integer> PRECEDENCE =
      Map.ofEntries(
          Map.entry("*", 10),
          Map.entry("/", 10),
          Map.entry("%", 10),
          Map.entry("+", 9),
          Map.entry("-", 9),
          Map.entry("<<", 8),
          Map.entry(">>", 8),
          Map.entry("<", 7),
          Map.entry("<=", 7),
          Map.entry(">", 7),
          Map.entry(">=", 7),
          Map.entry("==", 6),
          Map.entry("!=", 6),
          Map.entry("&", 5),
          Map.entry("^", 4),
          Map.entry("|", 3),
          Map.entry("&&", 2),
          Map.entry("||", 1));

  private final Cursor cursor;
  private final Operands operands;
  private int depth;

  private Constants(Cursor cursor, Operands operands) {
    this.cursor = cursor;
    this.operands = operands;
  }

  /** Reads one; the cursor then stands behind it. */
  static long read(Cursor cursor, Operands operands) throws CError {
    return new Constants(cursor, operands).conditional();
  }

  private long conditional() throws CError {
    if (++depth > DEEPEST) {
      throw new CError(cursor.current().range(), "This expression is nested too deeply");
    }
    long condition = binary(1);
    long result = condition;
    if (cursor.accept("?")) {
      long then = conditional();
      cursor.expect(":");
      long otherwise = conditional();
      result = condition != 0 ? then : otherwise;
    }
    depth--;
    return result;
  }

  private long binary(int least) throws CError {
    long left = unary();
    while (true) {
      CToken token = cursor.current();
      Integer precedence = token.kind() == Kind.SYMBOL ? PRECEDENCE.get(token.text()) : null;
      if (precedence == null || precedence < least) {
        return left;
      }
      cursor.take();
      left = apply(token, left, binary(precedence + 1));
    }
  }

  private static long apply(CToken op, long left, long right) throws CError {
    return switch (op.text()) {
      case "*" -> left * right;
      case "/", "%" -> {
        if (right == 0) {
          throw new CError(op.range(), "Division by zero");
        }
        yield op.text().equals("/") ? left / right : left % right;
      }
      case "+" -> left + right;
      case "-" -> left - right;
      case "<<" -> left << right;
      case ">>" -> left >> right;
      case "<" -> left < right ? 1 : 0;
      case "<=" -> left <= right ? 1 : 0;
      case ">" -> left > right ? 1 : 0;
      case ">=" -> left >= right ? 1 : 0;
      case "==" -> left == right ? 1 : 0;
      case "!=" -> left != right ? 1 : 0;
      case "&" -> left & right;
      case "^" -> left ^ right;
      case "|" -> left | right;
      case "&&" -> left != 0 && right != 0 ? 1 : 0;
      default -> left != 0 || right != 0 ? 1 : 0;
    };
  }

  private long unary() throws CError {
    CToken token = cursor.current();
    if (List.of("-", "+", "~", "!").contains(token.text()) && token.kind() == Kind.SYMBOL) {
      if (++depth > DEEPEST) {
        throw new CError(token.range(), "This expression is nested too deeply");
      }
      cursor.take();
      long operand = unary();
      depth--;
      return switch (token.text()) {
        case "-" -> -operand;
        case "+" -> operand;
        case "~" -> ~operand;
        default -> operand == 0 ? 1 : 0;
      };
    }
    return switch (token.kind()) {
      case NUMBER -> number(cursor.take());
      case CHARACTER -> character(cursor.take());
      case SYMBOL -> {
        if (!token.is("(")) {
          throw cursor.unexpected("expected a number");
        }
        Optional<Long> other = parenthesis();
        if (other.isPresent()) {
          yield other.get();
        }
        cursor.take();
        long inside = conditional();
        cursor.expect(")");
        yield inside;
      }
      case NAME -> operands.value(cursor);
      case STRING, PACK -> throw cursor.unexpected("expected a number");
    };
  }

  /** A cast to an integer, which is left out. */
  private Optional<Long> parenthesis() throws CError {
    int at = 1;
    while (List.of("int", "unsigned", "long", "char", "short", "signed")
            .contains(cursor.ahead(at).text())
        && cursor.ahead(at).kind() == Kind.NAME) {
      at++;
    }
    if (at == 1 || !cursor.ahead(at).is(")")) {
      return Optional.empty();
    }
    for (int i = 0; i <= at; i++) {
      cursor.take();
    }
    return Optional.of(unary());
  }

  private static long number(CToken token) throws CError {
    if (NumberText.read(token.text()) instanceof NumberText.Value(long value, boolean unsigned)) {
      return value;
    }
    throw new CError(token.range(), "syntax: invalid number '" + token.text() + "'");
  }

  private static long character(CToken token) throws CError {
    String text = token.text();
    if (text.length() == 1) {
      return (byte) text.charAt(0);
    }
    int place =
        text.length() == 2 && text.charAt(0) == '\\' ? "0nrt\\'\"".indexOf(text.charAt(1)) : -1;
    if (place < 0) {
      throw new CError(token.range(), "syntax: invalid character '" + text + "'");
    }
    return "\0\n\r\t\\'\"".charAt(place);
  }
}
