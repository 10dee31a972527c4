package jbt.compiler.bpf;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;

/**
 * The instructions of one program, labels and maps as symbols.
 *
 * @param routines where the routines begin that the kernel calls, behind the program itself
 */
public record Code(List<Instruction> instructions, List<Instruction.Label> routines) {
  /** Less than 16 bits tell: the kernel makes more of some instructions. */
  public static final int FURTHEST_JUMP = 24_000;

  public Code {
    instructions = List.copyOf(instructions);
    routines = List.copyOf(routines);
  }

  public Code(List<Instruction> instructions) {
    this(instructions, List.of());
  }

  /** The slots at which {@link #routines} begin. */
  public List<Integer> routineSlots() {
    List<Integer> slots = new ArrayList<>();
    int slot = 0;
    for (Instruction instruction : instructions) {
      if (instruction instanceof Instruction.Label label && routines.contains(label)) {
        slots.add(slot);
      }
      slot += instruction.slots();
    }
    return slots;
  }

  /**
   * The program as bpf(2) takes it, 8 bytes a slot.
   *
   * @param mapFd file descriptor of the map at a place in {@link jbt.compiler.plan.Plan#maps}
   */
  public byte[] encode(IntUnaryOperator mapFd) {
    return Encoder.encode(instructions, mapFd);
  }

  /** Number of 8-byte slots: what bpf(2) calls insn_cnt. */
  public int slots() {
    int slots = 0;
    for (Instruction instruction : instructions) {
      slots += instruction.slots();
    }
    return slots;
  }

  /**
   * The place in {@link #instructions} of the instruction that a slot belongs to; the verifier
   * names slots.
   */
  public int instructionAt(int slot) {
    int next = 0;
    for (int i = 0; i < instructions.size(); i++) {
      next += instructions.get(i).slots();
      if (slot < next) {
        return i;
      }
    }
    throw new IllegalArgumentException("no slot " + slot + " of " + next);
  }
}
