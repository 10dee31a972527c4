package jbt.compiler.interpreter;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import jbt.compiler.plan.Plan;
import jbt.compiler.plan.ScriptMap;
import jbt.compiler.plan.ScriptMap.Value;
import jbt.compiler.plan.Site;
import jbt.compiler.types.Type;

/** What a {@link RandomScript} must leave, in the form in which kernel memory holds it. */
public final class ScriptExpectations {
  private ScriptExpectations() {}

  /**
   * For each key as stored (without generation; with the bucket for a keyed histogram) the words of
   * the value. Words that are all zero are left out.
   */
  public static Map<Bytes, List<Long>> contents(ScriptMap map, RandomScript script) {
    Map<Bytes, List<Long>> all = new HashMap<>();
    script
        .maps()
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
    int size = map.key().stream().mapToInt(Type::storedSize).sum();
    ByteBuffer out = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < parts.size(); i++) {
      switch (parts.get(i)) {
        case Long number -> out.putLong(number);
        case String text -> out.put(padded(text, map.key().get(i).storedSize()));
        default -> throw new IllegalArgumentException("key part " + parts.get(i));
      }
    }
    return out.array();
  }

  private static byte[] padded(String text, int size) {
    return Arrays.copyOf(text.getBytes(StandardCharsets.ISO_8859_1), size);
  }

  private static List<Long> words(ScriptMap map, Object value) {
    return switch (map.value()) {
      case Value.Min min -> List.of(ScriptMap.minMax(min, (Long) value), 1L);
      case Value.Max max -> List.of(ScriptMap.minMax(max, (Long) value), 1L);
      case Value.Hist hist -> buckets(hist.buckets(), value);
      case Value.Lhist lhist -> buckets(lhist.buckets(), value);
      case Value.Plain(Type.Str type) -> {
        ByteBuffer bytes =
            ByteBuffer.wrap(padded((String) value, type.storedSize()))
                .order(ByteOrder.LITTLE_ENDIAN);
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

  /** The arguments of a record of printf, Long or String. */
  public static List<Object> arguments(Plan plan, byte[] record) {
    ByteBuffer in = ByteBuffer.wrap(record).order(ByteOrder.LITTLE_ENDIAN);
    Site site = plan.sites().get(in.getInt(8));
    in.position(24);
    if (!(site instanceof Site.Printf printf)) {
      throw new IllegalArgumentException("no printf: " + site);
    }
    List<Long> fields = new ArrayList<>();
    printf.arguments().forEach(type -> fields.add(in.getLong()));
    List<Object> arguments = new ArrayList<>();
    for (int i = 0; i < fields.size(); i++) {
      Type type = printf.arguments().get(i);
      if (type instanceof Type.Str || type instanceof Type.Buffer) {
        byte[] text = new byte[Math.toIntExact(fields.get(i))];
        in.get(text);
        arguments.add(new String(text, StandardCharsets.ISO_8859_1));
      } else {
        arguments.add(fields.get(i));
      }
    }
    if (in.hasRemaining()) {
      throw new IllegalArgumentException(in.remaining() + " bytes behind the texts");
    }
    return arguments;
  }
}
