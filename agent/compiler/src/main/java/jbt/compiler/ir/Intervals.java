package jbt.compiler.ir;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import jbt.compiler.bpf.Register;
import jbt.compiler.ir.Block.Step;
import jbt.compiler.ir.Op.Argument;
import jbt.compiler.ir.Op.AtomicFetch;
import jbt.compiler.ir.Op.Binary;
import jbt.compiler.ir.Op.Call;
import jbt.compiler.ir.Op.CompareExchange;
import jbt.compiler.ir.Op.Context;
import jbt.compiler.ir.Op.Move;
import jbt.compiler.ir.Op.Narrow;
import jbt.compiler.ir.Op.Negate;
import jbt.compiler.ir.Operand.Reg;

/**
 * Where each virtual register is in use. An operation has four positions: at the first its operands
 * are read, at the second it destroys machine registers, from the third on its result is there. An
 * operand that must not share a register with the result is kept until the fourth.
 */
final class Intervals {
  static final int STEP = 4;
  private static final int READ = 1;
  private static final int DESTROY = 1;
  private static final int RESULT = 2;
  private static final int LATE = 3;

  /** Half-open. */
  record Range(int from, int to) {}

  /** One register: its ranges, last one first, and the machine registers it would like. */
  static final class Interval {
    final Reg reg;
    final List<Range> ranges = new ArrayList<>();
    final List<Register> wishes = new ArrayList<>();
    final List<Reg> copies = new ArrayList<>();

    private Interval(int number) {
      reg = new Reg(number);
    }

    int start() {
      return ranges.getLast().from;
    }

    int end() {
      return ranges.getFirst().to;
    }

    /** Whether both are in use somewhere. */
    boolean meets(Interval other) {
      int mine = ranges.size() - 1;
      int theirs = other.ranges.size() - 1;
      while (mine >= 0 && theirs >= 0) {
        Range a = ranges.get(mine);
        Range b = other.ranges.get(theirs);
        if (a.to <= b.from) {
          mine--;
        } else if (b.to <= a.from) {
          theirs--;
        } else {
          return true;
        }
      }
      return false;
    }

    private void add(int from, int to) {
      if (!ranges.isEmpty() && ranges.getLast().from <= to) {
        Range next = ranges.removeLast();
        ranges.add(new Range(Math.min(from, next.from), Math.max(to, next.to)));
      } else {
        ranges.add(new Range(from, to));
      }
    }

    private void beginAt(int from) {
      Range first = ranges.removeLast();
      ranges.add(new Range(from, first.to));
    }
  }

  /** A position where machine registers are destroyed. */
  record Clobber(int position, boolean call) {}

  private final Interval[] intervals;
  private final List<Clobber> clobbers = new ArrayList<>();

  private Intervals(int registers) {
    intervals = new Interval[registers];
    for (int i = 0; i < registers; i++) {
      intervals[i] = new Interval(i);
    }
  }

  static Intervals of(Routine routine) {
    Intervals result = new Intervals(routine.registers());
    Liveness liveness = Liveness.of(routine);
    int[] starts = new int[routine.blocks().size() + 1];
    for (int i = 0; i < routine.blocks().size(); i++) {
      starts[i + 1] = starts[i] + STEP * (routine.blocks().get(i).steps().size() + 1);
    }
    for (int i = routine.blocks().size() - 1; i >= 0; i--) {
      Block block = routine.blocks().get(i);
      result.block(block, starts[i], starts[i + 1], liveness.liveOut(block));
    }
    return result;
  }

  /** In the order of their starts. */
  List<Interval> inOrder() {
    List<Interval> used = new ArrayList<>();
    for (Interval interval : intervals) {
      if (!interval.ranges.isEmpty()) {
        used.add(interval);
      }
    }
    used.sort(Comparator.comparingInt(Interval::start));
    return used;
  }

  /** Latest one first. */
  List<Clobber> clobbers() {
    return clobbers;
  }

  private void block(Block block, int start, int end, BitSet liveOut) {
    liveOut.stream().forEach(number -> intervals[number].add(start, end));
    int position = end - STEP;
    use(block.end().operands(), start, position + READ);
    List<Step> steps = block.steps();
    for (int i = steps.size() - 1; i >= 0; i--) {
      position -= STEP;
      Op op = steps.get(i).op();
      int at = position;
      op.result().ifPresent(reg -> define(intervals[reg.number()], at + RESULT));
      switch (op) {
        case Call call -> clobbers.add(new Clobber(at + DESTROY, true));
        case CompareExchange exchange -> clobbers.add(new Clobber(at + DESTROY, false));
        default -> {}
      }
      use(op.operands(), start, at + READ);
      use(late(op), start, at + LATE);
      wish(op);
    }
  }

  private static void define(Interval interval, int at) {
    List<Range> ranges = interval.ranges;
    if (!ranges.isEmpty() && ranges.getLast().from <= at && at < ranges.getLast().to) {
      interval.beginAt(at);
    } else {
      interval.add(at, at + 1);
    }
  }

  private void use(List<Operand> operands, int start, int end) {
    for (Operand operand : operands) {
      if (operand instanceof Reg(int number)) {
        intervals[number].add(start, end);
      }
    }
  }

  /** Operands that are still read when the result is already being made. */
  private static List<Operand> late(Op op) {
    return switch (op) {
      case Binary b when !b.left().equals(b.right()) -> List.of(b.right());
      case AtomicFetch a -> List.of(a.address().base());
      case CompareExchange c -> List.of(c.address().base(), c.value());
      default -> List.of();
    };
  }

  private void wish(Op op) {
    switch (op) {
      case Context(Reg target) -> intervals[target.number()].wishes.add(Register.R1);
      case Argument(Reg target, int number) ->
          intervals[target.number()].wishes.add(LinearScan.ARGUMENTS.get(number));
      case Call call -> {
        call.target().ifPresent(target -> intervals[target.number()].wishes.add(Register.R0));
        for (int i = 0; i < call.arguments().size(); i++) {
          if (call.arguments().get(i) instanceof Reg(int number)) {
            intervals[number].wishes.addFirst(LinearScan.ARGUMENTS.get(i));
          }
        }
      }
      case CompareExchange c -> intervals[c.target().number()].wishes.add(Register.R0);
      case Move(Reg target, Reg source) -> copies(target, source);
      case Binary(Reg target, var operation, Reg left, var right) -> copies(target, left);
      case Negate(Reg target, Reg source) -> copies(target, source);
      case Narrow(Reg target, Reg source, int bytes, boolean signed) -> copies(target, source);
      case AtomicFetch(Reg target, var operation, var address, Reg value) -> copies(target, value);
      default -> {}
    }
  }

  private void copies(Reg a, Reg b) {
    intervals[a.number()].copies.add(b);
    intervals[b.number()].copies.add(a);
  }
}
