package jbt.compiler.check;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import jbt.compiler.lang.Ast.Expr;
import jbt.compiler.lang.Ast.Macro;
import jbt.compiler.lang.Ast.Script;
import jbt.compiler.lang.Diagnostic.Context;
import jbt.compiler.lang.Diagnostics;
import jbt.compiler.lang.Rewriting;
import jbt.compiler.lang.SourceRange;

/**
 * Puts bodies in the place of calls of macros. Variables of a body get names that no script can
 * write, so that they meet no others; maps of a body are the caller's, who names them.
 */
final class Macros {
  private static final int MOST_EXPANSIONS = 10_000;
  private static final int DEEPEST = 32;

  /** Behind it stands the number of the expansion that a variable belongs to. */
  private static final char MARK = '#';

  private final Map<String, List<Macro>> macros = new HashMap<>();
  private final Diagnostics diagnostics;
  private int expansions;

  /** Those that are being expanded, the innermost first. */
  private final Deque<Macro> open = new ArrayDeque<>();

  private Macros(List<Macro> all, Diagnostics diagnostics) {
    this.diagnostics = diagnostics;
    for (Macro macro : all) {
      List<Macro> same = macros.computeIfAbsent(macro.name(), name -> new ArrayList<>());
      same.stream()
          .filter(other -> shape(other).equals(shape(macro)))
          .findFirst()
          .ifPresent(
              other ->
                  diagnostics.error(
                      macro.range(),
                      "Redefinition of " + macro.name() + "()",
                      List.of(new Context(other.range(), "This is the other definition.")),
                      List.of()));
      same.add(macro);
    }
  }

  static Script expand(Script script, Diagnostics diagnostics) {
    if (script.macros().isEmpty()) {
      return script;
    }
    Macros macros = new Macros(script.macros(), diagnostics);
    Rewriting rewriting = new Rewriting(macros::call);
    return script.withBlocks(script.blocks().stream().map(rewriting::block).toList());
  }

  /** The name of a variable as the script has it. */
  static String written(String variable) {
    int mark = variable.indexOf(MARK);
    return mark <= 0 ? variable : variable.substring(0, mark);
  }

  /** A name for a variable that meets no other. */
  static String unwritable(String name, int number) {
    return name + MARK + number;
  }

  private static List<Class<?>> shape(Macro macro) {
    List<Class<?>> shape = new ArrayList<>();
    macro.parameters().forEach(parameter -> shape.add(parameter.getClass()));
    return shape;
  }

  private Optional<Expr> call(Expr expr) {
    return switch (expr) {
      case Expr.Call call when macros.containsKey(call.function()) && !isOther(call) ->
          Optional.of(expand(call.function(), call.arguments(), call.range()));
      case Expr.Name name when macros.containsKey(name.name()) ->
          macros.getOrDefault(name.name(), List.of()).stream()
                  .anyMatch(macro -> macro.parameters().isEmpty())
              ? Optional.of(expand(name.name(), List.of(), name.range()))
              : Optional.empty();
      default -> Optional.empty();
    };
  }

  /** Whether a call is of the function that there is without macros, which take other arguments. */
  private boolean isOther(Expr.Call call) {
    boolean known =
        Calls.allNames().contains(call.function()) || Builtins.isBuiltin(call.function());
    return known
        && macros.getOrDefault(call.function(), List.of()).stream()
            .noneMatch(macro -> macro.parameters().size() == call.arguments().size());
  }

  private Expr expand(String name, List<Expr> written, SourceRange range) {
    List<Expr> arguments = written.stream().map(new Rewriting(this::call)::expr).toList();
    Expr nothing = new Expr.Int(0, false, range);
    Optional<Macro> chosen = choose(name, arguments);
    if (chosen.isEmpty()) {
      Macro closest = closest(name, arguments);
      diagnostics.error(
          range,
          "The arguments do not fit " + name + "()",
          List.of(new Context(closest.range(), "This is the closest definition.")),
          List.of());
      return nothing;
    }
    if (open.contains(chosen.get())) {
      diagnostics.error(range, name + "() calls itself: recursion is not possible");
      return nothing;
    }
    if (open.size() == DEEPEST || ++expansions > MOST_EXPANSIONS) {
      if (open.size() == DEEPEST || expansions == MOST_EXPANSIONS + 1) {
        diagnostics.error(range, "Macros call each other too often here");
      }
      return nothing;
    }
    Macro macro = chosen.get();
    Expr.Sequence body = substitute(macro, arguments);
    open.push(macro);
    Expr expanded = new Rewriting(this::call).inside(body);
    open.pop();
    SourceRange where = macro.body().range();
    diagnostics.expanded(macro.function() ? macro.range().to(where) : where, range);
    // What a macro is worth has the place of its call in messages about its use.
    return expanded instanceof Expr.Sequence(var statements, var value, var inBody)
        ? new Expr.Sequence(statements, value.map(v -> result(v, macro, range)), range)
        : expanded;
  }

