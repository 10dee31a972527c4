package jbt.daemon.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import jbt.compiler.types.Meaning;
import jbt.compiler.types.Meaning.Stack.Mode;
import jbt.kernel.Stack;
import jbt.kernel.processes.Memories;
import jbt.kernel.symbols.KernelSymbols;
import jbt.kernel.symbols.UserSymbols;
import org.junit.jupiter.api.Test;

class StackTextsTest {
  private static String text(boolean user, Mode mode, Optional<Stack> stack) {
    return new StackTexts(
            (a, b) -> stack, KernelSymbols.ofThisHost(), new UserSymbols(new Memories(), false))
        .text(new Meaning.Stack(user, mode, 3), 1, 1);
  }

  @Test
  void framesWithoutName() {
    Optional<Stack> stack = Optional.of(new Stack(0, new long[] {0x10, 0x2f}));
    assertThat(text(false, Mode.BPFTRACE, stack)).isEqualTo("\n        0x10\n        0x2f\n");
    assertThat(text(false, Mode.RAW, stack)).isEqualTo("\n10\n2f\n");
    assertThat(text(false, Mode.PERF, stack)).isEqualTo("\n\t10 0x10\n\t2f 0x2f\n");
  }

  @Test
  void framesOfAProcessSayTheirFile() {
    int self = (int) ProcessHandle.current().pid();
    assertThat(text(true, Mode.PERF, Optional.of(new Stack(self, new long[] {0x10}))))
        .isEqualTo("\n\t10 0x10 ([unknown])\n");
  }

  @Test
  void noStackAndALostOne() {
    assertThat(text(false, Mode.BPFTRACE, Optional.empty())).contains("stack lost");
    assertThat(
            new StackTexts(
                    (a, b) -> Optional.empty(),
                    KernelSymbols.ofThisHost(),
                    new UserSymbols(new Memories(), false))
                .text(new Meaning.Stack(false, Mode.BPFTRACE, 3), 0, 0))
        .isEqualTo("\n");
  }
}
