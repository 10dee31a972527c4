package jbt.compiler.lang;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** The syntax tree: what is written, names not yet looked up. */
public final class Ast {
  private Ast() {}

  /** What stands at the top of a script, each kind in the order of the script. */
  public record Script(
      List<Block> blocks,
      List<Setting> settings,
      List<MapDeclaration> maps,
      List<Macro> macros,
      List<Import> imports) {
    public Script {
      blocks = List.copyOf(blocks);
      settings = List.copyOf(settings);
      maps = List.copyOf(maps);
      macros = List.copyOf(macros);
      imports = List.copyOf(imports);
    }

    public Script withBlocks(List<Block> others) {
      return new Script(others, settings, maps, macros, imports);
    }
  }

  /**
   * {@code key = value;} in the {@code config} block.
   *
   * @param value a number, a string, a bool or a bare word
   */
  public record Setting(String key, Expr value, SourceRange range) {}

  /** {@code let @name = kind(size);}. */
  public record MapDeclaration(String name, String kind, Expr size, SourceRange range) {}

  /**
   * {@code macro name(parameters) { body }}, or {@code fn name(parameters): type { body }}.
   *
   * @param parameters {@link Expr.Variable} and {@link Expr.MapUse} stand for the caller's own,
   *     {@link Expr.Name} for an expression
   * @param function the body may name the script's maps
   */
  public record Macro(
      String name, List<Expr> parameters, Expr.Sequence body, boolean function, SourceRange range) {
    public Macro {
      parameters = List.copyOf(parameters);
    }
  }

  public record Import(String path, SourceRange range) {}

  /** Attach points, an optional predicate and what is done there. */
  public record Block(
      List<AttachPoint> attachPoints,
      Optional<Expr> predicate,
      List<Stmt> body,
      SourceRange range) {
    public Block {
      attachPoints = List.copyOf(attachPoints);
      body = List.copyOf(body);
    }
  }

  /**
   * An attach point as written, split at its colons: {@code tracepoint:cat:event}.
   *
   * @param given the name in front of it, {@code name=}; "" if there is none
   */
  public record AttachPoint(String given, String provider, List<String> parts, SourceRange range) {
    public AttachPoint {
      parts = List.copyOf(parts);
    }

    /** The same with other text behind its name. */
    public AttachPoint with(String other, List<String> others) {
      return new AttachPoint(given, other, others, range);
    }
  }

  /** A statement or an expression. */
  public sealed interface Node {
    SourceRange range();
  }

  public sealed interface Stmt extends Node {
    record Evaluate(Expr expr, SourceRange range) implements Stmt {}

    /**
     * {@code target = value}, or {@code target op= value}.
     *
     * @param target a variable or a map
     */
    record Assign(Expr target, Optional<BinaryOp> op, Expr value, SourceRange range)
        implements Stmt {}

    /** {@code let $x: type = value}. */
    record Let(
        Expr.Variable variable, Optional<TypeName> type, Optional<Expr> value, SourceRange range)
        implements Stmt {}

    record If(Expr condition, List<Stmt> then, List<Stmt> otherwise, SourceRange range)
        implements Stmt {
      public If {
        then = List.copyOf(then);
        otherwise = List.copyOf(otherwise);
      }
    }

    record Return(Optional<Expr> value, SourceRange range) implements Stmt {}

    /** Statements in braces of their own. */
    record Braces(List<Stmt> body, SourceRange range) implements Stmt {
      public Braces {
        body = List.copyOf(body);
      }
    }

    /** The body written out {@code count} times. */
    record Unroll(Expr count, List<Stmt> body, SourceRange range) implements Stmt {
      public Unroll {
        body = List.copyOf(body);
      }
    }

    record While(Expr condition, List<Stmt> body, SourceRange range) implements Stmt {
      public While {
        body = List.copyOf(body);
      }
    }

    /** {@code for ($i : from..to)}, without {@code to} itself. */
    record ForRange(Expr.Variable variable, Expr from, Expr to, List<Stmt> body, SourceRange range)
        implements Stmt {
      public ForRange {
        body = List.copyOf(body);
      }
    }

