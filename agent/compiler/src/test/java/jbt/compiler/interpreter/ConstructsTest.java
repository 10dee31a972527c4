package jbt.compiler.interpreter;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import jbt.compiler.CompileException;
import jbt.compiler.Compiler;
import jbt.compiler.plan.KernelMap;
import jbt.compiler.plan.LossCounter;
import jbt.compiler.plan.Plan;
import jbt.compiler.plan.ScriptMap;
import jbt.compiler.plan.Site;
import jbt.compiler.target.TracepointFormat;
import jbt.compiler.target.TracepointFormat.Field;
import jbt.compiler.types.Type;
import org.junit.jupiter.api.Test;

/** Each construct of the language, run on two processors by records of two made-up tracepoints. */
final class ConstructsTest {
  private static final FixedTarget TARGET =
      new FixedTarget(
          2,
          Map.of(
              "x:call",
              new TracepointFormat(
                  1,
                  List.of(
                      new Field("id", "long", 0, 8, 8, true),
                      new Field("small", "short", 0, 16, 2, true),
                      new Field("odd", "int", 0, 18, 4, true),
                      new Field("name", "char", 8, 24, 8, true),
                      new Field("values", "unsigned int", 4, 32, 16, false),
                      new Field("text", "__data_loc char[]", 0, 48, 4, true),
                      new Field("numbers", "__data_loc u32[]", 0, 52, 4, false),
                      new Field("path", "const char *", 0, 56, 8, false))),
              "x:other",
              new TracepointFormat(2, List.of(new Field("id", "long", 0, 8, 8, true)))));

  private static final long PATH = 0x7f00_1000L;

  private Plan plan = compile("BEGIN { }");
  private Machine machine = new Machine(plan, 2);

