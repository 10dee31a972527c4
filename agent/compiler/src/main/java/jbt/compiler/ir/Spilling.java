package jbt.compiler.ir;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import jbt.compiler.bpf.Size;
import jbt.compiler.ir.Block.Step;
import jbt.compiler.ir.Op.Call;
import jbt.compiler.ir.Op.Load;
import jbt.compiler.ir.Op.MapValueAddress;
import jbt.compiler.ir.Op.Move;
import jbt.compiler.ir.Op.Store;
import jbt.compiler.ir.Operand.Frame;
import jbt.compiler.ir.Operand.Reg;
import jbt.compiler.ir.Operand.Spilled;
import jbt.compiler.lang.SourceRange;
import org.jspecify.annotations.Nullable;

/**
 * Moves registers into the stack frame. A constant is not stored but made again before each use.
 */
final class Spilling {
  // By number of the register.
  private final @Nullable Frame[] places;
  private final @Nullable Op[] constants;
  private int registers;
  private List<Step> steps = new ArrayList<>();

  private Spilling(int registers) {
    this.registers = registers;
    places = new Frame[registers];
    constants = new Op[registers];
  }

  static Routine apply(Routine routine, BitSet spilled) {
    Spilling pass = new Spilling(routine.registers());
    pass.findConstants(routine, spilled);
    int frame = routine.frame();
    for (int reg = spilled.nextSetBit(0); reg >= 0; reg = spilled.nextSetBit(reg + 1)) {
      if (pass.constants[reg] == null) {
        frame += 8;
        pass.places[reg] = new Frame(-frame);
      }
    }
    List<Block> blocks = new ArrayList<>();
    for (Block block : routine.blocks()) {
      blocks.add(pass.block(block));
    }
    return new Routine(blocks, pass.registers, frame);
  }

  private void findConstants(Routine routine, BitSet spilled) {
    Definitions definitions = Definitions.of(routine);
    for (Block block : routine.blocks()) {
      for (Step step : block.steps()) {
        boolean constant =
            step.op() instanceof MapValueAddress
                || (step.op() instanceof Move move && !(move.source() instanceof Reg));
        int result = step.op().result();
        if (constant && spilled.get(result) && definitions.single(result)) {
          constants[result] = step.op();
        }
      }
    }
  }

  private Block block(Block block) {
    steps = new ArrayList<>();
    for (Step step : block.steps()) {
      rewrite(step.op(), step.range());
    }
    Terminator end = block.end().withOperands(operand -> loaded(operand, block.endRange()));
    return new Block(block.number(), steps, end, block.endRange());
  }

  private void rewrite(Op op, SourceRange range) {
    int result = op.result();
    if (result != Op.NONE && constants[result] != null) {
      return;
    }
    Op read =
        op instanceof Call call
            ? call.withOperands(argument -> argument(argument, range))
            : op.withOperands(operand -> loaded(operand, range));
    Frame place = result == Op.NONE ? null : places[result];
    if (place == null) {
      steps.add(new Step(read, range));
    } else {
      Reg temporary = new Reg(registers++);
      steps.add(new Step(read.withResult(temporary), range));
      steps.add(new Step(new Store(Size.DOUBLE, new Address(place, 0), temporary), range));
    }
  }

  private Operand argument(Operand operand, SourceRange range) {
    Frame place = operand instanceof Reg reg ? places[reg.number()] : null;
    return place == null ? loaded(operand, range) : new Spilled(place.offset());
  }

  private Operand loaded(Operand operand, SourceRange range) {
    if (!(operand instanceof Reg reg)) {
      return operand;
    }
    Op constant = constants[reg.number()];
    Frame place = places[reg.number()];
    Reg temporary = new Reg(registers);
    if (constant != null) {
      steps.add(new Step(constant.withResult(temporary), range));
    } else if (place != null) {
      steps.add(new Step(new Load(temporary, Size.DOUBLE, new Address(place, 0), false), range));
    } else {
      return operand;
    }
    registers++;
    return temporary;
  }
}
