package jbt.compiler.ir;

import java.util.Locale;
import java.util.stream.Collectors;
import jbt.compiler.bpf.Condition;
import jbt.compiler.bpf.Size;
import jbt.compiler.ir.Block.Step;

/** Intermediate code as text. */
final class RoutinePrinter {
  private RoutinePrinter() {}

  static String print(Routine routine, String script) {
    StringBuilder out = new StringBuilder();
    String line = "";
    for (Block block : routine.blocks()) {
      out.append("  b").append(block.number()).append(":\n");
      for (Step step : block.steps()) {
        String source = SourceLines.at(script, step.range());
        if (!source.equals(line)) {
          out.append("    // ").append(source).append('\n');
          line = source;
        }
        out.append("    ").append(text(step.op())).append('\n');
      }
      out.append("    ").append(text(block.end())).append('\n');
    }
    return out.toString();
  }

  private static String text(Op op) {
    String result = op.result() == Op.NONE ? "" : "%" + op.result() + " = ";
    return result
        + switch (op) {
          case Op.Context o -> "context";
          case Op.Argument o -> "argument " + o.number();
          case Op.Move o -> o.source().toString();
          case Op.Binary o ->
              o.left() + " " + o.operation().symbol().replace("=", "") + " " + o.right();
          case Op.Negate o -> "-" + o.source();
          case Op.Narrow o -> (o.signed() ? "s" : "u") + o.bytes() * 8 + " " + o.source();
          case Op.MapValueAddress o -> "&map" + o.map() + "[" + o.offset() + "]";
          case Op.Load o -> size(o.size()) + o.address();
          case Op.Store o -> size(o.size()) + o.address() + " = " + o.value();
          case Op.Zero o -> "zero " + o.address() + ", " + o.words() + " words";
          case Op.Copy o -> "copy " + o.from() + " to " + o.to() + ", " + o.words() + " words";
          case Op.AtomicAdd o -> "lock " + o.address() + " += " + o.value();
          case Op.AtomicFetch o ->
              o.operation().name().toLowerCase(Locale.ROOT) + " " + o.address() + ", " + o.value();
          case Op.CompareExchange o ->
              "compare_exchange " + o.address() + ", " + o.expected() + ", " + o.value();
          case Op.Call o ->
              o.callee()
                  + o.arguments().stream()
                      .map(Operand::toString)
                      .collect(Collectors.joining(", ", "(", ")"));
        };
  }

  private static String text(Terminator end) {
    return switch (end) {
      case Terminator.Goto o -> "goto b" + o.block();
      case Terminator.Return o -> "return " + o.value();
      case Terminator.Branch o ->
          "if "
              + o.left()
              + " "
              + condition(o)
              + " "
              + o.right()
              + " goto b"
              + o.then()
              + " else b"
              + o.otherwise();
    };
  }

  private static String condition(Terminator.Branch branch) {
    Condition condition = branch.condition();
    return condition.symbol() + (branch.wide() ? "" : "32");
  }

  private static String size(Size size) {
    return "u" + size.bytes() * 8 + " ";
  }
}
