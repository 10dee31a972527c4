package jbt.compiler.check;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import jbt.compiler.c.Define;
import jbt.compiler.c.Preprocessed;
import jbt.compiler.lang.Ast;
import jbt.compiler.lang.Ast.Expr;
import jbt.compiler.lang.Ast.Script;
import jbt.compiler.lang.Diagnostics;
import jbt.compiler.lang.Parser;
import jbt.compiler.lang.Rewriting;
import jbt.compiler.lang.SourceRange;

/** Puts expressions in the place of names that {@code #define} gives. */
final class DefineUses {
  /** As many uses as a script may have, those within bodies too. */
  private static final int MOST = 1 << 14;

  private static final int DEEPEST = 64;

  private final Preprocessed preprocessed;
  private final Diagnostics diagnostics;
  private final Map<String, Optional<Expr>> bodies = new HashMap<>();
  private int uses;

  private DefineUses(Preprocessed preprocessed, Diagnostics diagnostics) {
    this.preprocessed = preprocessed;
    this.diagnostics = diagnostics;
  }

  static Script replace(Script script, Preprocessed preprocessed, Diagnostics diagnostics) {
    if (preprocessed.defines().isEmpty()) {
      return script;
    }
    DefineUses uses = new DefineUses(preprocessed, diagnostics);
    Rewriting everywhere =
        new Rewriting(
            expr -> uses.expression(expr, Set.of()), name -> uses.otherName(name, Set.of()));
    List<Ast.Macro> macros = script.macros().stream().map(macro -> uses.inMacro(macro)).toList();
    return new Script(
        script.blocks().stream().map(everywhere::block).toList(),
        script.settings(),
        script.maps(),
        macros,
        script.imports());
  }

  /** A macro's parameters hide what has their names. */
  private Ast.Macro inMacro(Ast.Macro macro) {
    Set<String> hidden = new HashSet<>();
    for (Expr parameter : macro.parameters()) {
      if (parameter instanceof Expr.Name name) {
        hidden.add(name.name());
      }
    }
    Rewriting rewriting =
        new Rewriting(expr -> expression(expr, hidden), name -> otherName(name, hidden));
    return rewriting.inside(macro.body()) instanceof Expr.Sequence body
        ? new Ast.Macro(macro.name(), macro.parameters(), body, macro.function(), macro.range())
        : macro;
  }

  /** The name that the name of a type stands for; empty if it stands for itself. */
  private Optional<Expr> otherName(String name, Set<String> hidden) {
    Define define = hidden.contains(name) ? null : preprocessed.defines().get(name);
    if (define == null || define.parameters().isPresent() || hidden.size() > DEEPEST) {
      return Optional.empty();
    }
    Set<String> inner = new HashSet<>(hidden);
    inner.add(name);
    return body(define)
        .filter(Expr.Name.class::isInstance)
        .map(body -> otherName(((Expr.Name) body).name(), inner).orElse(body));
  }

  private Optional<Expr> body(Define define) {
    return bodies.computeIfAbsent(
        define.name(), n -> Parser.expression(preprocessed.source(), define.range()));
  }

  /** What a use stands for; empty if the expression is none. */
  private Optional<Expr> expression(Expr expr, Set<String> hidden) {
    String name =
        switch (expr) {
          case Expr.Name use -> use.name();
          case Expr.Call use -> use.function();
          default -> "";
        };
    Define define =
        name.isEmpty() || hidden.contains(name) ? null : preprocessed.defines().get(name);
    if (define == null || (define.parameters().isPresent() != expr instanceof Expr.Call)) {
      return Optional.empty();
    }
    if (++uses > MOST || hidden.size() > DEEPEST) {
      if (uses <= MOST + 1) {
        diagnostics.error(expr.range(), "Macros stand for too many others");
        uses = MOST + 1;
      }
      return Optional.of(new Expr.Int(0, false, expr.range()));
    }
    Optional<Expr> body = body(define);
    if (body.isEmpty()) {
      String text = preprocessed.source().text(define.range());
      diagnostics.error(
          expr.range(),
          text.isEmpty()
              ? "'" + name + "' is defined as nothing"
              : "'%s' is defined as '%s', which is no expression".formatted(name, text));
      return Optional.of(new Expr.Int(0, false, expr.range()));
    }
    diagnostics.expanded(define.range(), expr.range());
    return Optional.of(written(define, body.get(), expr, hidden));
  }

  private Expr written(Define define, Expr body, Expr use, Set<String> hidden) {
    Map<String, Expr> arguments = new HashMap<>();
    if (use instanceof Expr.Call call) {
      if (define.variadic()) {
        diagnostics.error(
            call.range(),
            define.name() + " takes any number of arguments: a script can't use such a macro");
        return new Expr.Int(0, false, call.range());
      }
      List<String> names = define.parameters().orElseThrow();
      if (names.size() != call.arguments().size()) {
        diagnostics.error(
            call.range(),
            "The macro %s takes %d arguments, not %d"
                .formatted(define.name(), names.size(), call.arguments().size()));
        return new Expr.Int(0, false, call.range());
      }
      Rewriting outside = new Rewriting(expr -> expression(expr, hidden));
      for (int i = 0; i < names.size(); i++) {
        arguments.put(names.get(i), outside.expr(call.arguments().get(i)));
      }
    }
    Set<String> inner = new HashSet<>(hidden);
    inner.add(define.name());
    Rewriting inside =
        new Rewriting(
            expr ->
                expr instanceof Expr.Name name && arguments.containsKey(name.name())
                    ? Optional.of(arguments.get(name.name()))
                    : expression(expr, inner));
    Expr expr = inside.expr(body);
    // A number or a name is shown where it is used.
    return expr instanceof Expr.Int(long value, boolean unsigned, SourceRange range)
        ? new Expr.Int(value, unsigned, use.range())
        : expr;
  }
}
