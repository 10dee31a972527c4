package jbt.compiler.check;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collector;
import java.util.stream.Collectors;
import jbt.compiler.check.Checked.Expr;
import jbt.compiler.check.Checked.Stmt;
import jbt.compiler.lang.AstPrinter;
import jbt.compiler.lang.Source;
import jbt.compiler.lang.SourceRange;
import jbt.compiler.types.Type;
import jbt.compiler.types.TypeNames;

/** A checked script as text: maps, then each probe with its types and line numbers. */
public final class CheckedPrinter {
  private final Checked checked;
  private final Source source;
  private final StringBuilder out = new StringBuilder();

  private CheckedPrinter(Checked checked, Source source) {
    this.checked = checked;
    this.source = source;
  }

  public static String print(Checked checked, Source source) {
    CheckedPrinter printer = new CheckedPrinter(checked, source);
    checked.maps().forEach(printer::map);
    checked.probes().forEach(printer::probe);
    return printer.out.toString();
  }

  private void map(Checked.MapDecl map) {
    out.append("map ").append(map.name());
    if (!map.key().isEmpty()) {
      out.append(map.key().stream().map(CheckedPrinter::type).collect(list("[", "]")));
    }
    out.append(": ").append(map.value());
    out.append(map.cleared() ? " cleared" : "");
    out.append(map.read() ? " read" : "");
    out.append(map.deleted() ? " deleted" : "");
    out.append(map.printed() ? " printed" : "");
    out.append(map.hostBound() ? " host-bound" : "");
    out.append('\n');
  }

  private void probe(Checked.Probe probe) {
    for (Checked.PointAt point : probe.points()) {
      out.append("probe ").append(checked.attachPointNames().get(point.cookie() - 1)).append('\n');
    }
    for (int i = 0; i < probe.locals().size(); i++) {
      out.append("        $" + i + ": ").append(type(probe.locals().get(i))).append('\n');
    }
    probe
        .predicate()
        .ifPresent(predicate -> line(predicate.range(), 0, "/" + expr(predicate) + "/"));
    block(probe.body(), 0);
  }

  private void block(List<Stmt> body, int depth) {
    for (Stmt stmt : body) {
      Optional<List<Stmt>> loop = loop(stmt);
      if (loop.isPresent()) {
        line(stmt.range(), depth, text(stmt));
        block(loop.get(), depth + 1);
      } else if (stmt instanceof Stmt.If branch) {
        line(branch.range(), depth, "if " + expr(branch.condition()));
        block(branch.then(), depth + 1);
        if (!branch.otherwise().isEmpty()) {
          line(branch.otherwise().getFirst().range(), depth, "else");
          block(branch.otherwise(), depth + 1);
        }
      } else {
        line(stmt.range(), depth, text(stmt));
      }
    }
  }

  private static Optional<List<Stmt>> loop(Stmt stmt) {
    return switch (stmt) {
      case Stmt.While loop -> Optional.of(loop.body());
      case Stmt.ForRange loop -> Optional.of(loop.body());
      case Stmt.ForMap loop -> Optional.of(loop.body());
      default -> Optional.empty();
    };
  }

  private String text(Stmt stmt) {
    return switch (stmt) {
      case Stmt.Evaluate evaluate -> expr(evaluate.expr());
      case Stmt.SetLocal set -> "$" + set.local() + " = " + expr(set.value());
      case Stmt.SetMap set -> map(set.map(), set.key()) + " = " + expr(set.value());
      case Stmt.AddMap add -> map(add.map(), add.key()) + " += " + expr(add.value());
      case Stmt.Aggregate aggregate ->
          map(aggregate.map(), aggregate.key())
              + " <- "
              + aggregate.value().map(this::expr).orElse("1");
      case Stmt.If branch ->
          "if %s %s else %s"
              .formatted(
                  expr(branch.condition()),
                  branch.then().stream().map(this::text).collect(list("{ ", " }")),
                  branch.otherwise().stream().map(this::text).collect(list("{ ", " }")));
      case Stmt.Printf printf -> site("printf", printf.site()) + exprs(printf.arguments());
      case Stmt.Time time -> site("time", time.site());
      case Stmt.PrintValue print -> site("print", print.site()) + " " + expr(print.value());
      case Stmt.PrintMap print -> site("print", print.site()) + " " + map(print.map(), print.key());
      case Stmt.Clear clear -> site("clear", clear.site()) + " " + map(clear.map(), List.of());
      case Stmt.Zero zero -> site("zero", zero.site()) + " " + map(zero.map(), List.of());
      case Stmt.Delete delete -> "delete " + map(delete.map(), delete.key());
      case Stmt.Exit exit -> site("exit", exit.site()) + " " + expr(exit.code());
      case Stmt.Return leave -> "return" + leave.result().map(r -> " " + expr(r)).orElse("");
      case Stmt.While loop -> "while " + expr(loop.condition());
      case Stmt.ForRange loop ->
          "for $%d in %s..%s".formatted(loop.local(), expr(loop.from()), expr(loop.to()));
      case Stmt.ForMap loop -> "for $%d in %s".formatted(loop.local(), map(loop.map(), List.of()));
      case Stmt.Break leave -> "break";
      case Stmt.Continue next -> "continue";
    };
  }

