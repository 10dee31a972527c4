package jbt.compiler.ir;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import jbt.compiler.check.Checked;
import jbt.compiler.check.Checked.Expr;
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

  private Reads() {}

  /** The maps whose value some expression needs, one that steps it included. */
  static BitSet maps(Checked checked) {
    BitSet maps = new BitSet();
    for (int i = 0; i < checked.maps().size(); i++) {
      maps.set(i, checked.maps().get(i).read());
    }
    Walk walk =
        new Walk(
            (expr, discarded) -> {
              if (!discarded) {
                switch (expr) {
                  case Expr.MapValue value -> maps.set(value.map());
                  case Expr.StepMap step -> maps.set(step.map());
                  default -> {}
                }
              }
              return false;
            });
    checked.probes().forEach(walk::probe);
    return maps;
  }

  private static boolean reads(Expr expr, int map) {
    return switch (expr) {
      case Expr.MapValue value -> value.map() == map;
      case Expr.StepMap step -> step.map() == map;
      default -> false;
    };
  }

  /** Whether the value of an expression comes from a map, or it changes it. */
  private static boolean touches(Expr expr, int map) {
    return switch (expr) {
      case Expr.Aggregated value -> value.map() == map;
      case Expr.HasKey has -> has.map() == map;
      case Expr.Find find -> find.map() == map;
      case Expr.DeleteKey delete -> delete.map() == map;
      case Expr.Length length -> length.map() == map;
      default -> reads(expr, map);
    };
  }

  /** Whether the predicate of a program reads a map. */
  static boolean inPredicate(Probe probe, int map) {
    Walk walk = new Walk((expr, discarded) -> touches(expr, map));
    probe.predicate().ifPresent(predicate -> walk.expr(predicate, false));
    return walk.found > 0;
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
      default -> false;
    };
  }

  /** Whether a program does more with what its event is about than to look at fields of it. */
  static boolean beyondFields(Probe probe) {
    Walk walk =
        new Walk(
            (expr, discarded) ->
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
    walk.probe(probe);
    return walk.found > 0;
  }

  /** The fields of its event that a program looks at. */
  static List<Expr.ContextField> contextFields(Probe probe) {
    List<Expr.ContextField> fields = new ArrayList<>();
    Walk walk =
        new Walk((expr, discarded) -> expr instanceof Expr.ContextField field && fields.add(field));
    walk.probe(probe);
    return fields;
  }

  /** How many statements and expressions of a program touch a map. */
  static int touches(Probe probe, int map) {
    int[] statements = new int[1];
    Walk walk =
        new Walk(
            stmt -> statements[0] += mapOf(stmt) == map ? 1 : 0,
            (expr, discarded) -> touches(expr, map));
    walk.probe(probe);
    return statements[0] + walk.found;
  }

  /** How many expressions of a program are a builtin. */
  static int uses(Probe probe, Checked.Builtin builtin) {
    Walk walk = Walk.forBuiltin(builtin);
    walk.probe(probe);
    return walk.found;
  }

  /** How many expressions of some statements are a builtin. */
  static int uses(List<Stmt> body, Checked.Builtin builtin) {
    Walk walk = Walk.forBuiltin(builtin);
    walk.all(body);
    return walk.found;
  }

  /** Whether some statements need a part of a tuple, or all of it. */
  static boolean usesPart(List<Stmt> body, int local, int part) {
    Walk whole = new Walk((expr, discarded) -> expr instanceof Expr.Local e && e.local() == local);
    whole.all(body);
    Walk other =
        new Walk(
            (expr, discarded) ->
                expr instanceof Expr.TuplePart(Expr.Local e, int index, var type, var range)
                    && e.local() == local
                    && index != part);
    other.all(body);
    return whole.found > other.found;
  }

  /** Whether the old value of a local may be needed when its new one is half made. */
  static boolean needsOld(Probe probe, Stmt.SetLocal set) {
    Walk value =
        new Walk(
            (expr, discarded) ->
                expr instanceof Expr.Sequence
                    || (expr instanceof Expr.Local e && e.local() == set.local()));
    value.expr(set.value(), false);
    // Through its address it can be read without being named.
    return !(set.value().type() instanceof Type.Str) || value.found > 0 || takesAddresses(probe);
  }

  /** Whether a program has something that points to its variables. */
  static boolean takesAddresses(Probe probe) {
    return calls(probe, Function.ADDRESS);
  }

  static boolean overrides(Probe probe) {
    return calls(probe, Function.OVERRIDE);
  }

  private static boolean calls(Probe probe, Function function) {
    Walk walk =
        new Walk((expr, discarded) -> expr instanceof Expr.Call e && e.function() == function);
    walk.probe(probe);
    return walk.found > 0;
  }

  /** The texts that a program reads at several places, without these. */
  static List<Expr> repeatedTexts(Probe probe) {
    Map<Expr, Integer> times = new LinkedHashMap<>();
    textWalk(times).probe(probe);
    return repeated(times);
  }

  /** The same of some statements. */
  static List<Expr> repeatedTexts(List<Stmt> body) {
    Map<Expr, Integer> times = new LinkedHashMap<>();
    textWalk(times).all(body);
    return repeated(times);
  }

  private static Walk textWalk(Map<Expr, Integer> times) {
    return new Walk(
        (expr, discarded) -> {
          if (expr instanceof Expr.Str(Expr pointer, Optional<Expr> length, var type, var range)
              && outside(pointer)
              && length.map(Expr.IntLiteral.class::isInstance).orElse(true)) {
            times.merge(unplaced(expr), 1, Integer::sum);
          }
          return false;
        });
  }

  private static List<Expr> repeated(Map<Expr, Integer> times) {
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
  static int widestText(Probe probe, Checked checked) {
    int[] widest = new int[1];
    Walk walk =
        new Walk(
            stmt -> {
              if (stmt instanceof Stmt.SetMap set
                  && checked.maps().get(set.map()).value()
                      instanceof ScriptMap.Value.Plain(Type type)
                  && HeldTexts.held(type)) {
                widest[0] = Math.max(widest[0], type.storedSize());
              }
            },
            (expr, discarded) -> false);
    walk.probe(probe);
    return widest[0];
  }

  /** Whether a value tends to be the same at the next event. */
  static boolean steady(Expr expr) {
    return switch (expr) {
      case Expr.IntLiteral e -> true;
      case Expr.StrLiteral e -> true;
      case Expr.Str e -> true;
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

  private interface Question {
    boolean of(Expr expr, boolean discarded);
  }

  /** Goes through statements and expressions, those inside others included, and counts. */
  private static final class Walk {
    private final Consumer<Stmt> statements;
    private final Question question;
    private int found;

    Walk(Consumer<Stmt> statements, Question question) {
      this.statements = statements;
      this.question = question;
    }

    Walk(Question question) {
      this(stmt -> {}, question);
    }

    static Walk forBuiltin(Checked.Builtin builtin) {
      return new Walk(
          (expr, discarded) -> expr instanceof Expr.BuiltinValue b && b.builtin() == builtin);
    }

    void probe(Probe probe) {
      probe.predicate().ifPresent(predicate -> expr(predicate, false));
      all(probe.body());
    }

    private void all(List<Stmt> body) {
      for (Stmt stmt : body) {
        statements.accept(stmt);
        boolean discards = stmt instanceof Stmt.Evaluate(Expr.StepMap step, var range);
        expressions(stmt).forEach(expr -> expr(expr, discards));
        bodies(stmt).forEach(this::all);
      }
    }

    void expr(Expr expr, boolean discarded) {
      found += question.of(expr, discarded) ? 1 : 0;
      if (expr instanceof Expr.Sequence sequence) {
        all(sequence.statements());
      }
      parts(expr).forEach(part -> expr(part, false));
    }
  }

  private static boolean isStack(Expr expr) {
    return expr instanceof Expr.Call && expr.type() instanceof Type.Symbolic(Meaning.Stack stack);
  }

  /** The most frames of a stack that some expression takes; 0 without such a one. */
  static int longestStack(Checked checked) {
    return checked.probes().stream().mapToInt(Reads::longestStack).max().orElse(0);
  }

  /** The same of a program. */
  static int longestStack(Probe probe) {
    int[] frames = new int[1];
    Walk walk =
        new Walk(
            (e, discarded) -> {
              if (e instanceof Expr.Call
                  && e.type() instanceof Type.Symbolic(Meaning.Stack stack)) {
                frames[0] = Math.max(frames[0], stack.limit());
              }
              return false;
            });
    walk.probe(probe);
    return frames[0];
  }

  /** The process whose stacks are unwound, if there are such. */
  static OptionalInt unwound(Checked checked) {
    List<Integer> processes = new ArrayList<>();
    Walk walk =
        new Walk(
            (e, discarded) ->
                e instanceof Expr.Call(Function function, List<Expr> of, var type, var range)
                    && function == Function.UNWOUND_STACK
                    && of.getFirst() instanceof Expr.IntLiteral process
                    && processes.add((int) process.value()));
    checked.probes().forEach(walk::probe);
    return processes.stream().mapToInt(process -> process).findFirst();
  }

  /** Whether the kernel itself sends packets. */
  static boolean packets(Checked checked) {
    boolean[] found = new boolean[1];
    Walk walk =
        new Walk(
            (e, discarded) -> {
              found[0] |= e instanceof Expr.Call call && call.function() == Function.PACKET;
              return false;
            });
    checked.probes().forEach(walk::probe);
    return found[0];
  }

  private static int mapOf(Stmt stmt) {
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

  /** The bodies of a statement. */
  static List<List<Stmt>> bodies(Stmt stmt) {
    return switch (stmt) {
      case Stmt.If branch -> List.of(branch.then(), branch.otherwise());
      case Stmt.While loop -> List.of(loop.body());
      case Stmt.ForRange loop -> List.of(loop.body());
      case Stmt.ForMap loop -> List.of(loop.body());
      default -> List.of();
    };
  }

  /** The expressions directly in a statement. */
  static List<Expr> expressions(Stmt stmt) {
    return switch (stmt) {
      case Stmt.Evaluate s -> List.of(s.expr());
      case Stmt.SetLocal s -> List.of(s.value());
      case Stmt.SetMap s -> and(s.key(), s.value());
      case Stmt.AddMap s -> and(s.key(), s.value());
      case Stmt.Aggregate s -> s.value().map(value -> and(s.key(), value)).orElse(s.key());
      case Stmt.If s -> List.of(s.condition());
      case Stmt.Printf s -> s.arguments();
      case Stmt.Time s -> List.of();
      case Stmt.PrintValue s -> List.of(s.value());
      case Stmt.PrintMap s -> s.key();
      case Stmt.Clear s -> List.of();
      case Stmt.Zero s -> List.of();
      case Stmt.Delete s -> s.key();
      case Stmt.Exit s -> List.of(s.code());
      case Stmt.Return s -> s.result().stream().toList();
      case Stmt.While s -> List.of(s.condition());
      case Stmt.ForRange s -> List.of(s.from(), s.to());
      case Stmt.ForMap s -> List.of();
      case Stmt.Break s -> List.of();
      case Stmt.Continue s -> List.of();
    };
  }

  private static List<Expr> and(List<Expr> list, Expr last) {
    List<Expr> all = new ArrayList<>(list);
    all.add(last);
    return all;
  }

  /** The expressions directly in an expression, its statements' left out. */
  static List<Expr> parts(Expr expr) {
    return switch (expr) {
      case Expr.IntLiteral e -> List.of();
      case Expr.StrLiteral e -> List.of();
      case Expr.BuiltinValue e -> List.of();
      case Expr.ContextField e -> List.of();
      case Expr.ContextElement e -> List.of(e.index());
      case Expr.Memory e -> List.of(e.address());
      case Expr.ElementAddress e -> List.of(e.address(), e.index());
      case Expr.Part e -> List.of(e.of());
      case Expr.Local e -> List.of();
      case Expr.MapValue e -> e.key();
      case Expr.Aggregated e -> e.key();
      case Expr.HasKey e -> e.key();
      case Expr.Find e -> e.key();
      case Expr.DeleteKey e -> e.key();
      case Expr.Length e -> List.of();
      case Expr.Sequence e -> List.of(e.value());
      case Expr.Unary e -> List.of(e.operand());
      case Expr.Binary e -> List.of(e.left(), e.right());
      case Expr.Logical e -> List.of(e.left(), e.right());
      case Expr.Conditional e -> List.of(e.condition(), e.then(), e.otherwise());
      case Expr.OrElse e -> List.of(e.value(), e.otherwise());
      case Expr.StepLocal e -> List.of();
      case Expr.StepMap e -> e.key();
      case Expr.Tuple e -> e.parts();
      case Expr.TuplePart e -> List.of(e.tuple());
      case Expr.Str e -> e.length().map(n -> List.of(e.pointer(), n)).orElse(List.of(e.pointer()));
      case Expr.Call e -> e.arguments();
      case Expr.Cast e -> List.of(e.operand());
    };
  }

  /** Whether evaluating an expression changes something. */
  static boolean steps(Expr expr) {
    Walk walk = new Walk((e, discarded) -> changes(e));
    walk.expr(expr, false);
    return walk.found > 0;
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
    for (Expr part : parts(expr)) {
      int needs = registers(part);
      ties = needs == most ? ties + 1 : needs > most ? 1 : ties;
      most = Math.max(most, needs);
    }
    return ties > 1 ? most + 1 : most;
  }
}
