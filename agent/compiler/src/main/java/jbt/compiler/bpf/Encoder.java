package jbt.compiler.bpf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;
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

/** From instructions to the kernel's bytes: little-endian, jumps relative to the next slot. */
final class Encoder {
  // Instruction classes and modes of RFC 9669, section 3.
  private static final int LD_IMM64 = 0x18;
  private static final int LDX_MEM = 0x61;
  private static final int ST_MEM = 0x62;
  private static final int STX_MEM = 0x63;
  private static final int STX_ATOMIC = 0xc3;
  private static final int ALU32 = 0x04;
  private static final int ALU64 = 0x07;
  private static final int JMP = 0x05;
  private static final int JMP32 = 0x06;
  private static final int SOURCE_REGISTER = 0x08;
  private static final int NEG = 0x80;
  private static final int CALL = 0x85;
  private static final int EXIT = 0x95;

  /** Values of the source field of LD_IMM64 in linux/bpf.h. */
  private static final int PSEUDO_MAP_FD = 1;

  private static final int PSEUDO_MAP_VALUE = 2;

  private static final int PSEUDO_BTF_ID = 3;

  private static final int PSEUDO_FUNC = 4;

  /** Value of the source field of a call. */
  private static final int PSEUDO_KFUNC_CALL = 2;

  private final Map<Integer, Integer> places;
  private final ByteBuffer out;
  private int slot;

  private Encoder(Map<Integer, Integer> places, int slots) {
    this.places = places;
    this.out = ByteBuffer.allocate(slots * 8).order(ByteOrder.LITTLE_ENDIAN);
  }

  static byte[] encode(List<Instruction> instructions, IntUnaryOperator mapFd) {
    // Looked up by number: what Java makes for records is slow.
    Map<Integer, Integer> places = new HashMap<>();
    int slots = 0;
    for (Instruction instruction : instructions) {
      if (instruction instanceof Label label && places.put(label.number(), slots) != null) {
        throw new IllegalArgumentException("label " + label + " is placed twice");
      }
      slots += instruction.slots();
    }
    Encoder encoder = new Encoder(places, slots);
    for (Instruction instruction : instructions) {
      encoder.emit(instruction, mapFd);
    }
    return encoder.out.array();
  }

  private void emit(Instruction instruction, IntUnaryOperator mapFd) {
    slot += instruction.slots();
    switch (instruction) {
      case Label label -> {}
      case AluRegister(var operation, boolean wide, Register target, Register source) ->
          put(
              alu(wide) | operation.code | SOURCE_REGISTER,
              target,
              source.number(),
              operation.variant,
              0);
      case AluImmediate(var operation, boolean wide, Register target, int value) ->
          put(alu(wide) | operation.code, target, 0, operation.variant, value);
      case Negate(boolean wide, Register target) -> put(alu(wide) | NEG, target, 0, 0, 0);
      case LoadImmediate64(Register target, long value) ->
          putTwo(target, 0, (int) value, (int) (value >>> 32));
      case LoadMap(Register target, int map) ->
          putTwo(target, PSEUDO_MAP_FD, mapFd.applyAsInt(map), 0);
      case LoadMapValue(Register target, int map, int offset) ->
          putTwo(target, PSEUDO_MAP_VALUE, mapFd.applyAsInt(map), offset);
      case LoadRoutine(Register target, Label routine) ->
          // Relative to the slot behind the first of the two.
          putTwo(target, PSEUDO_FUNC, distance(routine) + 1, 0);
      case LoadVariable(Register target, int typeId) -> putTwo(target, PSEUDO_BTF_ID, typeId, 0);
      case Load(Size size, Register target, Register base, int offset) ->
          put(LDX_MEM | size.code, target, base.number(), offset, 0);
      case Store(Size size, Register base, int offset, Register source) ->
          put(STX_MEM | size.code, base, source.number(), offset, 0);
      case StoreImmediate(Size size, Register base, int offset, int value) ->
          put(ST_MEM | size.code, base, 0, offset, value);
      case Atomic(var operation, Size size, Register base, int offset, Register source) ->
          put(STX_ATOMIC | size.code, base, source.number(), offset, operation.code);
      case Jump(Label target) -> put(JMP, Register.R0, 0, jumped(target), 0);
      case JumpRegister(var condition, boolean wide, Register left, Register right, Label target) ->
          put(
              jump(wide) | condition.code | SOURCE_REGISTER,
              left,
              right.number(),
              jumped(target),
              0);
      case JumpImmediate(var condition, boolean wide, Register left, int right, Label target) ->
          put(jump(wide) | condition.code, left, 0, jumped(target), right);
      case Call(Helper helper) -> put(CALL, Register.R0, 0, 0, helper.id());
      case Call(KernelFunction function) ->
          put(CALL, Register.R0, PSEUDO_KFUNC_CALL, 0, function.typeId());
      case Exit exit -> put(EXIT, Register.R0, 0, 0, 0);
    }
  }

  private static int alu(boolean wide) {
    return wide ? ALU64 : ALU32;
  }

  private static int jump(boolean wide) {
    return wide ? JMP : JMP32;
  }

  private int distance(Label target) {
    Integer place = places.get(target.number());
    if (place == null) {
      throw new IllegalArgumentException("label " + target + " is not placed");
    }
    return place - slot;
  }

  /** The kernel puts more in between: what a helper does, for one. */
  private int jumped(Label target) {
    int offset = distance(target);
    if (Math.abs(offset) > Code.FURTHEST_JUMP) {
      throw new TooFarException("a jump over " + Math.abs(offset) + " instructions");
    }
    return offset;
  }

  private void put(int opcode, Register target, int source, int offset, int immediate) {
    if (offset != (short) offset) {
      throw new IllegalArgumentException("offset " + offset);
    }
    out.put((byte) opcode);
    out.put((byte) (source << 4 | target.number()));
    out.putShort((short) offset);
    out.putInt(immediate);
  }

  private void putTwo(Register target, int source, int low, int high) {
    put(LD_IMM64, target, source, 0, low);
    out.putInt(0);
    out.putInt(high);
  }
}
