package jbt.server.targets;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Sets of host names in short: {@code web[01-20,25],db1}. A range counts from its first to its last
 * number and pads with zeros to the length of the first.
 */
public final class HostNames {
  /** More hosts than one session may have; it stops a typing error from filling the memory. */
  private static final int MAX_HOSTS = 100_000;

  /** Of IPv6, the only ones that have colons. */
  private static final Pattern ADDRESS =
      Pattern.compile("[0-9a-fA-F]*:[0-9a-fA-F]*:[0-9a-fA-F:.]*");

  private HostNames() {}

  /**
   * All names of the expressions, in their order, each once.
   *
   * @throws TargetException when an expression has a mistake, or no name is left
   */
  public static List<String> expand(List<String> expressions) throws TargetException {
    Set<String> names = new LinkedHashSet<>();
    for (String expression : expressions) {
      for (String item : items(expression)) {
        expand(item, names);
      }
    }
    if (names.isEmpty()) {
      throw new TargetException("no host named");
    }
    return List.copyOf(names);
  }

  /** The parts between the commas that stand outside brackets. */
  private static List<String> items(String expression) throws TargetException {
    List<String> items = new ArrayList<>();
    int start = 0;
    int depth = 0;
    for (int i = 0; i <= expression.length(); i++) {
      char c = i < expression.length() ? expression.charAt(i) : ',';
      if (c == '[') {
        depth++;
      } else if (c == ']') {
        depth--;
      } else if (c == ',' && (depth == 0 || i == expression.length())) {
        String item = expression.substring(start, i).strip();
        if (!item.isEmpty()) {
          items.add(item);
        } else if (!expression.isBlank()) {
          throw new TargetException("an empty name in \"" + expression + "\"");
        }
        start = i + 1;
      }
      if (depth < 0 || depth > 1 || (depth == 1 && i == expression.length())) {
        throw new TargetException("brackets do not match in \"" + expression + "\"");
      }
    }
    return items;
  }

  private static void expand(String item, Set<String> names) throws TargetException {
    List<String> heads = List.of("");
    int at = 0;
    while (at < item.length()) {
      int open = item.indexOf('[', at);
      if (open < 0) {
        heads = append(heads, List.of(item.substring(at)), item);
        break;
      }
      int close = item.indexOf(']', open);
      heads = append(heads, List.of(item.substring(at, open)), item);
      heads = append(heads, numbers(item.substring(open + 1, close), item), item);
      at = close + 1;
    }
    for (String name : heads) {
      if (!isName(name)) {
        throw new TargetException("not a host name: \"" + name + "\"");
      } else if (name.indexOf(':') >= 0 && !ADDRESS.matcher(name).matches()) {
        throw new TargetException("not a host name: \"" + name + "\" (an inventory has ports)");
      }
      if (names.add(name) && names.size() > MAX_HOSTS) {
        throw new TargetException("more than " + MAX_HOSTS + " hosts");
      }
    }
  }

  private static List<String> append(List<String> heads, List<String> tails, String item)
      throws TargetException {
    if ((long) heads.size() * tails.size() > MAX_HOSTS) {
      throw new TargetException("more than " + MAX_HOSTS + " hosts in \"" + item + "\"");
    }
    List<String> all = new ArrayList<>(heads.size() * tails.size());
    for (String head : heads) {
      for (String tail : tails) {
        all.add(head + tail);
      }
    }
    return all;
  }

  /** The numbers of {@code 01-20,25} as text. */
  private static List<String> numbers(String ranges, String item) throws TargetException {
    List<String> numbers = new ArrayList<>();
    for (String range : ranges.split(",", -1)) {
      int dash = range.indexOf('-');
      String first = (dash < 0 ? range : range.substring(0, dash)).strip();
      String last = dash < 0 ? first : range.substring(dash + 1).strip();
      if (!isNumber(first) || !isNumber(last)) {
        throw new TargetException(
            "not a range of numbers: \"[" + ranges + "]\" in \"" + item + "\"");
      }
      long from = Long.parseLong(first);
      long to = Long.parseLong(last);
      if (from > to) {
        throw new TargetException("the range [" + range + "] counts down in \"" + item + "\"");
      } else if (to - from >= MAX_HOSTS) {
        throw new TargetException("more than " + MAX_HOSTS + " hosts in \"" + item + "\"");
      }
      for (long n = from; n <= to; n++) {
        numbers.add(padded(n, first.length()));
      }
    }
    return numbers;
  }

  static String padded(long number, int width) {
    String digits = Long.toString(number);
    return "0".repeat(Math.max(0, width - digits.length())) + digits;
  }

  /** Digits that fit a long. */
  static boolean isNumber(String text) {
    return !text.isEmpty()
        && text.length() <= 18
        && text.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  private static boolean isName(String name) {
    return name.length() <= 253
        && !name.isEmpty()
        && name.charAt(0) != '-'
        && name.chars()
            .allMatch(
                c ->
                    (c >= '0' && c <= '9')
                        || (c >= 'a' && c <= 'z')
                        || (c >= 'A' && c <= 'Z')
                        || c == '.'
                        || c == '_'
                        || c == '-'
                        || c == ':');
  }
}