  private static Plan compile(String script) {
    try {
      return Compiler.compile(script, "test", TARGET);
    } catch (CompileException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  private void start(String script) {
    plan = compile(script);
    machine = new Machine(plan, 2);
    machine.begin();
  }

  /** The record of x:call; text is put behind it. */
  private static byte[] call(long id) {
    ByteBuffer record = ByteBuffer.allocate(80).order(ByteOrder.LITTLE_ENDIAN);
    record.putLong(8, id).putShort(16, (short) -2).putInt(18, -70_000);
    record.put(24, "fullname".getBytes(StandardCharsets.ISO_8859_1));
    for (int i = 0; i < 4; i++) {
      record.putInt(32 + 4 * i, 100 + i);
    }
    record.putInt(48, 64 | 6 << 16).putInt(52, 72 | 8 << 16).putInt(72, 7).putInt(76, -8);
    record.put(64, "hello".getBytes(StandardCharsets.ISO_8859_1));
    record.putLong(56, PATH);
    return record.array();
  }

  private void fire(int processor, long id) {
    machine.run(plan.programs().size() - 1, processor, call(id));
  }

  private int map(String name) {
    for (int i = 0; i < plan.scriptMaps().size(); i++) {
      if (plan.scriptMaps().get(i).name().equals(name)) {
        return i;
      }
    }
    throw new IllegalArgumentException(name);
  }

  /** The first word of each key, keys as their words and texts; all-zero values left out. */
  private Map<List<Object>, Long> words(String name) {
    int map = map(name);
    Map<List<Object>, Long> all = new LinkedHashMap<>();
    ScriptExpectations.withoutZeros(machine.contents(map, machine.generation(map)))
        .forEach((key, words) -> all.put(parts(map, key), words.getFirst()));
    return all;
  }

  private List<Object> parts(int map, Bytes key) {
    ByteBuffer in = ByteBuffer.wrap(key.toArray()).order(ByteOrder.LITTLE_ENDIAN);
    List<Object> parts = new ArrayList<>();
    for (Type type : plan.scriptMaps().get(map).key()) {
      parts.add(part(type, in));
    }
    while (in.hasRemaining()) {
      parts.add(in.getLong());
    }
    return parts;
  }

  private static Object part(Type type, ByteBuffer in) {
    if (type instanceof Type.Tuple tuple) {
      return tuple.parts().stream().map(each -> part(each, in)).toList();
    }
    if (type instanceof Type.Str) {
      byte[] text = new byte[type.storedSize()];
      in.get(text);
      return new String(text, StandardCharsets.ISO_8859_1).replace("\0", "");
    }
    return in.getLong();
  }

  private long only(String name) {
    return words(name).getOrDefault(List.of(), 0L);
  }

  private List<List<Object>> lines() {
    return machine.drain(KernelMap.DATA_RING).stream()
        .map(record -> ScriptExpectations.arguments(plan, record))
        .toList();
  }

  private List<ByteBuffer> control() {
    return machine.drain(KernelMap.CONTROL_RING).stream()
        .map(record -> ByteBuffer.wrap(record).order(ByteOrder.LITTLE_ENDIAN))
        .toList();
  }

  private long loss(LossCounter.Source source) {
    long sum = 0;
    for (int i = 0; i < plan.lossCounters().size(); i++) {
      sum += plan.lossCounters().get(i).source() == source ? machine.losses()[i] : 0;
    }
    return sum;
  }

  @Test
  void countsOnAllProcessors() {
    start("tracepoint:x:call { @ = count(); @k[pid] = count(); @s = sum(args.id); }");
    fire(0, 5);
    fire(1, -7);
    assertThat(only("@")).isEqualTo(2);
    assertThat(only("@s")).isEqualTo(-2);
    assertThat(words("@k")).isEqualTo(Map.of(List.of(1000L), 2L));
  }

  @Test
  void closedGateKeepsEverythingOut() {
    start("tracepoint:x:call { @ = count(); printf(\"x\"); }");
    machine.setGates(0);
    fire(0, 5);
    assertThat(only("@")).isZero();
    assertThat(machine.drain(KernelMap.DATA_RING)).isEmpty();
  }

  @Test
  void predicateDecides() {
    start("tracepoint:x:call /args.id > 3 && comm == \"test\"/ { @[args.id] = count(); }");
    fire(0, 3);
    fire(0, 4);
    machine.environment().comm = "testing";
    fire(0, 5);
    assertThat(words("@")).isEqualTo(Map.of(List.of(4L), 1L));
  }

  @Test
  void comparesNamesOfAnyLength() {
    String name = "abc\u00e4efgh\u00e4jklmno";
    for (int i = 0; i <= name.length(); i++) {
      String literal = name.substring(0, i);
      start(
          ("tracepoint:x:call { if (comm == \"%1$s\") { @ += 1; } if (comm != \"%1$s\") { @ += 10; }"
                  + " if (strncmp(comm, \"%1$s\", %2$d) == 0) { @ += 100; }"
                  + " if (strncmp(\"%1$s\", comm, %2$d)) { @ += 1000; }"
                  + " $c = comm; @ += $c == \"%1$s\" ? 10000 : !strncmp($c, \"%1$s\", %2$d); }")
              .formatted(literal.replace("\u00e4", "\\xe4"), i));
      long expected = 0;
      for (int j = 0; j <= name.length(); j++) {
        for (String end : List.of("", "X")) {
          String comm = name.substring(0, j) + end;
          if (comm.length() < 16) {
            boolean equal = comm.equals(literal);
            boolean starts = comm.startsWith(literal);
            expected +=
                (equal ? 1 : 10) + (starts ? 100 : 1000) + (equal ? 10_000 : starts ? 1 : 0);
            machine.environment().comm = comm;
            fire(0, 1);
          }
        }
      }
      assertThat(only("@")).describedAs(literal).isEqualTo(expected);
    }
  }

  @Test
  void fieldsOfTheRecord() {
    start(
        "tracepoint:x:call { printf(\"%d %d %d %s %s %s\", args.small, args.odd,"
            + " args.values[2], args.name, args.text, str(args.path)); }");
    machine.environment().texts.put(PATH, "/etc/passwd".getBytes(StandardCharsets.ISO_8859_1));
    fire(1, 1);
    assertThat(lines())
        .isEqualTo(List.of(List.of(-2L, -70_000L, 102L, "fullname", "hello", "/etc/passwd")));
  }

  @Test
  void unreadableTextIsEmpty() {
    start("tracepoint:x:call { @[str(args.path)] = count(); printf(\"%s\", str(args.path)); }");
    fire(0, 1);
    assertThat(words("@")).isEqualTo(Map.of(List.of(""), 1L));
    assertThat(lines()).isEqualTo(List.of(List.of("")));
  }

  @Test
  void arraysAtTheEndOfTheRecord() {
    start(
        "tracepoint:x:call { $n = args.numbers; printf(\"%d %d %d %d\", args.numbers[0], $n[1],"
            + " *(int32 *)($n + 1), len(@)); @[*args.numbers] = 1; }");
    fire(0, 10);
    assertThat(lines()).isEqualTo(List.of(List.of(7L, 4294967288L, -8L, 0L)));
  }

  @Test
  void textAsLongAsAsked() {
    start("tracepoint:x:call { printf(\"%s %s\", str(args.path, 4), str(args.path, args.id)); }");
    machine.environment().texts.put(PATH, "/etc/passwd".getBytes(StandardCharsets.ISO_8859_1));
    fire(0, 6);
    fire(0, 0);
    assertThat(lines()).isEqualTo(List.of(List.of("/et", "/etc/"), List.of("/et", "")));
  }

  @Test
  void recordShipsTheBytesInUse() {
    start("tracepoint:x:call { printf(\"%s\", comm); }");
    machine.environment().comm = "ninechars";
    fire(0, 1);
    assertThat(machine.drain(KernelMap.DATA_RING))
        .singleElement()
        .satisfies(record -> assertThat(record).hasSize(24 + 8 + 9));
  }

  @Test
  void headerNamesTimeSiteProcessorAndProgram() {
    start("BEGIN { @x = 1; } tracepoint:x:call { printf(\"a\"); printf(\"%d\", pid); }");
    machine.environment().time = 777;
    fire(1, 1);
    ByteBuffer second =
        ByteBuffer.wrap(machine.drain(KernelMap.DATA_RING).get(1)).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(second.getLong()).isEqualTo(778);
    assertThat(plan.sites().get(second.getInt())).isInstanceOf(Site.Printf.class);
    assertThat(second.getInt()).isEqualTo(1);
    assertThat(second.getInt()).isEqualTo(1);
    assertThat(second.getInt()).isZero();
    assertThat(second.getLong()).isEqualTo(1000);
  }

  @Test
  void fullRingIsCounted() {
    start("tracepoint:x:call { printf(\"%d\", pid); }");
    int room = plan.maps().get(KernelMap.DATA_RING).maxEntries();
    byte[] filler = new byte[room - 100];
    machine.fill(KernelMap.DATA_RING, filler);
    fire(0, 1);
    fire(0, 1);
    fire(0, 1);
    assertThat(machine.drain(KernelMap.DATA_RING)).hasSize(3);
    assertThat(loss(LossCounter.Source.RING_FULL)).isEqualTo(1);
  }

  @Test
  void fullMapIsCounted() {
    start("tracepoint:x:call { @[args.id] = count(); @p[args.id] = 1; }");
    int entries = plan.maps().get(plan.maps().size() - 1).maxEntries();
    for (int i = 0; i < entries + 5; i++) {
      fire(i & 1, i);
    }
    assertThat(words("@")).hasSize(entries);
    assertThat(words("@p")).hasSize(entries);
    assertThat(loss(LossCounter.Source.MAP_FULL)).isEqualTo(10);
    assertThat(loss(LossCounter.Source.UPDATE_REFUSED)).isZero();
  }

  @Test
  void clearMovesToTheNextSlot() {
    start("tracepoint:x:call { @ = count(); if (args.id == 1) { print(@); clear(@); } }");
    fire(0, 0);
    fire(1, 1);
    fire(0, 0);
    assertThat(machine.generation(0)).isEqualTo(1);
    assertThat(machine.contents(0, 0).values()).containsExactly(List.of(2L));
    assertThat(machine.contents(0, 1).values()).containsExactly(List.of(1L));
    List<ByteBuffer> records = control();
    assertThat(records).hasSize(2);
    assertThat(records.get(0).getLong(24)).isZero();
    assertThat(records.get(1).getLong(24)).isZero();
    assertThat(records.get(1).getLong(32)).isEqualTo(outcome(Site.Outcome.MOVED));
  }

  private static long outcome(Site.Outcome outcome) {
    return List.of(Site.Outcome.values()).indexOf(outcome);
  }

  @Test
  void clearWithoutFreeSlotJoinsTheNext() {
    start("tracepoint:x:call { @ = count(); clear(@); }");
    for (int i = 0; i < 5; i++) {
      fire(0, 0);
    }
    assertThat(machine.generation(0)).isEqualTo(3);
    assertThat(machine.contents(0, 3).values()).containsExactly(List.of(2L));
    assertThat(control().stream().map(r -> r.getLong(32))).containsExactly(0L, 0L, 0L, 1L, 1L);
    machine.setGlobal(plan.scriptMaps().get(0).generations().orElseThrow().acknowledged(), 1);
    fire(1, 0);
    assertThat(machine.generation(0)).isEqualTo(4);
  }

  @Test
  void keyedMapCarriesItsGeneration() {
    start(
        "tracepoint:x:call { @[args.id] = sum(args.id); @p[args.id] = args.id;"
            + " if (args.id == 9) { clear(@); zero(@p); } }");
    fire(0, 3);
    fire(0, 9);
    fire(1, 3);
    assertThat(words("@")).isEqualTo(Map.of(List.of(3L), 3L));
    assertThat(words("@p")).isEqualTo(Map.of(List.of(3L), 3L));
    assertThat(machine.contents(0, 0)).hasSize(2);
  }

  /** Of 55 to 70 characters: up to 64 and more of them are in two hashes. */
  @Test
  void countsShortAndLongTextsAlike() {
    String text = "str_concat(\"" + "p".repeat(55) + "\", comm)";
    start(
        ("tracepoint:x:call { @[%1$s] = count(); @s[%1$s, comm] = sum(args.id); @c[%1$s] = count();"
                + " @t[(args.id, %1$s), %1$s]++; @h[%1$s] = lhist(args.id, 0, 30, 10);"
                + " @p[%1$s] = args.id; @d[comm, %1$s] = args.id; if (args.id == 1) {"
                + " delete(@d[comm, %1$s]); } if (args.id == 99) { clear(@c); } }")
            .formatted(text));
    machine.environment().comm = "cleared";
    fire(0, 99);
    String cleared = "p".repeat(55) + "cleared";
    Map<List<Object>, Long> count = new LinkedHashMap<>();
    Map<List<Object>, Long> sum = new LinkedHashMap<>();
    Map<List<Object>, Long> tuples = new LinkedHashMap<>();
    Map<List<Object>, Long> buckets = new LinkedHashMap<>();
    Map<List<Object>, Long> plain = new LinkedHashMap<>();
    Map<List<Object>, Long> deleted = new LinkedHashMap<>();
    for (int round = 0; round < 3; round++) {
      for (String comm :
          List.of(
              "a", "b", "12345678", "123456789", "12345678x", "1234567890", "123456789012345")) {
        machine.environment().comm = comm;
        String name = "p".repeat(55) + comm;
        long length = comm.length();
        fire(0, 1);
        fire(1, length);
        count.merge(List.of(name), 2L, Long::sum);
        sum.merge(List.of(name, comm), 1 + length, Long::sum);
        tuples.merge(List.of(List.of(1L, name), name), 1L, Long::sum);
        tuples.merge(List.of(List.of(length, name), name), 1L, Long::sum);
        buckets.merge(List.of(name, 1L), 1L, Long::sum);
        buckets.merge(List.of(name, length / 10 + 1), 1L, Long::sum);
        plain.put(List.of(name), length);
        if (length > 1) {
          deleted.put(List.of(comm, name), length);
        }
      }
    }
    assertThat(words("@c")).isEqualTo(count);
    count.put(List.of(cleared), 1L);
    sum.put(List.of(cleared, "cleared"), 99L);
    tuples.put(List.of(List.of(99L, cleared), cleared), 1L);
    buckets.put(List.of(cleared, 4L), 1L);
    plain.put(List.of(cleared), 99L);
    deleted.put(List.of("cleared", cleared), 99L);
    assertThat(words("@")).isEqualTo(count);
    assertThat(words("@s")).isEqualTo(sum);
    assertThat(words("@t")).isEqualTo(tuples);
    assertThat(words("@h")).isEqualTo(buckets);
    assertThat(words("@p")).isEqualTo(plain);
    assertThat(words("@d")).isEqualTo(deleted);
  }

  @Test
  void countsFewAndManyKeysAlike() {
    start(
        "tracepoint:x:call { @[args.id % 700] = count(); @s[args.id % 5, comm] = sum(args.id);"
            + " @m[args.id % 5] = max(args.id); @h[args.id % 5] = lhist(args.id, 0, 3000, 1000); }");
    for (ScriptMap map : plan.scriptMaps()) {
      assertThat(((ScriptMap.Storage.Hash) map.storage()).hotKeys()).isPresent();
    }
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < 700; i++) {
        fire(i % 3 == 0 ? 1 : 0, 1000 * round + i);
      }
    }
    Map<List<Object>, Long> count = new LinkedHashMap<>();
    Map<List<Object>, Long> sum = new LinkedHashMap<>();
    Map<List<Object>, Long> max = new LinkedHashMap<>();
    Map<List<Object>, Long> buckets = new LinkedHashMap<>();
    for (long round = 0; round < 3; round++) {
      for (long i = 0; i < 700; i++) {
        long id = 1000 * round + i;
        count.merge(List.of(id % 700), 1L, Long::sum);
        sum.merge(List.of(id % 5, machine.environment().comm), id, Long::sum);
        max.merge(List.of(id % 5), id ^ Long.MIN_VALUE, Math::max);
        buckets.merge(List.of(id % 5, round + 1), 1L, Long::sum);
      }
    }
    assertThat(words("@")).isEqualTo(count);
    assertThat(words("@s")).isEqualTo(sum);
    assertThat(words("@m").values()).containsExactlyInAnyOrderElementsOf(max.values());
    assertThat(words("@h")).isEqualTo(buckets);
  }