  /** A function's is a variable, which stands nowhere in it. */
  private static Expr result(Expr value, Macro macro, SourceRange call) {
    return macro.function() && value instanceof Expr.Variable(String name, var declared)
        ? new Expr.Variable(name, call)
        : value;
  }

  /** The definition that the arguments fit; one that takes them by name before others. */
  private Optional<Macro> choose(String name, List<Expr> arguments) {
    Optional<Macro> best = Optional.empty();
    int bestNamed = -1;
    for (Macro macro : macros.getOrDefault(name, List.of())) {
      int named = fit(macro, arguments);
      if (named > bestNamed) {
        best = Optional.of(macro);
        bestNamed = named;
      }
    }
    return best;
  }

  private Macro closest(String name, List<Expr> arguments) {
    List<Macro> all = macros.getOrDefault(name, List.of());
    return all.stream()
        .filter(macro -> macro.parameters().size() == arguments.size())
        .findFirst()
        .orElse(all.getFirst());
  }

  /** How many arguments are taken by name; negative if they do not fit. */
  private static int fit(Macro macro, List<Expr> arguments) {
    if (macro.parameters().size() != arguments.size()) {
      return -1;
    }
    int named = 0;
    for (int i = 0; i < arguments.size(); i++) {
      boolean fits =
          switch (macro.parameters().get(i)) {
            case Expr.Variable v -> arguments.get(i) instanceof Expr.Variable;
            case Expr.MapUse m ->
                arguments.get(i) instanceof Expr.MapUse use && use.key().isEmpty();
            default -> true;
          };
      if (!fits) {
        return -1;
      }
      named += macro.parameters().get(i) instanceof Expr.Name ? 0 : 1;
    }
    return named;
  }

  private Expr.Sequence substitute(Macro macro, List<Expr> arguments) {
    Map<String, Expr> expressions = new HashMap<>();
    Map<String, Expr> variables = new HashMap<>();
    Map<String, Expr.MapUse> maps = new HashMap<>();
    for (int i = 0; i < arguments.size(); i++) {
      Expr argument = arguments.get(i);
      switch (macro.parameters().get(i)) {
        case Expr.Variable v -> variables.put(v.name(), argument);
        case Expr.MapUse m -> maps.put(m.name(), (Expr.MapUse) argument);
        case Expr.Name n -> expressions.put(n.name(), argument);
        default -> throw new IllegalStateException("no parameter: " + macro);
      }
    }
    int number = expansions;
    Set<String> told = new HashSet<>();
    Rewriting[] self = new Rewriting[1];
    self[0] =
        new Rewriting(
            expr ->
                switch (expr) {
                  case Expr.Name n -> Optional.ofNullable(expressions.get(n.name()));
                  case Expr.Variable v -> Optional.of(variable(v, variables, number));
                  case Expr.MapUse use ->
                      Optional.of(
                          map(
                              use,
                              maps,
                              macro.function(),
                              told,
                              (Expr.MapUse) self[0].inside(use)));
                  default -> Optional.empty();
                },
            name -> Optional.ofNullable(expressions.get(name)));
    return (Expr.Sequence) self[0].inside(macro.body());
  }

  private static Expr variable(Expr.Variable v, Map<String, Expr> given, int number) {
    Expr argument = given.get(v.name());
    if (argument != null) {
      return argument;
    }
    boolean own = !Character.isDigit(v.name().charAt(0)) && v.name().charAt(0) != MARK;
    return own ? new Expr.Variable(unwritable(v.name(), number), v.range()) : v;
  }

  private Expr map(
      Expr.MapUse use,
      Map<String, Expr.MapUse> given,
      boolean function,
      Set<String> told,
      Expr.MapUse inside) {
    Expr.MapUse argument = given.get(use.name());
    if (argument != null) {
      return new Expr.MapUse(argument.name(), inside.key(), use.range());
    }
    if (!function && told.add(use.name())) {
      diagnostics.error(
          use.range(),
          "Unhygienic access to map: @" + use.name(),
          List.of(),
          List.of("Macros get their maps as parameters"));
    }
    return inside;
  }
}
