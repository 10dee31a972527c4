package jbt.compiler.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import jbt.compiler.check.Checked.Expr;
import jbt.compiler.check.Checked.Stmt;
import jbt.compiler.lang.Ast;
import jbt.compiler.lang.Diagnostic.Severity;
import jbt.compiler.lang.Diagnostics;
import jbt.compiler.lang.SourceRange;
import jbt.compiler.plan.Site;
import jbt.compiler.plan.Site.Piece;
import jbt.compiler.plan.Site.Printf.Use;
import jbt.compiler.types.Type;

/** Calls that are statements. */
final class Calls {
  static final Set<String> NAMES =
      Set.of(
          "printf",
          "errorf",
          "warnf",
          "join",
          "system",
          "cat",
          "signal",
          "signal_thread",
          "override",
          "fail",
          "assert",
          "static_assert",
          "assert_str",
          "assert_userspace_probe",
          "check_key",
          "write_user",
          "debugf",
          "print",
          "clear",
          "zero",
          "unwatch",
          "delete",
          "exit",
          "time");

  private static final String DEFAULT_TIME = "%H:%M:%S\n";
  private static final int LONGEST_TIME_FORMAT = 64;

  private final Round round;
  private final ProbeContext context;
  private final ExpressionChecker expressions;
  private final Diagnostics diagnostics;
  private final UnsafeCalls unsafe;

  Calls(Round round, ProbeContext context, ExpressionChecker expressions) {
    this.round = round;
    this.context = context;
    this.expressions = expressions;
    this.diagnostics = round.diagnostics();
    this.unsafe = new UnsafeCalls(round, context, expressions);
  }

  static Set<String> allNames() {
    Set<String> names = new TreeSet<>(NAMES);
    names.addAll(Aggregations.NAMES);
    names.addAll(Functions.NAMES);
    names.addAll(MapQueries.NAMES);
    names.addAll(SymbolCalls.NAMES);
    names.addAll(NumberCalls.NAMES);
    names.addAll(HostCalls.NAMES);
    names.addAll(TypeQueries.NAMES);
    names.addAll(TaskCalls.names());
    names.addAll(KernelCalls.NAMES);
    return names;
  }

  /** Whether a call has the right number of arguments; tells if not. */
  static boolean arity(Ast.Expr.Call call, int least, int most, Diagnostics diagnostics) {
    int given = call.arguments().size();
    if (given >= least && given <= most) {
      return true;
    }
    String wanted =
        least == most ? "requires" : given < least ? "requires at least" : "takes up to";
    int limit = given < least ? least : most;
    diagnostics.error(
        call.range(),
        "%s() %s %d argument%s (%d provided)"
            .formatted(call.function(), wanted, limit, limit == 1 ? "" : "s", given));
    return false;
  }

  /** The format that a call begins with; tells if there is none. */
  static Optional<Ast.Expr.Str> format(
      Ast.Expr.Call call, ExpressionChecker expressions, Diagnostics diagnostics) {
    if (!arity(call, 1, Integer.MAX_VALUE, diagnostics)) {
      return Optional.empty();
    }
    if (call.arguments().getFirst() instanceof Ast.Expr.Str format) {
      return Optional.of(format);
    }
    diagnostics.error(call.range(), call.function() + "() needs a format, a string literal");
    call.arguments().forEach(expressions::value);
    return Optional.empty();
  }

