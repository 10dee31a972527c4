package jbt.compiler.ir;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import jbt.compiler.bpf.AluOperation;
import jbt.compiler.bpf.Condition;
import jbt.compiler.bpf.Helper;
import jbt.compiler.bpf.Size;
import jbt.compiler.check.Checked;
import jbt.compiler.check.Checked.Builtin;
import jbt.compiler.check.Checked.Probe;
import jbt.compiler.check.Checked.Stmt;
import jbt.compiler.ir.Operand.Imm;
import jbt.compiler.ir.Operand.Reg;
import jbt.compiler.ir.Operand.RoutineRef;
import jbt.compiler.types.Type;

/** From a checked probe to intermediate code: the parts of the translation and what they share. */
final class Lowering {
  /** Of thread_info's status: arch/x86/include/asm/thread_info.h. */
  private static final int TS_COMPAT = 2;

  /** The number of a system call in x86-64's struct pt_regs. */
  private static final int ORIG_AX = 120;

  /**
   * Calls inside of each other that the kernel takes: MAX_CALL_FRAMES of bpf_verifier.h, less one.
   */
  private static final int DEEPEST = 7;

  /** Each byte that is searched is a round of a loop, which the verifier goes through. */
  private static final int MOST_SEARCHED = 12_000;

  private final Probe probe;
  private final int program;
  private final Body body;
  private final Shared shared;

  /** How many called loops this is the body of. */
  private final int depth;

  private final List<Reg> arguments = new ArrayList<>();
  private final Reg context;
  private final Map<Integer, Variable> variables = new HashMap<>();
  private final Builtins builtins;
  private final Texts texts;
  private final HeldTexts heldTexts;
  private final TextCalls textCalls;
  private final TracedMemory memory;
  private final HelperCalls helperCalls;
  private final Arithmetic arithmetic;
  private final Expressions expressions;
  private final Maps maps;
  private final Records records;
  private final Loops loops;
  private final Queries queries;
  private final Statements statements;

  /** The blocks that end the run, the loop and the round of it. */
  private final int end;

  private final int breakLoop;
  private final int nextRound;

  /** What all routines of a program share; places are those of {@link Body#keepScratch}. */
  private static final class Shared {
    private final Routines routines;

    /** The finished ones in the order of their numbers from 1. */
    private final List<Routine> called = new ArrayList<>();

    private final Map<Integer, Integer> locals = new HashMap<>();
    private final Map<Integer, Integer> generations = new HashMap<>();

    /** The place of the word that is 1 when a statement in a called routine ends the program. */
    private int left;

    /** The place of room for a text that a map gets, of which only the start is ever written to. */
    private int padding;

    /** The place of what {@link Stacks} keeps from run to run. */
    private int stacksKept;

    /** Bytes of texts that are searched, and of those that are looked for. */
    private int searched;

    /** Whether something points to variables. */
    private final boolean pointedTo;

    /** See {@link Reads#looksAtBytes}. */
    private final boolean looksAtBytes;

    /** Whether tests are made so that the verifier does not learn from them. */
    private boolean forgetsTests;

    private Shared(Routines routines, Nodes nodes) {
      this.routines = routines;
      this.pointedTo = Reads.takesAddresses(nodes);
      this.looksAtBytes = Reads.looksAtBytes(nodes);
      this.forgetsTests = Tests.many(nodes, routines);
    }

    static Shared of(Probe probe, Nodes nodes, Layout layout) {
      Routines routines = Routines.of(probe, nodes, layout.checked().maps(), layout.careful());
      return new Shared(routines, nodes);
    }
  }

  /** A scratch variable: a register, or for what no register holds a place in memory. */
  sealed interface Variable {
    record InRegister(Reg reg) implements Variable {}

    record InMemory(Address place) implements Variable {}

    /** A text that can be long. */
    record InText(HeldTexts.Held held) implements Variable {}

    /** A key of a map and its value, where the kernel has them. */
    record Pair(Address key, Address value) implements Variable {}
  }

  /** Finished routines, the program itself first, and the scratch memory they need. */
  record Lowered(List<Routine> routines, int scratchBytes) {}

  private Lowering(Layout layout, int program, Probe probe, Body.ScratchArea scratch) {
    this(
        program,
        probe,
        new Body(layout, scratch, probe.range()),
        Shared.of(probe, layout.nodes().get(program), layout),
        0,
        0);
  }

