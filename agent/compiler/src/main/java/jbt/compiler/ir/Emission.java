package jbt.compiler.ir;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import jbt.compiler.bpf.AluOperation;
import jbt.compiler.bpf.AtomicOperation;
import jbt.compiler.bpf.Code;
import jbt.compiler.bpf.Condition;
import jbt.compiler.bpf.Helper;
import jbt.compiler.bpf.Instruction;
import jbt.compiler.bpf.Instruction.AluImmediate;
import jbt.compiler.bpf.Instruction.AluRegister;
import jbt.compiler.bpf.Instruction.Atomic;
import jbt.compiler.bpf.Instruction.Exit;
import jbt.compiler.bpf.Instruction.Jump;
import jbt.compiler.bpf.Instruction.JumpImmediate;
import jbt.compiler.bpf.Instruction.JumpRegister;
import jbt.compiler.bpf.Instruction.Label;
import jbt.compiler.bpf.Instruction.LoadImmediate64;
import jbt.compiler.bpf.Instruction.LoadMap;
import jbt.compiler.bpf.Instruction.LoadMapValue;
import jbt.compiler.bpf.Instruction.LoadRoutine;
import jbt.compiler.bpf.Instruction.StoreImmediate;
import jbt.compiler.bpf.Register;
import jbt.compiler.bpf.Size;
import jbt.compiler.ir.Block.Step;
import jbt.compiler.ir.Operand.Frame;
import jbt.compiler.ir.Operand.Imm;
import jbt.compiler.ir.Operand.MapRef;
import jbt.compiler.ir.Operand.Reg;
import jbt.compiler.ir.Operand.RoutineRef;
import jbt.compiler.ir.Operand.Spilled;
import jbt.compiler.ir.Operand.VariableRef;
import jbt.compiler.ir.Terminator.Branch;
import jbt.compiler.ir.Terminator.Goto;
import jbt.compiler.ir.Terminator.Return;
import jbt.compiler.lang.SourceRange;
import org.jspecify.annotations.Nullable;

/** From intermediate code with allocated registers to instructions. */
final class Emission {
  /**
   * The instructions of a program and for each of them the piece of the script it comes from.
   *
   * @param labels the numbers of labels are below this
   */
  record Emitted(Code code, List<SourceRange> lines, int labels) {
    Emitted {
      lines = List.copyOf(lines);
    }
  }

  /** By number of the virtual register. */
  private final List<@Nullable Register> registers;

  private final List<Instruction> instructions;
  private final List<SourceRange> lines;
  private SourceRange range = new SourceRange(0, 0);

  /** Labels of blocks are counted from here, those of routines are below. */
  private final int firstLabel;

  private Emission(LinearScan.Allocated allocated, int firstLabel) {
    this.registers = allocated.registers();
    this.firstLabel = firstLabel;
    int expected = allocated.routine().operations() * 5 / 4;
    this.instructions = new ArrayList<>(expected);
    this.lines = new ArrayList<>(expected);
  }

  /** The routines of one program, the program itself first. */
  static Emitted apply(List<LinearScan.Allocated> routines) {
    List<Emission> emitted = new ArrayList<>();
    int labels = routines.size();
    for (LinearScan.Allocated routine : routines) {
      Emission emission = new Emission(routine, labels);
      emission.routine(routine.routine());
      emitted.add(emission);
      labels += routine.routine().blockNumbers();
    }
    Emission program = emitted.getFirst();
    SortedSet<Label> called = new TreeSet<>(Comparator.comparingInt(Label::number));
    if (emitted.size() > 1) {
      addCalled(emitted, 0, called);
    }
    for (Label start : called) {
      Emission routine = emitted.get(start.number());
      program.range = routines.get(start.number()).routine().entry().endRange();
      program.add(start);
      program.instructions.addAll(routine.instructions);
      program.lines.addAll(routine.lines);
    }
    Code code = new Code(program.instructions, List.copyOf(called));
    return new Emitted(code, program.lines, labels);
  }

  /**
   * Adds the routines that are called from one of them. The kernel refuses a program with others:
   * those whose call was found never to be reached.
   */
  private static void addCalled(List<Emission> emitted, int from, SortedSet<Label> called) {
    for (Instruction instruction : emitted.get(from).instructions) {
      if (instruction instanceof Instruction.LoadRoutine load && called.add(load.routine())) {
        addCalled(emitted, load.routine().number(), called);
      }
    }
  }

