package jbt.kernel.elf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import jbt.kernel.CProgram;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ElfTest {
  private static final String SOURCE =
      """
      int counter;
      static int hidden(int n) { return n + 1; }
      int visible(int n) { counter += hidden(n); return counter; }
      int main(int argc, char **argv) { return visible(argc) == 0; }
      """;

  @TempDir private Path folder;

  @Test
  void readsSymbolsAsNmDoes() throws Exception {
    Path program = CProgram.compile(folder, "symbols", SOURCE);
    try (Elf elf = Elf.open(program)) {
      assertThat(elf.fixed()).isFalse();
      assertThat(elf.symbols().isEmpty()).isFalse();
      TreeSet<String> ours = new TreeSet<>();
      elf.symbols()
          .forEach(
              symbol -> {
                if (symbol.kind() == Symbol.Kind.FUNCTION) {
                  ours.add("%016x %s".formatted(symbol.address(), symbol.name()));
                }
              });
      assertThat(ours).isEqualTo(functions(List.of("nm", program.toString())));
      Symbol visible = elf.symbols().function("visible").orElseThrow();
      assertThat(visible.global()).isTrue();
      assertThat(elf.symbols().function("hidden").orElseThrow().global()).isFalse();
      assertThat(elf.symbols().function("counter")).isEmpty();
      assertThat(elf.symbols().function("visibl")).isEmpty();
      assertThat(elf.symbols().at(visible.address())).contains(visible);
      assertThat(elf.symbols().at(visible.address() + visible.size() - 1)).contains(visible);
      assertThat(elf.symbols().at(-1)).isEmpty();
    }
  }

  @Test
  void readsTheCLibrary() throws Exception {
    Path libc = Path.of("/lib/x86_64-linux-gnu/libc.so.6");
    Assumptions.assumeTrue(Files.exists(libc), "no " + libc);
    try (Elf elf = Elf.open(libc)) {
      Symbol malloc = elf.symbols().function("malloc").orElseThrow();
      assertThat(elf.symbols().at(malloc.address() + 1).orElseThrow().address())
          .isEqualTo(malloc.address());
      long offset = elf.fileOffset(malloc.address()).orElseThrow();
      assertThat(elf.address(offset)).hasValue(malloc.address());
      assertThat(elf.buildId().orElseThrow()).matches("[0-9a-f]{40}");
    }
  }

  @Test
  void knowsBuildIdOffsetsAndFixedPrograms() throws Exception {
    Path program =
        CProgram.compile(folder, "fixed", SOURCE, "-no-pie", "-Wl,--build-id=0x0123456789abcdef");
    try (Elf elf = Elf.open(program)) {
      assertThat(elf.fixed()).isTrue();
      assertThat(elf.buildId()).contains("0123456789abcdef");
      long address = elf.symbols().function("main").orElseThrow().address();
      long offset = elf.fileOffset(address).orElseThrow();
      assertThat(offset).isLessThan(Files.size(program));
      assertThat(elf.address(offset)).hasValue(address);
      assertThat(elf.fileOffset(1)).isEmpty();
      Section text = elf.section(".text").orElseThrow();
      assertThat(text.executable()).isTrue();
      assertThat(elf.bytes(text)).hasSize((int) text.size());
      assertThat(elf.bytes(elf.section(".bss").orElseThrow())).isEmpty();
    }
  }

  @Test
  void seesThatSymbolsAreGone() throws Exception {
    Path program = CProgram.compile(folder, "bare", SOURCE, "-s", "-static");
    try (Elf elf = Elf.open(program)) {
      assertThat(elf.symbols().isEmpty()).isTrue();
      assertThat(elf.symbols().function("main")).isEmpty();
      assertThat(elf.symbols().at(elf.segments().getFirst().address())).isEmpty();
    }
  }

  @Test
  void refusesWhatIsNoProgram() throws Exception {
    Path text = Files.writeString(folder.resolve("text"), "#!/bin/sh\n");
    assertThatThrownBy(() -> Elf.open(text))
        .isInstanceOf(ElfException.class)
        .hasMessage(text + ": not an ELF file");
    Path empty = Files.createFile(folder.resolve("empty"));
    assertThatThrownBy(() -> Elf.open(empty)).hasMessage(empty + ": not an ELF file");
    assertThatThrownBy(() -> Elf.open(folder)).hasMessage(folder + ": not a regular file");
    Path small = folder.resolve("small");
    byte[] header = new byte[64];
    header[0] = 0x7f;
    header[1] = 'E';
    header[2] = 'L';
    header[3] = 'F';
    header[4] = 1;
    header[5] = 1;
    Files.write(small, header);
    assertThatThrownBy(() -> Elf.open(small))
        .hasMessage(small + ": not a 64-bit little-endian ELF file");
  }

  @Test
  void survivesDamage() throws Exception {
    byte[] whole = Files.readAllBytes(CProgram.compile(folder, "whole", SOURCE));
    Path damaged = folder.resolve("damaged");
    for (int size : new int[] {1, 63, 64, 100, whole.length / 2, whole.length - 1}) {
      Files.write(damaged, Arrays.copyOf(whole, size));
      readAll(damaged);
    }
    Random random = new Random(4);
    for (int round = 0; round < 1500; round++) {
      byte[] bytes = whole.clone();
      for (int i = 0; i < 8; i++) {
        // The header, the program header, or the section table at the end.
        int at =
            random.nextBoolean() ? random.nextInt(800) : bytes.length - 1 - random.nextInt(2000);
        bytes[at] = (byte) (random.nextBoolean() ? 0xff : random.nextInt());
      }
      Files.write(damaged, bytes);
      readAll(damaged);
    }
  }

  /** An error is fine, anything but an IOException is not. */
  private static void readAll(Path file) {
    try (Elf elf = Elf.open(file)) {
      elf.symbols().forEach(symbol -> elf.fileOffset(symbol.address()));
      elf.symbols().at(0x1139);
      elf.symbols().function("main");
      elf.buildId();
      for (Section section : elf.sections()) {
        elf.notes(section);
      }
    } catch (IOException e) {
      assertThat(e).hasMessageStartingWith(file.toString());
    }
  }

  private static Set<String> functions(List<String> nm) throws Exception {
    TreeSet<String> found = new TreeSet<>();
    for (String line : CProgram.output(nm).lines().toList()) {
      if (line.matches("[0-9a-f]{16} [tT] .*")) {
        found.add(line.substring(0, 17) + line.substring(19));
      }
    }
    return found;
  }
}
