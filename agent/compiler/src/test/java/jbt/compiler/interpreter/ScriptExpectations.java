package jbt.compiler.interpreter;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import jbt.compiler.plan.Plan;
import jbt.compiler.plan.ScriptMap;
import jbt.compiler.plan.ScriptMap.Value;
import jbt.compiler.plan.Site;
import jbt.compiler.types.Type;

/** What a script must leave, in the form in which kernel memory holds it. */
public final class ScriptExpectations {
  private ScriptExpectations() {}

  /**
   * What a map must hold: for each key as stored (without generation; with the bucket for a keyed
   * histogram) the words of the value. Words that are all zero are left out.
   */
  public static Map<Bytes, List<Long>> contents(
      ScriptMap map, Map<String, Map<List<Object>, Object>> expected) {
    Map<Bytes, List<Long>> all = new HashMap<>();
    expected
        .getOrDefault(map.name(), Map.of())
        .forEach(
            (parts, value) -> {
              byte[] key = key(map, parts);
              if (value instanceof Map<?, ?> buckets && !map.key().isEmpty()) {
                buckets.forEach(
                    (bucket, count) ->
                        all.put(withBucket(key, (Integer) bucket), List.of((Long) count)));
              } else {
                all.put(new Bytes(key), words(map, value));
              }
            });
    return withoutZeros(all);
  }

  public static Map<Bytes, List<Long>> withoutZeros(Map<Bytes, List<Long>> contents) {
    Map<Bytes, List<Long>> left = new HashMap<>(contents);
    left.values().removeIf(words -> words.stream().allMatch(word -> word == 0));
    return left;
  }

  private static Bytes withBucket(byte[] key, int bucket) {
    ByteBuffer out = ByteBuffer.allocate(key.length + 8).order(ByteOrder.LITTLE_ENDIAN);
    return new Bytes(out.put(key).putLong(bucket).array());
  }

  private static byte[] key(ScriptMap map, List<Object> parts) {
    return stored(new Type.Tuple(map.key()), parts);
  }

  /** Long, String or List as a type is stored. */
  private static byte[] stored(Type type, Object value) {
    ByteBuffer out = ByteBuffer.allocate(type.storedSize()).order(ByteOrder.LITTLE_ENDIAN);
    switch (value) {
      case Long number -> out.putLong(number);
      case String text -> out.put(text.getBytes(StandardCharsets.ISO_8859_1));
      case List<?> parts -> {
        for (int i = 0; i < parts.size(); i++) {
          out.put(stored(((Type.Tuple) type).parts().get(i), parts.get(i)));
        }
      }
      default -> throw new IllegalArgumentException("no value: " + value);
    }
    return out.array();
  }

  private static List<Long> words(ScriptMap map, Object value) {
    return switch (map.value()) {
      case Value.Min min -> List.of(ScriptMap.minMax(min, (Long) value), 1L);
      case Value.Max max -> List.of(ScriptMap.minMax(max, (Long) value), 1L);
      case Value.Hist hist -> buckets(hist.buckets(), value);
      case Value.Lhist lhist -> buckets(lhist.buckets(), value);
      case Value.Plain(Type type) -> {
        ByteBuffer bytes = ByteBuffer.wrap(stored(type, value)).order(ByteOrder.LITTLE_ENDIAN);
        List<Long> words = new ArrayList<>();
        while (bytes.hasRemaining()) {
          words.add(bytes.getLong());
        }
        yield words;
      }
      default -> {
        if (value instanceof List<?> pair) {
          yield List.of((Long) pair.get(0), (Long) pair.get(1));
        }
        yield List.of((Long) value);
      }
    };
  }

  private static List<Long> buckets(int count, Object value) {
    List<Long> words = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Object n = value instanceof Map<?, ?> counts ? counts.get(i) : null;
      words.add(n instanceof Long known ? known : 0L);
    }
    return words;
  }

  /**
   * A record: the arguments of printf, the value of print; for others the kind of the site, the
   * name of the map, and the parts of the key and its value or the exit code.
   */
  public static List<Object> arguments(Plan plan, byte[] record) {
    ByteBuffer in = ByteBuffer.wrap(record).order(ByteOrder.LITTLE_ENDIAN);
    Site site = plan.sites().get(in.getInt(8));
    in.position(24);
    List<Object> all =
        switch (site) {
          case Site.Printf printf -> fields(plan, printf.arguments(), in);
          case Site.Value value -> fields(plan, List.of(value.type()), in);
          case Site.Time time -> List.of();
          case Site.Print print -> {
            in.getLong();
            ScriptMap map = plan.scriptMaps().get(print.scriptMap());
            List<Object> parts = new ArrayList<>(List.of("Print", map.name()));
            if (print.oneKey()) {
              map.key().forEach(type -> parts.add(value(plan, type, in)));
              if (!ScriptMap.folds(map.value())) {
                parts.add(element(plan, map, in));
              }
            }
            yield parts;
          }
          case Site.Clear clear -> cleared(plan, "Clear", clear.scriptMap(), in);
          case Site.Zero zero -> cleared(plan, "Zero", zero.scriptMap(), in);
          case Site.Exit exit -> List.of("Exit", "", in.getLong());
          default -> throw new IllegalArgumentException("no such record: " + site);
        };
    if (in.hasRemaining()) {
      throw new IllegalArgumentException(in.remaining() + " bytes too many: " + site);
    }
    return all;
  }

  /** The value of the key that is printed, empty where it is missing. */
  private static Optional<Object> element(Plan plan, ScriptMap map, ByteBuffer in) {
    Type type = map.value() instanceof Value.Plain plain ? plain.type() : Type.INT64;
    boolean there = in.getLong() != 0;
    Object value = value(plan, type, in);
    return there ? Optional.of(value) : Optional.empty();
  }

  private static List<Object> cleared(Plan plan, String site, int map, ByteBuffer in) {
    in.getLong();
    in.getLong();
    return List.of(site, plan.scriptMaps().get(map).name());
  }

  private static List<Object> fields(Plan plan, List<Type> types, ByteBuffer in) {
    List<Object> fields = new ArrayList<>();
    for (Type type : types) {
      fields.add(text(type) ? (Object) in.getLong() : value(plan, type, in));
    }
    for (int i = 0; i < types.size(); i++) {
      if (text(types.get(i))) {
        byte[] text = new byte[Math.toIntExact((Long) fields.get(i))];
        in.get(text);
        fields.set(i, new String(text, StandardCharsets.ISO_8859_1));
      }
    }
    return fields;
  }

  /** Whether a record has its bytes behind all fields. */
  private static boolean text(Type type) {
    return type instanceof Type.Str || type instanceof Type.Buffer;
  }

  private static Object value(Plan plan, Type type, ByteBuffer in) {
    return switch (type) {
      case Type.Tuple tuple -> tuple.parts().stream().map(part -> value(plan, part, in)).toList();
      case Type.Str str -> {
        byte[] text = new byte[str.storedSize()];
        in.get(text);
        String whole = new String(text, StandardCharsets.ISO_8859_1);
        int nul = whole.indexOf('\0');
        yield nul < 0 ? whole : whole.substring(0, nul);
      }
      case Type.ProbeName probe -> plan.namesByCookie().get((int) in.getLong());
      default -> in.getLong();
    };
  }
}