    /** {@code for ($kv : @map)}. */
    record ForMap(Expr.Variable variable, Expr.MapUse map, List<Stmt> body, SourceRange range)
        implements Stmt {
      public ForMap {
        body = List.copyOf(body);
      }
    }

    record Break(SourceRange range) implements Stmt {}

    record Continue(SourceRange range) implements Stmt {}
  }

  public sealed interface Expr extends Node {
    record Int(long value, boolean unsigned, SourceRange range) implements Expr {}

    record Bool(boolean value, SourceRange range) implements Expr {}

    /** Bytes as Latin-1 characters. */
    record Str(String value, SourceRange range) implements Expr {}

    /** A builtin. */
    record Name(String name, SourceRange range) implements Expr {}

    /** {@code $name}. */
    record Variable(String name, SourceRange range) implements Expr {}

    /**
     * {@code @name} or {@code @name[key]}.
     *
     * @param name without the sign
     * @param key empty for a map without key
     */
    record MapUse(String name, List<Expr> key, SourceRange range) implements Expr {
      public MapUse {
        key = List.copyOf(key);
      }
    }

    record Unary(UnaryOp op, Expr operand, SourceRange range) implements Expr {}

    record Binary(BinaryOp op, Expr left, Expr right, SourceRange range) implements Expr {}

    /** {@code && ||}. */
    record Logical(boolean and, Expr left, Expr right, SourceRange range) implements Expr {}

    /** {@code condition ? then : otherwise}; without {@code then}, the condition's own value. */
    record Conditional(Expr condition, Optional<Expr> then, Expr otherwise, SourceRange range)
        implements Expr {}

    /** {@code ++} and {@code --}. */
    record Step(Expr target, boolean up, boolean prefix, SourceRange range) implements Expr {}

    record Tuple(List<Expr> parts, SourceRange range) implements Expr {
      public Tuple {
        parts = List.copyOf(parts);
      }
    }

    /**
     * {@code of.field}, {@code of->field}, {@code of.0}.
     *
     * @param field name or number
     */
    record Member(Expr of, String field, SourceRange fieldRange, SourceRange range)
        implements Expr {}

    record Index(Expr of, Expr index, SourceRange range) implements Expr {}

    record Cast(TypeName type, Expr operand, SourceRange range) implements Expr {}

    /** {@code (x = 1, y = 2)}. */
    @SuppressWarnings("AvoidCommonTypeNames")
    record Record(List<String> names, List<Expr> parts, SourceRange range) implements Expr {
      public Record {
        names = List.copyOf(names);
        parts = List.copyOf(parts);
      }
    }

    /** {@code { statements; value }}; without a value for its effects only. */
    record Sequence(List<Stmt> statements, Optional<Expr> value, SourceRange range)
        implements Expr {
      public Sequence {
        statements = List.copyOf(statements);
      }
    }

    /** {@code comptime x}: known when the script is compiled. */
    record Comptime(Expr expr, SourceRange range) implements Expr {}

    /** {@code sizeof(type)} or {@code sizeof(expression)}; a lone name is given as both. */
    record SizeOf(Optional<TypeName> type, Optional<Expr> of, SourceRange range) implements Expr {}

    /** {@code typeinfo(type)} or {@code typeinfo(expression)}; a lone name is given as both. */
    record TypeInfo(Optional<TypeName> type, Optional<Expr> of, SourceRange range)
        implements Expr {}

    /** A type that is given to a macro. */
    record OfType(TypeName type, SourceRange range) implements Expr {}

    /** {@code offsetof(type, field.field)}; a lone name is given as type and as expression. */
    record OffsetOf(
        Optional<TypeName> type, Optional<Expr> of, List<String> fields, SourceRange range)
        implements Expr {
      public OffsetOf {
        fields = List.copyOf(fields);
      }
    }

    /** {@code container_of(pointer, type, field.field)}. */
    record ContainerOf(Expr pointer, TypeName type, List<String> fields, SourceRange range)
        implements Expr {
      public ContainerOf {
        fields = List.copyOf(fields);
      }
    }

