package jbt.compiler.bpf;

import static jbt.compiler.bpf.Register.R0;
import static jbt.compiler.bpf.Register.R1;
import static jbt.compiler.bpf.Register.R10;
import static jbt.compiler.bpf.Register.R2;
import static jbt.compiler.bpf.Register.R6;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import java.util.List;
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
import jbt.compiler.bpf.Instruction.Negate;
import jbt.compiler.bpf.Instruction.Store;
import jbt.compiler.bpf.Instruction.StoreImmediate;
import org.junit.jupiter.api.Test;

final class EncoderTest {
  private static String hex(Instruction... instructions) {
    byte[] bytes = new Code(List.of(instructions)).encode(map -> map + 5);
    return HexFormat.of().formatHex(bytes).replaceAll("(.{16})(?=.)", "$1 ");
  }

  @Test
  void arithmetic() {
    assertThat(hex(new AluRegister(AluOperation.ADD, true, R1, R2))).isEqualTo("0f21000000000000");
    assertThat(hex(new AluImmediate(AluOperation.MOV, true, R6, -1))).isEqualTo("b7060000ffffffff");
    assertThat(hex(new AluImmediate(AluOperation.AND, false, R0, 7))).isEqualTo("5400000007000000");
    assertThat(hex(new AluRegister(AluOperation.ARSH, true, R0, R1))).isEqualTo("cf10000000000000");
    assertThat(hex(new AluRegister(AluOperation.SDIV, true, R0, R1))).isEqualTo("3f10010000000000");
    assertThat(hex(new AluImmediate(AluOperation.SMOD, true, R6, 3))).isEqualTo("9706010003000000");
    assertThat(hex(new Negate(true, R2))).isEqualTo("8702000000000000");
  }

  @Test
  void constantsAndMaps() {
    assertThat(hex(new LoadImmediate64(R1, 0x1122334455667788L)))
        .isEqualTo("1801000088776655 0000000044332211");
    assertThat(hex(new LoadMap(R1, 2))).isEqualTo("1811000007000000 0000000000000000");
    assertThat(hex(new LoadMapValue(R1, 0, 64))).isEqualTo("1821000005000000 0000000040000000");
  }

  @Test
  void memory() {
    assertThat(hex(new Load(Size.DOUBLE, R0, R1, 8))).isEqualTo("7910080000000000");
    assertThat(hex(new Load(Size.BYTE, R0, R1, 0))).isEqualTo("7110000000000000");
    assertThat(hex(new Store(Size.WORD, R10, -4, R0))).isEqualTo("630afcff00000000");
    assertThat(hex(new StoreImmediate(Size.HALF, R10, -8, 3))).isEqualTo("6a0af8ff03000000");
    assertThat(hex(new Atomic(AtomicOperation.ADD, Size.DOUBLE, R0, 0, R1)))
        .isEqualTo("db10000000000000");
    assertThat(hex(new Atomic(AtomicOperation.COMPARE_EXCHANGE, Size.DOUBLE, R2, 8, R1)))
        .isEqualTo("db120800f1000000");
  }

  @Test
  void jumpsCountSlotsFromTheNextInstruction() {
    Label back = new Label(1);
    Label out = new Label(2);
    assertThat(
            hex(
                back,
                new JumpImmediate(Condition.EQ, true, R0, 0, out),
                new LoadImmediate64(R1, 0),
                new JumpRegister(Condition.SIGNED_LT, false, R0, R1, out),
                new Jump(back),
                out,
                new Call(Helper.RINGBUF_OUTPUT),
                new Exit()))
        .isEqualTo(
            "1500040000000000 1801000000000000 0000000000000000 ce10010000000000"
                + " 0500fbff00000000 8500000082000000 9500000000000000");
  }

  @Test
  void slotsOfTheVerifierLeadBackToInstructions() {
    Code code = new Code(List.of(new LoadMap(R1, 0), new Label(1), new Exit()));
    assertThat(code.slots()).isEqualTo(3);
    assertThat(code.instructionAt(0)).isZero();
    assertThat(code.instructionAt(1)).isZero();
    assertThat(code.instructionAt(2)).isEqualTo(2);
  }

  @Test
  void unplacedLabelIsRefused() {
    assertThatThrownBy(() -> hex(new Jump(new Label(3)))).hasMessage("label L3 is not placed");
  }

  @Test
  void listing() {
    Label out = new Label(1);
    Code code =
        new Code(
            List.of(
                new LoadMapValue(R1, 0, 8),
                new Load(Size.WORD, R0, R1, 0),
                new JumpImmediate(Condition.EQ, true, R0, 0, out),
                new AluImmediate(AluOperation.ADD, false, R0, 2),
                new Store(Size.DOUBLE, R10, -8, R0),
                out,
                new Exit()));
    assertThat(Disassembler.print(code, map -> "globals"))
        .isEqualTo(
            """
                0: r1 = &globals[8]
                2: r0 = *(u32 *)(r1)
                3: if r0 == 0 goto L1
                4: w0 += 2
                5: *(u64 *)(r10 - 8) = r0
            L1:
                6: exit
            """);
  }
}
