package jbt.compiler.ir;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import jbt.compiler.check.Checked;
import jbt.compiler.check.Checked.Expr;
import jbt.compiler.check.Checked.MapDecl;
import jbt.compiler.check.Checked.Probe;
import jbt.compiler.check.Checked.Stmt;
import jbt.compiler.check.Function;
import jbt.compiler.lang.SourceRange;
import jbt.compiler.plan.ScriptMap;
import jbt.compiler.types.Meaning;
import jbt.compiler.types.Type;

/** What the statements and expressions of a script refer to. */
final class Reads {
  private static final SourceRange NOWHERE = new SourceRange(0, 0);

  private static final Set<Function> BYTEWISE =
      EnumSet.of(
          Function.ADDRESS,
          Function.BUFFER,
          Function.BYTES,
          Function.INTERNET_ADDRESS,
          Function.MAC_ADDRESS,
          Function.MEMCMP);

  private Reads() {}

  /** The maps whose value something needs: an expression, one that steps it, a print of one key. */
  static BitSet maps(List<MapDecl> declared, List<Nodes> programs) {
    BitSet maps = new BitSet();
    for (int i = 0; i < declared.size(); i++) {
      maps.set(i, declared.get(i).read());
    }
    for (Nodes nodes : programs) {
      for (Stmt stmt : nodes.statements()) {
        if (stmt instanceof Stmt.PrintMap print
            && !print.key().isEmpty()
            && !ScriptMap.folds(declared.get(print.map()).value())) {
          maps.set(print.map());
        }
      }
      for (int i = 0; i < nodes.expressions().size(); i++) {
        Expr expr = nodes.expressions().get(i);
        if (expr instanceof Expr.MapValue value) {
          maps.set(value.map());
        } else if (expr instanceof Expr.StepMap step && !nodes.discarded(i)) {
          maps.set(step.map());
        }
      }
    }
    return maps;
  }

  /** The map that the value of an expression comes from, or that it changes; or -1. */
  static int mapOf(Expr expr) {
    return switch (expr) {
      case Expr.MapValue value -> value.map();
      case Expr.StepMap step -> step.map();
      case Expr.Aggregated value -> value.map();
      case Expr.HasKey has -> has.map();
      case Expr.Find find -> find.map();
      case Expr.DeleteKey delete -> delete.map();
      case Expr.Length length -> length.map();
      default -> -1;
    };
  }

  /** Whether the predicate of a program reads a map. */
  static boolean inPredicate(Probe probe, int map) {
    return probe.predicate().isPresent()
        && Nodes.of(probe.predicate().get()).any(expr -> mapOf(expr) == map);
  }

  /** Whether an expression only looks at the event and has no effect. */
  static boolean onlyEvent(Expr expr) {
    return switch (expr) {
      case Expr.IntLiteral e -> true;
      case Expr.StrLiteral e -> true;
      case Expr.BuiltinValue e -> e.builtin() != Checked.Builtin.ELAPSED;
      case Expr.ContextField e -> e.read() == Expr.ContextField.Read.LOAD;
      case Expr.Unary e -> onlyEvent(e.operand());
      case Expr.Binary e -> onlyEvent(e.left()) && onlyEvent(e.right());
      case Expr.Logical e -> onlyEvent(e.left()) && onlyEvent(e.right());
      case Expr.Cast e -> onlyEvent(e.operand());
      case Expr.Str e -> onlyEvent(e.pointer()) && e.length().map(Reads::onlyEvent).orElse(true);
      case Expr.Call e ->
          e.function() == Function.STRNCMP && e.arguments().stream().allMatch(Reads::onlyEvent);
      default -> false;
    };
  }

  /** Whether a program does more with what its event is about than to look at fields of it. */
  static boolean beyondFields(Nodes program) {
    return program.any(
        expr ->
            switch (expr) {
              case Expr.ContextElement e -> true;
              case Expr.Call e ->
                  switch (e.function()) {
                    case STACK, UNWOUND_STACK, CONTEXT, OVERRIDE -> true;
                    // Others that are traced could run meanwhile, with a lock held.
                    case SIGNAL, SIGNAL_THREAD, DEBUG -> true;
                    // Only programs of the event itself may call functions of the kernel.
                    case NAME_OF, KERNEL_FUNCTION -> true;
                    default -> false;
                  };
              case Expr.BuiltinValue e -> e.builtin() == Checked.Builtin.PROBE;
              default -> false;
            });
  }

  /** The fields of its event that a program looks at. */
  static List<Expr.ContextField> contextFields(Nodes program) {
    List<Expr.ContextField> fields = new ArrayList<>();
    for (Expr expr : program.expressions()) {
      if (expr instanceof Expr.ContextField field) {
        fields.add(field);
      }
    }
    return fields;
  }