  List<Stmt> statement(Ast.Expr.Call call) {
    return switch (call.function()) {
      case "printf" -> printf(call, Use.PRINT);
      case "errorf" -> printf(call, Use.ERROR);
      case "warnf" -> printf(call, Use.WARNING);
      case "join" -> join(call);
      case "system" -> {
        UnsafeCalls.permit(
            round, "system", round.environment().circumstances().unsafe(), call.range());
        yield printf(call, Use.SYSTEM);
      }
      case "cat" -> {
        UnsafeCalls.permit(round, "cat", round.environment().circumstances().files(), call.range());
        yield printf(call, Use.CAT);
      }
      case "signal" -> signal(call, Function.SIGNAL);
      case "signal_thread" -> signal(call, Function.SIGNAL_THREAD);
      case "override" -> unsafe.override(call);
      case "fail", "assert", "static_assert", "assert_str", "assert_userspace_probe", "check_key" ->
          new Assertions(round, context, expressions, this).call(call);
      case "write_user" -> unsafe.write(call);
      case "debugf" -> new DebugCall(round, expressions).call(call);
      case "print" -> print(call);
      case "clear" ->
          wholeMap(call)
              .map(
                  map -> {
                    map.cleared = true;
                    int site = round.site(new Site.Clear(map.index));
                    return List.<Stmt>of(new Stmt.Clear(site, map.index, call.range()));
                  })
              .orElse(List.of());
      case "zero" ->
          wholeMap(call)
              .map(
                  map -> {
                    map.cleared = true;
                    int site = round.site(new Site.Zero(map.index));
                    return List.<Stmt>of(new Stmt.Zero(site, map.index, call.range()));
                  })
              .orElse(List.of());
      case "unwatch" -> unwatch(call);
      case "delete" -> delete(call);
      case "exit" -> exit(call);
      case "time" -> time(call);
      default -> throw new IllegalArgumentException(call.function());
    };
  }

  /** With a warning when it runs if the kernel does not send it, as to a process that ends. */
  private List<Stmt> signal(Ast.Expr.Call call, Function function) {
    Optional<Expr> sent = unsafe.signal(call, function);
    if (sent.isEmpty()) {
      return List.of();
    }
    SourceRange range = call.range();
    Expr none = Value.literal(0, range).expr();
    Expr failed = new Expr.Binary(Checked.BinaryOp.NE, sent.get(), none, Type.BOOL, range);
    Ast.Expr text = new Ast.Expr.Str(call.function() + "() failed: the kernel sent nothing", range);
    Ast.Expr.Call warning = new Ast.Expr.Call(call.function(), List.of(text), range);
    return List.of(new Stmt.If(failed, printf(warning, Use.WARNING), List.of(), range));
  }

  List<Stmt> printf(Ast.Expr.Call call, Use use) {
    Optional<Ast.Expr.Str> first = format(call, expressions, diagnostics);
    if (first.isEmpty()) {
      return List.of();
    }
    Ast.Expr.Str format = first.get();
    List<Ast.Expr> written = call.arguments().subList(1, call.arguments().size());
    List<Value> arguments = written.stream().map(expressions::value).toList();
    if (use == Use.SYSTEM || use == Use.CAT) {
      unsafe.commandArguments(call, arguments);
    }
    return switch (PrintfFormat.parse(format.value(), arguments.size())) {
      case PrintfFormat.Wrong wrong -> {
        diagnostics.error(format.range(), call.function() + ": " + wrong.message());
        yield List.of();
      }
      case PrintfFormat.Parsed parsed -> printf(call, use, parsed, arguments);
    };
  }

  private List<Stmt> printf(
      Ast.Expr.Call call, Use use, PrintfFormat.Parsed parsed, List<Value> arguments) {
    SourceRange range = call.range();
    int expected = parsed.lengths().size();
    if (expected != arguments.size()) {
      diagnostics.error(
          range,
          "%s: %s arguments for format string (%d supplied, %d expected)"
              .formatted(
                  call.function(),
                  arguments.size() < expected ? "not enough" : "too many",
                  arguments.size(),
                  expected));
      return List.of();
    }
    List<Piece> pieces = new ArrayList<>();
    List<Expr> values = new ArrayList<>();
    int next = 0;
    for (Piece piece : parsed.pieces()) {
      if (piece instanceof Piece.Conversion conversion) {
        Value argument = arguments.get(next);
        String mismatch = PrintfFormat.mismatch(conversion.conversion(), argument.writtenType());
        if (!mismatch.isEmpty()) {
          diagnostics.error(argument.range(), call.function() + ": " + mismatch);
        }
        // What the script itself says to a shell is no traced text.
        if (use == Use.SYSTEM
            && conversion.conversion() == 's'
            && conversion.width() == 0
            && argument.expr() instanceof Expr.StrLiteral literal) {
          pieces.add(new Piece.Text(Strings.toNul(literal.value())));
        } else {
          pieces.add(typed(conversion, parsed.lengths().get(next), argument.type()));
          values.add(argument.expr());
        }
        next++;
      } else {
        pieces.add(piece);
      }
    }
    List<Type> types = values.stream().map(Expr::type).toList();
    boolean mayFail = use == Use.SYSTEM || use == Use.CAT;
    int site =
        round.site(
            new Site.Printf(
                use,
                placed(use, range, pieces),
                types,
                mayFail ? round.source().place(range) : ""));
    return List.of(new Stmt.Printf(site, values, range));
  }

