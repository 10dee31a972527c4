package jbt.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import jbt.compiler.Compiler;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Probes at lines of the source of a program of ours. */
@Tag("kernel")
class SourceLinesTest {
  private static final String SOURCE =
      """
      volatile long sum;
      static inline __attribute__((always_inline)) void
      add(int i) {
        sum += i;
      }
      __attribute__((noinline)) void twice(int i) {
        add(i);

        if (i == 3)
          sum = 0;
        add(i);
      }
      int main(void) {
        for (int i = 0; i < 5; i++) twice(i);
        add(7);
        return 0;
      }
      """;

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-gdwarf-5",
        "-gdwarf-4",
        "-gdwarf-2 -gstrict-dwarf",
        "-gdwarf-5 -gz",
        "-gdwarf-5 -gsplit-dwarf",
        "-gdwarf-4 -gsplit-dwarf"
      })
  @Covers("uprobe, source line")
  void entersEachFunctionOnce(String options) throws Exception {
    String[] all =
        "-O1 -fdebug-prefix-map=%1$s=%1$s %2$s".formatted(folder, options).split(" ", -1);
    Path program = CProgram.compile(folder, "app", SOURCE, all);
    String script =
        """
        uprobe:FILE@app.c:4 { @inlined = count(); }
        uprobe:FILE@FOLDER/app.c:10 { @rare = count(); @probe[probe] = count(); @func[func] = count(); }
        uprobe:FILE@app.c:15 { @last = count(); }
        """
            .replace("FILE", program.toString())
            .replace("FOLDER", folder.toString());
    try (ScriptSession session = ScriptSession.start(script)) {
      assertThat(session.plan().attachPointNames())
          .contains("uprobe:" + program + "@" + folder + "/app.c:10");
      CProgram.output(List.of(program.toString()));
      session.stop();
      assertThat(session.words("@inlined")).containsExactly(6L);
      assertThat(session.words("@rare")).containsExactly(1L);
      assertThat(session.words("@func", "twice")).containsExactly(1L);
      assertThat(session.words("@last")).containsExactly(1L);
    }
    try (HostTarget target = new HostTarget("here")) {
      assertThatThrownBy(
              () -> Compiler.compile("uprobe:%s@app.c:8 {}".formatted(program), "t", target))
          .hasMessageContaining("has no code of app.c:8; the next line with code is 9");
      assertThatThrownBy(
              () -> Compiler.compile("uprobe:%s@pp.c:4 {}".formatted(program), "t", target))
          .hasMessageContaining("no debug information tells of pp.c. Compile it with -g");
    }
  }
}