  /** How many statements and expressions of a program touch a map. */
  static int touches(Nodes program, int map) {
    int statements = 0;
    for (Stmt stmt : program.statements()) {
      statements += mapOf(stmt) == map ? 1 : 0;
    }
    return statements + program.count(expr -> mapOf(expr) == map);
  }

  /** How many expressions are a builtin. */
  static int uses(Nodes nodes, Checked.Builtin builtin) {
    return nodes.count(expr -> expr instanceof Expr.BuiltinValue b && b.builtin() == builtin);
  }

  /** Bytes of the text that is searched and of the one that is looked for. */
  static int searched(Expr.Call search) {
    return ((Type.Str) search.arguments().get(0).type()).size()
        + ((Type.Str) search.arguments().get(1).type()).size();
  }

  /** The same, where each use of a loop's rounds counts as one more. */
  static int usesInRounds(Nodes nodes, Checked.Builtin builtin) {
    int uses = uses(nodes, builtin);
    for (Stmt stmt : nodes.statements()) {
      if (uses > 0 && Nodes.isLoop(stmt)) {
        uses += uses(Nodes.of(List.of(stmt)), builtin);
      }
    }
    return uses;
  }

  /** Whether each round of a loop needs it. */
  static boolean usesInEachRound(Stmt loop, Checked.Builtin builtin) {
    List<Expr> each = new ArrayList<>();
    if (loop instanceof Stmt.While s) {
      each.add(s.condition());
    }
    Nodes.bodies(loop).forEach(body -> body.forEach(stmt -> each.addAll(Nodes.expressions(stmt))));
    return each.stream().anyMatch(expr -> uses(Nodes.of(expr), builtin) > 0);
  }

  /** At how many places some statements look at a part of a tuple, or at all of it. */
  static int uses(List<Stmt> body, int local, int part) {
    Nodes nodes = Nodes.of(body);
    int whole = nodes.count(expr -> expr instanceof Expr.Local e && e.local() == local);
    int other =
        nodes.count(
            expr ->
                expr instanceof Expr.TuplePart(Expr.Local e, int index, var type, var range)
                    && e.local() == local
                    && index != part);
    return whole - other;
  }

  /** Whether the old value of a local may be needed when its new one is half made. */
  static boolean needsOld(Nodes program, Stmt.SetLocal set) {
    boolean named =
        Nodes.of(set.value())
            .any(
                expr ->
                    expr instanceof Expr.Sequence
                        || (expr instanceof Expr.Local e && e.local() == set.local()));
    // Through its address it can be read without being named.
    return !(set.value().type() instanceof Type.Str) || named || takesAddresses(program);
  }

  /** Whether a program has something that points to its variables. */
  static boolean takesAddresses(Nodes program) {
    return calls(program, Function.ADDRESS);
  }

  /** Whether a program looks at the bytes of texts, be they behind a NUL. */
  static boolean looksAtBytes(Nodes program) {
    return program.any(
        expr ->
            (expr instanceof Expr.Call call && BYTEWISE.contains(call.function()))
                || (expr instanceof Expr.Part part && part.of().type() instanceof Type.Str));
  }

  static boolean overrides(Nodes program) {
    return calls(program, Function.OVERRIDE);
  }

  private static boolean calls(Nodes nodes, Function function) {
    return nodes.any(expr -> expr instanceof Expr.Call e && e.function() == function);
  }

  /** The texts that are read at several places, without these. */
  static List<Expr> repeatedTexts(Nodes nodes) {
    Map<Expr, Integer> times = new LinkedHashMap<>();
    for (Expr expr : nodes.expressions()) {
      if (expr instanceof Expr.Str text
          && outside(text.pointer())
          && (text.length().isEmpty() || text.length().get() instanceof Expr.IntLiteral)) {
        times.merge(unplaced(expr), 1, Integer::sum);
      }
    }
    return times.entrySet().stream().filter(e -> e.getValue() > 1).map(Map.Entry::getKey).toList();
  }

  /** Whether an address is known from the event alone, and nothing that the program changes. */
  private static boolean outside(Expr pointer) {
    return switch (pointer) {
      case Expr.ContextField field -> true;
      case Expr.Memory memory -> outside(memory.address());
      case Expr.Cast cast -> outside(cast.operand());
      default -> false;
    };
  }

  /** The same text wherever it stands in the script: for texts as {@link #repeatedTexts}. */
  static Expr unplaced(Expr expr) {
    return switch (expr) {
      case Expr.Str e ->
          new Expr.Str(unplaced(e.pointer()), e.length().map(Reads::unplaced), e.type(), NOWHERE);
      case Expr.IntLiteral e -> new Expr.IntLiteral(e.value(), e.type(), NOWHERE);
      case Expr.ContextField e ->
          new Expr.ContextField(e.offset(), e.size(), e.read(), e.type(), NOWHERE);
      case Expr.Cast e -> new Expr.Cast(unplaced(e.operand()), e.type(), NOWHERE);
      case Expr.Memory e ->
          new Expr.Memory(
              unplaced(e.address()),
              e.offset(),
              e.bits(),
              e.space(),
              e.direct(),
              e.type(),
              NOWHERE);
      default -> expr;
    };
  }

