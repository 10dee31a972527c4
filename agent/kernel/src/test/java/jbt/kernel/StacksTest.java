package jbt.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stacks of any length, of which the kernel is first asked for the beginning. */
@Tag("kernel")
class StacksTest {
  /** Calls marker() twice at each depth from 1 to 60, upwards and downwards. */
  private static final String SOURCE =
      """
      volatile long counter;
      __attribute__((noinline)) void marker(long depth) { counter += depth; }
      __attribute__((noinline)) void deep(long left, long depth) {
        if (left > 1) deep(left - 1, depth); else marker(depth);
        counter++;
      }
      int main(void) {
        for (long depth = 1; depth <= 60; depth++) deep(depth, depth);
        for (long depth = 60; depth >= 1; depth--) deep(depth, depth);
        return 0;
      }
      """;

  @TempDir private Path folder;

  @Test
  @Covers("stacks of any length")
  void haveAllTheirFrames() throws Exception {
    Path program = CProgram.compile(folder, "deep", SOURCE, "-O0", "-fno-omit-frame-pointer");
    String script =
        """
        uprobe:FILE:marker {
          @least[arg0] = min(len(ustack(raw))); @most[arg0] = max(len(ustack(raw)));
          @[ustack(raw)] = sum(arg0); @few[ustack(raw, 32)] = count(); @last = ustack(raw);
        }
        """
            .replace("FILE", program.toString());
    try (ScriptSession session = ScriptSession.start(script)) {
      CProgram.output(List.of(program.toString()));
      session.stop();
      assertThat(session.loaded().losses()).containsOnly(0);
      long above = session.words("@most", 1L).getFirst() - 1;
      Map<Long, Long> sums = new HashMap<>();
      for (long depth = 1; depth <= 60; depth++) {
        assertThat(session.words("@least", depth)).containsExactly(above + depth);
        assertThat(session.words("@most", depth)).containsExactly(above + depth);
        sums.put(above + depth, 2 * depth);
      }
      assertThat(sums(session, "@")).isEqualTo(sums);
      assertThat(sums(session, "@few")).containsKey(32L);
    }
  }

  /** What there is for the stacks of each length. */
  private static Map<Long, Long> sums(ScriptSession session, String map) {
    Map<Long, Long> sums = new HashMap<>();
    session
        .stacks(map)
        .forEach((frames, value) -> sums.merge((long) frames.size(), value, Long::sum));
    return sums;
  }
}
