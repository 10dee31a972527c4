package jbt.compiler.interpreter;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * A random well-typed script of one BEGIN block, with what it must leave in its maps and print:
 * each construct is evaluated in Java while its text is made. The same seed gives the same script.
 */
public final class RandomScript {
  private static final int LOCALS = 3;
  private static final int DEEPEST = 3;
  private static final String LETTERS = "abcxyz _/.";

  /** What is in each map: for each key its value, see {@link #maps}. */
  private final Map<String, Map<List<Object>, Object>> maps = new TreeMap<>();

  private final List<List<Object>> lines = new ArrayList<>();
  private final Random random;
  private final StringBuilder text = new StringBuilder();
  private final long[] numbers = new long[LOCALS];
  private final String[] strings = new String[LOCALS];
  private int clears;

  /** A piece of script and its value. */
  private record Known(String text, long value) {}

  private record Text(String text, String value) {}

  private record Truth(String text, boolean value) {}

  private RandomScript(long seed) {
    random = new Random(seed);
  }

  public static RandomScript of(long seed) {
    RandomScript script = new RandomScript(seed);
    script.make();
    return script;
  }

  public String text() {
    return text.toString();
  }

  /**
   * By name with "@", then by key parts (Long or String). Values: Long; String; for avg and stats a
   * list of total and count; for hist and lhist a map from bucket to count.
   */
  public Map<String, Map<List<Object>, Object>> maps() {
    return maps;
  }

  /** The arguments of each printf that ran, Long or String. */
  public List<List<Object>> lines() {
    return lines;
  }

  private void make() {
    text.append("BEGIN {\n");
    for (int i = 0; i < LOCALS; i++) {
      // By way of maps, so that the compiler does not know them.
      numbers[i] = random.nextInt(100) - 50L;
      text.append("  @n[%d] = (int64)%d;\n  $n%d = @n[%d];\n".formatted(i, numbers[i], i, i));
      strings[i] = string(12);
      text.append("  @s[%d] = \"%s\";\n  $s%d = @s[%d];\n".formatted(i, strings[i], i, i));
      map("@n").put(List.of((long) i), numbers[i]);
      map("@s").put(List.of((long) i), strings[i]);
    }
    statements(3 + random.nextInt(10), 0, true);
    text.append("}\n");
  }

  private void statements(int count, int depth, boolean runs) {
    for (int i = 0; i < count; i++) {
      statement(depth, runs);
    }
  }

  private void line(int depth, String statement) {
    text.append("  ".repeat(depth + 1)).append(statement).append(";\n");
  }

  private void statement(int depth, boolean runs) {
    switch (random.nextInt(19)) {
      case 0 -> {
        int local = random.nextInt(LOCALS);
        Known value = number(DEEPEST);
        line(depth, "$n%d = %s".formatted(local, value.text));
        numbers[local] = runs ? value.value : numbers[local];
      }
      case 1 -> {
        int local = random.nextInt(LOCALS);
        Text value = text(2);
        line(depth, "$s%d = %s".formatted(local, value.text));
        strings[local] = runs ? value.value : strings[local];
      }
      case 2 -> stepLocal(depth, runs);
      case 3 -> branch(depth, runs);
      case 4 -> put(depth, runs, "@plain", List.of(), number(DEEPEST));
      case 5 -> put(depth, runs, "@plaink", List.of(number(1)), number(DEEPEST));
      case 6 -> put(depth, runs, "@pairs", List.of(number(1), text(1)), number(2));
      case 7 -> {
        Text key = text(1);
        Text value = text(1);
        line(depth, "@texts[%s] = %s".formatted(key.text, value.text));
        if (runs) {
          map("@texts").put(List.of(key.value), value.value);
        }
      }
      case 8 -> count(depth, runs);
      case 9 -> total(depth, runs, "@sum", List.of(text(1)), "sum");
      case 10 -> total(depth, runs, "@sum1", List.of(), "sum");
      case 11 -> extreme(depth, runs);
      case 12 -> average(depth, runs);
      case 13 -> histogram(depth, runs);
      case 14 -> print(depth, runs);
      case 15 -> change(depth, runs);
      case 16 -> {
        Text value = text(1);
        line(depth, "@text = " + value.text);
        if (runs) {
          map("@text").put(List.of(), value.value);
        }
      }
      case 17 -> {
        Known a = number(1);
        Text b = text(1);
        line(depth, "$t = (%s, %s)".formatted(a.text, b.text));
        line(depth, "@pairs[$t.0, $t.1] = $t.0 * 2");
        if (runs) {
          map("@pairs").put(List.of(a.value, b.value), a.value * 2);
        }
      }
      default -> remove(depth, runs);
    }
  }

