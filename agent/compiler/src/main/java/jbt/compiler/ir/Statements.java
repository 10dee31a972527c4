package jbt.compiler.ir;

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

  Statements(Lowering lowering, int end) {
    this.lowering = lowering;
    this.body = lowering.body();
    this.end = end;
  }

  void all(List<Stmt> statements) {
    for (Stmt stmt : statements) {
      Body.Mark mark = body.mark();
      SourceRange before = body.at(stmt.range());
      one(stmt);
      lowering.builtins().endStatement();
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
        body.jump(end);
      }
      case Stmt.Return s -> body.jump(end);
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
      case Variable.InMemory(Address place) -> {
        // The new value can be made from the old one.
        Address made = body.memory(type.storedSize());
        lowering.expressions().store(s.value(), type, made);
        lowering.expressions().copyWords(made, place, type.storedSize());
      }
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