  @Test
  void aSlotBelongsToOneGeneration() {
    start("tracepoint:x:call { @[1] = count(); if (args.id == 9) { clear(@); } }");
    for (long id : new long[] {1, 1, 1, 9, 1, 1}) {
      fire(0, id);
    }
    assertThat(machine.contents(0, 0).values()).containsExactly(List.of(4L));
    assertThat(machine.contents(0, 1).values()).containsExactly(List.of(2L));
  }

  @Test
  void predicateOfTheEventIsTestedWithTheGateClosed() {
    start("tracepoint:x:call /args.id == 3 && cpu == 0/ { @ = count(); }");
    machine.setGates(0);
    fire(0, 3);
    assertThat(only("@")).isZero();
    machine.setGates(1);
    fire(0, 3);
    fire(0, 4);
    fire(1, 3);
    assertThat(only("@")).isEqualTo(1);
  }

  @Test
  void clearIsKeptBackWhenItCannotBeTold() {
    start("tracepoint:x:call { @ = count(); clear(@); }");
    machine.fill(
        KernelMap.CONTROL_RING,
        new byte[plan.maps().get(KernelMap.CONTROL_RING).maxEntries() - 16]);
    fire(0, 1);
    assertThat(machine.generation(0)).isZero();
    assertThat(loss(LossCounter.Source.CONTROL_RING_FULL)).isEqualTo(1);
  }