  private Map<List<Object>, Object> map(String name) {
    return maps.computeIfAbsent(name, n -> new LinkedHashMap<>());
  }

  private void put(int depth, boolean runs, String map, List<Object> key, Known value) {
    line(depth, map + keyText(key) + " = " + value.text);
    if (runs) {
      map(map).put(keyValue(key), value.value);
    }
  }

  private static String keyText(List<Object> key) {
    if (key.isEmpty()) {
      return "";
    }
    List<String> parts = new ArrayList<>();
    for (Object part : key) {
      parts.add(part instanceof Known n ? n.text : part instanceof Text t ? t.text : "");
    }
    return "[" + String.join(", ", parts) + "]";
  }

  private static List<Object> keyValue(List<Object> key) {
    List<Object> parts = new ArrayList<>();
    for (Object part : key) {
      if (part instanceof Known n) {
        parts.add(n.value);
      } else if (part instanceof Text t) {
        parts.add(t.value);
      }
    }
    return parts;
  }

  private void stepLocal(int depth, boolean runs) {
    int from = random.nextInt(LOCALS);
    int to = (from + 1) % LOCALS;
    boolean up = random.nextBoolean();
    String step = up ? "++" : "--";
    long by = up ? 1 : -1;
    Known more = number(1);
    boolean uses = more.text.contains("$n" + from);
    Known other = uses ? new Known("7", 7) : more;
    if (random.nextBoolean()) {
      line(depth, "$n%d = $n%d%s + %s".formatted(to, from, step, other.text));
      if (runs) {
        numbers[to] = numbers[from] + other.value;
        numbers[from] += by;
      }
    } else {
      line(depth, "$n%d = %s - %s$n%d".formatted(to, other.text, step, from));
      if (runs) {
        numbers[from] += by;
        numbers[to] = other.value - numbers[from];
      }
    }
  }

  private void branch(int depth, boolean runs) {
    if (depth >= 2) {
      line(depth, "$n0 += 1");
      numbers[0] += runs ? 1 : 0;
      return;
    }
    Truth condition = truth(2);
    text.append("  ".repeat(depth + 1)).append("if (%s) {\n".formatted(condition.text));
    statements(1 + random.nextInt(3), depth + 1, runs && condition.value);
    if (random.nextBoolean()) {
      text.append("  ".repeat(depth + 1)).append("} else {\n");
      statements(1 + random.nextInt(3), depth + 1, runs && !condition.value);
    }
    text.append("  ".repeat(depth + 1)).append("}\n");
  }

  private void count(int depth, boolean runs) {
    Known key = number(1);
    boolean keyed = random.nextBoolean();
    line(depth, keyed ? "@count[%s] = count()".formatted(key.text) : "@count1 = count()");
    if (runs) {
      Map<List<Object>, Object> map = map(keyed ? "@count" : "@count1");
      map.merge(keyed ? List.of(key.value) : List.of(), 1L, (a, b) -> (long) a + (long) b);
    }
  }

  private void total(int depth, boolean runs, String map, List<Object> key, String function) {
    Known value = number(2);
    line(depth, "%s%s = %s(%s)".formatted(map, keyText(key), function, value.text));
    if (runs) {
      map(map).merge(keyValue(key), value.value, (a, b) -> (long) a + (long) b);
    }
  }

  private void extreme(int depth, boolean runs) {
    Known value = number(2);
    boolean least = random.nextBoolean();
    boolean keyed = random.nextBoolean();
    Text key = text(1);
    String map = (least ? "@min" : "@max") + (keyed ? "" : "1");
    String keyText = keyed ? "[" + key.text + "]" : "";
    line(depth, "%s%s = %s(%s)".formatted(map, keyText, least ? "min" : "max", value.text));
    if (runs) {
      map(map)
          .merge(
              keyed ? List.of(key.value) : List.of(),
              value.value,
              (a, b) -> least ? Math.min((long) a, (long) b) : Math.max((long) a, (long) b));
    }
  }

  private void average(int depth, boolean runs) {
    Known value = number(2);
    boolean keyed = random.nextBoolean();
    Known key = number(1);
    String function = keyed ? "stats" : "avg";
    String map = "@" + function;
    line(
        depth,
        "%s%s = %s(%s)".formatted(map, keyed ? "[" + key.text + "]" : "", function, value.text));
    if (runs) {
      map(map)
          .merge(
              keyed ? List.of(key.value) : List.of(),
              List.of(value.value, 1L),
              (a, b) -> List.of(at(a, 0) + at(b, 0), at(a, 1) + at(b, 1)));
    }
  }

  private static long at(Object pair, int place) {
    return pair instanceof List<?> list && list.get(place) instanceof Long n ? n : 0;
  }

