package jbt.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import jbt.compiler.plan.LossCounter;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Keys with short and long texts: no two are taken for one, whatever their length. */
@Tag("kernel")
class TextKeysTest {
  private static final int THREADS = 2;
  private static final int TIMES = 10;
  private static final String EVENT =
      "tracepoint:syscalls:sys_enter_openat /pid == PID && args.flags & 0x400000/ ";

  /** More than a processor has slots for, which differ in the last character only. */
  private static List<String> paths() {
    List<String> paths = new ArrayList<>();
    for (int length : new int[] {1, 8, 63, 64, 65, 66, 255, 256, 257, 1024}) {
      for (char last = 'A'; last <= 'Z'; last++) {
        paths.add("p".repeat(length - 1) + last);
      }
    }
    return paths;
  }

  private static void open(List<String> paths) throws InterruptedException {
    Workload.onThreads(THREADS, () -> paths.forEach(path -> Workload.open(path, TIMES)));
  }

  @Test
  void everyTextIsAKeyOfItsOwn() throws Exception {
    try (ScriptSession session =
        ScriptSession.start(
            EVENT
                + "{ @count[str(args.filename)] = count(); @n[str(args.filename)]++;"
                + " @pair[str(args.filename), comm] = sum(2);"
                + " @both[str(args.filename), str(args.filename)] = count();"
                + " @tuple[(1, str(args.filename))] = max(args.flags);"
                + " @hist[str(args.filename)] = lhist(1, 0, 10, 1);"
                + " @last[comm, str(args.filename)] = 3; }")) {
      open(paths());
      session.stop();
      Set<List<Object>> paths = keys(path -> Stream.of(List.of(path)));
      Set<List<Object>> pairs = keys(path -> threads().map(comm -> List.of(path, comm)));
      assertThat(words(session, "@count")).isEqualTo(each(paths, (long) THREADS * TIMES));
      assertThat(words(session, "@n")).isEqualTo(each(paths, (long) THREADS * TIMES));
      assertThat(words(session, "@pair")).isEqualTo(each(pairs, 2L * TIMES));
      assertThat(words(session, "@both"))
          .isEqualTo(each(keys(path -> Stream.of(List.of(path, path))), (long) THREADS * TIMES));
      assertThat(session.rows("@last").keySet())
          .isEqualTo(keys(path -> threads().map(comm -> List.of(comm, path))));
      assertThat(session.rows("@tuple")).hasSize(paths.size());
      assertThat(session.rows("@hist").keySet()).isEqualTo(paths);
      assertThat(session.rows("@hist").values())
          .allSatisfy(
              row -> assertThat(row.buckets()).isEqualTo(Map.of(2, (long) THREADS * TIMES)));
      assertThat(session.loaded().losses()).containsOnly(0);
    }
  }

  private static Set<List<Object>> keys(Function<String, Stream<List<Object>>> of) {
    return paths().stream().flatMap(of).collect(Collectors.toSet());
  }

  private static Stream<String> threads() {
    return IntStream.range(0, THREADS).mapToObj(thread -> "load-" + thread);
  }

  private static Map<List<Object>, Long> each(Set<List<Object>> keys, long value) {
    return keys.stream().collect(Collectors.toMap(key -> key, key -> value));
  }

  private static Map<List<Object>, Long> words(ScriptSession session, String map) {
    Map<List<Object>, Long> words = new HashMap<>();
    session.rows(map).forEach((key, row) -> words.put(key, row.words().getFirst()));
    return words;
  }

  @Test
  void loopsAndDeletionsReachTextsOfAnyLength() throws Exception {
    try (ScriptSession session =
        ScriptSession.start(
            EVENT
                + "{ @[str(args.filename)] = args.dfd; @deleted[comm, str(args.filename)] = 1;"
                + " if (has_key(@deleted, (comm, str(args.filename)))) { @had = count(); }"
                + " @read = sum(@[str(args.filename)] + 2);"
                + " delete(@deleted, (comm, str(args.filename))); }"
                + " END { @len = sum(len(@));"
                + " for ($kv : @) { @found[$kv.0] = count(); @sum = sum($kv.1); }"
                + " for ($kv : @) { @rounds = count(); break; } }")) {
      open(paths());
      session.stop();
      long keys = paths().size();
      assertThat(session.words("@had")).containsExactly(keys * THREADS * TIMES);
      assertThat(session.words("@read")).containsExactly(keys * THREADS * TIMES);
      assertThat(session.words("@len")).containsExactly(keys);
      assertThat(session.rows("@deleted")).isEmpty();
      assertThat(session.words("@sum")).containsExactly(-keys);
      assertThat(session.words("@rounds")).containsExactly(1L);
      assertThat(words(session, "@found"))
          .isEqualTo(each(keys(path -> Stream.of(List.of(path))), 1));
      assertThat(session.loaded().losses()).containsOnly(0);
    }
  }

  /** One hash of a map can be full while the other is not. */
  @Test
  void aFullMapLosesWhatItHasNoRoomFor() throws Exception {
    try (ScriptSession session =
        ScriptSession.start(
            "config = { max_map_keys = 30 } " + EVENT + "{ @[str(args.filename)] = count(); }")) {
      open(paths());
      session.stop();
      long counted = words(session, "@").values().stream().mapToLong(n -> n).sum();
      long all = (long) paths().size() * THREADS * TIMES;
      assertThat(session.rows("@")).hasSize(3 * 30);
      assertThat(counted).isEqualTo(3L * 30 * THREADS * TIMES);
      assertThat(session.lost(LossCounter.Source.MAP_FULL)).isEqualTo(all - counted);
    }
  }
}