  @Test
  void exitClosesTheGateAndEndsTheRun() {
    start("tracepoint:x:call { if (args.id == 2) { exit(7); } @ = count(); }");
    fire(0, 1);
    fire(0, 2);
    fire(0, 3);
    assertThat(only("@")).isEqualTo(1);
    assertThat(machine.gateOpen()).isFalse();
    assertThat(control()).singleElement().satisfies(r -> assertThat(r.getLong(24)).isEqualTo(7));
  }

  @Test
  void bucketsOfEachPowerOfTwo() {
    start("tracepoint:x:call { @ = hist(args.id); @fine[0] = hist(args.id, 1); }");
    for (int power = 0; power < 63; power++) {
      fire(0, 1L << power);
      fire(0, (1L << power) - 1);
    }
    fire(0, -1);
    fire(0, Long.MIN_VALUE);
    List<Long> buckets = machine.contents(map("@"), 0).values().iterator().next();
    assertThat(buckets.get(0)).isEqualTo(2);
    assertThat(buckets.get(1)).isEqualTo(1);
    assertThat(buckets.get(2)).isEqualTo(2);
    assertThat(buckets.subList(3, 64)).containsOnly(2L);
    assertThat(buckets.get(64)).isEqualTo(1);
    // Of 2^k and 2^k - 1 the halves: 2^k begins the lower one, 2^k - 1 ends the upper one.
    assertThat(words("@fine").get(List.of(0L, 0L))).isEqualTo(2);
    assertThat(words("@fine").get(List.of(0L, 5L))).isEqualTo(1);
    assertThat(words("@fine").get(List.of(0L, 6L))).isEqualTo(1);
    assertThat(words("@fine")).hasSize(1 + 4 + 2 * 61 - 1);
  }

