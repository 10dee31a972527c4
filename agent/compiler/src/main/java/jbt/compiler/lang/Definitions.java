package jbt.compiler.lang;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import jbt.compiler.lang.Ast.Expr;
import jbt.compiler.lang.Ast.Import;
import jbt.compiler.lang.Ast.Macro;
import jbt.compiler.lang.Ast.MapDeclaration;
import jbt.compiler.lang.Ast.Script;
import jbt.compiler.lang.Ast.Setting;
import jbt.compiler.lang.Token.Kind;

/** Reads what stands at the top of a script beside probes, and collects it. */
final class Definitions {
  private static final Pattern BUILT_IN =
      Pattern.compile("args|ctx|kstack|ustack|nsecs|pid|tid|arg\\d+");

  static final String FUNCTIONS = "A function is fn name($a : int64) : int64 { return $a; }";

  private final Tokens tokens;
  private final StatementParser statements;
  private final List<Setting> settings = new ArrayList<>();
  private final List<MapDeclaration> maps = new ArrayList<>();
  private final List<Macro> macros = new ArrayList<>();
  private final List<Import> imports = new ArrayList<>();

  Definitions(Tokens tokens, StatementParser statements) {
    this.tokens = tokens;
    this.statements = statements;
  }

  /** Reads one definition, if there is one here. */
  boolean read() throws SyntaxError {
    Token word = tokens.current();
    if (word.isWord("config")) {
      config();
    } else if (word.isWord("import")) {
      tokens.take();
      Token path = tokens.expect(Kind.STRING);
      tokens.expect(";");
      imports.add(new Import(path.text(), word.range().to(path.range())));
    } else if (word.isWord("let")) {
      map();
    } else if (word.isWord("macro")) {
      macro();
    } else if (word.isWord("fn")) {
      function();
    } else {
      return false;
    }
    return true;
  }

  Script script(List<Ast.Block> blocks) {
    return new Script(blocks, settings, maps, macros, imports);
  }

  private void config() throws SyntaxError {
    tokens.take();
    tokens.expect("=");
    tokens.expect("{");
    while (!tokens.accept("}")) {
      Token key = tokens.expect(Kind.IDENTIFIER);
      tokens.expect("=");
      Token value = tokens.take();
      Expr read =
          switch (value.kind()) {
            case INTEGER -> new Expr.Int(value.number(), value.unsigned(), value.range());
            case STRING -> new Expr.Str(value.text(), value.range());
            case IDENTIFIER -> new Expr.Name(value.text(), value.range());
            case VARIABLE, MAP, SYMBOL, BAD, END ->
                throw new SyntaxError(
                    value.range(),
                    "expected a number, a string or a word, not " + value.described());
          };
      settings.add(new Setting(key.text(), read, key.range().to(value.range())));
      if (!tokens.current().is("}")) {
        tokens.expect(";");
      }
    }
  }

  private void map() throws SyntaxError {
    SourceRange start = tokens.take().range();
    Token name = tokens.expect(Kind.MAP);
    tokens.expect("=");
    Token kind = tokens.expect(Kind.IDENTIFIER);
    tokens.expect("(");
    Expr size = statements.expressions().expression();
    tokens.expect(")");
    SourceRange range = start.to(tokens.previous());
    tokens.accept(";");
    maps.add(new MapDeclaration(name.text(), kind.text(), size, range));
  }

  /**
   * A parameter is a variable of the body, which a macro's parameter for an expression is put in.
   */
  private void function() throws SyntaxError {
    SourceRange start = tokens.take().range();
    Token name = tokens.expect(Kind.IDENTIFIER).unreserved();
    List<Expr> parameters = new ArrayList<>();
    List<Ast.Stmt.Let> variables = new ArrayList<>();
    tokens.expect("(");
    while (!tokens.accept(")")) {
      if (tokens.current().kind() != Kind.VARIABLE) {
        throw tokens.unexpected("expected a variable", FUNCTIONS);
      }
      Token parameter = tokens.take();
      expectType();
      Ast.TypeName type = statements.expressions().typeName();
      SourceRange range = parameter.range().to(type.range());
      Expr given = new Expr.Name("$" + parameter.text(), parameter.range());
      Expr.Variable variable = new Expr.Variable(parameter.text(), parameter.range());
      parameters.add(given);
      variables.add(new Ast.Stmt.Let(variable, Optional.of(type), Optional.of(given), range));
      if (!tokens.current().is(")")) {
        tokens.expect(",");
      }
    }
    expectType();
    Ast.TypeName type = statements.expressions().typeName();
    SourceRange head = start.to(tokens.previous());
    int errors = tokens.diagnostics().errorCount();
    Expr.Sequence written = statements.sequence();
    if (tokens.diagnostics().errorCount() > errors) {
      return;
    }
    try {
      Expr.Sequence body = FunctionBody.of(variables, type, written, head);
      macros.add(new Macro(name.text(), parameters, body, true, head));
    } catch (SyntaxError error) {
      // All of it is read: what follows is not skipped.
      error.report(tokens.diagnostics());
    }
  }

  private void expectType() throws SyntaxError {
    if (!tokens.accept(":")) {
      throw tokens.unexpected("expected ':'", FUNCTIONS);
    }
  }

  private void macro() throws SyntaxError {
    SourceRange start = tokens.take().range();
    Token name = tokens.expect(Kind.IDENTIFIER).unreserved();
    List<Expr> parameters = new ArrayList<>();
    Set<String> names = new HashSet<>();
    tokens.expect("(");
    while (!tokens.accept(")")) {
      boolean type = tokens.current().isWord("typeof") && tokens.ahead().is("(");
      if (type) {
        tokens.take();
        tokens.take();
      }
      Token parameter = type ? tokens.expect(Kind.IDENTIFIER) : tokens.take();
      if (type) {
        tokens.expect(")");
      }
      if (!names.add(parameter.described())) {
        throw new SyntaxError(
            parameter.range(), "there are two parameters " + parameter.described());
      }
      parameters.add(
          switch (parameter.kind()) {
            case VARIABLE -> new Expr.Variable(parameter.text(), parameter.range());
            case MAP -> new Expr.MapUse(parameter.text(), List.of(), parameter.range());
            case IDENTIFIER -> parameter(parameter);
            case INTEGER, STRING, SYMBOL, BAD, END ->
                throw new SyntaxError(
                    parameter.range(), "expected a parameter, not " + parameter.described());
          });
      if (!tokens.current().is(")")) {
        tokens.expect(",");
      }
    }
    SourceRange head = start.to(tokens.previous());
    macros.add(new Macro(name.text(), parameters, statements.value(), false, head));
  }

  private static Expr parameter(Token name) throws SyntaxError {
    name.unreserved();
    if (TypeParser.isType(name) || BUILT_IN.matcher(name.text()).matches()) {
      throw new SyntaxError(name.range(), "'%s' has a meaning already".formatted(name.text()));
    }
    return new Expr.Name(name.text(), name.range());
  }
}
