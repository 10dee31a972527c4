package jbt.kernel;

import static jbt.compiler.bpf.Register.R0;
import static jbt.compiler.bpf.Register.R1;
import static jbt.compiler.bpf.Register.R10;
import static jbt.compiler.bpf.Register.R2;
import static jbt.compiler.bpf.Register.R3;
import static jbt.compiler.bpf.Register.R4;
import static jbt.compiler.bpf.Register.R6;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import jbt.compiler.bpf.AluOperation;
import jbt.compiler.bpf.AtomicOperation;
import jbt.compiler.bpf.Code;
import jbt.compiler.bpf.Condition;
import jbt.compiler.bpf.Helper;
import jbt.compiler.bpf.Instruction;
import jbt.compiler.bpf.Size;
import jbt.compiler.lang.SourceRange;
import jbt.compiler.plan.Attachment;
import jbt.compiler.plan.Globals;
import jbt.compiler.plan.KernelMap;
import jbt.compiler.plan.LossCounter;
import jbt.compiler.plan.Plan;
import jbt.compiler.plan.Program;
import jbt.compiler.plan.ScriptMap;
import jbt.compiler.types.Type;

/** Plans written by hand, so that loading can be tested without compiling. */
final class HandPlans {
  /** Per processor a counter, a loss counter and the gate. */
  static final Globals GLOBALS = new Globals(4096, 16, 8, 16, 0, 24, 64, 64);

  static final int RING_SIZE = 64 << 10;

  private HandPlans() {}

  /**
   * A program that, for threads of this process and while the gate is open, counts in the
   * processor's first word, sends the 8 bytes {@code value}, and counts records that did not fit in
   * the second word.
   */
  static Program counting(String name, Program.Kind kind, long value, boolean gated) {
    Instruction.Label end = new Instruction.Label(1);
    Instruction.Label sent = new Instruction.Label(2);
    List<Instruction> code = new ArrayList<>();
    code.addAll(
        List.of(
            new Instruction.Call(Helper.GET_SMP_PROCESSOR_ID),
            new Instruction.AluImmediate(AluOperation.AND, true, R0, 31),
            new Instruction.AluImmediate(AluOperation.MUL, true, R0, GLOBALS.cpuStride()),
            new Instruction.LoadMapValue(R6, KernelMap.GLOBALS, GLOBALS.cpuArea()),
            new Instruction.AluRegister(AluOperation.ADD, true, R6, R0)));
    if (gated) {
      code.add(new Instruction.Load(Size.WORD, R1, R6, GLOBALS.gate()));
      code.add(new Instruction.JumpImmediate(Condition.EQ, true, R1, 0, end));
    }
    code.addAll(
        List.of(
            new Instruction.Call(Helper.GET_CURRENT_PID_TGID),
            new Instruction.AluImmediate(AluOperation.RSH, true, R0, 32),
            new Instruction.JumpImmediate(
                Condition.NE, true, R0, (int) ProcessHandle.current().pid(), end),
            new Instruction.AluImmediate(AluOperation.MOV, true, R1, 1),
            new Instruction.Atomic(AtomicOperation.ADD, Size.DOUBLE, R6, 0, R1),
            new Instruction.LoadImmediate64(R1, value),
            new Instruction.Store(Size.DOUBLE, R10, -8, R1),
            new Instruction.LoadMap(R1, KernelMap.DATA_RING),
            new Instruction.AluRegister(AluOperation.MOV, true, R2, R10),
            new Instruction.AluImmediate(AluOperation.ADD, true, R2, -8),
            new Instruction.AluImmediate(AluOperation.MOV, true, R3, 8),
            new Instruction.AluImmediate(AluOperation.MOV, true, R4, 1),
            new Instruction.Call(Helper.RINGBUF_OUTPUT),
            new Instruction.JumpImmediate(Condition.EQ, true, R0, 0, sent),
            new Instruction.AluImmediate(AluOperation.MOV, true, R1, 1),
            new Instruction.Atomic(AtomicOperation.ADD, Size.DOUBLE, R6, 8, R1),
            sent,
            end,
            new Instruction.AluImmediate(AluOperation.MOV, true, R0, 0),
            new Instruction.Exit()));
    return program(name, kind, code);
  }

  /** Counts in the processor's first word while the gate is open. */
  static Program ticking(String name) {
    Instruction.Label end = new Instruction.Label(1);
    return program(
        name,
        Program.Kind.PERF_EVENT,
        List.of(
            new Instruction.LoadMapValue(R6, KernelMap.GLOBALS, GLOBALS.cpuArea()),
            new Instruction.Load(Size.WORD, R1, R6, GLOBALS.gate()),
            new Instruction.JumpImmediate(Condition.EQ, true, R1, 0, end),
            new Instruction.AluImmediate(AluOperation.MOV, true, R1, 1),
            new Instruction.Atomic(AtomicOperation.ADD, Size.DOUBLE, R6, 0, R1),
            end,
            new Instruction.AluImmediate(AluOperation.MOV, true, R0, 0),
            new Instruction.Exit()));
  }

  static Program program(String name, Program.Kind kind, List<Instruction> code) {
    List<SourceRange> lines = new ArrayList<>();
    for (int i = 0; i < code.size(); i++) {
      lines.add(new SourceRange(i, i + 1));
    }
    return new Program(name, kind, new Code(code), lines);
  }

  /** A plan of these programs and attachments; its only script map is {@code @ = count()}. */
  static Plan plan(List<Program> programs, List<Attachment> attachments) {
    ScriptMap count =
        new ScriptMap(
            "@",
            List.<Type>of(),
            new ScriptMap.Value.Count(),
            new ScriptMap.Storage.Slots(0, 8, 1),
            Optional.empty(),
            false,
            false);
    return new Plan(
        List.of(
            new KernelMap("globals", KernelMap.Kind.ARRAY, 4, GLOBALS.size(), 1, true),
            new KernelMap("data", KernelMap.Kind.RING_BUFFER, 0, 0, RING_SIZE, false),
            new KernelMap("control", KernelMap.Kind.RING_BUFFER, 0, 0, 4096, false)),
        programs,
        attachments,
        Collections.nCopies(attachments.size(), "point"),
        GLOBALS,
        List.of(count),
        List.of(),
        List.of(new LossCounter(LossCounter.Source.RING_FULL, "", "", 8)),
        List.of());
  }
}