  /** Bytes of the widest text that a program puts into a map, of those that can be long. */
  static int widestText(Nodes program, List<MapDecl> maps) {
    int widest = 0;
    for (Stmt stmt : program.statements()) {
      if (stmt instanceof Stmt.SetMap set
          && maps.get(set.map()).value() instanceof ScriptMap.Value.Plain(Type type)
          && HeldTexts.held(type)) {
        widest = Math.max(widest, type.storedSize());
      }
    }
    return widest;
  }

  /** Whether a value tends to be the same at the next event. */
  static boolean steady(Expr expr) {
    return switch (expr) {
      case Expr.IntLiteral e -> true;
      case Expr.StrLiteral e -> true;
      case Expr.Str e -> !differs(e);
      case Expr.BuiltinValue e ->
          switch (e.builtin()) {
            case COMM, PID, TID, UID, GID -> true;
            default -> false;
          };
      case Expr.Tuple e -> e.parts().stream().allMatch(Reads::steady);
      case Expr.Conditional e -> steady(e.then()) && steady(e.otherwise());
      default -> isStack(expr);
    };
  }

  /** Whether a value depends on what is another at each event. */
  static boolean differs(Expr expr) {
    return Nodes.of(expr)
        .any(
            part ->
                part instanceof Expr.BuiltinValue value
                    && switch (value.builtin()) {
                      case NSECS, ELAPSED, RAND -> true;
                      case PID, TID, UID, GID, COMM, CPU, CURTASK, PROBE -> false;
                    });
  }

  private static boolean isStack(Expr expr) {
    return expr instanceof Expr.Call && expr.type() instanceof Type.Symbolic(Meaning.Stack stack);
  }

  /** The most frames of a stack that some expression takes; 0 without such a one. */
  static int longestStack(Nodes program) {
    int frames = 0;
    for (Expr expr : program.expressions()) {
      if (expr instanceof Expr.Call && expr.type() instanceof Type.Symbolic(Meaning.Stack stack)) {
        frames = Math.max(frames, stack.limit());
      }
    }
    return frames;
  }

  /** The process whose stacks are unwound, if there are such. */
  static OptionalInt unwound(List<Nodes> programs) {
    for (Nodes program : programs) {
      for (Expr expr : program.expressions()) {
        if (expr instanceof Expr.Call call
            && call.function() == Function.UNWOUND_STACK
            && call.arguments().getFirst() instanceof Expr.IntLiteral process) {
          return OptionalInt.of((int) process.value());
        }
      }
    }
    return OptionalInt.empty();
  }

  /** Whether the kernel itself sends packets. */
  static boolean packets(List<Nodes> programs) {
    return programs.stream().anyMatch(program -> calls(program, Function.PACKET));
  }

  static int mapOf(Stmt stmt) {
    return switch (stmt) {
      case Stmt.SetMap s -> s.map();
      case Stmt.AddMap s -> s.map();
      case Stmt.Aggregate s -> s.map();
      case Stmt.PrintMap s -> s.map();
      case Stmt.Clear s -> s.map();
      case Stmt.Zero s -> s.map();
      case Stmt.Delete s -> s.map();
      case Stmt.Evaluate s -> -1;
      case Stmt.SetLocal s -> -1;
      case Stmt.If s -> -1;
      case Stmt.Printf s -> -1;
      case Stmt.Time s -> -1;
      case Stmt.PrintValue s -> -1;
      case Stmt.ForMap s -> s.map();
      case Stmt.Exit s -> -1;
      case Stmt.Return s -> -1;
      case Stmt.While s -> -1;
      case Stmt.ForRange s -> -1;
      case Stmt.Break s -> -1;
      case Stmt.Continue s -> -1;
    };
  }

  /** Whether evaluating an expression changes something. */
  static boolean steps(Expr expr) {
    return Nodes.of(expr).any(Reads::changes);
  }

  private static boolean changes(Expr expr) {
    return switch (expr) {
      case Expr.StepLocal e -> true;
      case Expr.StepMap e -> true;
      case Expr.Find e -> true;
      case Expr.DeleteKey e -> true;
      case Expr.Sequence e -> true;
      default -> false;
    };
  }

  /** How many registers an expression needs when its parts are evaluated in the best order. */
  static int registers(Expr expr) {
    int most = 1;
    int ties = 0;
    for (Expr part : Nodes.parts(expr)) {
      int needs = registers(part);
      ties = needs == most ? ties + 1 : needs > most ? 1 : ties;
      most = Math.max(most, needs);
    }
    return ties > 1 ? most + 1 : most;
  }
}
