package jbt.compiler.check;

import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import jbt.compiler.check.Checked.Expr;
import jbt.compiler.lang.Ast;
import jbt.compiler.lang.SourceRange;
import jbt.compiler.types.Type;

/** Calls whose value is known when the script is compiled for a host. */
final class HostCalls {
  static final Set<String> NAMES = Set.of("label", "kaddr", "cgroupid", "pton");

  private final Round round;

  HostCalls(Round round) {
    this.round = round;
  }

  Value call(Ast.Expr.Call call) {
    SourceRange range = call.range();
    if (!Calls.arity(call, 1, 1, round.diagnostics())) {
      return Value.unknown(range);
    }
    if (!(call.arguments().getFirst() instanceof Ast.Expr.Str(String text, SourceRange at))) {
      round
          .diagnostics()
          .error(
              call.arguments().getFirst().range(),
              "%s() takes a string literal".formatted(call.function()));
      return Value.unknown(range);
    }
    String argument = Strings.text(text);
    return switch (call.function()) {
      // A host without the label is told from others by the empty text.
      case "label" -> Value.string(Strings.bytes(round.target().label(argument).orElse("")), range);
      case "kaddr" -> kernelAddress(argument, at, range);
      case "cgroupid" -> controlGroup(argument, at, range);
      case "pton" -> address(argument, at, range);
      default -> throw new IllegalArgumentException(call.function());
    };
  }

  private Value kernelAddress(String name, SourceRange at, SourceRange range) {
    OptionalLong address = round.target().kernelSymbol(name);
    if (address.isEmpty()) {
      round
          .diagnostics()
          .error(
              at,
              "Failed to resolve kernel symbol: '" + name + "'",
              List.of(),
              List.of("A kernel without CONFIG_KALLSYMS_ALL tells only where its functions are."));
      return Value.unknown(range);
    }
    Expr number = new Expr.IntLiteral(address.getAsLong(), Type.UINT64, range);
    return new Value(number, false, true);
  }

  private Value controlGroup(String path, SourceRange at, SourceRange range) {
    OptionalLong id = round.target().controlGroup(path);
    if (id.isEmpty()) {
      round.diagnostics().error(at, "There is no control group '" + path + "'");
      return Value.unknown(range);
    }
    return new Value(new Expr.IntLiteral(id.getAsLong(), Type.UINT64, range), false, true);
  }

  private Value address(String text, SourceRange at, SourceRange range) {
    byte[] bytes = InternetAddresses.parse(text);
    if (bytes.length == 0) {
      round.diagnostics().error(at, "No internet address: '" + text + "'");
      return Value.unknown(range);
    }
    Type type = new Type.Array(new Type.Int(1, false), bytes.length);
    StringBuilder latin1 = new StringBuilder();
    for (byte b : bytes) {
      latin1.append((char) (b & 0xff));
    }
    Expr literal = new Expr.StrLiteral(latin1.toString(), new Type.Str(bytes.length), range);
    return Value.of(new Expr.Call(Function.BYTES, List.of(literal), type, range));
  }
}
