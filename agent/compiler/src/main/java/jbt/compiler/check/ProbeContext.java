package jbt.compiler.check;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import jbt.compiler.check.Checked.Expr;
import jbt.compiler.check.Checked.Probe.Kind;
import jbt.compiler.lang.SourceRange;
import jbt.compiler.plan.Attachment.Point;
import jbt.compiler.plan.Site;
import jbt.compiler.types.Type;

/** The probe that is being checked: its attach points, and the variables in sight. */
final class ProbeContext {
  /** A variable in a block, and its place among the locals. */
  record Variable(int local, Place place, SourceRange declaration) {}

  /** That of the whole probe, and its body. */
  private static final int BLOCKS_OF_BODY = 2;

  private final int probe;
  private final List<Expanded> points;
  private final Map<String, Integer> cookies;
  private final Environment environment;
  private final Deque<Map<String, Variable>> blocks = new ArrayDeque<>();
  private final List<Place> locals = new ArrayList<>();

  /** Variables that are declared, and up to here set by nothing, with their declarations. */
  private final Map<Integer, SourceRange> unset = new LinkedHashMap<>();

  /** Whether a run may have ended before it comes to the statement. */
  private boolean mayHaveEnded;

  /** How many loops are open around the statement. */
  private int loops;

  /** With the cookies of all names of the script. */
  ProbeContext(
      int probe, List<Expanded> points, Map<String, Integer> cookies, Environment environment) {
    this.probe = probe;
    this.points = points;
    this.cookies = cookies;
    this.environment = environment;
    blocks.push(new HashMap<>());
  }

  List<Expanded> points() {
    return points;
  }

  /** What a number is an address in. */
  Type.AddressSpace space() {
    return switch (points.getFirst().point()) {
      case Point.Tracepoint tracepoint -> FieldType.space(tracepoint.category());
      case Point.Uprobe uprobe -> Type.AddressSpace.USER;
      // Told by the address: functions take pointers of both.
      case Point.Kprobe kprobe -> Type.AddressSpace.NONE;
      default -> Type.AddressSpace.KERNEL;
    };
  }

  /** Of an attach point's name, here or elsewhere in the script. */
  Optional<Integer> cookie(String name) {
    return Optional.ofNullable(cookies.get(name));
  }

  /** What the builtin probe may be here. */
  List<Integer> cookiesHere() {
    return points.stream().map(point -> cookies.get(point.name())).distinct().toList();
  }

  Kind kind() {
    return points.getFirst().kind();
  }

  /** Whether the process that runs is the tracer itself. */
  boolean runsInTracer() {
    return switch (kind()) {
      case BEGIN, END, SELF, TEST, BENCH -> true;
      default -> false;
    };
  }

  /** Whether only the process that a script is for runs it, if it is for one. */
  boolean onlyOfProcess() {
    return switch (kind()) {
      case BEGIN, END, SELF, TEST, BENCH, INTERVAL, ITER -> false;
      case TRACEPOINT,
          DIRECT_TRACEPOINT,
          RAW_EVENT,
          PROFILE,
          SOFTWARE,
          UPROBE,
          URETPROBE,
          USDT,
          KPROBE,
          KRETPROBE,
          FENTRY,
          FEXIT,
          HARDWARE,
          WATCHPOINT ->
          true;
    };
  }

  Site.Place place() {
    return switch (kind()) {
      case BEGIN -> Site.Place.BEGIN;
      case END -> Site.Place.END;
      case INTERVAL -> Site.Place.INTERVAL;
      case TRACEPOINT,
          DIRECT_TRACEPOINT,
          RAW_EVENT,
          PROFILE,
          SOFTWARE,
          UPROBE,
          URETPROBE,
          USDT,
          KPROBE,
          KRETPROBE,
          FENTRY,
          FEXIT,
          HARDWARE,
          WATCHPOINT,
          ITER,
          SELF,
          TEST,
          BENCH ->
          Site.Place.EVENT;
    };
  }

  Optional<Long> interval() {
    return points.getFirst().point() instanceof Point.Interval interval
        ? Optional.of(interval.periodNs())
        : Optional.empty();
  }

  void openBlock() {
    blocks.push(new HashMap<>());
  }

  void closeBlock() {
    blocks.pop();
  }

  void openLoop() {
    loops++;
  }

  void closeLoop() {
    loops--;
  }

  boolean inLoop() {
    return loops > 0;
  }

  /** Notes a predicate or return: not all runs come to what is behind it. */
  void noteEnd() {
    mayHaveEnded = true;
  }

  /** Whether each run of the probe certainly comes to the statement. */
  boolean inEachRun() {
    return !mayHaveEnded && blocks.size() == BLOCKS_OF_BODY;
  }

  Optional<Variable> find(String name) {
    for (Map<String, Variable> block : blocks) {
      Variable variable = block.get(name);
      if (variable != null) {
        return Optional.of(variable);
      }
    }
    return Optional.empty();
  }

  Variable declare(String name, SourceRange declaration) {
    Place place = environment.variable(probe, name, declaration);
    Variable variable = new Variable(locals.size(), place, declaration);
    locals.add(place);
    blocks.element().put(name, variable);
    return variable;
  }

  /** Notes that a variable is declared without a value. */
  void noteUnset(Variable variable) {
    unset.put(variable.local, variable.declaration);
  }

  void noteSet(Variable variable) {
    unset.remove(variable.local);
  }

  /** Whether a variable is declared without a value, and nothing before here sets it. */
  boolean isUnset(Variable variable) {
    return unset.containsKey(variable.local);
  }

  /** The declarations of the variables that nothing has set. */
  List<SourceRange> unset() {
    return List.copyOf(unset.values());
  }

  /** What a variable stands for that only holds an argument of the probe. */
  Expr argument(Expr value) {
    return value instanceof Expr.Local local
        ? locals.get(local.local()).argument().<Expr>map(argument -> argument).orElse(value)
        : value;
  }

  List<String> variableNames() {
    return blocks.stream()
        .flatMap(block -> block.keySet().stream())
        .filter(name -> Macros.written(name).equals(name))
        .toList();
  }

  List<Type> localTypes() {
    return locals.stream().map(Place::type).toList();
  }
}
