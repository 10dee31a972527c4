package jbt.server.targets;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** Many host names in few characters: {@code db1,web[03-07,11]}. */
public final class FoldedNames {
  private FoldedNames() {}

  /** A name split around its last number; without one, {@code digits} is empty. */
  private record Split(String head, String digits, String tail) {}

  private record Shape(String head, String tail) {}

  /**
   * The names in an order of their own, each once; {@link HostNames#expand} gives the same set
   * back.
   */
  public static String fold(Collection<String> names) {
    Map<Shape, List<String>> families =
        new TreeMap<>(Comparator.comparing(Shape::head).thenComparing(Shape::tail));
    for (String name : new TreeSet<>(names)) {
      Split split = split(name);
      families
          .computeIfAbsent(new Shape(split.head(), split.tail()), s -> new ArrayList<>())
          .add(split.digits());
    }
    List<String> parts = new ArrayList<>();
    families.forEach((shape, digits) -> parts.addAll(family(shape, digits)));
    return String.join(",", parts);
  }

  private static List<String> family(Shape shape, List<String> digits) {
    List<String> parts = new ArrayList<>();
    List<String> numbers = new ArrayList<>();
    for (String text : digits) {
      if (text.isEmpty()) {
        parts.add(shape.head() + shape.tail());
      } else {
        numbers.add(text);
      }
    }
    if (numbers.size() == 1) {
      parts.add(shape.head() + numbers.getFirst() + shape.tail());
    } else if (!numbers.isEmpty()) {
      parts.add(shape.head() + "[" + String.join(",", ranges(numbers)) + "]" + shape.tail());
    }
    return parts;
  }

  private static List<String> ranges(List<String> numbers) {
    numbers.sort(Comparator.comparingInt(String::length).thenComparingLong(Long::parseLong));
    List<String> ranges = new ArrayList<>();
    for (int first = 0; first < numbers.size(); ) {
      int last = first;
      while (last + 1 < numbers.size() && follows(numbers, first, last)) {
        last++;
      }
      String low = numbers.get(first);
      ranges.add(first == last ? low : low + "-" + numbers.get(last));
      first = last + 1;
    }
    return ranges;
  }

  /**
   * Whether the number after {@code last} goes on counting as the range from {@code first} does.
   */
  private static boolean follows(List<String> numbers, int first, int last) {
    long next = Long.parseLong(numbers.get(last)) + 1;
    return HostNames.padded(next, numbers.get(first).length()).equals(numbers.get(last + 1));
  }

  private static Split split(String name) {
    int end = name.length();
    while (end > 0 && !Character.isDigit(name.charAt(end - 1))) {
      end--;
    }
    int start = end;
    while (start > 0 && Character.isDigit(name.charAt(start - 1))) {
      start--;
    }
    String digits = name.substring(start, end);
    return HostNames.isNumber(digits)
        ? new Split(name.substring(0, start), digits, name.substring(end))
        : new Split(name, "", "");
  }
}