  private void histogram(int depth, boolean runs) {
    Known value = number(2);
    Known key = number(1);
    boolean linear = random.nextBoolean();
    boolean keyed = random.nextBoolean();
    String map = (linear ? "@lhist" : "@hist") + (keyed ? "k" : "");
    String keyText = keyed ? "[" + key.text + "]" : "";
    String arguments = linear ? ", 0, 100, 7" : keyed ? ", 2" : "";
    String function = linear ? "lhist" : "hist";
    line(depth, "%s%s = %s(%s%s)".formatted(map, keyText, function, value.text, arguments));
    if (runs) {
      int bucket = linear ? linear(value.value) : logarithmic(value.value, keyed ? 2 : 0);
      List<Object> place = keyed ? List.of(key.value) : List.of();
      Object buckets = map(map).computeIfAbsent(place, k -> new HashMap<Integer, Long>());
      if (buckets instanceof Map<?, ?> old) {
        Map<Integer, Long> counts = new HashMap<>();
        old.forEach((k, v) -> counts.put((Integer) k, (Long) v));
        counts.merge(bucket, 1L, Long::sum);
        map(map).put(place, counts);
      }
    }
  }

  private static int linear(long value) {
    if (value < 0) {
      return 0;
    }
    return value >= 100 ? 16 : 1 + (int) (value / 7);
  }

  private static int logarithmic(long value, int bits) {
    if (value < 0) {
      return 0;
    }
    if (value < 2L << bits) {
      return 1 + (int) value;
    }
    int power = 63 - Long.numberOfLeadingZeros(value);
    int first = 1 + (2 << bits) + (power - bits - 1) * (1 << bits);
    return first + (int) (value >> (power - bits)) - (1 << bits);
  }

  private void print(int depth, boolean runs) {
    Known a = number(2);
    Text b = text(1);
    Known c = number(1);
    boolean texts = random.nextBoolean();
    if (texts) {
      line(
          depth,
          "printf(\"%%lld %%s %%lld %%s\\n\", %s, %s, %s, $s0)".formatted(a.text, b.text, c.text));
    } else {
      line(depth, "printf(\"%%lld %%lld\\n\", %s, %s)".formatted(a.text, c.text));
    }
    if (runs) {
      lines.add(texts ? List.of(a.value, b.value, c.value, strings[0]) : List.of(a.value, c.value));
    }
  }

  private void change(int depth, boolean runs) {
    Known key = number(1);
    Known by = number(1);
    switch (random.nextInt(4)) {
      case 0 -> {
        line(depth, "@counter[%s]++".formatted(key.text));
        add(runs, "@counter", List.of(key.value), 1);
      }
      case 1 -> {
        line(depth, "@counter[%s] += %s".formatted(key.text, by.text));
        add(runs, "@counter", List.of(key.value), by.value);
      }
      case 2 -> {
        line(depth, "@seen[%s] -= %s".formatted(key.text, by.text));
        add(runs, "@seen", List.of(key.value), -by.value);
      }
      default -> {
        int local = random.nextInt(LOCALS);
        line(depth, "$n%d = @seen[%s]++".formatted(local, key.text));
        if (runs) {
          numbers[local] = value("@seen", List.of(key.value));
        }
        add(runs, "@seen", List.of(key.value), 1);
      }
    }
  }

  private void add(boolean runs, String map, List<Object> key, long by) {
    if (runs) {
      map(map).merge(key, by, (a, b) -> (long) a + (long) b);
    }
  }

  private void remove(int depth, boolean runs) {
    Known key = number(1);
    if (clears < 2 && random.nextInt(3) == 0) {
      String map = random.nextBoolean() ? "@plaink" : "@count";
      // A map that is only cleared has no type.
      line(depth, map.equals("@plaink") ? "@plaink[1] = (int64)2" : "@count[(int64)1] = count()");
      line(depth, (random.nextBoolean() ? "clear(" : "zero(") + map + ")");
      clears++;
      if (runs) {
        map(map).clear();
      }
      return;
    }
    line(depth, "@plaink[%s] = (int64)3".formatted(key.text));
    line(depth, "delete(@plaink[%s])".formatted(key.text));
    if (runs) {
      map("@plaink").remove(List.of(key.value));
    }
  }

  private long value(String map, List<Object> key) {
    return map(map).get(key) instanceof Long n ? n : 0;
  }

  private String string(int longest) {
    StringBuilder out = new StringBuilder();
    int length = random.nextInt(longest + 1);
    for (int i = 0; i < length; i++) {
      out.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
    }
    return out.toString();
  }

  private Known literal() {
    long value = random.nextInt(8) == 0 ? random.nextInt() & 0x7fffffff : random.nextInt(20);
    return new Known("(int64)" + value, value);
  }

