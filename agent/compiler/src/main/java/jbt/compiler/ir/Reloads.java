package jbt.compiler.ir;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import jbt.compiler.bpf.Register;
import jbt.compiler.ir.Block.Step;
import jbt.compiler.ir.LinearScan.Allocated;
import jbt.compiler.ir.Op.Call;
import jbt.compiler.ir.Op.CompareExchange;
import jbt.compiler.ir.Op.Load;
import jbt.compiler.ir.Op.Move;
import jbt.compiler.ir.Op.Store;
import jbt.compiler.ir.Operand.Frame;
import jbt.compiler.ir.Operand.Reg;
import jbt.compiler.ir.Operand.Spilled;
import org.jspecify.annotations.Nullable;

/**
 * Takes what was moved into the stack frame from the register that still has it, in place of
 * reading the frame again.
 */
final class Reloads {
  private static final int NONE = Op.NONE;

  private final List<@Nullable Register> registers;

  /** Bytes of the frame above what was moved into it. */
  private final int above;

  /** For each word that was moved into the frame a register that has the same, or NONE. */
  private final int[] same;

  private final List<Step> steps = new ArrayList<>();
  private final UnaryOperator<Operand> argument = this::argument;

  private Reloads(Allocated allocated, int above) {
    this.registers = allocated.registers();
    this.above = above;
    this.same = new int[(allocated.routine().frame() - above) / Long.BYTES];
  }

  /** {@code above}: bytes of the frame that are not of registers. */
  static Allocated apply(Allocated allocated, int above) {
    Reloads pass = new Reloads(allocated, above);
    Routine routine = allocated.routine();
    int[] entries = routine.entries();
    List<Block> blocks = new ArrayList<>(routine.blocks().length);
    Block before = null;
    for (Block block : routine.blocks()) {
      if (before == null || entries[block.number()] > 1 || !before.leadsTo(block.number())) {
        Arrays.fill(pass.same, NONE);
      }
      blocks.add(pass.block(block));
      before = block;
    }
    return new Allocated(routine.with(blocks), allocated.registers());
  }

  private Block block(Block block) {
    steps.clear();
    for (Step step : block.steps()) {
      Op op = step.op();
      int word = op instanceof Load load ? word(load.address()) : -1;
      if (word >= 0 && same[word] != NONE) {
        if (at(step.result()) == at(same[word])) {
          continue;
        }
        op = new Move(new Reg(step.result()), new Reg(same[word]));
      } else if (op instanceof Call call) {
        op = call.withOperands(argument);
      }
      steps.add(step.with(op));
      forget(overwritten(op, step.result()));
      if (word >= 0) {
        same[word] = step.result();
      } else if (op instanceof Store store
          && word(store.address()) >= 0
          && store.value() instanceof Reg value) {
        same[word(store.address())] = value.number();
      }
    }
    return block.with(steps, block.end());
  }

  /** The number of a word of a register in the frame, or -1. */
  private int word(Address address) {
    return address.base() instanceof Frame(int offset)
        ? (-above - offset - address.offset()) / Long.BYTES - 1
        : -1;
  }

  /** R0 is needed to put arguments in their places. */
  private Operand argument(Operand operand) {
    int known =
        operand instanceof Spilled(int offset) ? same[(-above - offset) / Long.BYTES - 1] : NONE;
    return known == NONE || at(known) == Register.R0 ? operand : new Reg(known);
  }

  /** The machine registers that have something else then: a bit for each. */
  private int overwritten(Op op, int result) {
    int set = result == NONE ? 0 : 1 << at(result).number();
    return switch (op) {
      case Call call -> set | LinearScan.R0 | LinearScan.FOR_ARGUMENTS;
      case CompareExchange exchange -> set | LinearScan.R0;
      default -> set;
    };
  }

  private void forget(int overwritten) {
    for (int i = 0; i < same.length; i++) {
      if (same[i] != NONE && (overwritten >> at(same[i]).number() & 1) != 0) {
        same[i] = NONE;
      }
    }
  }

  private Register at(int register) {
    return Objects.requireNonNull(registers.get(register));
  }
}