  private static String site(String what, int site) {
    return what + "#" + site;
  }

  private String map(int map, List<Expr> key) {
    String name = checked.maps().get(map).name();
    return key.isEmpty() ? name : name + key.stream().map(this::expr).collect(list("[", "]"));
  }

  private String exprs(List<Expr> all) {
    return all.stream().map(this::expr).collect(list("(", ")"));
  }

  /** Chains of operators are deep: they are kept out of the large frame of {@link #other}. */
  private String expr(Expr expr) {
    return switch (expr) {
      case Expr.Binary binary -> binary(binary);
      case Expr.Unary unary -> unary(unary);
      case Expr.Cast cast -> cast(cast);
      default -> other(expr);
    };
  }

  private String binary(Expr.Binary binary) {
    String op = binary.op().name().toLowerCase(Locale.ROOT);
    return "(" + expr(binary.left()) + " " + op + " " + expr(binary.right()) + ")" + suffix(binary);
  }

  private String other(Expr expr) {
    return switch (expr) {
      case Expr.IntLiteral i -> i.value() + suffix(i);
      case Expr.StrLiteral str -> AstPrinter.quoted(str.value());
      case Expr.BuiltinValue builtin -> builtin.builtin().name().toLowerCase(Locale.ROOT);
      case Expr.ContextField field -> "ctx+%d%s".formatted(field.offset(), suffix(field));
      case Expr.Memory m ->
          "[%s+%d]%s%s"
              .formatted(
                  expr(m.address()),
                  m.offset(),
                  m.bits().map(b -> "<" + b.shift() + ":" + b.width() + ">").orElse(""),
                  suffix(m));
      case Expr.ElementAddress e ->
          "&(%s+%d)[%s]".formatted(expr(e.address()), e.offset(), expr(e.index()));
      case Expr.Part part -> "%s+%d%s".formatted(expr(part.of()), part.offset(), suffix(part));
      case Expr.ContextElement element ->
          "ctx+%d[%s]%s".formatted(element.offset(), expr(element.index()), suffix(element));
      case Expr.Local local -> "$" + local.local();
      case Expr.MapValue value -> map(value.map(), value.key());
      case Expr.Aggregated value -> map(value.map(), value.key()) + suffix(value);
      case Expr.HasKey has -> "has_key " + map(has.map(), has.key());
      case Expr.Find find -> "find " + map(find.map(), find.key()) + " to $" + find.local();
      case Expr.DeleteKey delete -> "delete " + map(delete.map(), delete.key());
      case Expr.Length length -> "len " + map(length.map(), List.of());
      case Expr.Sequence sequence ->
          sequence.statements().stream().map(this::text).collect(list("{ ", "; "))
              + expr(sequence.value())
              + " }";
      case Expr.Unary unary -> unary(unary);
      case Expr.Binary binary -> binary(binary);
      case Expr.Logical logical ->
          "(%s %s %s)"
              .formatted(expr(logical.left()), logical.and() ? "&&" : "||", expr(logical.right()));
      case Expr.Conditional c ->
          "(%s ? %s : %s)".formatted(expr(c.condition()), expr(c.then()), expr(c.otherwise()));
      case Expr.OrElse c -> "(%s ?: %s)".formatted(expr(c.value()), expr(c.otherwise()));
      case Expr.StepLocal step -> step("$" + step.local(), step.by(), step.prefix());
      case Expr.StepMap step -> step(map(step.map(), step.key()), step.by(), step.prefix());
      case Expr.Tuple tuple -> exprs(tuple.parts());
      case Expr.TuplePart part -> expr(part.tuple()) + "." + part.index();
      case Expr.Str str ->
          "str(%s%s)%s"
              .formatted(
                  expr(str.pointer()),
                  str.length().map(length -> ", " + expr(length)).orElse(""),
                  suffix(str));
      case Expr.Call call ->
          call.function().name().toLowerCase(Locale.ROOT) + exprs(call.arguments()) + suffix(call);
      case Expr.Cast cast -> cast(cast);
    };
  }

  private String unary(Expr.Unary unary) {
    return unary.op().name().toLowerCase(Locale.ROOT) + "(" + expr(unary.operand()) + ")";
  }

  private String cast(Expr.Cast cast) {
    return "(" + type(cast.type()) + ")" + expr(cast.operand());
  }

  private static String step(String target, int by, boolean prefix) {
    String op = by > 0 ? "++" : "--";
    return prefix ? op + target : target + op;
  }

  private static String suffix(Expr expr) {
    return ":" + type(expr.type());
  }

  private static String type(Type type) {
    return type instanceof Type.Str str ? "string[" + str.size() + "]" : TypeNames.describe(type);
  }

  private static Collector<CharSequence, ?, String> list(String open, String close) {
    return Collectors.joining(", ", open, close);
  }

  private void line(SourceRange range, int depth, String text) {
    out.append("%4d    ".formatted(source.line(range.start())));
    out.repeat("  ", depth).append(text).append('\n');
  }
}
