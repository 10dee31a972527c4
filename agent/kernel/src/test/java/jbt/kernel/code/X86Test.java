package jbt.kernel.code;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jbt.kernel.elf.Elf;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class X86Test {
  private static final Pattern LINE = Pattern.compile(" +([0-9a-f]+):\t(.*)");

  private static int length(String hex) {
    return X86.length(ByteBuffer.wrap(HexFormat.of().parseHex(hex.replace(" ", ""))), 0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "55",
        "48 89 e5",
        "e8 01 02 03 04",
        "48 b8 01 02 03 04 05 06 07 08",
        "66 b8 01 02",
        "f3 0f 1e fa",
        "66 2e 0f 1f 84 00 00 00 00 00",
        "c5 f8 77",
        "c4 e2 7d 58 0d 01 02 03 04",
        "62 f1 fd 48 6f 41 01",
        "0f 84 01 02 03 04",
        "f6 c1 01",
        "f6 d9",
        "48 c7 04 24 01 00 00 00",
        "64 48 8b 04 25 28 00 00 00",
        "66 48 0f 3a 16 c0 01",
        "a1 01 02 03 04 05 06 07 08",
        "c8 01 02 03",
        "0f 05",
        "0f 0b",
        "8f e9 78 e1 c0",
        "66 0f 78 c0 01 02"
      })
  void takesWholeInstructions(String hex) {
    assertThat(length(hex)).isEqualTo(hex.replace(" ", "").length() / 2);
    assertThat(length(hex + " 00 00")).isEqualTo(hex.replace(" ", "").length() / 2);
    String cut = hex.substring(0, Math.max(0, hex.length() - 3));
    assertThat(cut.isEmpty() ? 0 : length(cut)).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"06", "0f 04", "9a", "66 66 66 66 66 66 66 66 66 66 66 66 66 66 66 66 90"})
  void knowsWhatIsNone(String hex) {
    assertThat(length(hex)).isZero();
  }

  @Test
  void survivesAnything() {
    byte[] bytes = new byte[1 << 16];
    new Random(7).nextBytes(bytes);
    ByteBuffer code = ByteBuffer.wrap(bytes);
    for (int at = 0; at < bytes.length; at++) {
      assertThat(X86.length(code, at)).isBetween(0, 15);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/lib/x86_64-linux-gnu/libc.so.6",
        "/lib/x86_64-linux-gnu/libm.so.6",
        "/usr/lib/x86_64-linux-gnu/libstdc++.so.6"
      })
  void agreesWithObjdumpOverWholeLibraries(String library) throws Exception {
    Assumptions.assumeTrue(Files.exists(Path.of(library)), library + " is not here");
    Assumptions.assumeTrue(
        Files.isExecutable(Path.of("/usr/bin/objdump")), "objdump is not installed");
    List<String> wrong = new ArrayList<>();
    int compared = 0;
    Process objdump =
        new ProcessBuilder("objdump", "-d", "--no-show-raw-insn", "-j", ".text", library).start();
    try (Elf elf = Elf.open(Path.of(library));
        BufferedReader out = objdump.inputReader()) {
      byte[] text = elf.bytes(elf.section(".text").orElseThrow());
      ByteBuffer code = ByteBuffer.wrap(text);
      long base = elf.section(".text").orElseThrow().address();
      long last = -1;
      String lastText = "(bad)";
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        Matcher matcher = LINE.matcher(line);
        if (!matcher.matches()) {
          continue;
        }
        long address = Long.parseLong(matcher.group(1), 16);
        if (comparable(lastText)) {
          compared++;
          int length = X86.length(code, (int) (last - base));
          if (length != address - last) {
            wrong.add("%x %s: %d, not %d".formatted(last, lastText, length, address - last));
          }
        }
        last = address;
        lastText = matcher.group(2);
      }
    } finally {
      objdump.destroyForcibly();
    }
    assertThat(compared).isGreaterThan(50_000);
    assertThat(wrong).isEmpty();
  }

  /** objdump joins fwait with what follows, and shows prefixes that belong to nothing. */
  private static boolean comparable(String text) {
    return !text.contains("(bad)")
        && !text.matches("f(stcw|stsw|stenv|save|init|clex) .*")
        && !text.matches("(rex|lock|data16|cs|ds|es|ss|fs|gs|repz|repnz|addr32)[.A-Z]*\\s*");
  }
}
