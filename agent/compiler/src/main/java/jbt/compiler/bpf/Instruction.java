package jbt.compiler.bpf;

/**
 * One eBPF instruction (RFC 9669), or a label. Nothing here needs more than what Linux 5.12 has.
 * {@code wide} is true for 64 bits, false for the lower 32 with the upper ones zeroed.
 */
public sealed interface Instruction {
  /** A place to jump to, by its number; takes no room. */
  record Label(int number) implements Instruction {
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

  /** Takes two slots. */
  record LoadImmediate64(Register target, long value) implements Instruction {}

  /**
   * The map itself, as helpers take it. Takes two slots.
   *
   * @param map place in {@link jbt.compiler.plan.Plan#maps}
   */
  record LoadMap(Register target, int map) implements Instruction {}

  /** Address of a byte in the only element of an array map. Takes two slots. */
  record LoadMapValue(Register target, int map, int offset) implements Instruction {}

  /** Address of a routine of the program, for helpers that call it. Takes two slots. */
  record LoadRoutine(Register target, Label routine) implements Instruction {}

  /**
   * A variable of the kernel, as helpers take it. Takes two slots.
   *
   * @param typeId of the variable in the kernel's type information
   */
  record LoadVariable(Register target, int typeId) implements Instruction {}

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
    return switch (this) {
      case Label label -> 0;
      case LoadImmediate64 load -> 2;
      case LoadMap load -> 2;
      case LoadMapValue load -> 2;
      case LoadRoutine load -> 2;
      case LoadVariable load -> 2;
      case AluRegister alu -> 1;
      case AluImmediate alu -> 1;
      case Negate negate -> 1;
      case Load load -> 1;
      case Store store -> 1;
      case StoreImmediate store -> 1;
      case Atomic atomic -> 1;
      case Jump jump -> 1;
      case JumpRegister jump -> 1;
      case JumpImmediate jump -> 1;
      case Call call -> 1;
      case Exit exit -> 1;
    };
  }
}
