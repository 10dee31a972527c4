package jbt.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.LongStream;
import jbt.compiler.CompileException;
import jbt.compiler.Compiler;
import jbt.compiler.random.RandomScript;
import jbt.compiler.target.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Random scripts over the kernel's own structs are compiled and pass the verifier. From which seed:
 * system property {@code random.seed}; how many: {@code random.structs}.
 */
@Tag("kernel")
final class StructScriptsTest {
  private static final int SCRIPTS = Integer.getInteger("random.structs", 200);
  private static final long FIRST_SEED = Long.getLong("random.seed", 1);
  private static final int MOST_FAILURES = 3;

  @Test
  void areLoaded() {
    try (HostTarget here = new HostTarget("testhost")) {
      assumeTrue(here.kernelTypes().isPresent(), "the kernel has no type information");
      Queue<String> failures = new ConcurrentLinkedQueue<>();
      LongStream.range(FIRST_SEED, FIRST_SEED + SCRIPTS)
          .parallel()
          .filter(seed -> failures.size() < MOST_FAILURES)
          .forEach(seed -> load(seed, here, failures));
      assertThat(failures).isEmpty();
    }
  }

  /** Few rounds, but of a body that the verifier does not walk six times. */
  @Test
  void shortLoopsOfTextsAndStacksAreLoaded() throws Exception {
    String script =
        """
        interval:s:100 {
          $n = 1;
          $s = comm;
          $r = (a = 1, b = comm, c = (d = pid, e = "x"));
          @n[1] = 2;
          @s["k"] = comm;
          for ($i : 0..6) {
            @l = lhist((199 ? $n : $r.a) ^ (pid >= ($r.a | $n) | $n), 0, 100, 10);
            if ((nsecs ? "text" : $r.b) == (nsecs ? "text" : comm)) {
              print((len(kstack(2)), @s[$r.c.e],
                  (a = @n[pid], b = ($r.c.d ? $s : comm), c = ($r.c.d ? $r.c.e : comm))));
            } else { $n++; }
            unroll (4) {
              @k[kstack(3), comm] = sum(strlen(@s[$r.c.e]));
              printf("%d %s %s\\n", strlen(@s[comm]), str(curtask->mm->arg_start, 21), kstack);
            }
          }
        }
        """;
    assertLoads(script);
  }

  /** More registers are moved to the frame than it has words, but not all at a time. */
  @Test
  void muchThatIsKeptForAWhileIsLoaded() throws Exception {
    assertLoads(
        """
        BEGIN {
          unroll (3) {
            $v = (uint8)(bool)strncmp(comm, "z{{a#/_c", 7);
            unroll (3) {
              printf("%X %-7u %hd %lld\\n", -(0xa == $v ? $v + 11u : 3e2), (int64)++$v,
                  $v + 2us >= (int64)strstr(comm, "az}.%%/_"),
                  ((int8[8])(uint64)(elapsed / 3600000000000))[$v % 9]);
            }
          }
        }
        """);
  }

  private static void assertLoads(String script) throws Exception {
    try (HostTarget here = new HostTarget("testhost")) {
      assumeTrue(here.kernelTypes().isPresent(), "the kernel has no type information");
      try (LoadedPlan loaded = LoadedPlan.load(Compiler.compile(script, "test", here))) {
        assertThat(loaded.losses()).containsOnly(0);
      }
    }
  }

  private static void load(long seed, Target target, Queue<String> failures) {
    String script = StructScript.of(seed);
    try (LoadedPlan loaded =
        LoadedPlan.load(SmallMaps.of(Compiler.compile(script, "seed " + seed, target)))) {
      assertThat(loaded.losses()).containsOnly(0);
    } catch (CompileException | LoadException | RuntimeException | AssertionError e) {
      if (e instanceof CompileException && e.toString().contains(RandomScript.TOO_LARGE)) {
        // One in some hundred is larger than a program may be, and is refused in one line.
        return;
      }
      failures.add("%d:%n%s%n%s".formatted(seed, script, e));
    }
  }
}
