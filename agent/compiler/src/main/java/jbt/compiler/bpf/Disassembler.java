package jbt.compiler.bpf;

import java.util.Locale;
import java.util.function.IntFunction;
import jbt.compiler.bpf.Instruction.AluImmediate;
import jbt.compiler.bpf.Instruction.AluRegister;
import jbt.compiler.bpf.Instruction.Atomic;
import jbt.compiler.bpf.Instruction.Call;
import jbt.compiler.bpf.Instruction.Exit;
import jbt.compiler.bpf.Instruction.Jump;
import jbt.compiler.bpf.Instruction.JumpImmediate;
import jbt.compiler.bpf.Instruction.JumpRegister;
import jbt.compiler.bpf.Instruction.Label;
import jbt.compiler.bpf.Instruction.Load;
import jbt.compiler.bpf.Instruction.LoadImmediate64;
import jbt.compiler.bpf.Instruction.LoadMap;
import jbt.compiler.bpf.Instruction.LoadMapValue;
import jbt.compiler.bpf.Instruction.LoadRoutine;
import jbt.compiler.bpf.Instruction.LoadVariable;
import jbt.compiler.bpf.Instruction.Negate;
import jbt.compiler.bpf.Instruction.Store;
import jbt.compiler.bpf.Instruction.StoreImmediate;

/** Instructions as text, in the manner of the kernel's verifier log. */
public final class Disassembler {
  private Disassembler() {}

  /**
   * A listing, a line an instruction: its slot, then its text; labels stand on lines of their own.
   *
   * @param mapName name of the map at a place in {@link jbt.compiler.plan.Plan#maps}
   */
  public static String print(Code code, IntFunction<String> mapName) {
    StringBuilder out = new StringBuilder();
    int slot = 0;
    for (Instruction instruction : code.instructions()) {
      if (instruction instanceof Label label) {
        out.append(label).append(":\n");
      } else {
        out.append(String.format(Locale.ROOT, "%5d: %s\n", slot, text(instruction, mapName)));
      }
      slot += instruction.slots();
    }
    return out.toString();
  }

  /** One instruction, without its slot. */
  public static String text(Instruction instruction, IntFunction<String> mapName) {
    return switch (instruction) {
      case Label label -> label + ":";
      case AluRegister(var operation, boolean wide, Register target, Register source) ->
          name(target, wide) + " " + operation.symbol + " " + name(source, wide);
      case AluImmediate(var operation, boolean wide, Register target, int value) ->
          name(target, wide) + " " + operation.symbol + " " + value;
      case Negate(boolean wide, Register target) ->
          name(target, wide) + " = -" + name(target, wide);
      case LoadImmediate64(Register target, long value) ->
          target + " = 0x" + Long.toHexString(value) + " ll";
      case LoadMap(Register target, int map) -> target + " = map " + mapName.apply(map);
      case LoadMapValue(Register target, int map, int offset) ->
          target + " = &" + mapName.apply(map) + "[" + offset + "]";
      case LoadVariable(Register target, int typeId) -> target + " = &type" + typeId;
      case LoadRoutine(Register target, Label routine) -> target + " = &" + routine;
      case Load(Size size, Register target, Register base, int offset) ->
          target + " = " + memory(size, base, offset);
      case Store(Size size, Register base, int offset, Register source) ->
          memory(size, base, offset) + " = " + source;
      case StoreImmediate(Size size, Register base, int offset, int value) ->
          memory(size, base, offset) + " = " + value;
      case Atomic(var operation, Size size, Register base, int offset, Register source) ->
          atomic(operation, memory(size, base, offset), source);
      case Jump(Label target) -> "goto " + target;
      case JumpRegister(var condition, boolean wide, Register left, Register right, Label target) ->
          branch(name(left, wide) + " " + condition.symbol + " " + name(right, wide), target);
      case JumpImmediate(var condition, boolean wide, Register left, int right, Label target) ->
          branch(name(left, wide) + " " + condition.symbol + " " + right, target);
      case Call(Callee callee) -> "call " + callee;
      case Exit exit -> "exit";
    };
  }

  private static String name(Register register, boolean wide) {
    return (wide ? "r" : "w") + register.number();
  }

  private static String branch(String condition, Label target) {
    return "if " + condition + " goto " + target;
  }

  private static String memory(Size size, Register base, int offset) {
    String place = offset == 0 ? "" : (offset < 0 ? " - " : " + ") + Math.abs(offset);
    return "*(u" + size.bytes() * 8 + " *)(" + base + place + ")";
  }

  private static String atomic(AtomicOperation operation, String memory, Register source) {
    return switch (operation) {
      case ADD -> "lock " + memory + " += " + source;
      case FETCH_ADD -> source + " = fetch_add(" + memory + ", " + source + ")";
      case EXCHANGE -> source + " = exchange(" + memory + ", " + source + ")";
      case COMPARE_EXCHANGE -> "r0 = compare_exchange(" + memory + ", r0, " + source + ")";
    };
  }
}
