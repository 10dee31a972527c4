package jbt.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Texts that a program keeps or needs several times, of any length. */
@Tag("kernel")
class HeldTextsTest {
  private static final String EVENT =
      "tracepoint:syscalls:sys_enter_openat /pid == PID && args.flags & 0x400000/ ";
  private static final String TEXT_63 = "p".repeat(63);
  private static final String TEXT_64 = "p".repeat(64);
  private static final String TEXT_71 = "p".repeat(71);
  private static final String TEXT_200 = "p".repeat(200);

  /** Each after a longer one, so that what that leaves in memory would be seen. */
  private static List<String> paths() {
    List<String> paths = new ArrayList<>();
    for (int length :
        new int[] {1024, 1023, 258, 257, 256, 255, 200, 73, 72, 71, 66, 65, 64, 63, 8, 7, 1, 0}) {
      paths.add("q".repeat(1024));
      paths.add("p".repeat(length));
    }
    return paths;
  }

  private static ScriptSession run(String script) throws Exception {
    ScriptSession session = ScriptSession.start(EVENT + "{ " + script + " }");
    paths().forEach(path -> Workload.open(path, 1));
    session.stop();
    assertThat(session.loaded().losses()).containsOnly(0);
    return session;
  }

  /** How often each text is a key, as the paths make it. */
  private static Map<List<Object>, Long> counts(Function<String, Object> key) {
    return paths().stream()
        .collect(Collectors.groupingBy(path -> List.of(key.apply(path)), Collectors.counting()));
  }

  private static Map<List<Object>, Long> words(ScriptSession session, String map) {
    Map<List<Object>, Long> words = new HashMap<>();
    session.rows(map).forEach((key, row) -> words.put(key, row.words().getFirst()));
    return words;
  }

  @Test
  void aVariableIsAKey() throws Exception {
    try (ScriptSession session =
        run(
            "$s = str(args.filename); @[$s] = count(); @pair[$s, 1] = count(); @n[1, $s]++;"
                + " @set[$s] = 5; @gone[$s] = 5; @had = sum(has_key(@gone, $s)); delete(@gone[$s]);"
                + " $t = $s; @copy[$t] = count(); @tuple[(1, $s)] = count();"
                + " @both[$s, $t] = count();")) {
      assertThat(words(session, "@")).isEqualTo(counts(path -> path));
      assertThat(words(session, "@copy")).isEqualTo(counts(path -> path));
      assertThat(session.rows("@pair").keySet()).hasSameSizeAs(counts(path -> path).keySet());
      assertThat(session.rows("@n").keySet()).hasSameSizeAs(counts(path -> path).keySet());
      assertThat(session.rows("@tuple").keySet()).hasSameSizeAs(counts(path -> path).keySet());
      assertThat(session.rows("@both").keySet())
          .isEqualTo(paths().stream().map(p -> List.<Object>of(p, p)).collect(Collectors.toSet()));
      assertThat(session.rows("@set").keySet()).isEqualTo(counts(path -> path).keySet());
      assertThat(session.rows("@gone")).isEmpty();
      assertThat(session.words("@had")).containsExactly((long) paths().size());
    }
  }

  @Test
  void aTextThatIsReadTwiceIsAKey() throws Exception {
    try (ScriptSession session =
        run(
            "@[str(args.filename)] = count(); @set[str(args.filename)] = 1;"
                + " delete(@set[str(args.filename)]);"
                + " if (args.flags & 1) { @never[str(args.filename)] = count(); }"
                + " @pair[str(args.filename), str(args.filename)] = count();"
                + " @len[strlen(str(args.filename))] = count();")) {
      assertThat(words(session, "@")).isEqualTo(counts(path -> path));
      assertThat(session.rows("@set")).isEmpty();
      assertThat(session.rows("@never")).isEmpty();
      assertThat(session.rows("@pair").keySet())
          .isEqualTo(paths().stream().map(p -> List.<Object>of(p, p)).collect(Collectors.toSet()));
      assertThat(words(session, "@len")).isEqualTo(counts(path -> (long) path.length()));
    }
  }

  @Test
  void valuesOfMaps() throws Exception {
    try (ScriptSession session =
        run(
            "@v[tid] = str(args.filename); @[@v[tid]] = count(); @t[tid] = (1, str(args.filename));"
                + " @same = sum(@t[tid].1 == @v[tid]); @u = str(args.filename); @k[@u] = count();")) {
      assertThat(words(session, "@")).isEqualTo(counts(path -> path));
      assertThat(words(session, "@k")).isEqualTo(counts(path -> path));
      assertThat(session.words("@same")).containsExactly((long) paths().size());
    }
  }

