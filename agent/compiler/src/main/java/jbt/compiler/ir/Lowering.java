package jbt.compiler.ir;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import jbt.compiler.bpf.Condition;
import jbt.compiler.bpf.Size;
import jbt.compiler.check.Checked;
import jbt.compiler.check.Checked.Probe;
import jbt.compiler.ir.Operand.Imm;
import jbt.compiler.ir.Operand.Reg;

/** From a checked probe to intermediate code: the parts of the translation and what they share. */
final class Lowering {
  private final Probe probe;
  private final int program;
  private final Body body;
  private final Reg context;
  private final List<Variable> variables = new ArrayList<>();
  private final Builtins builtins;
  private final Texts texts;
  private final TextCalls textCalls;
  private final Arithmetic arithmetic;
  private final Expressions expressions;
  private final Maps maps;
  private final Records records;

  /** A scratch variable: a register, or for what no register holds a place in memory. */
  sealed interface Variable {
    record InRegister(Reg reg) implements Variable {}

    record InMemory(Address place) implements Variable {}
  }

  /** A finished program and the scratch memory it needs. */
  record Lowered(Routine routine, int scratchBytes) {}

  private Lowering(Layout layout, int program, Probe probe, Body.ScratchArea scratch) {
    this.probe = probe;
    this.program = program;
    this.body = new Body(layout, scratch, probe.range());
    this.context = body.register();
    this.builtins = new Builtins(this);
    this.arithmetic = new Arithmetic(body);
    this.texts = new Texts(this);
    this.textCalls = new TextCalls(this);
    this.expressions = new Expressions(this);
    this.maps = new Maps(this);
    this.records = new Records(this);
  }

  static Lowered lower(Layout layout, int program, Probe probe, Body.ScratchArea scratch) {
    Lowering lowering = new Lowering(layout, program, probe, scratch);
    lowering.program();
    return new Lowered(lowering.body.routine(), lowering.body.scratchBytes());
  }

  private void program() {
    body.emit(new Op.Context(context));
    int done = body.block();
    boolean gated = probe.kind() != Probe.Kind.BEGIN && probe.kind() != Probe.Kind.END;
    boolean first = probe.predicate().map(Reads::onlyEvent).orElse(false);
    if (gated && !first) {
      gate(done);
    }
    builtins.declare();
    declareVariables();
    maps.readGenerations(true);
    probe.predicate().ifPresent(predicate -> predicate(predicate, done));
    if (gated && first) {
      gate(done);
    }
    builtins.endStatement();
    maps.readGenerations(false);
    new Statements(this, done).all(probe.body());
    body.place(done);
    body.exit(returnValue());
  }

  /**
   * Behind a predicate that looks at nothing but the event: it keeps most events out, and they do
   * not pay for a look at memory that nothing else has touched in their system call.
   */
  private void gate(int done) {
    int run = body.block();
    Reg gate = body.load(Size.WORD, body.global(body.layout().globals().gate()));
    body.branch(Condition.NE, gate, new Imm(0), run, done);
    body.place(run);
  }

  private void predicate(Checked.Expr predicate, int done) {
    int run = body.block();
    Body.Mark mark = body.mark();
    expressions.branch(predicate, run, done);
    body.release(mark);
    body.place(run);
  }

  private void declareVariables() {
    for (var type : probe.locals()) {
      if (Layout.scalar(type)) {
        variables.add(new Variable.InRegister(body.register()));
      } else {
        variables.add(new Variable.InMemory(body.memory(type.storedSize())));
      }
    }
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

  Variable variable(int local) {
    return variables.get(local);
  }

  Builtins builtins() {
    return builtins;
  }

  Texts texts() {
    return texts;
  }

  TextCalls textCalls() {
    return textCalls;
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