  /**
   * The same program with a call that never happens, as the context has an address: a program that
   * has such a call keeps its stack frame on the kernel's stack, where the kernel copies texts to
   * without looking up what memory that is.
   *
   * @param noPrograms place in the plan of a map of kind PROGRAM_ARRAY
   */
  static Emitted onKernelStack(Emitted program, int noPrograms) {
    Label never = new Label(program.labels);
    List<Instruction> call =
        List.of(
            never,
            new LoadMap(Register.R2, noPrograms),
            new AluImmediate(AluOperation.MOV, true, Register.R3, 0),
            new Instruction.Call(Helper.TAIL_CALL),
            new AluImmediate(AluOperation.MOV, true, Register.R0, 0),
            new Exit());
    List<Instruction> before = program.code.instructions();
    List<Label> routines = program.code.routines();
    int end = routines.isEmpty() ? before.size() : before.indexOf(routines.getFirst());
    SourceRange range = program.lines.getFirst();
    List<Instruction> instructions = new ArrayList<>(before.size() + 1 + call.size());
    List<SourceRange> lines = new ArrayList<>(program.lines.size() + 1 + call.size());
    instructions.add(new JumpImmediate(Condition.EQ, true, Register.R1, 0, never));
    lines.add(range);
    instructions.addAll(before);
    lines.addAll(program.lines);
    instructions.addAll(1 + end, call);
    lines.addAll(1 + end, Collections.nCopies(call.size(), range));
    return new Emitted(new Code(instructions, routines), lines, program.labels + 1);
  }

  private void routine(Routine routine) {
    Block[] blocks = routine.blocks();
    BitSet targets = new BitSet();
    for (Block block : blocks) {
      for (int t = 0; t < block.targets(); t++) {
        targets.set(block.target(t));
      }
    }
    for (int i = 0; i < blocks.length; i++) {
      Block block = blocks[i];
      if (targets.get(block.number())) {
        range = block.steps().length == 0 ? block.endRange() : block.steps()[0].range();
        add(label(block.number()));
      }
      for (Step step : block.steps()) {
        range = step.range();
        emit(step.op());
      }
      range = block.endRange();
      end(block.end(), i + 1 < blocks.length ? blocks[i + 1].number() : -1);
    }
  }

  private Label label(int block) {
    return new Label(firstLabel + block);
  }

  private void add(Instruction instruction) {
    instructions.add(instruction);
    lines.add(range);
  }

  private Register at(Reg reg) {
    return Objects.requireNonNull(registers.get(reg.number()));
  }

  /** Of an operand that legalisation has put into a register. */
  private Register at(Operand operand) {
    return switch (operand) {
      case Reg reg -> at(reg);
      case Imm imm -> throw new IllegalStateException("not in a register: " + imm);
      case RoutineRef routine -> throw new IllegalStateException("not in a register: " + routine);
      case VariableRef variable ->
          throw new IllegalStateException("not in a register: " + variable);
      case MapRef map -> throw new IllegalStateException("not in a register: " + map);
      case Frame frame -> throw new IllegalStateException("not in a register: " + frame);
      case Spilled spilled -> throw new IllegalStateException("not in a register: " + spilled);
    };
  }

  private Register base(Address address) {
    return address.base() instanceof Frame ? Register.R10 : at(address.base());
  }

  private static int offset(Address address) {
    return address.base() instanceof Frame(int offset)
        ? offset + address.offset()
        : address.offset();
  }

  private void emit(Op op) {
    switch (op) {
      case Op.Context(Reg target) -> copy(at(target), Register.R1);
      case Op.Argument(Reg target, int number) ->
          copy(at(target), LinearScan.ARGUMENTS.get(number));
      case Op.Move(Reg target, Operand source) -> move(at(target), source);
      case Op.Binary(Reg target, AluOperation operation, Operand left, Operand right) -> {
        move(at(target), left);
        if (right instanceof Imm(long value)) {
          add(new AluImmediate(operation, true, at(target), (int) value));
        } else {
          add(new AluRegister(operation, true, at(target), at(right)));
        }
      }
      case Op.Negate(Reg target, Operand source) -> {
        move(at(target), source);
        add(new Instruction.Negate(true, at(target)));
      }
      case Op.Narrow(Reg target, Operand source, int bytes, boolean signed) ->
          narrow(at(target), at(source), bytes, signed);
      case Op.MapValueAddress(Reg target, int map, int offset) ->
          add(new LoadMapValue(at(target), map, offset));
      case Op.Load(Reg target, Size size, Address address, boolean constant) ->
          add(new Instruction.Load(size, at(target), base(address), offset(address)));
      case Op.Store(Size size, Address address, Imm(long value)) ->
          add(new StoreImmediate(size, base(address), offset(address), (int) value));
      case Op.Store(Size size, Address address, Operand value) ->
          add(new Instruction.Store(size, base(address), offset(address), at(value)));
      case Op.Zero(Address address, int words) -> {
        for (int i = 0; i < words; i++) {
          add(new StoreImmediate(Size.DOUBLE, base(address), offset(address) + 8 * i, 0));
        }
      }
      case Op.Copy(Reg by, Address from, Address to, int words) -> {
        for (int i = 0; i < words; i++) {
          add(new Instruction.Load(Size.DOUBLE, at(by), base(from), offset(from) + 8 * i));
          add(new Instruction.Store(Size.DOUBLE, base(to), offset(to) + 8 * i, at(by)));
        }
      }
      case Op.AtomicAdd(Address address, Operand value) ->
          atomic(AtomicOperation.ADD, address, at(value));
      case Op.AtomicFetch(
              Reg target,
              AtomicOperation operation,
              Address address,
              Operand value) -> {
        move(at(target), value);
        atomic(
            operation == AtomicOperation.ADD ? AtomicOperation.FETCH_ADD : operation,
            address,
            at(target));
      }
      case Op.CompareExchange(Reg target, Address address, Operand expected, Operand value) -> {
        move(Register.R0, expected);
        atomic(AtomicOperation.COMPARE_EXCHANGE, address, at(value));
        copy(at(target), Register.R0);
      }
      case Op.Call call -> {
        arguments(call.arguments());
        add(new Instruction.Call(call.callee()));
        call.target().ifPresent(target -> copy(at(target), Register.R0));
      }
    }
  }