  @Test
  void deleteForgetsAKey() {
    start(
        "tracepoint:x:call { @h[args.id] = hist(args.id); @c[args.id] = count();"
            + " if (args.id == 2) { delete(@h[1]); delete(@c[1]); } }");
    fire(0, 1);
    fire(0, 2);
    assertThat(words("@h")).isEqualTo(Map.of(List.of(2L, 3L), 1L));
    assertThat(words("@c")).isEqualTo(Map.of(List.of(2L), 1L));
  }

  @Test
  void latencyByTwoEvents() {
    start(
        "tracepoint:x:call { $t = @start[tid]; if ($t) { @ = sum(nsecs - $t);"
            + " delete(@start[tid]); } else { @start[tid] = nsecs; } }");
    machine.environment().time = 100;
    fire(0, 1);
    machine.environment().time = 350;
    fire(1, 1);
    assertThat(only("@")).isEqualTo(250);
    assertThat(words("@start")).isEmpty();
  }

  @Test
  void builtinsOfARun() {
    start(
        "tracepoint:x:call { printf(\"%d %d %d %d %d %d %s %s\", pid, tid, uid, gid, cpu,"
            + " elapsed, comm, host); }");
    machine.setGlobal(plan.globals().startTime(), 1000);
    machine.environment().time = 1500;
    fire(1, 1);
    assertThat(lines())
        .isEqualTo(List.of(List.of(1000L, 1001L, 10L, 20L, 1L, 500L, "test", "testhost")));
  }

