package jbt.deploy.fleet;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a map looked like in text output: {@code @m: 5} or {@code @m[a]: 5}, and histograms. */
public final class Answer {
  private static final Pattern ENTRY = Pattern.compile("(@\\w*(?:\\[.*])?): (.*)");
  private static final Pattern HEAD =
      Pattern.compile("(@\\w*(?:\\[.*])?): ?(?:\\(\\d+/\\d+ hosts\\))?");
  private static final Pattern ROW = Pattern.compile("([\\[(].*?[\\])]) +(\\d+) \\|[@ ]*\\|");
  private static final Pattern LOSS = Pattern.compile("loss: (\\d+) events?, (.*)");

  private Answer() {}

  /** How many events the lines on standard error call lost where that is, "" for anywhere. */
  public static long lost(List<String> lines, String where) {
    long lost = 0;
    for (String line : lines) {
      Matcher loss = LOSS.matcher(line);
      if (loss.matches() && loss.group(2).contains(where)) {
        lost += Long.parseLong(loss.group(1));
      }
    }
    return lost;
  }

  /** The lines of the final result: what follows the empty lines at the end of a run. */
  public static List<String> end(List<String> lines) {
    for (int i = lines.size() - 1; i > 0; i--) {
      if (lines.get(i).isEmpty() && lines.get(i - 1).isEmpty()) {
        return lines.subList(i + 1, lines.size());
      }
    }
    throw new AssertionError("no final result in " + lines);
  }

  /** Every {@code NAME: VALUE} by name; of one that stands there twice, the last. */
  public static Map<String, String> values(List<String> lines) {
    Map<String, String> values = new LinkedHashMap<>();
    for (String line : lines) {
      Matcher entry = ENTRY.matcher(line);
      if (entry.matches()) {
        values.put(entry.group(1), entry.group(2));
      }
    }
    return values;
  }

  /** The sum of all values that the lines give that name. */
  public static long sum(List<String> lines, String name) {
    long sum = 0;
    for (String line : lines) {
      Matcher entry = ENTRY.matcher(line);
      if (entry.matches() && entry.group(1).equals(name)) {
        sum += Long.parseLong(entry.group(2).replaceFirst(" \\(.*", ""));
      }
    }
    return sum;
  }

  /** The buckets of a histogram that are not empty, by their label. */
  public static Map<String, Long> histogram(List<String> lines, String name) {
    Map<String, Long> buckets = new TreeMap<>();
    boolean inside = false;
    for (String line : lines) {
      Matcher head = HEAD.matcher(line);
      Matcher row = ROW.matcher(line);
      if (head.matches()) {
        inside = head.group(1).equals(name);
      } else if (inside && row.matches() && !row.group(2).equals("0")) {
        buckets.put(row.group(1), Long.parseLong(row.group(2)));
      }
    }
    return buckets;
  }
}