    record Call(String function, List<Expr> arguments, SourceRange range) implements Expr {
      public Call {
        arguments = List.copyOf(arguments);
      }
    }
  }

  /**
   * A type as written.
   *
   * @param keyword {@code struct}, {@code union}, {@code enum} or nothing
   * @param name {@code unsigned long} and its like as one
   * @param suffixes from left to right: {@link #POINTER} or the length of an array
   * @param of what {@code typeof} is applied to; the name is empty then
   */
  public record TypeName(
      String keyword, String name, List<Integer> suffixes, Optional<Expr> of, SourceRange range) {
    /** The suffix {@code *}. */
    public static final int POINTER = -1;

    /** The suffix {@code []}, in casts. */
    public static final int OPEN = 0;

    public TypeName {
      suffixes = List.copyOf(suffixes);
    }

    /** With a type, or the type of an expression, in the place of its name. */
    TypeName with(Expr other) {
      if (!keyword.isEmpty()) {
        return word(other)
            .map(word -> new TypeName(keyword, word, suffixes, Optional.empty(), range))
            .orElse(this);
      }
      return switch (other) {
        case Expr.OfType(TypeName type, SourceRange where) -> type.with(suffixes, range);
        case Expr.Name(String word, SourceRange where) ->
            new TypeName("", word, suffixes, Optional.empty(), range);
        default -> new TypeName("", "", suffixes, Optional.of(other), range);
      };
    }

    /** With further suffixes. */
    TypeName with(List<Integer> more, SourceRange where) {
      List<Integer> all = new ArrayList<>(suffixes);
      all.addAll(more);
      return new TypeName(keyword, name, all, of, where);
    }

    /** A lone name, which may be written as a type. */
    private static Optional<String> word(Expr expr) {
      return switch (expr) {
        case Expr.Name(String word, SourceRange where) -> Optional.of(word);
        case Expr.OfType(TypeName type, SourceRange where)
            when type.keyword.isEmpty() && type.suffixes.isEmpty() ->
            type.of.isPresent() ? word(type.of.get()) : Optional.of(type.name);
        default -> Optional.empty();
      };
    }

    /** In brackets behind the name, as in {@code string[64]}. */
    public Optional<Integer> length() {
      return suffixes.size() == 1 && suffixes.getFirst() != POINTER
          ? Optional.of(suffixes.getFirst())
          : Optional.empty();
    }

    /** As in the script. */
    @Override
    public String toString() {
      StringBuilder text = new StringBuilder(keyword);
      text.append(keyword.isEmpty() ? "" : " ").append(of.isPresent() ? "typeof(...)" : name);
      for (int suffix : suffixes) {
        text.append(
            switch (suffix) {
              case POINTER -> "*";
              case OPEN -> "[]";
              default -> "[" + suffix + "]";
            });
      }
      return text.toString();
    }
  }

  public enum UnaryOp {
    MINUS("-"),
    PLUS("+"),
    COMPLEMENT("~"),
    NOT("!"),
    DEREFERENCE("*"),
    ADDRESS("&");

    public final String symbol;

    UnaryOp(String symbol) {
      this.symbol = symbol;
    }
  }

  /** In the order of precedence, tightest first; the same number binds equally. */
  public enum BinaryOp {
    MULTIPLY("*", 10),
    DIVIDE("/", 10),
    MODULO("%", 10),
    ADD("+", 9),
    SUBTRACT("-", 9),
    SHIFT_LEFT("<<", 8),
    SHIFT_RIGHT(">>", 8),
    LT("<", 7),
    LE("<=", 7),
    GT(">", 7),
    GE(">=", 7),
    EQ("==", 6),
    NE("!=", 6),
    AND("&", 5),
    XOR("^", 4),
    OR("|", 3);

    public final String symbol;
    final int precedence;

    BinaryOp(String symbol, int precedence) {
      this.symbol = symbol;
      this.precedence = precedence;
    }
  }

