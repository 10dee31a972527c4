package jbt.compiler.ir;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import jbt.compiler.bpf.Register;
import jbt.compiler.ir.Intervals.Clobber;
import jbt.compiler.ir.Intervals.Interval;
import jbt.compiler.ir.Intervals.Range;
import jbt.compiler.ir.Operand.Reg;

/**
 * Linear-scan register allocation with lifetime holes. What finds no register is kept in the stack
 * frame: the code is rewritten with short-lived registers around each use, and allocated again.
 */
final class LinearScan {
  static final List<Register> ARGUMENTS =
      List.of(Register.R1, Register.R2, Register.R3, Register.R4, Register.R5);

  /**
   * Those that a call destroys come first: the others cost a save and a restore in the prologue.
   */
  private static final List<Register> ORDER =
      List.of(
          Register.R0,
          Register.R1,
          Register.R2,
          Register.R3,
          Register.R4,
          Register.R5,
          Register.R6,
          Register.R7,
          Register.R8,
          Register.R9);

  private static final List<Register> KEPT_BY_CALLS =
      List.of(Register.R6, Register.R7, Register.R8, Register.R9);

  /** Rounds of spilling; each one makes the code strictly easier, so few are ever needed. */
  private static final int MAX_ROUNDS = 50;

  /** A routine with a machine register for each virtual one. */
  record Allocated(Routine routine, Map<Reg, Register> registers) {}

  private final int firstUnspillable;

  /** The arguments of the routine, which hold their machine registers until they are taken. */
  private final Map<Reg, Register> arguments;

  private final int argumentsTaken;
  private final int[] clobbers;
  private final boolean[] clobberIsCall;

  /** Who has each register, of those that are not over yet. */
  private final Map<Register, List<Interval>> holders = new EnumMap<>(Register.class);

  private final Map<Reg, Register> assigned = new HashMap<>();
  private final Set<Reg> spilled = new LinkedHashSet<>();

  private LinearScan(Routine routine, List<Clobber> latestFirst, int firstUnspillable) {
    this.arguments = new HashMap<>();
    int taken = 0;
    List<Block.Step> first = routine.blocks().getFirst().steps();
    for (int i = 0; i < first.size(); i++) {
      if (first.get(i).op() instanceof Op.Argument(Reg target, int number)) {
        arguments.put(target, ARGUMENTS.get(number));
        taken = Intervals.STEP * (i + 1);
      }
    }
    this.argumentsTaken = taken;
    this.firstUnspillable = firstUnspillable;
    List<Clobber> inOrder = latestFirst.reversed();
    clobbers = inOrder.stream().mapToInt(Clobber::position).toArray();
    clobberIsCall = new boolean[clobbers.length];
    for (int i = 0; i < clobbers.length; i++) {
      clobberIsCall[i] = inOrder.get(i).call();
    }
  }

  static Allocated apply(Routine legal) {
    Routine routine = legal;
    int firstUnspillable = legal.registers();
    for (int round = 0; round < MAX_ROUNDS; round++) {
      Intervals intervals = Intervals.of(routine);
      LinearScan scan = new LinearScan(routine, intervals.clobbers(), firstUnspillable);
      for (Interval interval : intervals.inOrder()) {
        scan.allocate(interval);
      }
      if (scan.spilled.isEmpty()) {
        return new Allocated(routine, scan.assigned);
      }
      routine = Spilling.apply(routine, scan.spilled);
    }
    throw new IllegalStateException("no register allocation found");
  }

  private void allocate(Interval interval) {
    List<Register> allowed = allowed(interval);
    Optional<Register> free = free(interval, allowed);
    if (free.isPresent()) {
      assign(interval, free.get());
      return;
    }
    Optional<Register> cheapest = cheapest(interval, allowed);
    if (cheapest.isEmpty()) {
      if (!spillable(interval)) {
        throw new IllegalStateException("no register for " + interval.reg);
      }
      spilled.add(interval.reg);
      return;
    }
    for (Interval blocker : blockers(cheapest.get(), interval)) {
      holders(cheapest.get()).remove(blocker);
      assigned.remove(blocker.reg);
      spilled.add(blocker.reg);
    }
    assign(interval, cheapest.get());
  }

  /** One that nobody needs meanwhile; if it can be, one that saves a copy. */
  private Optional<Register> free(Interval interval, List<Register> allowed) {
    List<Register> order = new ArrayList<>(interval.wishes);
    for (Reg copy : interval.copies) {
      Register register = assigned.get(copy);
      if (register != null) {
        order.add(register);
      }
    }
    order.retainAll(allowed);
    order.addAll(allowed);
    for (Register register : order) {
      if (holders(register).stream().noneMatch(interval::meets)) {
        return Optional.of(register);
      }
    }
    return Optional.empty();
  }

  /** The register whose holders are needed last, if that is later than the interval itself. */
  private Optional<Register> cheapest(Interval interval, List<Register> allowed) {
    Register best = null;
    int bestEnd = spillable(interval) ? interval.end() : -1;
    for (Register register : allowed) {
      List<Interval> blockers = blockers(register, interval);
      if (blockers.stream().allMatch(this::spillable)) {
        int end = blockers.stream().mapToInt(Interval::end).min().orElse(0);
        if (end > bestEnd) {
          bestEnd = end;
          best = register;
        }
      }
    }
    return Optional.ofNullable(best);
  }

  private List<Interval> holders(Register register) {
    return holders.computeIfAbsent(register, r -> new ArrayList<>());
  }

  private boolean spillable(Interval interval) {
    return interval.reg.number() < firstUnspillable;
  }

  private void assign(Interval interval, Register register) {
    assigned.put(interval.reg, register);
    holders(register).removeIf(holder -> holder.end() <= interval.start());
    holders(register).add(interval);
  }

  private List<Interval> blockers(Register register, Interval interval) {
    return holders(register).stream().filter(interval::meets).toList();
  }

  private List<Register> allowed(Interval interval) {
    List<Register> kept = keptByCalls(interval);
    if (interval.start() >= argumentsTaken) {
      return kept;
    }
    List<Register> free = new ArrayList<>(kept);
    Register own = arguments.get(interval.reg);
    free.removeIf(register -> ARGUMENTS.contains(register) && register != own);
    return free;
  }

  private List<Register> keptByCalls(Interval interval) {
    boolean destroysR0 = false;
    for (Range range : interval.ranges) {
      int i = firstClobber(range.from());
      for (; i < clobbers.length && clobbers[i] < range.to(); i++) {
        if (clobberIsCall[i]) {
          return KEPT_BY_CALLS;
        }
        destroysR0 = true;
      }
    }
    return destroysR0 ? ORDER.subList(1, ORDER.size()) : ORDER;
  }

  private int firstClobber(int position) {
    int i = Arrays.binarySearch(clobbers, position);
    return i < 0 ? -i - 1 : i;
  }
}
