package jbt.compiler.ir;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
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
  private final List<@Nullable Register> registers;

  /** Bytes of the frame above what was moved into it. */
  private final int above;

  /** For each word that was moved into the frame a register that has the same, if one is known. */
  private final @Nullable Reg[] same;

  private final List<Step> steps = new ArrayList<>();

  private Reloads(Allocated allocated, int above) {
    this.registers = allocated.registers();
    this.above = above;
    this.same = new Reg[(allocated.routine().frame() - above) / Long.BYTES];
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
        Arrays.fill(pass.same, null);
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
      if (word >= 0 && same[word] != null) {
        Reg target = new Reg(step.result());
        if (at(target) == at(same[word])) {
          continue;
        }
        op = new Move(target, same[word]);
      } else if (op instanceof Call call) {
        op = call.withOperands(this::argument);
      }
      steps.add(step.with(op));
      overwrite(op);
      if (word >= 0) {
        same[word] = new Reg(step.result());
      } else if (op instanceof Store store
          && word(store.address()) >= 0
          && store.value() instanceof Reg value) {
        same[word(store.address())] = value;
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
    Reg reg =
        operand instanceof Spilled(int offset) ? same[(-above - offset) / Long.BYTES - 1] : null;
    return reg == null || at(reg) == Register.R0 ? operand : reg;
  }

  private void overwrite(Op op) {
    Register result = op.result() == Op.NONE ? null : at(new Reg(op.result()));
    boolean call = op instanceof Call;
    boolean first = call || op instanceof CompareExchange;
    for (int i = 0; i < same.length; i++) {
      if (same[i] != null) {
        Register register = at(same[i]);
        if (register == result
            || (first && register == Register.R0)
            || (call && LinearScan.ARGUMENTS.contains(register))) {
          same[i] = null;
        }
      }
    }
  }

  private Register at(Reg reg) {
    return Objects.requireNonNull(registers.get(reg.number()));
  }
}