  /** The statements and expressions directly inside of one. */
  public static List<? extends Node> children(Node node) {
    return switch (node) {
      case Expr.Int i -> List.of();
      case Expr.Bool b -> List.of();
      case Expr.Str s -> List.of();
      case Expr.Name n -> List.of();
      case Expr.Variable v -> List.of();
      case Expr.MapUse map -> map.key();
      case Expr.Unary unary -> List.of(unary.operand());
      case Expr.Binary binary -> List.of(binary.left(), binary.right());
      case Expr.Logical logical -> List.of(logical.left(), logical.right());
      case Expr.Conditional c ->
          c.then().isPresent()
              ? List.of(c.condition(), c.then().get(), c.otherwise())
              : List.of(c.condition(), c.otherwise());
      case Expr.Step step -> List.of(step.target());
      case Expr.Tuple tuple -> tuple.parts();
      case Expr.Record parts -> parts.parts();
      case Expr.Sequence sequence -> {
        List<Node> all = new ArrayList<>(sequence.statements());
        sequence.value().ifPresent(all::add);
        yield all;
      }
      case Expr.Comptime known -> List.of(known.expr());
      case Expr.Member member -> List.of(member.of());
      case Expr.Index index -> List.of(index.of(), index.index());
      case Expr.Cast cast -> List.of(cast.operand());
      case Expr.SizeOf sizeOf -> sizeOf.of().stream().toList();
      case Expr.TypeInfo info -> info.of().stream().toList();
      case Expr.OfType of -> of.type().of().stream().toList();
      case Expr.OffsetOf offsetOf -> offsetOf.of().stream().toList();
      case Expr.ContainerOf containerOf -> List.of(containerOf.pointer());
      case Expr.Call call -> call.arguments();
      case Stmt.Evaluate evaluate -> List.of(evaluate.expr());
      case Stmt.Assign assign -> List.of(assign.target(), assign.value());
      case Stmt.Let let -> let.value().stream().toList();
      case Stmt.If branch -> {
        List<Node> all = new ArrayList<>(branch.then());
        all.addAll(branch.otherwise());
        all.add(branch.condition());
        yield all;
      }
      case Stmt.Return leave -> leave.value().stream().toList();
      case Stmt.Braces braces -> braces.body();
      case Stmt.Unroll unroll -> and(unroll.body(), unroll.count());
      case Stmt.While loop -> and(loop.body(), loop.condition());
      case Stmt.ForRange loop -> and(loop.body(), loop.from(), loop.to());
      case Stmt.ForMap loop -> and(loop.body(), loop.map());
      case Stmt.Break leave -> List.of();
      case Stmt.Continue next -> List.of();
    };
  }

  private static List<Node> and(List<Stmt> body, Expr... exprs) {
    List<Node> all = new ArrayList<>(body);
    all.addAll(List.of(exprs));
    return all;
  }

  /** Names of the fields that a block takes of an expression that {@code record} knows. */
  public static Set<String> fieldsOf(Block block, Predicate<Node> record) {
    Set<String> fields = new HashSet<>();
    any(
        block,
        node -> {
          if (node instanceof Expr.Member member && record.test(member.of())) {
            fields.add(member.field());
          }
          return false;
        });
    return fields;
  }

  /** Whether a block has such a statement or expression anywhere. */
  public static boolean any(Block block, Predicate<Node> wanted) {
    return (block.predicate().isPresent() && any(block.predicate().get(), wanted))
        || any(block.body(), wanted);
  }

  private static boolean any(List<? extends Node> nodes, Predicate<Node> wanted) {
    for (int i = 0; i < nodes.size(); i++) {
      if (any(nodes.get(i), wanted)) {
        return true;
      }
    }
    return false;
  }

  /** Whether it is a builtin of that name, written as a call or not. */
  public static boolean isBuiltin(Node node, String name) {
    return (node instanceof Expr.Name bare && bare.name().equals(name))
        || (node instanceof Expr.Call call && call.function().equals(name));
  }

  static boolean any(Node node, Predicate<Node> wanted) {
    return wanted.test(node) || any(children(node), wanted);
  }
}