  private void atomic(AtomicOperation operation, Address address, Register value) {
    add(new Atomic(operation, Size.DOUBLE, base(address), offset(address), value));
  }

  private void copy(Register target, Register source) {
    if (target != source) {
      add(new AluRegister(AluOperation.MOV, true, target, source));
    }
  }

  private void move(Register target, Operand source) {
    switch (source) {
      case Reg reg -> copy(target, at(reg));
      case Imm(long value) -> {
        if (value == (int) value) {
          add(new AluImmediate(AluOperation.MOV, true, target, (int) value));
        } else {
          add(new LoadImmediate64(target, value));
        }
      }
      case MapRef(int map) -> add(new LoadMap(target, map));
      case VariableRef(int typeId) -> add(new Instruction.LoadVariable(target, typeId));
      case RoutineRef(int routine) -> add(new LoadRoutine(target, new Label(routine)));
      case Frame(int offset) -> {
        copy(target, Register.R10);
        add(new AluImmediate(AluOperation.ADD, true, target, offset));
      }
      case Spilled(int offset) ->
          add(new Instruction.Load(Size.DOUBLE, target, Register.R10, offset));
    }
  }

  private void narrow(Register target, Register source, int bytes, boolean signed) {
    if (bytes == 4 && !signed) {
      add(new AluRegister(AluOperation.MOV, false, target, source));
      return;
    }
    copy(target, source);
    int shift = 64 - 8 * bytes;
    if (shift == 0) {
      return;
    }
    if (signed) {
      add(new AluImmediate(AluOperation.LSH, true, target, shift));
      add(new AluImmediate(AluOperation.ARSH, true, target, shift));
    } else {
      add(new AluImmediate(AluOperation.AND, true, target, (1 << (8 * bytes)) - 1));
    }
  }

  private record Pending(Register target, Register source) {}

  /** Registers to the argument registers all at once, then what needs no register. */
  private void arguments(List<Operand> arguments) {
    List<Pending> pending = new ArrayList<>();
    for (int i = 0; i < arguments.size(); i++) {
      if (arguments.get(i) instanceof Reg reg && at(reg) != LinearScan.ARGUMENTS.get(i)) {
        pending.add(new Pending(LinearScan.ARGUMENTS.get(i), at(reg)));
      }
    }
    while (!pending.isEmpty()) {
      Pending ready = null;
      for (Pending move : pending) {
        if (!isSource(pending, move.target)) {
          ready = move;
          break;
        }
      }
      if (ready == null) {
        // A cycle of argument registers: R0 is none and free before a call.
        Register source = pending.getFirst().source;
        copy(Register.R0, source);
        pending.replaceAll(
            move -> move.source == source ? new Pending(move.target, Register.R0) : move);
      } else {
        copy(ready.target, ready.source);
        pending.remove(ready);
      }
    }
    for (int i = 0; i < arguments.size(); i++) {
      if (!(arguments.get(i) instanceof Reg)) {
        move(LinearScan.ARGUMENTS.get(i), arguments.get(i));
      }
    }
  }

  private static boolean isSource(List<Pending> pending, Register register) {
    for (Pending move : pending) {
      if (move.source == register) {
        return true;
      }
    }
    return false;
  }

  private void end(Terminator end, int next) {
    switch (end) {
      case Goto(int block) -> jump(block, next);
      case Return(int value) -> {
        add(new AluImmediate(AluOperation.MOV, true, Register.R0, value));
        add(new Exit());
      }
      case Branch branch -> {
        if (branch.then() == next) {
          branch(branch, branch.condition().negated(), branch.otherwise());
        } else {
          branch(branch, branch.condition(), branch.then());
          jump(branch.otherwise(), next);
        }
      }
    }
  }

  private void jump(int block, int next) {
    if (block != next) {
      add(new Jump(label(block)));
    }
  }

  private void branch(Branch branch, Condition condition, int to) {
    Label target = label(to);
    if (branch.right() instanceof Imm(long value)) {
      add(new JumpImmediate(condition, branch.wide(), at(branch.left()), (int) value, target));
    } else {
      add(
          new JumpRegister(
              condition, branch.wide(), at(branch.left()), at(branch.right()), target));
    }
  }
}
