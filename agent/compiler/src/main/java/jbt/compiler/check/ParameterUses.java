package jbt.compiler.check;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import jbt.compiler.lang.Ast;
import jbt.compiler.lang.Ast.AttachPoint;
import jbt.compiler.lang.Ast.Block;
import jbt.compiler.lang.Ast.Expr;
import jbt.compiler.lang.Ast.Script;
import jbt.compiler.lang.Diagnostics;
import jbt.compiler.lang.NumberText;
import jbt.compiler.lang.Parameters;
import jbt.compiler.lang.Quotes;
import jbt.compiler.lang.Rewriting;
import jbt.compiler.lang.SourceRange;

/** Puts literals in the place of {@code $1}, {@code $#} and {@code getopt()}. */
final class ParameterUses {
  private final Parameters parameters;
  private final Diagnostics diagnostics;
  private final Rewriting rewriting = new Rewriting(this::literal);
  private final Map<String, Expr> defaults = new LinkedHashMap<>();
  private final Map<String, String> descriptions = new HashMap<>();

  private ParameterUses(Parameters parameters, Diagnostics diagnostics) {
    this.parameters = parameters;
    this.diagnostics = diagnostics;
  }

  static Script replace(Script script, Parameters parameters, Diagnostics diagnostics) {
    ParameterUses uses = new ParameterUses(parameters, diagnostics);
    Script replaced = uses.replace(script);
    uses.checkOptions();
    return replaced;
  }

  /**
   * The script's options, each with what it is if it is not given, and what it is for; nothing if
   * {@code help} is one of them.
   */
  static Optional<String> help(Script script, Parameters parameters, Diagnostics diagnostics) {
    ParameterUses uses = new ParameterUses(parameters, diagnostics);
    uses.replace(script);
    if (uses.defaults.containsKey("help")) {
      return Optional.empty();
    }
    return Optional.of(
        uses.defaults.isEmpty() ? "The script has no options" : String.join("\n", uses.help()));
  }

  private Script replace(Script script) {
    return script.withBlocks(
        script.blocks().stream()
            .map(block -> points(any(block) ? rewriting.block(block) : block))
            .toList());
  }

  /** Whether there is anything to replace in a block. */
  private boolean any(Block block) {
    return Ast.any(
        block,
        node ->
            switch (node) {
              case Expr.Variable v -> positional(v) || v.name().equals("#");
              case Expr.Call call -> call.function().equals("getopt");
              default -> false;
            });
  }

  /** An option that no getopt asks for is a mistake. */
  private void checkOptions() {
    for (String name : parameters.options().keySet().stream().sorted().toList()) {
      if (!defaults.containsKey(name)) {
        diagnostics.error(
            "The script has no option --" + name,
            defaults.isEmpty()
                ? List.of()
                : List.of(
                    defaults.keySet().stream()
                        .map(known -> "--" + known)
                        .collect(Collectors.joining(", ", "Its options are ", ""))));
      }
    }
  }

  private List<String> help() {
    return defaults.keySet().stream()
        .map(
            name ->
                "--"
                    + name
                    + "="
                    + switch (defaults.get(name)) {
                      case Expr.Int number -> number.value();
                      case Expr.Str text -> '"' + text.value() + '"';
                      case Expr.Bool bool -> bool.value();
                      case null, default -> "";
                    }
                    + Optional.ofNullable(descriptions.get(name)).map(d -> ": " + d).orElse(""))
        .toList();
  }

  private Block points(Block block) {
    if (block.attachPoints().stream().noneMatch(ParameterUses::mayHave)) {
      return block;
    }
    List<AttachPoint> points = block.attachPoints().stream().map(this::point).toList();
    return new Block(points, block.predicate(), block.body(), block.range());
  }

  private static boolean mayHave(AttachPoint point) {
    for (String part : point.parts()) {
      if (part.indexOf('$') >= 0) {
        return true;
      }
    }
    return point.provider().indexOf('$') >= 0;
  }

