package jbt.compiler.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import jbt.compiler.check.Checked.Expr;
import jbt.compiler.check.UsdtArgument.Place;
import jbt.compiler.lang.SourceRange;
import jbt.compiler.types.Type;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UsdtArgumentTest {
  /** One variable is known. */
  private static List<UsdtArgument> parse(String text) {
    return UsdtArgument.parse(
        text, name -> name.equals("counter") ? OptionalLong.of(0x2ee0) : OptionalLong.empty());
  }

  private static UsdtArgument one(String text) {
    List<UsdtArgument> all = parse(text);
    assertThat(all).hasSize(1);
    return all.getFirst();
  }

  private static long constant(String text) {
    return one(text).value(new SourceRange(0, 0)).expr() instanceof Expr.IntLiteral literal
        ? literal.value()
        : 0;
  }

  @ParameterizedTest
  @CsvSource({
    "8@%rax, 80",
    "-4@%eax, 80",
    "2@%ax, 80",
    "1@%al, 80",
    "1@%ah, 81",
    "-4@%r8d, 72",
    "8@%r15, 0",
    "2@%r10w, 56",
    "1@%r9b, 64",
    "1@%sil, 104",
    "1@%bpl, 32",
    "8@%rsp, 152",
    "%rdi, 112"
  })
  void readsRegisters(String text, int offset) {
    UsdtArgument argument = one(text);
    assertThat(argument.place()).isEqualTo(Place.REGISTER);
    assertThat(argument.base()).contains(offset);
  }

  @Test
  void readsSizesAndSigns() {
    assertThat(one("-4@%eax").type()).isEqualTo(new Type.Int(4, true));
    assertThat(one("4@%eax").type()).isEqualTo(new Type.Int(4, false));
    assertThat(one("8f@%rax").type()).isEqualTo(new Type.Int(8, false));
    assertThat(one("%rax").type()).isEqualTo(new Type.Int(8, true));
  }

  @Test
  void readsMemory() {
    assertThat(one("-8@-0x10(%rbp)"))
        .isEqualTo(memory(true, Optional.of(32), Optional.empty(), 1, -16));
    assertThat(one("8@(%rdi)")).isEqualTo(memory(false, Optional.of(112), Optional.empty(), 1, 0));
    assertThat(one("8@4(%rdi,%rsi,8)"))
        .isEqualTo(memory(false, Optional.of(112), Optional.of(104), 8, 4));
    assertThat(one("8@(%rdi,%rsi)"))
        .isEqualTo(memory(false, Optional.of(112), Optional.of(104), 1, 0));
    assertThat(one("8@16(,%rsi,2)"))
        .isEqualTo(memory(false, Optional.empty(), Optional.of(104), 2, 16));
    assertThat(one("-8@counter(%rip)"))
        .isEqualTo(memory(true, Optional.of(128), Optional.empty(), 1, 0x2ee0));
    assertThat(one("-8@counter-16(%rip)"))
        .isEqualTo(memory(true, Optional.of(128), Optional.empty(), 1, 0x2ed0));
  }

  private static UsdtArgument memory(
      boolean signed, Optional<Integer> base, Optional<Integer> index, int scale, long number) {
    return new UsdtArgument(new Type.Int(8, signed), Place.MEMORY, base, index, scale, number);
  }

  @Test
  void readsConstants() {
    assertThat(one("-4@$-9").number()).isEqualTo(-9);
    assertThat(one("4@$0x1f").number()).isEqualTo(31);
    assertThat(one("4@$1").place()).isEqualTo(Place.CONSTANT);
    assertThat(constant("4@$-2")).isEqualTo(0xffff_fffeL);
    assertThat(constant("-4@$-2")).isEqualTo(-2);
    assertThat(constant("1@$-16")).isEqualTo(240);
    assertThat(constant("-2@$61936")).isEqualTo(-3600);
    assertThat(constant("8@$-1")).isEqualTo(-1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "8@other(%rip)",
        "8@counter+x(%rip)",
        "8@(%rip)",
        "8@%xmm0",
        "3@%eax",
        "8@",
        "8@(",
        "8@(%rdi,%rsi,3)",
        "8@$x",
        "x"
      })
  void doesNotGuess(String text) {
    assertThat(one(text).place()).isEqualTo(Place.UNKNOWN);
  }

  @Test
  void readsSeveral() {
    assertThat(parse(" -4@%edi 8@(%rsi)  4@$1 ")).hasSize(3);
    assertThat(parse("")).isEmpty();
  }
}
