package jbt.compiler.interpreter;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import jbt.compiler.Compiler;
import jbt.compiler.lang.Parameters;
import jbt.compiler.plan.KernelMap;
import jbt.compiler.plan.Plan;
import jbt.compiler.target.TracepointFormat;
import jbt.compiler.target.TracepointFormat.Field;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Functions of texts and bytes give what the same done by hand gives. */
final class CallsTest {
  private static final long FIRST = 0x7f00_1000L;
  private static final long SECOND = 0x7f00_9000L;

  private static final FixedTarget TARGET =
      new FixedTarget(
          2,
          Map.of(
              "x:call",
              new TracepointFormat(
                  1,
                  List.of(
                      new Field("n", "long", 0, 8, 8, true),
                      new Field("a", "const char *", 0, 16, 8, false),
                      new Field("b", "const char *", 0, 24, 8, false),
                      new Field("bytes", "unsigned char", 6, 32, 6, false)))));

  /** Those in which searches go round by themselves, and in which the kernel calls their rounds. */
  private static final List<Parameters> SEARCHES =
      List.of(Parameters.NONE, Parameters.NONE.carefully());

  /** What {@code printf(FORMAT, expressions)} sends for two texts and a number. */
  private static List<Object> values(String expressions, String a, String b, long n)
      throws Exception {
    return values(Parameters.NONE, expressions, a, b, n);
  }

  private static List<Object> values(
      Parameters parameters, String expressions, String a, String b, long n) throws Exception {
    int count = expressions.split(";").length;
    String script =
        "tracepoint:x:call { printf(\"%s\", %s); }"
            .formatted("%s ".repeat(count), expressions.replace(';', ','));
    Plan plan = Compiler.compile(script, "test", parameters, TARGET);
    Machine machine = new Machine(plan, 2);
    machine.begin();
    machine.environment().texts.put(FIRST, a.getBytes(StandardCharsets.ISO_8859_1));
    machine.environment().texts.put(SECOND, b.getBytes(StandardCharsets.ISO_8859_1));
    ByteBuffer record = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
    record.putLong(8, n).putLong(16, FIRST).putLong(24, SECOND);
    record.put(32, new byte[] {1, 2, 3, 'a', 'b', 'c'});
    machine.run(0, 1, record.array());
    assertThat(machine.losses()).containsOnly(0);
    return ScriptExpectations.arguments(plan, machine.drain(KernelMap.DATA_RING).getFirst());
  }

  @ParameterizedTest
  @CsvSource({
    "'',''",
    "a,''",
    "'',a",
    "a,a",
    "ab,b",
    "banana,nan",
    "banana,ban",
    "banana,ana",
    "banana,bananas",
    "aaaaaaaaab,aab",
    "abcabcabd,abcabd",
    "/usr/lib/x86_64-linux-gnu/libc.so.6,gnu/libc",
    "0123456789abcdef0123456789abcdeg,0123456789abcdeg"
  })
  void findsATextInAnother(String a, String b) throws Exception {
    long place = a.indexOf(b);
    for (Parameters way : SEARCHES) {
      assertThat(
              values(
                  way,
                  "strstr(str(args.a), str(args.b)); strcontains(str(args.a), str(args.b));"
                      + "strstr(str(args.a), \"%s\"); strstr(\"%s\", str(args.b))".formatted(b, a),
                  a,
                  b,
                  0))
          .isEqualTo(List.of(place, place >= 0 ? 1L : 0L, place, place));
    }
  }

  @Test
  void findsInLongTexts() throws Exception {
    String filler = "x".repeat(1000);
    String search = "strstr(str(args.a), str(args.b))";
    for (Parameters way : SEARCHES) {
      assertThat(values(way, search, filler + "needle", "needle", 0)).isEqualTo(List.of(1000L));
      assertThat(values(way, search, filler, filler + "y", 0)).isEqualTo(List.of(-1L));
      assertThat(values(way, search, filler + "z", filler + "z", 0)).isEqualTo(List.of(0L));
    }
  }

  @Test
  void lengths() throws Exception {
    assertThat(
            values(
                "strlen(str(args.a)); strlen(str(args.b)); strlen(comm); strlen(\"abc\");"
                    + "strcap(comm)",
                "hello",
                "",
                0))
        .isEqualTo(List.of(5L, 0L, 4L, 3L, 16L));
  }

  @Test
  void keepsTheStartOfATextOnly() throws Exception {
    String expressions =
        "str(str(args.a), 3); str(str(args.a), 8); str(str(args.a), 9); strlen(str(str(args.a), 5));"
            + "str(str(args.b), 4); str(\"literal\", 3)";
    assertThat(values(expressions, "abcdefghij", "ab", 0))
        .isEqualTo(List.of("abc", "abcdefgh", "abcdefghi", 5L, "ab", "lit"));
  }

  @Test
  void comparesBeginnings() throws Exception {
    String expressions =
        "strncmp(str(args.a), str(args.b), 4); strncmp(str(args.a), \"abcd\", 4);"
            + "strncmp(comm, str(args.b), 3); strncmp(str(args.a), str(args.b), 20);"
            + "strncmp(str(args.a), str(args.b), 0); strncmp(str(args.a), \"abcdefgh\", 3)";
    assertThat(values(expressions, "abcdef", "abcdxx", 0))
        .isEqualTo(List.of(0L, 0L, 1L, 1L, 0L, 0L));
    assertThat(values(expressions, "abc", "tes", 0)).isEqualTo(List.of(1L, 1L, 0L, 1L, 0L, 0L));
  }