  /** A parameter may be several parts: {@code i:ms:1}. */
  private AttachPoint point(AttachPoint written) {
    SourceRange range = written.range();
    List<String> parts = new ArrayList<>(Quotes.parts(text(written.provider(), range)));
    written.parts().forEach(part -> parts.addAll(Quotes.parts(text(part, range))));
    return written.with(parts.getFirst(), parts.subList(1, parts.size()));
  }

  /** A part of an attach point; in quotes nothing is replaced. */
  private String text(String part, SourceRange range) {
    if (part.indexOf('$') < 0) {
      return part;
    }
    StringBuilder out = new StringBuilder();
    int at = 0;
    while (at < part.length()) {
      char c = part.charAt(at);
      int end = c == '"' ? Quotes.end(part, at) : at + 1;
      while (c == '$' && end < part.length() && Character.isDigit(part.charAt(end))) {
        end++;
      }
      String piece = part.substring(at, end);
      boolean parameter = c == '$' && piece.length() > 1;
      out.append(parameter ? argument(piece.substring(1), range).orElse("") : piece);
      at = end;
    }
    return out.toString();
  }

  private Optional<Expr> literal(Expr expr) {
    return switch (expr) {
      case Expr.Variable(String name, SourceRange range) when name.equals("#") ->
          Optional.of(new Expr.Int(parameters.arguments().size(), false, range));
      case Expr.Variable variable when positional(variable) ->
          Optional.of(
              argument(variable.name(), variable.range())
                  .map(text -> value(text, variable.range()))
                  .orElse(new Expr.Int(0, false, variable.range())));
      case Expr.Call call when call.function().equals("str") && !call.arguments().isEmpty() ->
          string(call);
      case Expr.Call call when call.function().equals("getopt") -> option(call);
      default -> Optional.empty();
    };
  }

  private static boolean positional(Expr expr) {
    return expr instanceof Expr.Variable variable && Character.isDigit(variable.name().charAt(0));
  }

  /** {@code str($1)} and {@code str($1 + n)}, which is without the first n characters. */
  private Optional<Expr> string(Expr.Call call) {
    Expr first = call.arguments().getFirst();
    int skip = 0;
    if (first instanceof Expr.Binary(Ast.BinaryOp op, Expr left, Expr.Int by, var range)
        && op == Ast.BinaryOp.ADD
        && positional(left)) {
      first = left;
      skip = Math.clamp(by.value(), 0, Integer.MAX_VALUE);
    }
    if (!positional(first)) {
      return Optional.empty();
    }
    String text = argument(((Expr.Variable) first).name(), first.range()).orElse("");
    Expr literal =
        new Expr.Str(
            Strings.bytes(text).substring(Math.min(skip, Strings.bytes(text).length())),
            call.range());
    if (call.arguments().size() == 1) {
      return Optional.of(literal);
    }
    List<Expr> arguments = new ArrayList<>(List.of(literal));
    call.arguments().stream().skip(1).map(rewriting::expr).forEach(arguments::add);
    return Optional.of(new Expr.Call("str", arguments, call.range()));
  }

  private Optional<String> argument(String number, SourceRange range) {
    int place = number.length() > 4 ? Integer.MAX_VALUE : Integer.parseInt(number);
    if (place < 1) {
      diagnostics.error(range, "Positional parameters are counted from 1: $" + number);
      return Optional.empty();
    }
    if (place > parameters.arguments().size()) {
      diagnostics.warning(
          range, "Positional parameter $%s is not given: it is 0 or \"\"".formatted(number));
      return Optional.empty();
    }
    return Optional.of(parameters.arguments().get(place - 1));
  }

  /** A number if the text is one, else a string. */
  private static Expr value(String text, SourceRange range) {
    boolean minus = text.startsWith("-");
    String digits = minus ? text.substring(1) : text;
    if (digits.matches("[0-9].*")
        && NumberText.read(digits) instanceof NumberText.Value(long number, boolean unsigned)) {
      return new Expr.Int(minus ? -number : number, unsigned && !minus, range);
    }
    return new Expr.Str(Strings.bytes(text), range);
  }

