package jbt.cli.flame;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jbt.cli.render.Bytes;
import jbt.cli.render.Table;
import jbt.cli.render.TextMap;
import jbt.server.merge.Cell;
import jbt.server.merge.Datum;
import jbt.server.merge.Row;

/** Stacks, the outermost function first, and how often each was seen. */
public final class Folded {
  /** As agents write a frame: {@code name+offset}, or with an address and perhaps a file. */
  private static final Pattern FRAME =
      Pattern.compile("(?: {8}|\t[0-9a-f]+ )?(.*?)(?:\\+[0-9]+(?: \\(.*\\))?| \\([^()]*\\))?");

  private final Map<List<String>, Long> stacks =
      new TreeMap<>(
          (a, b) -> {
            for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
              int order = a.get(i).compareTo(b.get(i));
              if (order != 0) {
                return order;
              }
            }
            return Integer.compare(a.size(), b.size());
          });

  private Folded() {}

  /** Those of all maps that have some; with several such maps each begins with its name. */
  public static Folded of(List<Table> maps) {
    List<Table> withStacks = maps.stream().filter(Folded::hasStacks).toList();
    Folded folded = new Folded();
    for (Table map : withStacks) {
      List<String> base = withStacks.size() > 1 ? List.of(map.schema().getName()) : List.of();
      map.rows().forEach(row -> folded.add(base, row));
    }
    return folded;
  }

  private static boolean hasStacks(Table map) {
    return map.rows().stream().anyMatch(row -> row.key().stream().anyMatch(Folded::isStack));
  }

  /** A stack is the only text that begins on a line of its own. */
  private static boolean isStack(Datum part) {
    return part instanceof Datum.Text(ByteString bytes)
        && bytes.size() > 0
        && bytes.byteAt(0) == '\n';
  }

  private void add(List<String> base, Row row) {
    long count = count(row.cell());
    List<String> frames = new ArrayList<>(base);
    if (row.host() != null) {
      frames.add(clean(row.host()));
    }
    for (Datum part : row.key()) {
      if (!isStack(part)) {
        Bytes text = new Bytes();
        TextMap.value(text, part);
        frames.add(clean(text.toString()));
      }
    }
    int named = frames.size();
    for (Datum part : row.key().reversed()) {
      if (isStack(part)) {
        frames.addAll(frames(((Datum.Text) part).bytes().toStringUtf8()));
      }
    }
    if (frames.size() == named) {
      frames.add("[no stack]");
    }
    if (count > 0) {
      stacks.merge(List.copyOf(frames), count, Long::sum);
    }
  }

  /** Averages and the like can't be added up: they are left out. */
  private static long count(Cell cell) {
    return switch (cell) {
      case Cell.Word word -> word.bits();
      case Cell.Extreme extreme -> extreme.bits();
      case Cell.Single(Datum.Int number) -> number.bits();
      case Cell.Histogram histogram -> histogram.total();
      case Cell.Mean _, Cell.Single _, Cell.Series _ -> 0;
    };
  }

  private static List<String> frames(String stack) {
    List<String> frames = new ArrayList<>();
    stack.lines().filter(line -> !line.isBlank()).map(Folded::name).forEach(frames::add);
    return frames.reversed();
  }

  private static String name(String line) {
    Matcher frame = FRAME.matcher(line);
    return clean(frame.matches() ? frame.group(1) : line.strip());
  }

  /** Semicolons separate frames, and no program may draw on our paper. */
  private static String clean(String name) {
    return name.replace(';', ':').replaceAll("\\p{Cntrl}", "?");
  }

  Map<List<String>, Long> stacks() {
    return stacks;
  }

  public boolean isEmpty() {
    return stacks.isEmpty();
  }

  /** A line a stack: its frames with semicolons between, a space, the count. */
  public String text() {
    StringBuilder text = new StringBuilder();
    stacks.forEach(
        (frames, count) ->
            text.append(String.join(";", frames)).append(' ').append(count).append('\n'));
    return text.toString();
  }
}
