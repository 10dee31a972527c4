package jbt.compiler.ir;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import jbt.compiler.bpf.Register;
import jbt.compiler.ir.Intervals.Clobber;
import jbt.compiler.ir.Intervals.Interval;
import jbt.compiler.ir.Operand.Reg;
import org.jspecify.annotations.Nullable;

/**
 * Linear-scan register allocation with lifetime holes. What finds no register is kept in the stack
 * frame: the code is rewritten with short-lived registers around each use, and allocated again.
 */
final class LinearScan {
  static final List<Register> ARGUMENTS =
      List.of(Register.R1, Register.R2, Register.R3, Register.R4, Register.R5);

  private static final Register[] BY_NUMBER = Register.values();

  // Sets of registers have a bit for each, by number. Those that a call destroys have low numbers
  // and are tried first: the others cost a save and a restore in the prologue.
  private static final int ALL = 0x3ff;
  static final int R0 = 0x1;
  static final int FOR_ARGUMENTS = 0x3e;
  private static final int KEPT_BY_CALLS = 0x3c0;

  /** Rounds of spilling; each one makes the code strictly easier, so few are ever needed. */
  private static final int MAX_ROUNDS = 50;

  /**
   * A routine with a machine register for each virtual one.
   *
   * @param registers by number of the virtual register
   */
  record Allocated(Routine routine, List<@Nullable Register> registers) {}

  private final int firstUnspillable;

  /** The arguments of the routine, which hold their machine registers until they are taken. */
  private final @Nullable Register[] arguments;

  private final int argumentsTaken;
  private final int[] clobbers;
  private final boolean[] clobberIsCall;

  /** Who has each machine register, of those that are not over yet. */
  private final List<List<Interval>> holders = new ArrayList<>();

  private final @Nullable Register[] assigned;
  private final BitSet spilled = new BitSet();

  private LinearScan(Routine routine, List<Clobber> latestFirst, int firstUnspillable) {
    this.assigned = new Register[routine.registers()];
    this.arguments = new Register[routine.registers()];
    int taken = 0;
    Block.Step[] first = routine.entry().steps();
    for (int i = 0; i < first.length; i++) {
      if (first[i].op() instanceof Op.Argument(Reg target, int number)) {
        arguments[target.number()] = ARGUMENTS.get(number);
        taken = Intervals.STEP * (i + 1);
      }
    }
    this.argumentsTaken = taken;
    this.firstUnspillable = firstUnspillable;
    for (int i = 0; i < BY_NUMBER.length; i++) {
      holders.add(new ArrayList<>());
    }
    clobbers = new int[latestFirst.size()];
    clobberIsCall = new boolean[clobbers.length];
    for (int i = 0; i < clobbers.length; i++) {
      Clobber clobber = latestFirst.get(clobbers.length - 1 - i);
      clobbers[i] = clobber.position();
      clobberIsCall[i] = clobber.call();
    }
  }

  static Allocated apply(Routine legal) {
    Routine routine = legal;
    int firstUnspillable = legal.registers();
    Liveness liveness = Liveness.of(legal);
    for (int round = 0; round < MAX_ROUNDS; round++) {
      Intervals intervals = Intervals.of(routine, liveness);
      List<Interval> inOrder = intervals.inOrder();
      LinearScan scan = new LinearScan(routine, intervals.clobbers(), firstUnspillable);
      for (Interval interval : inOrder) {
        scan.allocate(interval);
      }
      if (scan.spilled.isEmpty()) {
        Allocated allocated = new Allocated(routine, Arrays.asList(scan.assigned));
        return round == 0 ? allocated : Reloads.apply(allocated, legal.frame());
      }
      routine = Spilling.apply(routine, scan.spilled, inOrder);
      // The registers that come instead are not live where blocks end.
      liveness.remove(scan.spilled);
    }
    throw new IllegalStateException("no register allocation found");
  }

  private void allocate(Interval interval) {
    int allowed = allowed(interval);
    Register register = free(interval, allowed);
    if (register == null) {
      register = cheapest(interval, allowed);
      if (register == null) {
        if (!spillable(interval)) {
          throw new IllegalStateException("no register for %" + interval.register);
        }
        spilled.set(interval.register);
        return;
      }
      for (Interval blocker : blockers(register, interval)) {
        holders(register).remove(blocker);
        assigned[blocker.register] = null;
        spilled.set(blocker.register);
      }
    }
    assign(interval, register);
  }

