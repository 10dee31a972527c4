package jbt.compiler.ir;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import jbt.compiler.bpf.Register;
import jbt.compiler.ir.Block.Step;
import jbt.compiler.ir.Op.Argument;
import jbt.compiler.ir.Op.AtomicFetch;
import jbt.compiler.ir.Op.Binary;
import jbt.compiler.ir.Op.Call;
import jbt.compiler.ir.Op.CompareExchange;
import jbt.compiler.ir.Op.Context;
import jbt.compiler.ir.Op.Copy;
import jbt.compiler.ir.Operand.Reg;
import org.jspecify.annotations.Nullable;

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

  private static final Register[] NO_WISHES = {};
  private static final Interval[] NO_COPIES = {};

  /** One register: where it is in use, and the machine registers it would like. */
  static final class Interval {
    final int register;

    // Most have none, so these get room of their own only where something is added.
    private Register[] wishes = NO_WISHES;
    private int wishCount;
    private Interval[] copies = NO_COPIES;
    private int copyCount;

    /** Half-open ranges, last one first: ends and starts. Most have one. */
    private int[] bounds = new int[2];

    private int size;

    private Interval(int register) {
      this.register = register;
    }

    int wishes() {
      return wishCount;
    }

    /** The one that it would like best is the first. */
    Register wish(int place) {
      return wishes[place];
    }

    int copies() {
      return copyCount;
    }

    /** One that it is a copy of, or that is a copy of it. */
    Interval copy(int place) {
      return copies[place];
    }

    private void addWish(int place, Register wish) {
      if (wishCount == wishes.length) {
        Register[] longer = new Register[2 + 2 * wishCount];
        System.arraycopy(wishes, 0, longer, 0, wishCount);
        wishes = longer;
      }
      System.arraycopy(wishes, place, wishes, place + 1, wishCount - place);
      wishes[place] = wish;
      wishCount++;
    }

    private void addCopy(Interval other) {
      if (copyCount == copies.length) {
        Interval[] longer = new Interval[2 + 2 * copyCount];
        System.arraycopy(copies, 0, longer, 0, copyCount);
        copies = longer;
      }
      copies[copyCount++] = other;
    }

    int ranges() {
      return size / 2;
    }

    int from(int range) {
      return bounds[2 * range + 1];
    }

    int to(int range) {
      return bounds[2 * range];
    }

    int start() {
      return bounds[size - 1];
    }

    int end() {
      return bounds[0];
    }

    /** Whether both are in use somewhere. */
    boolean meets(Interval other) {
      int mine = ranges() - 1;
      int theirs = other.ranges() - 1;
      while (mine >= 0 && theirs >= 0) {
        if (to(mine) <= other.from(theirs)) {
          mine--;
        } else if (other.to(theirs) <= from(mine)) {
          theirs--;
        } else {
          return true;
        }
      }
      return false;
    }

    private void add(int from, int to) {
      if (size > 0 && start() <= to) {
        bounds[size - 1] = Math.min(from, bounds[size - 1]);
        bounds[size - 2] = Math.max(to, bounds[size - 2]);
        return;
      }
      if (size == bounds.length) {
        bounds = Arrays.copyOf(bounds, 2 * size);
      }
      bounds[size++] = to;
      bounds[size++] = from;
    }

    private void define(int at) {
      if (size > 0 && start() <= at && at < bounds[size - 2]) {
        bounds[size - 1] = at;
      } else {
        add(at, at + 1);
      }
    }
  }

  /** A position where machine registers are destroyed. */
  record Clobber(int position, boolean call) {}

  private final @Nullable Interval[] intervals;
  private final List<Clobber> clobbers = new ArrayList<>();

  private Intervals(int registers) {
    intervals = new Interval[registers];
  }

  private Interval at(int register) {
    Interval interval = intervals[register];
    if (interval == null) {
      interval = new Interval(register);
      intervals[register] = interval;
    }
    return interval;
  }

  static Intervals of(Routine routine, Liveness liveness) {
    Intervals result = new Intervals(routine.registers());
    Block[] blocks = routine.blocks();
    int[] starts = new int[blocks.length + 1];
    for (int i = 0; i < blocks.length; i++) {
      starts[i + 1] = starts[i] + STEP * (blocks[i].steps().length + 1);
    }
    for (int i = blocks.length - 1; i >= 0; i--) {
      result.live(blocks[i], starts[i], starts[i + 1], liveness);
      result.block(blocks[i], starts[i], starts[i + 1]);
    }
    return result;
  }

  /** In the order of their starts, then of their numbers. */
  List<Interval> inOrder() {
    long[] keys = new long[intervals.length];
    int count = 0;
    for (Interval interval : intervals) {
      if (interval != null && interval.size > 0) {
        keys[count++] = (long) interval.start() << Integer.SIZE | interval.register;
      }
    }
    Arrays.sort(keys, 0, count);
    List<Interval> used = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      used.add(at((int) keys[i]));
    }
    return used;
  }

  /** Latest one first. */
  List<Clobber> clobbers() {
    return clobbers;
  }

  private void live(Block block, int start, int end, Liveness liveness) {
    int register = liveness.nextOut(block, 0);
    while (register >= 0) {
      at(register).add(start, end);
      register = liveness.nextOut(block, register + 1);
    }
  }

  private void block(Block block, int start, int end) {
    int position = end - STEP;
    use(block.end().registers(), start, position + READ);
    Step[] steps = block.steps();
    for (int i = steps.length - 1; i >= 0; i--) {
      position -= STEP;
      Step step = steps[i];
      Op op = step.op();
      int result = step.result();
      if (result != Op.NONE) {
        at(result).define(position + RESULT);
      }
      if (op instanceof Call) {
        clobbers.add(new Clobber(position + DESTROY, true));
      } else if (op instanceof CompareExchange) {
        clobbers.add(new Clobber(position + DESTROY, false));
      }
      use(step.reads(), start, position + READ);
      late(op, start, position + LATE);
      wish(op, result);
    }
  }

  private void use(int[] registers, int start, int end) {
    for (int register : registers) {
      at(register).add(start, end);
    }
  }

  private void use(Operand operand, int start, int end) {
    if (operand instanceof Reg reg) {
      at(reg.number()).add(start, end);
    }
  }

  /** Operands that are still read when the result is already being made. */
  private void late(Op op, int start, int end) {
    if (op instanceof Binary b && !b.left().equals(b.right())) {
      use(b.right(), start, end);
    } else if (op instanceof Copy c) {
      use(c.from().base(), start, end);
      use(c.to().base(), start, end);
    } else if (op instanceof AtomicFetch a) {
      use(a.address().base(), start, end);
    } else if (op instanceof CompareExchange c) {
      use(c.address().base(), start, end);
      use(c.value(), start, end);
    }
  }

  private void wish(Op op, int result) {
    if (op.begins() instanceof Reg source) {
      at(result).addCopy(at(source.number()));
      at(source.number()).addCopy(at(result));
    } else if (op instanceof Call call) {
      if (result != Op.NONE) {
        addLast(result, Register.R0);
      }
      for (int i = 0; i < call.operands(); i++) {
        if (call.operand(i) instanceof Reg argument) {
          at(argument.number()).addWish(0, LinearScan.ARGUMENTS.get(i));
        }
      }
    } else if (op instanceof CompareExchange) {
      addLast(result, Register.R0);
    } else if (op instanceof Context) {
      addLast(result, Register.R1);
    } else if (op instanceof Argument argument) {
      addLast(result, LinearScan.ARGUMENTS.get(argument.number()));
    }
  }

  private void addLast(int register, Register wish) {
    Interval interval = at(register);
    interval.addWish(interval.wishes(), wish);
  }
}