  @Test
  void putsTextsTogether() throws Exception {
    assertThat(
            values(
                "str_concat(str(args.a), str(args.b)); str_concat(\"<\", str(args.a));"
                    + "str_concat(comm, \">\"); str_concat(\"a\", \"b\");"
                    + "str_concat(str(args.a), str(args.b)) == \"onetwo\"",
                "one",
                "two",
                0))
        .isEqualTo(List.of("onetwo", "<one", "test>", "ab", 1L));
    String half = "h".repeat(600);
    assertThat(values("str_concat(str(args.a), str(args.b))", half, half, 0))
        .isEqualTo(List.of((half + half).substring(0, 1024)));
  }

  @Test
  void textsThatAreMadeCanBeKept() throws Exception {
    String script =
        "tracepoint:x:call { $s = str_concat(str(args.a), \"!\"); @[$s] = count();"
            + " printf(\"%s %d\", $s, strlen($s)); }";
    Plan plan = Compiler.compile(script, "test", TARGET);
    Machine machine = new Machine(plan, 1);
    machine.begin();
    machine.environment().texts.put(FIRST, "hey".getBytes(StandardCharsets.ISO_8859_1));
    ByteBuffer record = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
    machine.run(0, 0, record.putLong(16, FIRST).array());
    machine.run(0, 0, record.array());
    assertThat(ScriptExpectations.arguments(plan, machine.drain(KernelMap.DATA_RING).getFirst()))
        .isEqualTo(List.of("hey!", 4L));
    assertThat(machine.contents(0, 0)).hasSize(1);
  }

  @Test
  void buffers() throws Exception {
    assertThat(
            values(
                "buf(args.a, 3); buf(args.a, args.n); buf(args.a, args.n + 5000);"
                    + "buf(args.bytes); buf(args.bytes, 4); buf(args.a, 0); buf(\"ab\", 0)",
                "abcdef",
                "",
                2))
        .isEqualTo(
            List.of("abc", "ab", "abcdef" + "\0".repeat(1018), "\1\2\3abc", "\1\2\3a", "", ""));
  }

  @Test
  void stacksAreKeptOnceAndToldApart() throws Exception {
    Plan plan = Compiler.compile("tracepoint:x:call { @[kstack(3)] = count(); }", "test", TARGET);
    Machine machine = new Machine(plan, 1);
    machine.begin();
    long[][] stacks = {{1, 2, 3, 4}, {1, 2, 3}, {1, 2}, {2, 1}, {}, {1, 2, 4}};
    for (int round = 0; round < 2; round++) {
      for (long[] stack : stacks) {
        machine.environment().stack = stack;
        machine.run(0, 0, new byte[64]);
      }
    }
    assertThat(machine.contents(0, 0).values())
        .containsExactlyInAnyOrder(List.of(4L), List.of(2L), List.of(2L), List.of(2L), List.of(2L));
    assertThat(machine.losses()).containsOnly(0);
  }

  @Test
  void numbersOfTheHost() throws Exception {
    assertThat(
            values(
                "nsecs(tai); jiffies; numaid; cgroup; bswap((uint16)args.n); bswap(args.n);"
                    + "syscall_name(args.n) == \"getpid\"; ncpus",
                "",
                "",
                39))
        .isEqualTo(
            List.of(1_700_000_000_000_000_000L, 4_000_000L, 0L, 77L, 39L << 8, 39L << 56, 1L, 2L));
  }

  @Test
  void joinsTexts() throws Exception {
    Plan plan =
        Compiler.compile(
            "tracepoint:x:call { join(args.a); join(args.a, \", \"); }", "test", TARGET);
    Machine machine = new Machine(plan, 1);
    machine.begin();
    String[] texts = {"ls", "-l", ""};
    for (int i = 0; i < texts.length; i++) {
      byte[] pointer = new byte[8];
      ByteBuffer.wrap(pointer).order(ByteOrder.LITTLE_ENDIAN).putLong(SECOND + 64L * i);
      machine.environment().texts.put(FIRST + 8L * i, pointer);
      machine
          .environment()
          .texts
          .put(SECOND + 64L * i, texts[i].getBytes(StandardCharsets.ISO_8859_1));
    }
    ByteBuffer record = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
    machine.run(0, 0, record.putLong(16, FIRST).array());
    assertThat(machine.drain(KernelMap.DATA_RING))
        .extracting(sent -> ScriptExpectations.arguments(plan, sent))
        .containsExactly(List.of("ls -l "), List.of("ls, -l, "));
  }

  @Test
  void comparesMemory() throws Exception {
    assertThat(
            values(
                "memcmp(args.a, args.b, 4); memcmp(args.a, args.b, 5); memcmp(args.a, args.b, 12)",
                "abcdefghijkl",
                "abcdEfghijkl",
                0))
        .isEqualTo(List.of(0L, 1L, 1L));
  }
}