  /** What a {@code getopt()} comes to; one that has an error stays. */
  private Optional<Expr> option(Expr.Call call) {
    List<Expr> arguments = call.arguments();
    if (!isNamed(arguments)) {
      return Optional.of(call);
    }
    String name = ((Expr.Str) arguments.getFirst()).value();
    Expr fallback =
        arguments.size() == 1 ? new Expr.Bool(false, call.range()) : fallback(arguments.get(1));
    if (!isLiteral(fallback)) {
      defaults.putIfAbsent(name, fallback);
      return Optional.of(call);
    }
    Expr before = defaults.putIfAbsent(name, fallback);
    if (before != null && !same(before, fallback)) {
      diagnostics.error(call.range(), "The option '" + name + "' has another default elsewhere");
    }
    if (arguments.size() == 3 && arguments.get(2) instanceof Expr.Str(String text, var place)) {
      String other = descriptions.putIfAbsent(name, text);
      if (other != null && !other.equals(text)) {
        diagnostics.error(place, "The option '" + name + "' has another description elsewhere");
      }
    }
    String given = parameters.options().get(name);
    return Optional.of(given == null ? fallback : read(name, given, fallback, call.range()));
  }

  private static boolean isNamed(List<Expr> arguments) {
    boolean described = arguments.size() < 3 || arguments.get(2) instanceof Expr.Str;
    return !arguments.isEmpty()
        && arguments.size() <= 3
        && arguments.getFirst() instanceof Expr.Str
        && described;
  }

  private static boolean isLiteral(Expr expr) {
    return expr instanceof Expr.Int || expr instanceof Expr.Bool || expr instanceof Expr.Str;
  }

  /** Tells what is wrong with a {@code getopt()} that has stayed. */
  static void refuse(Expr.Call call, Diagnostics diagnostics) {
    List<Expr> arguments = call.arguments();
    if (isNamed(arguments) && arguments.size() > 1 && !isLiteral(arguments.get(1))) {
      diagnostics.error(
          arguments.get(1).range(),
          "The default of getopt() is a literal: a number, a string, true or false");
    } else {
      diagnostics.error(
          call.range(), "getopt() takes a name, a default and a description: literals");
    }
  }

  /** A default may be a negative number, or a parameter. */
  private Expr fallback(Expr expr) {
    return expr instanceof Expr.Unary(Ast.UnaryOp op, Expr.Int number, SourceRange range)
            && op == Ast.UnaryOp.MINUS
        ? new Expr.Int(-number.value(), false, range)
        : literal(expr).orElse(expr);
  }

  private static boolean same(Expr a, Expr b) {
    return switch (a) {
      case Expr.Int i -> b instanceof Expr.Int other && other.value() == i.value();
      case Expr.Bool i -> b instanceof Expr.Bool other && other.value() == i.value();
      case Expr.Str i -> b instanceof Expr.Str other && other.value().equals(i.value());
      default -> false;
    };
  }

  private Expr read(String name, String given, Expr fallback, SourceRange range) {
    return switch (fallback) {
      case Expr.Bool b -> {
        Optional<Boolean> value = TruthWords.read(given);
        if (value.isEmpty()) {
          diagnostics.error(
              range, "The option --%s is true or false, not '%s'".formatted(name, given));
        }
        yield new Expr.Bool(value.orElse(b.value()), range);
      }
      case Expr.Int i -> {
        Expr value = value(given, range);
        if (!(value instanceof Expr.Int)) {
          diagnostics.error(range, "The option --%s is a number, not '%s'".formatted(name, given));
          yield i;
        }
        yield value;
      }
      case Expr.Str s -> new Expr.Str(Strings.bytes(given), range);
      default -> throw new IllegalArgumentException("no literal: " + fallback);
    };
  }
}
