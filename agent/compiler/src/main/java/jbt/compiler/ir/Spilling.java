package jbt.compiler.ir;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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

/**
 * Moves registers into the stack frame. A constant is not stored but made again before each use.
 */
final class Spilling {
  private final Map<Reg, Frame> places = new HashMap<>();
  private final Map<Reg, Op> constants = new HashMap<>();
  private int registers;
  private List<Step> steps = new ArrayList<>();

  private Spilling(int registers) {
    this.registers = registers;
  }

  static Routine apply(Routine routine, Set<Reg> spilled) {
    Spilling pass = new Spilling(routine.registers());
    pass.findConstants(routine, spilled);
    int frame = routine.frame();
    for (Reg reg : spilled) {
      if (!pass.constants.containsKey(reg)) {
        frame += 8;
        pass.places.put(reg, new Frame(-frame));
      }
    }
    List<Block> blocks = new ArrayList<>();
    for (Block block : routine.blocks()) {
      blocks.add(pass.block(block));
    }
    return new Routine(blocks, pass.registers, frame);
  }

  private void findConstants(Routine routine, Set<Reg> spilled) {
    Definitions definitions = Definitions.of(routine);
    for (Block block : routine.blocks()) {
      for (Step step : block.steps()) {
        Optional<Reg> result = step.op().result();
        boolean constant =
            step.op() instanceof MapValueAddress
                || (step.op() instanceof Move(Reg target, Operand source)
                    && !(source instanceof Reg));
        if (constant && spilled.contains(result.get()) && definitions.single(result.get())) {
          constants.put(result.get(), step.op());
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
    if (op.result().isPresent() && constants.containsKey(op.result().get())) {
      return;
    }
    Op read =
        op instanceof Call call
            ? call.withOperands(argument -> argument(argument, range))
            : op.withOperands(operand -> loaded(operand, range));
    Optional<Reg> result = read.result();
    Frame place = result.isPresent() ? places.get(result.get()) : null;
    if (place == null) {
      steps.add(new Step(read, range));
    } else {
      Reg temporary = new Reg(registers++);
      steps.add(new Step(read.withResult(temporary), range));
      steps.add(new Step(new Store(Size.DOUBLE, new Address(place, 0), temporary), range));
    }
  }

  private Operand argument(Operand operand, SourceRange range) {
    Frame place = operand instanceof Reg reg ? places.get(reg) : null;
    return place == null ? loaded(operand, range) : new Spilled(place.offset());
  }

  private Operand loaded(Operand operand, SourceRange range) {
    if (!(operand instanceof Reg reg)) {
      return operand;
    }
    Op constant = constants.get(reg);
    Frame place = places.get(reg);
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