  /** What is there already is not put there again, which must not show. */
  @Test
  void valuesThatAreThereAlready() throws Exception {
    try (ScriptSession session =
        run(
            "@v[tid] = str(args.filename); @[@v[tid]] = count(); @v[tid] = str(args.filename);"
                + " @same = sum(@v[tid] == str(args.filename)); @c[tid] = comm; @c[tid] = comm;"
                + " @t[tid] = (pid, comm); @t[tid] = (pid, comm);"
                + " @kept = sum(@c[tid] == comm && @t[tid].1 == comm && @t[tid].0 == pid);"
                + " $s = str(args.filename, 70); @w = args.flags & 1 ? str(args.filename) : $s;"
                + " @cut[@w] = count(); @w = \"short\"; @back = sum(@w == \"short\");")) {
      long all = paths().size();
      assertThat(words(session, "@")).isEqualTo(counts(path -> path));
      assertThat(session.words("@same")).containsExactly(all);
      assertThat(session.words("@kept")).containsExactly(all);
      assertThat(session.words("@back")).containsExactly(all);
      assertThat(words(session, "@cut"))
          .isEqualTo(counts(path -> path.substring(0, Math.min(69, path.length()))));
    }
  }

  @Test
  void comparisons() throws Exception {
    String compared =
        "@eq[%1$d] = sum(%2$s == \"%3$s\"); @ne[%1$d] = sum(%2$s != \"%3$s\");"
            + " @start[%1$d] = sum(strncmp(%2$s, \"%3$s\", %4$d) == 0);";
    StringBuilder script = new StringBuilder("$s = str(args.filename);");
    List<String> literals = List.of("", "p", "p".repeat(7), TEXT_63, TEXT_64, TEXT_71, TEXT_200);
    for (int i = 0; i < literals.size(); i++) {
      String literal = literals.get(i);
      int most = literal.length() + 1;
      script.append(compared.formatted(i, "$s", literal, most));
      script.append(compared.formatted(i + 100, "str(args.filename)", literal, most));
    }
    try (ScriptSession session = run(script.toString())) {
      for (int i = 0; i < literals.size(); i++) {
        String literal = literals.get(i);
        long equal = paths().stream().filter(literal::equals).count();
        for (long key : new long[] {i, i + 100}) {
          assertThat(session.words("@eq", key)).containsExactly(equal);
          assertThat(session.words("@ne", key)).containsExactly(paths().size() - equal);
          assertThat(session.words("@start", key)).containsExactly(equal);
        }
      }
    }
  }

  @Test
  void variablesAreComparedWithEachOther() throws Exception {
    try (ScriptSession session =
        run(
            "$s = str(args.filename); $t = $s; @same = sum($s == $t); @v = $s;"
                + " @kept = sum(@v == $s); $t = \"p\"; @p = sum($s == $t);"
                + " $t = args.flags & 1 ? str(args.filename) : \"ppppppp\"; @seven = sum($t == $s);"
                + " $t = str(args.filename, args.dfd + 9); @eight[$t] = count();"
                + " $t = str(args.filename, 66); @most[$t] = count();")) {
      long all = paths().size();
      assertThat(session.words("@same")).containsExactly(all);
      assertThat(session.words("@kept")).containsExactly(all);
      assertThat(session.words("@p")).containsExactly(1L);
      assertThat(session.words("@seven")).containsExactly(1L);
      assertThat(words(session, "@eight"))
          .isEqualTo(counts(path -> path.substring(0, Math.min(7, path.length()))));
      assertThat(words(session, "@most"))
          .isEqualTo(counts(path -> path.substring(0, Math.min(65, path.length()))));
    }
  }

  /** The body of the loop is called by the kernel: it finds the text where the program put it. */
  @Test
  void loopsShareVariables() throws Exception {
    try (ScriptSession session =
        run(
            "$s = \"\"; $i = 0; while ($i < 3) { if ($i == 1) { $s = str(args.filename); }"
                + " @in[$s] = count(); @len[strlen($s)] = count(); $i++; } @[$s] = count();"
                + " @p = sum($s == \"p\");")) {
      assertThat(words(session, "@")).isEqualTo(counts(path -> path));
      Map<List<Object>, Long> in = new HashMap<>();
      counts(path -> path).forEach((path, times) -> in.put(path, 2 * times));
      in.merge(List.of(""), (long) paths().size(), Long::sum);
      assertThat(words(session, "@in")).isEqualTo(in);
      assertThat(session.words("@len", 200L)).containsExactly(2L);
      assertThat(session.words("@p")).containsExactly(1L);
    }
  }

  @Test
  void pointersToVariables() throws Exception {
    try (ScriptSession session =
        run("$s = str(args.filename); $p = &$s; $s = str(args.filename); @[str($p)] = count();")) {
      assertThat(words(session, "@")).isEqualTo(counts(path -> path));
    }
  }
}