  private Lowering(int program, Probe probe, Body body, Shared shared, int depth, int arguments) {
    this.probe = probe;
    this.program = program;
    this.body = body;
    this.shared = shared;
    this.depth = depth;
    for (int i = 0; i < arguments; i++) {
      this.arguments.add(body.register());
    }
    this.context = body.register();
    this.end = body.block();
    this.breakLoop = arguments == 0 ? end : body.block();
    this.nextRound = arguments == 0 ? end : body.block();
    this.builtins = new Builtins(this);
    this.arithmetic = new Arithmetic(body);
    this.texts = new Texts(this);
    this.heldTexts = new HeldTexts(this);
    this.textCalls = new TextCalls(this);
    this.memory = new TracedMemory(this);
    this.helperCalls = new HelperCalls(this);
    this.expressions = new Expressions(this);
    this.maps = new Maps(this);
    this.records = new Records(this);
    this.loops = new Loops(this);
    this.queries = new Queries(this);
    this.statements = new Statements(this, end, breakLoop, nextRound);
  }

  static Lowered lower(Layout layout, int program, Probe probe, Body.ScratchArea scratch) {
    Lowering lowering = new Lowering(layout, program, probe, scratch);
    lowering.program();
    List<Routine> routines = new ArrayList<>();
    routines.add(lowering.body.routine());
    routines.addAll(lowering.shared.called);
    return new Lowered(routines, lowering.body.scratchBytes());
  }

  private void program() {
    body.emit(new Op.Context(context));
    if (probe.kind() == Probe.Kind.DIRECT_TRACEPOINT) {
      probe.only().ifPresent(this::systemCall);
    }
    boolean gated = probe.kind() != Probe.Kind.BEGIN && probe.kind() != Probe.Kind.END;
    // What fails before the gate is open is nobody's failure.
    boolean counted = checked().circumstances().failures();
    boolean first = !counted && probe.predicate().map(Reads::onlyEvent).orElse(false);
    if (gated && !first) {
      gate();
      probe.only().ifPresent(this::notCompat);
    }
    if (probe.kind() == Probe.Kind.ITER) {
      object();
    }
    builtins.declare(Reads.usesInRounds(nodes(), Builtin.COMM));
    heldTexts.declare(Reads.repeatedTexts(nodes()));
    declareVariables();
    shared.padding = body.keepScratch(Reads.widestText(nodes(), checked().maps()));
    shared.stacksKept = body.keepScratch(Reads.longestStack(nodes()) > 0 ? Stacks.KEPT : 0);
    maps.readGenerations(true);
    probe.predicate().ifPresent(this::predicate);
    if (gated && first) {
      gate();
      probe.only().ifPresent(this::notCompat);
    }
    builtins.endStatement();
    maps.readGenerations(false);
    statements.all(probe.body());
    body.place(end);
    body.exit(returnValue());
  }

  /**
   * Behind a predicate that looks at nothing but the event: it keeps most events out, and they do
   * not pay for a look at memory that nothing else has touched in their system call.
   */
  private void gate() {
    int run = body.block();
    body.keepProcessor();
    Reg gate = body.load(Size.WORD, body.perCpu(body.layout().globals().gate()));
    body.branch(Condition.NE, gate, new Imm(0), run, end);
    body.place(run);
  }

  /** An iterator runs a last time behind its last object, without one. */
  private void object() {
    int run = body.block();
    Reg object = body.loadConstant(Size.DOUBLE, new Address(context, Long.BYTES));
    body.branch(Condition.NE, object, new Imm(0), run, end);
    body.place(run);
  }

  /** Goes on only at an event of a system call of that number. */
  private void systemCall(Probe.SystemCall call) {
    int run = body.block();
    Reg number = call.returns() ? numberFromRegisters() : body.load(Size.DOUBLE, argumentAt(1));
    body.branch(Condition.EQ, body.narrow(number, 4, false), new Imm(call.number()), run, end);
    body.place(run);
  }

  /** Goes on only if it is not a system call of a 32-bit program, whose numbers are others. */
  private void notCompat(Probe.SystemCall call) {
    int run = body.block();
    Reg task = body.call(Helper.GET_CURRENT_TASK_BTF);
    Reg status = body.loadConstant(Size.WORD, new Address(task, call.status()));
    Reg compat = body.binary(AluOperation.AND, status, new Imm(TS_COMPAT));
    body.branch(Condition.EQ, compat, new Imm(0), run, end);
    body.place(run);
  }

  private Address argumentAt(int number) {
    return new Address(context, 8 * number);
  }

  /** The tracepoint of returns is given the registers, of which no program may load. */
  private Reg numberFromRegisters() {
    Reg registers = body.loadConstant(Size.DOUBLE, argumentAt(0));
    Address number = body.inFrame(8);
    body.callForEffect(
        Helper.PROBE_READ_KERNEL,
        body.addressOf(number),
        new Imm(8),
        body.add(registers, new Imm(ORIG_AX)));
    return body.load(Size.DOUBLE, number);
  }

