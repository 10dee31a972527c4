package jbt.compiler.ir;

import java.util.ArrayList;
import java.util.List;
import jbt.compiler.ir.Block.Step;
import jbt.compiler.ir.Op.Argument;
import jbt.compiler.ir.Op.AtomicAdd;
import jbt.compiler.ir.Op.AtomicFetch;
import jbt.compiler.ir.Op.Binary;
import jbt.compiler.ir.Op.Call;
import jbt.compiler.ir.Op.CompareExchange;
import jbt.compiler.ir.Op.Context;
import jbt.compiler.ir.Op.Copy;
import jbt.compiler.ir.Op.Load;
import jbt.compiler.ir.Op.MapValueAddress;
import jbt.compiler.ir.Op.Move;
import jbt.compiler.ir.Op.Narrow;
import jbt.compiler.ir.Op.Negate;
import jbt.compiler.ir.Op.Store;
import jbt.compiler.ir.Op.Zero;
import jbt.compiler.ir.Operand.Imm;
import jbt.compiler.ir.Operand.Reg;
import jbt.compiler.ir.Terminator.Branch;
import jbt.compiler.lang.SourceRange;

/** Puts operands that the machine can't take where they stand into registers. */
final class Legalize {
  private final List<Step> steps = new ArrayList<>();
  private int registers;

  private Legalize(int registers) {
    this.registers = registers;
  }

  static Routine apply(Routine routine) {
    Legalize pass = new Legalize(routine.registers());
    List<Block> blocks = new ArrayList<>(routine.blocks().length);
    for (Block block : routine.blocks()) {
      blocks.add(pass.block(block));
    }
    return routine.with(blocks, pass.registers, routine.frame());
  }

  private Block block(Block block) {
    steps.clear();
    for (Step step : block.steps()) {
      Op op = legal(step.op(), step.range());
      steps.add(step.with(op));
    }
    Terminator end = legal(block.end(), block.endRange());
    return block.with(steps, end);
  }

  @SuppressWarnings("ReferenceEquality") // What has not changed is the same object.
  private Op legal(Op op, SourceRange range) {
    return switch (op) {
      case Context context -> context;
      case Argument argument -> argument;
      case Move move -> move;
      case MapValueAddress address -> address;
      case Load load -> load;
      case Call call -> call;
      case Binary b -> {
        Operand left = b.left() instanceof Imm ? b.left() : register(b.left(), range);
        Operand right = small(b.right(), range);
        yield left == b.left() && right == b.right()
            ? b
            : new Binary(b.target(), b.operation(), left, right);
      }
      case Negate n -> new Negate(n.target(), register(n.source(), range));
      case Narrow n -> new Narrow(n.target(), register(n.source(), range), n.bytes(), n.signed());
      case Store s -> {
        Operand value = small(s.value(), range);
        yield value == s.value() ? s : new Store(s.size(), s.address(), value);
      }
      case Zero zero -> zero;
      case Copy copy -> copy;
      case AtomicAdd a -> new AtomicAdd(a.address(), register(a.value(), range));
      case AtomicFetch a ->
          new AtomicFetch(a.target(), a.operation(), a.address(), register(a.value(), range));
      case CompareExchange c ->
          new CompareExchange(c.target(), c.address(), c.expected(), register(c.value(), range));
    };
  }

  @SuppressWarnings("ReferenceEquality") // What has not changed is the same object.
  private Terminator legal(Terminator end, SourceRange range) {
    if (!(end instanceof Branch branch)) {
      return end;
    }
    Operand left = register(branch.left(), range);
    Operand right = small(branch.right(), range);
    return left == branch.left() && right == branch.right()
        ? branch
        : new Branch(
            branch.condition(), branch.wide(), left, right, branch.then(), branch.otherwise());
  }

  /** Immediates of instructions are 32 bits, sign-extended. */
  private Operand small(Operand operand, SourceRange range) {
    return operand instanceof Imm(long value) && value == (int) value
        ? operand
        : register(operand, range);
  }

  private Operand register(Operand operand, SourceRange range) {
    if (operand instanceof Reg) {
      return operand;
    }
    Reg reg = new Reg(registers++);
    steps.add(new Step(new Move(reg, operand), range));
    return reg;
  }
}
