package jbt.compiler.bpf;

/**
 * One eBPF instruction (RFC 9669), or a label. Nothing here needs more than what Linux 5.12 has.
 * {@code wide} is true for 64 bits, false for the lower 32 with the upper ones zeroed.
 */
public sealed interface Instruction {
  /** One whose value has its upper half in a second slot. */
  sealed interface TwoSlots extends Instruction {
    @Override
    default int slots() {
      return 2;
    }
  }

  /** A place to jump to, by its number; takes no room. */
  record Label(int number) implements Instruction {
    @Override
    public int slots() {
      return 0;
    }

    @Override
    public String toString() {
      return "L" + number;
    }
  }

  record AluRegister(AluOperation operation, boolean wide, Register target, Register source)
      implements Instruction {}

  /** The immediate is sign-extended to 64 bits where {@code wide}. */
  record AluImmediate(AluOperation operation, boolean wide, Register target, int value)
      implements Instruction {}

  record Negate(boolean wide, Register target) implements Instruction {}

  record LoadImmediate64(Register target, long value) implements TwoSlots {}

  /**
   * The map itself, as helpers take it.
   *
   * @param map place in {@link jbt.compiler.plan.Plan#maps}
   */
  record LoadMap(Register target, int map) implements TwoSlots {}

  /** Address of a byte in the only element of an array map. */
  record LoadMapValue(Register target, int map, int offset) implements TwoSlots {}

  /** Address of a routine of the program, for helpers that call it. */
  record LoadRoutine(Register target, Label routine) implements TwoSlots {}

  /**
   * A variable of the kernel, as helpers take it.
   *
   * @param typeId of the variable in the kernel's type information
   */
  record LoadVariable(Register target, int typeId) implements TwoSlots {}

  /** Zero-extends. */
  record Load(Size size, Register target, Register base, int offset) implements Instruction {}

  record Store(Size size, Register base, int offset, Register source) implements Instruction {}

  record StoreImmediate(Size size, Register base, int offset, int value) implements Instruction {}

  /** {@code size} is WORD or DOUBLE; fetching operations leave the old value in {@code source}. */
  record Atomic(AtomicOperation operation, Size size, Register base, int offset, Register source)
      implements Instruction {}

  record Jump(Label target) implements Instruction {}

  record JumpRegister(
      Condition condition, boolean wide, Register left, Register right, Label target)
      implements Instruction {}

  record JumpImmediate(Condition condition, boolean wide, Register left, int right, Label target)
      implements Instruction {}

  record Call(Callee callee) implements Instruction {}

  record Exit() implements Instruction {}

  /** How many 8-byte slots it takes. */
  default int slots() {
    return 1;
  }
}