  private void predicate(Checked.Expr predicate) {
    int run = body.block();
    Body.Mark mark = body.mark();
    expressions.branch(predicate, run, end);
    body.release(mark);
    body.place(run);
  }

  private void declareVariables() {
    for (int i = 0; i < probe.locals().size(); i++) {
      Type type = probe.locals().get(i);
      if (shared.routines.shared(i)) {
        shared.locals.put(
            i, body.keepScratch(held(type) ? HeldTexts.room(type) : type.storedSize() + 8));
      } else if (shared.routines.ownedByProgram(i)) {
        declare(i);
      }
    }
    if (shared.routines.several()) {
      shared.left = body.keepScratch(8);
      body.storeWord(body.scratchAt(shared.left), new Imm(0));
    }
  }

  private void declare(int local) {
    Type type = probe.locals().get(local);
    Variable variable =
        Layout.scalar(type)
            ? new Variable.InRegister(body.register())
            : held(type)
                ? new Variable.InText(heldTexts.memory(type))
                : new Variable.InMemory(body.memory(type.storedSize()));
    variables.put(local, variable);
  }

  /** What points to a variable may look at all of a text. */
  private boolean held(Type type) {
    return HeldTexts.held(type) && !shared.pointedTo;
  }

  /** Whether literals keep what is behind their NUL when they are put in memory. */
  boolean looksAtBytes() {
    return shared.looksAtBytes;
  }

  /**
   * Begins the routine for the body of a loop; {@link #finish} ends it.
   *
   * @param contextArgument number of the argument that is the address of {@link #contextWord}
   */
  Lowering called(Object loop, int contextArgument) {
    if (depth == DEEPEST) {
      throw new TooLargeException(
          body.range(), "Loops are more than %d deep here, the kernel's limit".formatted(DEEPEST));
    }
    Body inner = body.called();
    Lowering called = new Lowering(program, probe, inner, shared, depth + 1, contextArgument + 1);
    for (int i = 0; i <= contextArgument; i++) {
      inner.emit(new Op.Argument(called.arguments.get(i), i));
    }
    Reg word = called.arguments.get(contextArgument);
    inner.emit(new Op.Load(called.context, Size.DOUBLE, new Address(word, 0), false));
    if (loop instanceof Stmt stmt) {
      shared.routines.ownedBy(stmt).forEach(called::declare);
      // A call does several rounds of a while.
      List<Stmt> all = new ArrayList<>();
      if (stmt instanceof Stmt.While) {
        all.add(stmt);
      } else {
        Nodes.bodies(stmt).forEach(all::addAll);
      }
      Nodes nodes = Nodes.of(all);
      called.builtins.declare(Reads.usesInRounds(nodes, Builtin.COMM));
      called.heldTexts.declare(Reads.repeatedTexts(nodes));
    }
    return called;
  }

  /**
   * Ends a routine with the statements of the loop.
   *
   * @param broken place of a word that is set to 1 where they end the loop
   */
  RoutineRef finish(List<Stmt> all, OptionalInt broken) {
    statements.all(all);
    body.place(nextRound);
    return finish(broken);
  }

  /** The same where the statements are there already, and what comes behind them. */
  RoutineRef finish(OptionalInt broken) {
    body.exit(0);
    body.place(end);
    // Only reached where a statement leaves the program.
    body.storeWord(body.scratchAt(shared.left), new Imm(1));
    body.jump(breakLoop);
    body.place(breakLoop);
    broken.ifPresent(place -> body.storeWord(body.scratchAt(place), new Imm(1)));
    body.exit(1);
    shared.called.add(body.routine());
    return new RoutineRef(shared.called.size());
  }

  /** Behind the call of a loop: a return or exit in it ends this routine, too. */
  void leaveIfLeft(Lowering called) {
    body.called(called.body);
    if (called.statements.leaves()) {
      int stay = body.block();
      Reg left = body.load(Size.DOUBLE, body.scratchAt(shared.left));
      body.branch(Condition.NE, left, new Imm(0), end, stay);
      body.place(stay);
      statements.noteLeave();
    }
  }

  /**
   * Notes that a text is looked for in another.
   *
   * @return whether the verifier must not look at each place
   */
  boolean searchInCalls(Checked.Expr.Call e) {
    if (body.layout().careful()) {
      return true;
    }
    shared.searched += Reads.searched(e);
    boolean tooMuch = shared.searched > MOST_SEARCHED;
    if (tooMuch && !body.layout().calls()) {
      throw new TooLargeException(
          body.range(),
          "Up to here texts of %d bytes are searched, a program can search %d: str(p, n) takes less"
              .formatted(shared.searched, MOST_SEARCHED));
    }
    return tooMuch;
  }