  @Test
  void probeIsTheCookie() {
    start("tracepoint:x:* { @[probe] = count(); }");
    for (int program = 0; program < plan.programs().size(); program++) {
      for (int cookie = 1; cookie <= plan.attachPointNames().size(); cookie++) {
        machine.environment().cookie = cookie;
        machine.run(program, 0, call(1));
      }
    }
    long runs = (long) plan.programs().size() * plan.attachPointNames().size();
    assertThat(words("@").values().stream().mapToLong(n -> n).sum()).isEqualTo(runs);
    assertThat(words("@").keySet()).hasSize(plan.attachPointNames().size());
  }

  @Test
  void manyArguments() {
    StringBuilder format = new StringBuilder();
    StringBuilder arguments = new StringBuilder();
    List<Object> expected = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      format.append("%d %s ");
      arguments.append(", args.id + ").append(i).append(", comm");
      expected.add(100L + i);
      expected.add("test");
    }
    start("tracepoint:x:call { printf(\"" + format + "\"" + arguments + "); }");
    fire(0, 100);
    assertThat(lines()).isEqualTo(List.of(expected));
  }

  @Test
  void expressionThatNeedsMoreRegistersThanThereAre() {
    StringBuilder sum = new StringBuilder();
    long expected = 0;
    for (int i = 1; i <= 40; i++) {
      sum.append("(args.id * ").append(i).append(" + ");
      expected += 3L * i;
    }
    sum.append("rand").append(")".repeat(40));
    start("tracepoint:x:call { @ = sum(" + sum + "); }");
    machine.environment().random = 1;
    fire(0, 3);
    assertThat(only("@")).isEqualTo(expected + 1);
  }

  @Test
  void samePlanEveryTime() {
    String script = "tracepoint:x:call { @[comm, pid] = hist(args.id); print(@); clear(@); }";
    Plan first = compile(script);
    assertThat(compile(script)).isEqualTo(first);
    assertThat(first.scriptMaps()).singleElement().extracting(ScriptMap::name).isEqualTo("@");
  }
}