  /** One that nobody needs meanwhile; if it can be, one that saves a copy. */
  private @Nullable Register free(Interval interval, int allowed) {
    for (int i = 0; i < interval.wishes(); i++) {
      Register register = interval.wish(i);
      if (in(allowed, register) && free(register, interval)) {
        return register;
      }
    }
    for (int i = 0; i < interval.copies(); i++) {
      Register register = assigned[interval.copy(i).register];
      if (register != null && in(allowed, register) && free(register, interval)) {
        return register;
      }
    }
    for (int i = 0; i < interval.copies(); i++) {
      Register register = forBoth(interval, allowed, interval.copy(i));
      if (register != null) {
        return register;
      }
    }
    for (int left = allowed; left != 0; left &= left - 1) {
      Register register = first(left);
      if (free(register, interval)) {
        return register;
      }
    }
    return null;
  }

  /** One that the interval can leave to a copy of it that has none yet. */
  private @Nullable Register forBoth(Interval interval, int allowed, Interval copy) {
    if (assigned[copy.register] != null || interval.meets(copy)) {
      return null;
    }
    for (int left = allowed & allowed(copy); left != 0; left &= left - 1) {
      Register register = first(left);
      if (free(register, interval) && free(register, copy)) {
        return register;
      }
    }
    return null;
  }

  private static boolean in(int registers, Register register) {
    return (registers >> register.number() & 1) != 0;
  }

  private static Register first(int registers) {
    return BY_NUMBER[Integer.numberOfTrailingZeros(registers)];
  }

  private boolean free(Register register, Interval interval) {
    List<Interval> holders = holders(register);
    for (int i = 0; i < holders.size(); i++) {
      if (interval.meets(holders.get(i))) {
        return false;
      }
    }
    return true;
  }

  /** The register whose holders are needed last, if that is later than the interval itself. */
  private @Nullable Register cheapest(Interval interval, int allowed) {
    Register best = null;
    int bestEnd = spillable(interval) ? interval.end() : -1;
    for (int left = allowed; left != 0; left &= left - 1) {
      Register register = first(left);
      int end = firstEnd(register, interval);
      if (end > bestEnd) {
        bestEnd = end;
        best = register;
      }
    }
    return best;
  }

  /** Where the first of those is over that are in the way; -1 if one of them can't be spilled. */
  private int firstEnd(Register register, Interval interval) {
    int end = Integer.MAX_VALUE;
    for (Interval holder : holders(register)) {
      if (interval.meets(holder)) {
        end = Math.min(end, spillable(holder) ? holder.end() : -1);
      }
    }
    return end;
  }

  private List<Interval> holders(Register register) {
    return holders.get(register.number());
  }

  private boolean spillable(Interval interval) {
    return interval.register < firstUnspillable;
  }

  private void assign(Interval interval, Register register) {
    assigned[interval.register] = register;
    List<Interval> holders = holders(register);
    for (int i = holders.size() - 1; i >= 0; i--) {
      if (holders.get(i).end() <= interval.start()) {
        holders.remove(i);
      }
    }
    holders.add(interval);
  }

  private List<Interval> blockers(Register register, Interval interval) {
    return holders(register).stream().filter(interval::meets).toList();
  }

  private int allowed(Interval interval) {
    int kept = notDestroyed(interval);
    if (interval.start() >= argumentsTaken) {
      return kept;
    }
    Register own = arguments[interval.register];
    return kept & ~(own == null ? FOR_ARGUMENTS : FOR_ARGUMENTS & ~(1 << own.number()));
  }

  private int notDestroyed(Interval interval) {
    boolean destroysR0 = false;
    for (int range = 0; range < interval.ranges(); range++) {
      int i = firstClobber(interval.from(range));
      for (; i < clobbers.length && clobbers[i] < interval.to(range); i++) {
        if (clobberIsCall[i]) {
          return KEPT_BY_CALLS;
        }
        destroysR0 = true;
      }
    }
    return destroysR0 ? ALL & ~R0 : ALL;
  }

  private int firstClobber(int position) {
    int i = Arrays.binarySearch(clobbers, position);
    return i < 0 ? -i - 1 : i;
  }
}
