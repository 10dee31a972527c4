package jbt.compiler.ir;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.UnaryOperator;
import jbt.compiler.bpf.Size;
import jbt.compiler.ir.Block.Step;
import jbt.compiler.ir.Intervals.Interval;
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
 * Moves registers into the stack frame, where those share a word that are needed one after another.
 * A constant is not stored but made again before each use.
 */
final class Spilling {
  // By number of the register.
  private final @Nullable Frame[] places;
  private final @Nullable Op[] constants;
  private int registers;
  private final List<Step> steps = new ArrayList<>();
  private final UnaryOperator<Operand> loaded = this::loaded;
  private final UnaryOperator<Operand> argument = this::argument;

  /** The piece of the script that the code comes from which is being rewritten. */
  private SourceRange range = SourceRange.NOWHERE;

  private Spilling(int registers) {
    this.registers = registers;
    places = new Frame[registers];
    constants = new Op[registers];
  }

  /** {@code intervals}: of all registers, in the order of their starts. */
  static Routine apply(Routine routine, BitSet spilled, List<Interval> intervals) {
    Spilling pass = new Spilling(routine.registers());
    pass.findConstants(routine, spilled);
    int frame = routine.frame() + pass.findPlaces(routine.frame(), spilled, intervals);
    List<Block> blocks = new ArrayList<>(routine.blocks().length);
    for (Block block : routine.blocks()) {
      blocks.add(pass.block(block));
    }
    return routine.with(blocks, pass.registers, frame);
  }

  private void findConstants(Routine routine, BitSet spilled) {
    Definitions definitions = Definitions.of(routine);
    for (Block block : routine.blocks()) {
      for (Step step : block.steps()) {
        boolean constant =
            step.op() instanceof MapValueAddress
                || (step.op() instanceof Move move && !(move.source() instanceof Reg));
        int result = step.result();
        if (constant && spilled.get(result) && definitions.single(result)) {
          constants[result] = step.op();
        }
      }
    }
  }

  /** Returns how many bytes they take below what is there. */
  private int findPlaces(int below, BitSet spilled, List<Interval> intervals) {
    List<List<Interval>> holders = new ArrayList<>();
    for (Interval interval : intervals) {
      int reg = interval.register;
      if (spilled.get(reg) && constants[reg] == null) {
        int place = 0;
        while (place < holders.size() && holders.get(place).stream().anyMatch(interval::meets)) {
          place++;
        }
        if (place == holders.size()) {
          holders.add(new ArrayList<>());
        }
        holders.get(place).add(interval);
        places[reg] = new Frame(-below - 8 * (place + 1));
      }
    }
    return 8 * holders.size();
  }

  private Block block(Block block) {
    steps.clear();
    for (Step step : block.steps()) {
      rewrite(step);
    }
    range = block.endRange();
    Terminator end = block.end().withOperands(loaded);
    return block.with(steps, end);
  }

  private void rewrite(Step step) {
    Op op = step.op();
    range = step.range();
    int result = step.result();
    if (result != Op.NONE && constants[result] != null) {
      return;
    }
    Op read =
        anySpilled(step.reads()) ? op.withOperands(op instanceof Call ? argument : loaded) : op;
    Frame place = result == Op.NONE ? null : places[result];
    if (place == null) {
      steps.add(step.with(read));
    } else {
      Reg temporary = new Reg(registers++);
      steps.add(new Step(read.withResult(temporary), range));
      steps.add(new Step(new Store(Size.DOUBLE, new Address(place, 0), temporary), range));
    }
  }

  private boolean anySpilled(int[] registers) {
    for (int register : registers) {
      if (places[register] != null || constants[register] != null) {
        return true;
      }
    }
    return false;
  }

  private Operand argument(Operand operand) {
    Frame place = operand instanceof Reg reg ? places[reg.number()] : null;
    return place == null ? loaded(operand) : new Spilled(place.offset());
  }

  private Operand loaded(Operand operand) {
    if (!(operand instanceof Reg reg)) {
      return operand;
    }
    Op load = constants[reg.number()];
    if (load == null) {
      Frame place = places[reg.number()];
      if (place == null) {
        return operand;
      }
      load = new Load(reg, Size.DOUBLE, new Address(place, 0), false);
    }
    Reg temporary = new Reg(registers++);
    steps.add(new Step(load.withResult(temporary), range));
    return temporary;
  }
}
