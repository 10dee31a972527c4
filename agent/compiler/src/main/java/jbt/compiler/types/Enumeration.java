package jbt.compiler.types;

import java.util.Map;

/**
 * The names that an enum gives to numbers; of two for one number the first.
 *
 * @param name empty for an anonymous one
 */
public record Enumeration(String name, Map<Long, String> names) {
  /** That of integers which are no enums. */
  public static final Enumeration NONE = new Enumeration("", Map.of());

  public Enumeration {
    names = Map.copyOf(names);
  }

  /** A number's name, or the number. */
  public String text(long number) {
    String name = names.get(number);
    return name == null ? Long.toString(number) : name;
  }
}