  /**
   * A message of trouble is a line of its own with its place in front, and those of macros behind.
   */
  private List<Piece> placed(Use use, SourceRange range, List<Piece> pieces) {
    if (use != Use.ERROR && use != Use.WARNING) {
      return pieces;
    }
    List<Piece> all = new ArrayList<>();
    all.add(new Piece.Text(Strings.bytes(round.source().place(range) + ": " + use + ": ")));
    all.addAll(pieces);
    boolean ended = all.getLast() instanceof Piece.Text(String text) && text.endsWith("\n");
    Severity severity = use == Use.ERROR ? Severity.ERROR : Severity.WARNING;
    String calls = diagnostics.expandedFrom(round.source(), severity, range);
    if (!ended || !calls.isEmpty()) {
      all.add(new Piece.Text((ended ? "" : "\n") + Strings.bytes(calls)));
    }
    return all;
  }

  /** {@code join(array)}, {@code join(array, separator)}: a line of the texts. */
  private List<Stmt> join(Ast.Expr.Call call) {
    if (!arity(call, 1, 2, diagnostics)) {
      return List.of();
    }
    String separator = " ";
    if (call.arguments().size() == 2) {
      if (!(call.arguments().get(1) instanceof Ast.Expr.Str str)) {
        diagnostics.error(
            call.arguments().get(1).range(), "The separator of join() is a string literal");
        return List.of();
      }
      separator = str.value();
    }
    Value array = expressions.value(call.arguments().getFirst());
    if (!array.known()) {
      return List.of();
    }
    if (!(array.type() instanceof Type.Pointer) && !(array.type() instanceof Type.Int)) {
      diagnostics.error(
          array.range(), "join() takes a pointer to pointers, not " + array.described());
      return List.of();
    }
    Value between = Value.string(separator, call.range());
    Expr joined =
        new Expr.Call(
            Function.JOIN,
            List.of(expressions.address(array), between.expr()),
            new Type.Str(Joined.size(separator.length())),
            call.range());
    Piece all = new Piece.Conversion('s', 8, 0, -1, false, false, false, false);
    List<Piece> pieces = List.of(all, new Piece.Text("\n"));
    int site = round.site(new Site.Printf(Use.JOIN, pieces, List.of(joined.type())));
    return List.of(new Stmt.Printf(site, List.of(joined), call.range()));
  }

  private static Piece typed(Piece.Conversion conversion, int length, Type type) {
    return new Piece.Conversion(
        conversion.conversion(),
        PrintfFormat.bytes(conversion.conversion(), length, type),
        conversion.width(),
        conversion.precision(),
        conversion.leftAligned(),
        conversion.plus(),
        conversion.alternate(),
        conversion.zeroPadded());
  }

  private List<Stmt> print(Ast.Expr.Call call) {
    if (!arity(call, 1, 3, diagnostics)) {
      return List.of();
    }
    if (call.arguments().getFirst() instanceof Ast.Expr.MapUse use) {
      return printMap(call, use);
    }
    Value value = expressions.value(call.arguments().getFirst());
    if (call.arguments().size() > 1) {
      diagnostics.error(
          call.range(),
          "print() of a value takes no top and div",
          List.of(),
          List.of("Several values are one tuple: print((a, b))"));
    }
    int site = round.site(new Site.Value(value.type()));
    return List.of(new Stmt.PrintValue(site, value.expr(), call.range()));
  }

  private List<Stmt> printMap(Ast.Expr.Call call, Ast.Expr.MapUse use) {
    MapInfo map = expressions.maps().info(use);
    map.printed = true;
    boolean oneKey = !use.key().isEmpty();
    List<Expr> key = oneKey ? expressions.maps().key(map, use.key(), use.range()) : List.of();
    if (oneKey && call.arguments().size() > 1) {
      diagnostics.error(call.range(), "print() of one key takes no top and div");
    }
    if (!oneKey && context.inLoop()) {
      diagnostics.warning(
          call.range(), "A map is printed as it is then, not as it is in this round of the loop");
    }
    long top = number(call, 1, "The top of print()", Integer.MAX_VALUE);
    long div = number(call, 2, "The div of print()", Long.MAX_VALUE);
    int site =
        round.site(
            new Site.Print(
                map.index,
                (int) top,
                div,
                oneKey,
                context.place(),
                context.interval(),
                context.inEachRun()));
    return List.of(new Stmt.PrintMap(site, map.index, key, use.range(), call.range()));
  }

