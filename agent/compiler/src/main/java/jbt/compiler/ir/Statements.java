package jbt.compiler.ir;

import java.util.IdentityHashMap;
import java.util.List;
import jbt.compiler.check.Checked.Expr;
import jbt.compiler.check.Checked.Stmt;
import jbt.compiler.ir.Lowering.Variable;
import jbt.compiler.ir.Operand.Reg;
import jbt.compiler.lang.SourceRange;
import jbt.compiler.types.Type;

/** Statements, one after another. */
final class Statements {
  private final Lowering lowering;
  private final Body body;

  /** The block that ends the program. */
  private final int end;

  /** Where the innermost loop ends, and where its next round begins. */
  private int breakLoop;

  private int nextRound;
  private boolean leaves;

  Statements(Lowering lowering, int end, int breakLoop, int nextRound) {
    this.lowering = lowering;
    this.body = lowering.body();
    this.end = end;
    this.breakLoop = breakLoop;
    this.nextRound = nextRound;
  }

  /** Whether some statement ends the program. */
  boolean leaves() {
    return leaves;
  }

  void noteLeave() {
    leaves = true;
  }

  /** The body of a loop that is part of this routine. */
  void loop(List<Stmt> statements, int done, int next) {
    int outerBreak = breakLoop;
    int outerNext = nextRound;
    breakLoop = done;
    nextRound = next;
    all(statements);
    breakLoop = outerBreak;
    nextRound = outerNext;
  }

  private void leave() {
    leaves = true;
    body.jump(end);
  }

  void all(List<Stmt> statements) {
    IdentityHashMap<Expr, Address> around = lowering.expressions().tuples();
    for (Stmt stmt : statements) {
      Body.Mark mark = body.mark();
      SourceRange before = body.at(stmt.range());
      one(stmt);
      lowering.builtins().endStatement();
      lowering.expressions().endStatement(around);
      body.at(before);
      body.release(mark);
    }
  }

  private void one(Stmt stmt) {
    switch (stmt) {
      case Stmt.Evaluate(Expr.StepMap step, var range) -> lowering.maps().step(step, false);
      case Stmt.Evaluate s -> evaluate(s.expr());
      case Stmt.SetLocal s -> set(s);
      case Stmt.SetMap s -> lowering.maps().set(s);
      case Stmt.AddMap s -> lowering.maps().add(s);
      case Stmt.Aggregate s -> lowering.maps().aggregate(s);
      case Stmt.If s -> branch(s);
      case Stmt.Printf s -> lowering.records().data(s.site(), s.arguments());
      case Stmt.Time s -> lowering.records().data(s.site(), List.of());
      case Stmt.PrintValue s -> lowering.records().data(s.site(), List.of(s.value()));
      case Stmt.PrintMap s -> lowering.records().print(s);
      case Stmt.Clear s -> lowering.records().clear(s.site(), s.map());
      case Stmt.Zero s -> lowering.records().clear(s.site(), s.map());
      case Stmt.Delete s -> lowering.maps().delete(s);
      case Stmt.Exit s -> {
        lowering.records().exit(s);
        leave();
      }
      case Stmt.Return s -> {
        s.result().ifPresent(lowering.records()::result);
        leave();
      }
      case Stmt.While s -> lowering.loops().loop(s);
      case Stmt.ForRange s -> lowering.loops().loop(s);
      case Stmt.ForMap s -> lowering.loops().loop(s);
      case Stmt.Break s -> body.jump(breakLoop);
      case Stmt.Continue s -> body.jump(nextRound);
    }
  }

  private void evaluate(Expr expr) {
    if (Layout.scalar(expr.type())) {
      lowering.expressions().scalar(expr);
    } else if (!(expr.type() instanceof Type.None)) {
      lowering.expressions().place(expr);
    }
  }

  private void set(Stmt.SetLocal s) {
    Type type = lowering.probe().locals().get(s.local());
    switch (lowering.variable(s.local())) {
      case Variable.InRegister(Reg reg) -> body.set(reg, lowering.expressions().scalar(s.value()));
      case Variable.InMemory(Address place) when Layout.scalar(type) ->
          body.storeWord(place, lowering.expressions().scalar(s.value()));
      case Variable.Pair pair -> throw new IllegalStateException("set in its loop: " + s);
      case Variable.InMemory(Address place) when !Reads.needsOld(lowering.nodes(), s) ->
          lowering.expressions().store(s.value(), type, place);
      case Variable.InText(HeldTexts.Held held) when !Reads.needsOld(lowering.nodes(), s) ->
          lowering.heldTexts().set(s.value(), (Type.Str) type, held);
      case Variable.InText(HeldTexts.Held held) -> {
        Address made = body.memory(type.storedSize());
        lowering.expressions().store(s.value(), type, made);
        lowering.heldTexts().set(made, type, held);
      }
      case Variable.InMemory(Address place) -> {
        // The new value can be made from the old one.
        Address made = body.memory(type.storedSize());
        lowering.expressions().store(s.value(), type, made);
        lowering.expressions().copyWords(made, place, type.storedSize());
      }
    }
  }

  /** Sets a local that holds a number. */
  void set(int local, Operand value) {
    switch (lowering.variable(local)) {
      case Variable.InRegister(Reg reg) -> body.set(reg, value);
      case Variable.InMemory(Address place) -> body.storeWord(place, value);
      case Variable.InText text -> throw new IllegalStateException("no number: local " + local);
      case Variable.Pair pair -> throw new IllegalStateException("no number: local " + local);
    }
  }

  private void branch(Stmt.If s) {
    int then = body.block();
    int otherwise = body.block();
    int done = body.block();
    lowering.expressions().branch(s.condition(), then, otherwise);
    Builtins.Known known = lowering.builtins().known();
    body.place(then);
    all(s.then());
    body.jump(done);
    lowering.builtins().restore(known);
    body.place(otherwise);
    all(s.otherwise());
    lowering.builtins().restore(known);
    body.place(done);
  }
}