  /** A number that is not known when the script is compiled. */
  private Known variable() {
    if (random.nextInt(4) == 0 && text.indexOf("@plain =") >= 0) {
      return new Known("@plain", value("@plain", List.of()));
    }
    return local();
  }

  private Known local() {
    int local = random.nextInt(LOCALS);
    return new Known("$n" + local, numbers[local]);
  }

  private Known number(int depth) {
    if (depth == 0 || random.nextInt(3) == 0) {
      return random.nextInt(3) == 0 ? literal() : variable();
    }
    if (random.nextInt(8) == 0) {
      Truth condition = truth(depth - 1);
      Known a = number(depth - 1);
      Known b = number(depth - 1);
      return new Known(
          "(%s ? %s : %s)".formatted(condition.text, a.text, b.text),
          condition.value ? a.value : b.value);
    }
    if (random.nextInt(8) == 0) {
      Known a = variable();
      return random.nextBoolean()
          ? new Known("(-" + a.text + ")", -a.value)
          : new Known("(~" + a.text + ")", ~a.value);
    }
    if (random.nextInt(8) == 0) {
      Known a = variable();
      int bits = 8 << random.nextInt(3);
      return new Known("(int64)(int%d)%s".formatted(bits, a.text), narrowed(a.value, bits));
    }
    return operation(depth);
  }

  private static long narrowed(long value, int bits) {
    return value << (64 - bits) >> (64 - bits);
  }

  private Known operation(int depth) {
    Known a = variable();
    Known b = number(depth - 1);
    if (b.text.startsWith("(int64)") && b.value == 0) {
      b = new Known("(int64)3", 3);
    }
    String[] operators = {"+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>"};
    String operator = operators[random.nextInt(operators.length)];
    if (operator.equals("<<") || operator.equals(">>")) {
      b = new Known("%d".formatted(b.value & 31), b.value & 31);
    }
    long value =
        switch (operator) {
          case "+" -> a.value + b.value;
          case "-" -> a.value - b.value;
          case "*" -> a.value * b.value;
          case "/" -> b.value == 0 ? 1 : a.value / b.value;
          case "%" -> b.value == 0 ? 1 : a.value % b.value;
          case "&" -> a.value & b.value;
          case "|" -> a.value | b.value;
          case "^" -> a.value ^ b.value;
          case "<<" -> a.value << b.value;
          default -> a.value >> b.value;
        };
    return new Known("(%s %s %s)".formatted(a.text, operator, b.text), value);
  }

  private Truth truth(int depth) {
    if (depth > 0 && random.nextInt(3) == 0) {
      Truth a = truth(depth - 1);
      Truth b = truth(depth - 1);
      return switch (random.nextInt(3)) {
        case 0 -> new Truth("(%s && %s)".formatted(a.text, b.text), a.value && b.value);
        case 1 -> new Truth("(%s || %s)".formatted(a.text, b.text), a.value || b.value);
        default -> new Truth("!(%s)".formatted(a.text), !a.value);
      };
    }
    if (random.nextInt(4) == 0) {
      Text a = text(0);
      Text b = text(0);
      boolean equal = a.value.equals(b.value);
      return random.nextBoolean()
          ? new Truth("%s == %s".formatted(a.text, b.text), equal)
          : new Truth("%s != %s".formatted(a.text, b.text), !equal);
    }
    Known a = variable();
    Known b = number(Math.max(0, depth - 1));
    return switch (random.nextInt(6)) {
      case 0 -> new Truth("%s < %s".formatted(a.text, b.text), a.value < b.value);
      case 1 -> new Truth("%s <= %s".formatted(a.text, b.text), a.value <= b.value);
      case 2 -> new Truth("%s > %s".formatted(a.text, b.text), a.value > b.value);
      case 3 -> new Truth("%s >= %s".formatted(a.text, b.text), a.value >= b.value);
      case 4 -> new Truth("%s == %s".formatted(a.text, b.text), a.value == b.value);
      default -> new Truth("%s != %s".formatted(a.text, b.text), a.value != b.value);
    };
  }

  private Text text(int depth) {
    int local = random.nextInt(LOCALS);
    if (depth > 0 && random.nextInt(4) == 0) {
      Truth condition = truth(0);
      Text a = text(0);
      Text b = text(0);
      return new Text(
          "(%s ? %s : %s)".formatted(condition.text, a.text, b.text),
          condition.value ? a.value : b.value);
    }
    if (random.nextInt(3) == 0) {
      String value = string(20);
      return new Text("\"" + value + "\"", value);
    }
    return new Text("$s" + local, strings[local]);
  }
}
