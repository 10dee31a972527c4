package jbt.compiler.interpreter;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import jbt.compiler.lang.Parameters;
import jbt.compiler.lang.Parameters.Circumstances;
import jbt.compiler.lang.Parameters.Unsafe;
import jbt.compiler.plan.KernelMap;
import jbt.compiler.plan.ScriptMap;
import jbt.compiler.plan.ScriptMap.Storage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Maps that the kernel keeps with each thread. */
class ThreadMapsTest {
  private static final String END = " END { clear(@s); } ";

  private static Storage storage(String script) {
    return storage(script, Parameters.NONE);
  }

  private static Storage storage(String script, Parameters parameters) {
    return ScriptRun.of(script, parameters).plan().scriptMaps().stream()
        .filter(map -> map.name().equals("@s"))
        .findFirst()
        .orElseThrow()
        .storage();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        END + "tracepoint:x:call { @s[tid] = nsecs; @n++; @last = @s[tid]; }",
        END
            + "tracepoint:x:call /@s[tid]/ { print(nsecs - @s[tid]); delete(@s[tid]); }"
            + " tracepoint:x:call { @s[tid] = nsecs; }",
        END + "tracepoint:x:call { @s[tid]++; @s[tid] += 3; print(@s[tid]--); delete(@s, tid); }",
        END
            + "tracepoint:x:call { @s[tid] = (int8)args.id; for ($i : 0..3) { @s[tid] = (int8)$i; } }",
        "END { printf(\"bye\\n\"); clear(@s); exit(); } tracepoint:x:call { @s[tid] = probe; }",
        "config = { print_maps_on_exit = false } tracepoint:x:call { @s[tid] = nsecs; }"
      })
  void areThoseThatOnlyTheirThreadSees(String script) {
    assertThat(storage(script)).isInstanceOf(Storage.Threads.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tracepoint:x:call { @s[tid] = nsecs; delete(@s[tid]); }",
        END + "tracepoint:x:call { @s[pid] = nsecs; }",
        END + "tracepoint:x:call { @s[tid, cpu] = nsecs; }",
        END + "tracepoint:x:call { @s[tid] = nsecs; @s[args.id] = 1; }",
        END + "tracepoint:x:call { @s[tid] = comm; }",
        END + "tracepoint:x:call { @s[tid] = count(); }",
        END + "tracepoint:x:call { @s[tid] = nsecs; print(@s); }",
        END + "tracepoint:x:call { @s[tid] = nsecs; clear(@s); }",
        END + "tracepoint:x:call { @s[tid] = nsecs; print(len(@s)); }",
        END + "tracepoint:x:call { @s[tid] = nsecs; print(has_key(@s, tid)); }",
        END + "tracepoint:x:call { @s[tid] = nsecs; print(delete(@s[tid])); }",
        END + "tracepoint:x:call { @s[tid] = nsecs; for ($kv : @s) { print($kv.1); } }",
        END + "let @s = lruhash(5); tracepoint:x:call { @s[tid] = nsecs; }",
        END + "profile:hz:9 { @s[tid] = nsecs; } tracepoint:x:call { }",
        END + "BEGIN { @s[tid] = 1; } tracepoint:x:call { @s[tid] = nsecs; }",
        "END /pid/ { clear(@s); } tracepoint:x:call { @s[tid] = nsecs; }",
        "END { if (pid) { exit(); } clear(@s); } tracepoint:x:call { @s[tid] = nsecs; }",
        "END { if (pid) { clear(@s); } } tracepoint:x:call { @s[tid] = nsecs; }",
        "END { zero(@s); } tracepoint:x:call { @s[tid] = nsecs; }"
      })
  void areNoOthers(String script) {
    assertThat(storage(script)).isInstanceOf(Storage.Hash.class);
  }

  @Test
  void areThoseThatAFleetDoesNotShow() {
    String script = "tracepoint:x:call { @s[tid] = nsecs; }";
    String counter = "tracepoint:x:call { @s[tid]++; }";
    assertThat(storage(script, circumstances(false, true))).isInstanceOf(Storage.Threads.class);
    assertThat(storage(counter, circumstances(false, true))).isInstanceOf(Storage.Hash.class);
    assertThat(storage(script, circumstances(false, false))).isInstanceOf(Storage.Hash.class);
  }

  @Test
  void areNoneWhereMissingKeysAreCounted() {
    String script = END + "tracepoint:x:call { @s[tid] = nsecs; }";
    assertThat(storage(script, circumstances(true, true))).isInstanceOf(Storage.Hash.class);
  }

  @Test
  void areNotMoreThanAThreadHasRoomFor() {
    String sets =
        IntStream.range(0, 65).mapToObj(i -> "@m%d[tid] = 1;".formatted(i)).collect(joining());
    List<ScriptMap> maps =
        ScriptRun.of("tracepoint:x:call {" + sets + "}", circumstances(false, true))
            .plan()
            .scriptMaps();
    assertThat(maps.subList(0, 64))
        .allMatch(map -> map.storage() instanceof Storage.Threads)
        .extracting(map -> ((Storage.Threads) map.storage()).offset())
        .containsExactlyElementsOf(IntStream.range(0, 64).mapToObj(i -> i * 8).toList());
    assertThat(maps.getLast().storage()).isInstanceOf(Storage.Hash.class);
  }

  private static Parameters circumstances(boolean failures, boolean merged) {
    return new Parameters(
        new Circumstances(
            Parameters.Mode.TRACE,
            failures,
            merged,
            Unsafe.NOT_ASKED,
            Unsafe.NOT_ASKED,
            OptionalInt.empty(),
            OptionalInt.empty()));
  }

  @Test
  void eachThreadHasItsOwn() {
    ScriptRun run =
        ScriptRun.of(
            "END { clear(@s); clear(@d); } tracepoint:x:call"
                + " { print((@s[tid], ++@d[tid])); @s[tid] = args.id;"
                + " if (args.id == 9) { delete(@s[tid]); @d[tid] -= 2; } }");
    assertThat(run.plan().maps().stream().filter(map -> map.kind() == KernelMap.Kind.THREADS))
        .containsExactly(new KernelMap("threads", KernelMap.Kind.THREADS, 4, 16, 0, false));
    fire(run, 1, 5);
    fire(run, 2, 6);
    fire(run, 1, 9);
    fire(run, 2, 7);
    fire(run, 1, 8);
    assertThat(run.lines())
        .containsExactly(tuple(0, 1), tuple(0, 1), tuple(5, 2), tuple(6, 2), tuple(0, 1));
  }

  private static void fire(ScriptRun run, int thread, long id) {
    run.onThread(thread);
    run.fire(thread % 2, id);
  }

  private static List<Object> tuple(long first, long second) {
    return List.of(List.of(first, second));
  }
}
