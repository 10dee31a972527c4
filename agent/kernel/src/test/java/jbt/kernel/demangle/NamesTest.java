package jbt.kernel.demangle;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import jbt.kernel.CProgram;
import jbt.kernel.elf.Elf;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names of whole libraries, against what binutils make of them. */
class NamesTest {
  /** What the libraries do not have. */
  private static final List<String> CHOSEN =
      List.of(
          "_ZZ1fIiEvT_ENKUlS_E_clEi",
          "_ZZ1gvENKUlT_E_clIiEEDaS_",
          "_Zli2_sy",
          "_ZN1AcvPT_IiEEv",
          "_Z1fIiEDTcl1gfp_EET_",
          "_Z1fIiEDTcvT_fp_ES0_",
          "_Z1fIiEN1AIXgtT_Li3EEE1bES1_",
          "_Z1fIJEEvDpT_",
          "_Z1fIJidEEvDpSt6vectorIT_E",
          "_Z1fDv4_i",
          "_Z1fIXtl1ALi1ELi2EEEEvv",
          "_Z1fIiEPFvT_ES0_",
          "_Z1fPDoFvvE",
          "_Z1fRA3_KiA4_A5_i",
          "_Z1fM1AKFvvE",
          "_Z1fIPKcEvRKT_",
          "_ZZ1fvEs",
          "_ZDC1a1bE",
          "_ZZN1AC1EiEd_NKUlvE_clEv",
          "_Z1fv.constprop.0.cold",
          "_ZSt4moveIRiEONSt16remove_referenceIT_E4typeEOS2_",
          "_RNvC6_123foo3bar",
          "_RNqCs4fqI2P2rA04_11utf8_identsu30____7hkackfecea1cbdathfdh9hlq6y",
          "_RINbNbCskIICzLVDPPb_5alloc5alloc8box_freeDINbNiB4_5boxed5FnBoxuEp6OutputuEL_ECs1iopQbuBiw2_3std",
          "_RMCs4fqI2P2rA04_13const_genericINtB0_3FooKaVn_E",
          "_RNvMCs4fqI2P2rA04_13const_genericINtB4_3BarKc2202_E3foo",
          "not mangled",
          "_Z",
          "_ZN",
          "_R");

  @TempDir private Path folder;

  private static Set<String> symbols(Path file) throws IOException {
    TreeSet<String> names = new TreeSet<>();
    try (Elf elf = Elf.open(file)) {
      elf.symbols()
          .forEach(
              symbol -> {
                if (symbol.name().startsWith("_Z") || symbol.name().startsWith("_R")) {
                  names.add(symbol.name());
                }
              });
    }
    return names;
  }

  /** What c++filt says, in the short form that the C++ library gives, too. */
  private List<String> expected(List<String> symbols) throws Exception {
    Path filter = Path.of("/usr/bin/c++filt");
    Assumptions.assumeTrue(Files.isExecutable(filter), "binutils are not installed");
    Path input = Files.write(folder.resolve("symbols"), symbols);
    Process process =
        new ProcessBuilder(filter.toString(), "-i").redirectInput(input.toFile()).start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    return text.lines().toList();
  }

  private void agree(List<String> symbols) throws Exception {
    assertThat(symbols.stream().map(Names::readable).toList()).isEqualTo(expected(symbols));
  }

  @Test
  void readsAllNamesOfTheStandardLibraryOfCpp() throws Exception {
    Path program =
        CProgram.compileCpp(
            folder, "all", "#include <iostream>\nint main() { std::cout << 1; }", "-static");
    Set<String> symbols = symbols(program);
    String library =
        CProgram.output(List.of("/usr/bin/g++", "-print-file-name=libstdc++.so.6")).strip();
    symbols.addAll(symbols(Path.of(library)));
    assertThat(symbols).hasSizeGreaterThan(5000);
    agree(List.copyOf(symbols));
  }

  @Test
  void readsTheNamesOfRust() throws Exception {
    Path compiler = Path.of(System.getProperty("user.home"), ".cargo/bin/rustc");
    Assumptions.assumeTrue(Files.isExecutable(compiler), "rustc is not installed");
    Path source =
        Files.writeString(
            folder.resolve("hello.rs"),
            """
            trait Area { fn area(&self) -> f64; }
            struct Pair<T>(T, T);
            impl Area for Pair<f64> {
              #[inline(never)] fn area(&self) -> f64 { self.0 * self.1 }
            }
            impl<T: Copy> Pair<T> {
              #[inline(never)] fn each<F: Fn(T) -> T>(&self, f: F) -> Pair<T> { Pair(f(self.0), f(self.1)) }
            }
            fn main() {
              let shapes: Vec<Box<dyn Area>> = vec![Box::new(Pair(1.0, 2.0).each(|x| x + 1.0))];
              let sum = shapes.iter().map(|s| s.area()).fold(0.0, |a: f64, b| a + b);
              println!("{:?} {}", std::env::args().map(|a| a.len()).max(), sum);
            }
            """);
    for (String way : List.of("legacy", "v0")) {
      Path program = folder.resolve(way);
      CProgram.output(
          List.of(
              "/usr/bin/env",
              "RUSTC_BOOTSTRAP=1",
              compiler.toString(),
              "-Zunstable-options",
              "-Csymbol-mangling-version=" + way,
              "-o",
              program.toString(),
              source.toString()));
      Set<String> symbols = symbols(program);
      assertThat(symbols).hasSizeGreaterThan(200);
      assertThat(symbols).filteredOn(name -> name.contains("area")).isNotEmpty();
      agree(List.copyOf(symbols));
    }
  }

  @Test
  void readsChosenNames() throws Exception {
    agree(CHOSEN);
    assertThat(Names.declared("_Z1fIiEPFvT_ES0_")).isEqualTo("f<int>(int)");
    assertThat(Names.declared("_ZN1A1fEi")).isEqualTo("A::f(int)");
  }

  @Test
  void leavesWhatIsDamagedOrEndless() {
    assertThat(Names.readable("_Z" + "P".repeat(5000) + "i")).startsWith("_ZPPP");
    StringBuilder doubling = new StringBuilder("_Z1f1AIiiE");
    for (int i = 0; i < 60; i++) {
      String last = i == 0 ? "S0_" : "S" + Integer.toString(i, 36).toUpperCase(Locale.ROOT) + "_";
      doubling.append("1BI").append(last).append(last).append('E');
    }
    assertThat(Names.readable(doubling.toString())).isNotEmpty();
    Random random = new Random(7);
    String letters = "ZNSTIELRJPKFADXcvstgsdlp_0123456789BCMxiabhu.";
    for (int i = 0; i < 100_000; i++) {
      StringBuilder text = new StringBuilder(i % 2 == 0 ? "_Z" : "_R");
      int length = random.nextInt(30);
      for (int at = 0; at < length; at++) {
        text.append(letters.charAt(random.nextInt(letters.length())));
      }
      assertThat(Names.readable(text.toString())).isNotNull();
    }
    for (String good : CHOSEN) {
      for (int cut = 0; cut < good.length(); cut++) {
        assertThat(Names.readable(good.substring(0, cut))).isNotNull();
      }
    }
  }
}