  boolean forgetsTests() {
    return shared.forgetsTests;
  }

  /** Makes a test by whose outcome the verifier sees that a loop ends. */
  void withKnowledge(Runnable test) {
    boolean before = shared.forgetsTests;
    shared.forgetsTests = false;
    test.run();
    shared.forgetsTests = before;
  }

  /** The address of a word of the stack frame that holds the program's context. */
  Operand contextWord() {
    Address word = body.inFrame(8);
    body.storeWord(word, context);
    return body.addressOf(word);
  }

  Reg argument(int number) {
    return arguments.get(number);
  }

  int breakBlock() {
    return breakLoop;
  }

  int continueBlock() {
    return nextRound;
  }

  /** Sets a local to a key and its value; they need not be copied if only this routine has it. */
  void setPair(int local, List<Type> parts, Address key, Address value) {
    if (!shared.routines.shared(local)) {
      variables.put(local, new Variable.Pair(key, value));
      return;
    }
    Address place = body.scratchAt(place(local));
    expressions.copyWords(key, place, parts.get(0).storedSize());
    expressions.copyWords(value, place.plus(parts.get(0).storedSize()), parts.get(1).storedSize());
  }

  /** Takes the numbers that a loop works with into registers; {@link #giveBack} puts them back. */
  Map<Integer, Reg> hold(Stmt loop) {
    Map<Integer, Reg> held = new TreeMap<>();
    for (int local : Nodes.of(List.of(loop)).locals()) {
      if (variable(local) instanceof Variable.InMemory(Address at)
          && Layout.scalar(probe.locals().get(local))) {
        held.put(local, body.move(body.load(Size.DOUBLE, at)));
      }
    }
    held.forEach((local, reg) -> variables.put(local, new Variable.InRegister(reg)));
    return held;
  }

  void giveBack(Map<Integer, Reg> held) {
    held.forEach((local, reg) -> body.storeWord(body.scratchAt(place(local)), reg));
  }

  private int place(int local) {
    Integer place = shared.locals.get(local);
    if (place == null) {
      throw new IllegalStateException("no place for local " + local);
    }
    return place;
  }

  Routines routines() {
    return shared.routines;
  }

  int padding() {
    return shared.padding;
  }

  int stacksKept() {
    return shared.stacksKept;
  }

  /** Where the generation of a map is kept that the whole run works on, if it is in memory. */
  Map<Integer, Integer> generationPlaces() {
    return shared.generations;
  }

  /**
   * A tracepoint program that returns 0 keeps the event from every other user of the tracepoint, so
   * it returns 1. For a perf event 0 means that no sample is written.
   */
  private int returnValue() {
    return probe.kind() == Probe.Kind.TRACEPOINT ? 1 : 0;
  }

  Body body() {
    return body;
  }

  Probe probe() {
    return probe;
  }

  Nodes nodes() {
    return body.layout().nodes().get(program);
  }

  /** Place of the program in the plan. */
  int programNumber() {
    return program;
  }

  Checked checked() {
    return body.layout().checked();
  }

  Reg context() {
    return context;
  }

  /** What stands for a field of the context that the script means. */
  Optional<Checked.Expr> given(Checked.Expr.ContextField field) {
    return Optional.ofNullable(probe.given().get(field.offset()));
  }

  Variable variable(int local) {
    Variable own = variables.get(local);
    if (own != null) {
      return own;
    }
    return held(probe.locals().get(local))
        ? new Variable.InText(heldTexts.shared(place(local)))
        : new Variable.InMemory(body.scratchAt(place(local)));
  }

  Loops loops() {
    return loops;
  }

  Queries queries() {
    return queries;
  }

  Statements statements() {
    return statements;
  }

  Builtins builtins() {
    return builtins;
  }

  Texts texts() {
    return texts;
  }

  HeldTexts heldTexts() {
    return heldTexts;
  }

  TextCalls textCalls() {
    return textCalls;
  }

  TracedMemory memory() {
    return memory;
  }

  HelperCalls helperCalls() {
    return helperCalls;
  }

  Arithmetic arithmetic() {
    return arithmetic;
  }

  Expressions expressions() {
    return expressions;
  }

  Maps maps() {
    return maps;
  }

  Records records() {
    return records;
  }

  /** The same cookie at every point, if it is. */
  Optional<Integer> onlyCookie() {
    List<Integer> cookies =
        probe.points().stream().map(Checked.PointAt::cookie).distinct().toList();
    return cookies.size() == 1 ? Optional.of(cookies.getFirst()) : Optional.empty();
  }
}