  private long number(Ast.Expr.Call call, int argument, String what, long most) {
    return call.arguments().size() > argument
        ? expressions.literal(call.arguments().get(argument), what, 0, most).orElse(0L)
        : 0;
  }

  private Optional<MapInfo> wholeMap(Ast.Expr.Call call) {
    if (!arity(call, 1, 1, diagnostics)) {
      return Optional.empty();
    }
    if (call.arguments().getFirst() instanceof Ast.Expr.MapUse use && use.key().isEmpty()) {
      return Optional.of(expressions.maps().info(use));
    }
    diagnostics.error(
        call.arguments().getFirst().range(),
        "%s() takes a whole map: %<s(@x)".formatted(call.function()));
    return Optional.empty();
  }

  /** A leftover of watchpoints that a script could set itself: bpftrace only checks it, too. */
  private List<Stmt> unwatch(Ast.Expr.Call call) {
    if (arity(call, 1, 1, diagnostics)) {
      Value address = expressions.value(call.arguments().getFirst());
      if (address.known() && !address.isInteger() && !(address.type() instanceof Type.Pointer)) {
        diagnostics.error(
            address.range(), "unwatch() takes an address, not " + address.described());
      }
      diagnostics.warning(
          call.range(),
          "unwatch() does nothing: a watchpoint is at one address as long as the script runs");
    }
    return List.of();
  }

  private List<Stmt> delete(Ast.Expr.Call call) {
    List<Ast.Expr> arguments = call.arguments();
    boolean elements =
        arguments.size() > 1
            && arguments.stream().allMatch(Ast.Expr.MapUse.class::isInstance)
            && !((Ast.Expr.MapUse) arguments.getFirst()).key().isEmpty();
    if (elements) {
      // As older scripts do: delete(@a[1], @b[2]).
      return arguments.stream()
          .map(element -> new Ast.Expr.Call("delete", List.of(element), element.range()))
          .flatMap(each -> delete(each).stream())
          .toList();
    }
    if (!arity(call, 1, 2, diagnostics)) {
      return List.of();
    }
    boolean separate = call.arguments().size() == 2;
    if (!(call.arguments().getFirst() instanceof Ast.Expr.MapUse use)
        || (separate && !use.key().isEmpty())) {
      diagnostics.error(call.range(), "delete() takes a map and a key: delete(@x, key)");
      return List.of();
    }
    MapInfo map = expressions.maps().info(use);
    map.deleted = true;
    List<Ast.Expr> written = separate ? List.of(call.arguments().get(1)) : use.key();
    List<Expr> key = expressions.maps().key(map, written, call.range());
    return List.of(new Stmt.Delete(map.index, key, call.range()));
  }

  private List<Stmt> exit(Ast.Expr.Call call) {
    if (!arity(call, 0, 1, diagnostics)) {
      return List.of();
    }
    Value code =
        call.arguments().isEmpty()
            ? Value.literal(0, call.range())
            : expressions.integer(call.arguments().getFirst(), "The argument of exit()");
    return List.of(new Stmt.Exit(round.site(new Site.Exit()), code.expr(), call.range()));
  }

  private List<Stmt> time(Ast.Expr.Call call) {
    if (!arity(call, 0, 1, diagnostics)) {
      return List.of();
    }
    String format = DEFAULT_TIME;
    if (!call.arguments().isEmpty()) {
      if (!(call.arguments().getFirst() instanceof Ast.Expr.Str str)
          || str.value().length() >= LONGEST_TIME_FORMAT) {
        diagnostics.error(
            call.range(),
            "time() takes a string literal of less than %d characters"
                .formatted(LONGEST_TIME_FORMAT));
        return List.of();
      }
      format = Strings.toNul(str.value());
    }
    return List.of(new Stmt.Time(round.site(new Site.Time(format)), call.range()));
  }
}
