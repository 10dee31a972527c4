package jbt.cli.flame;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Folded stacks as a picture: a box a function as wide as it was seen often, on top of its caller.
 * The pointer on a box shows its whole name and its share. No script is in it.
 */
public final class FlameGraph {
  private static final int WIDTH = 1200;
  private static final int EDGE = 10;
  private static final int ROW = 17;
  private static final int HEAD = 40;
  private static final double LETTER = 7.0;

  /** Narrower boxes nobody can see. */
  private static final double NARROWEST = 0.1;

  /** A function at one place of the tree. */
  private static final class Box {
    final Map<String, Box> callees = new TreeMap<>();
    long count;
  }

  private final Box root = new Box();
  private final StringBuilder out = new StringBuilder();
  private final int height;

  private FlameGraph(Folded folded) {
    folded.stacks().forEach(this::add);
    int deepest = folded.stacks().keySet().stream().mapToInt(List::size).max().orElse(0);
    height = HEAD + (1 + deepest) * ROW + EDGE;
  }

  /**
   * Draws the picture.
   *
   * @param title what stands above it
   */
  public static String svg(String title, Folded folded) {
    return new FlameGraph(folded).draw(title);
  }

  private void add(List<String> frames, long count) {
    Box box = root;
    box.count += count;
    for (String frame : frames) {
      box = box.callees.computeIfAbsent(frame, name -> new Box());
      box.count += count;
    }
  }

  private String draw(String title) {
    out.append(
        """
        <?xml version="1.0" encoding="UTF-8"?>
        <svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d">
        <style>text { font: 12px monospace; fill: #000; pointer-events: none } \
        rect { stroke: #fff; stroke-width: 0.5 } g:hover rect { stroke: #000 }</style>
        <rect width="100%%" height="100%%" fill="#fff"/>
        <text x="%d" y="24" style="font-size: 16px">%s</text>
        """
            .formatted(WIDTH, height, WIDTH, height, EDGE, escaped(title)));
    box("all", root, EDGE, WIDTH - 2.0 * EDGE, 0);
    return out.append("</svg>\n").toString();
  }

  private void box(String name, Box box, double x, double width, int level) {
    if (width < NARROWEST) {
      return;
    }
    int y = height - EDGE - (level + 1) * ROW;
    String share = number(100.0 * box.count / root.count, 2);
    out.append("<g><title>%s: %d (%s%%)</title>".formatted(escaped(name), box.count, share));
    out.append(
        "<rect x=\"%s\" y=\"%d\" width=\"%s\" height=\"%d\" fill=\"%s\"/>"
            .formatted(number(x, 1), y, number(width, 1), ROW - 1, colour(name)));
    String shown = shortened(name, (int) ((width - 6) / LETTER));
    if (!shown.isEmpty()) {
      out.append(
          "<text x=\"%s\" y=\"%d\">%s</text>"
              .formatted(number(x + 3, 1), y + ROW - 5, escaped(shown)));
    }
    out.append("</g>\n");
    double at = x;
    for (Map.Entry<String, Box> callee : box.callees.entrySet()) {
      double part = width * callee.getValue().count / box.count;
      box(callee.getKey(), callee.getValue(), at, part, level + 1);
      at += part;
    }
  }

  private static String shortened(String name, int letters) {
    return letters >= name.length()
        ? name
        : letters < 3 ? "" : name.substring(0, letters - 2) + "..";
  }

  /** Warm ones, the same for a function in every picture. */
  private static String colour(String name) {
    int hash = name.hashCode() * 0x9e3779b9;
    int green = 80 + Math.floorMod(hash, 130);
    int red = 205 + Math.floorMod(hash >> 8, 50);
    return "#%02x%02x%02x".formatted(red, green, Math.floorMod(hash >> 16, 55));
  }

  private static String number(double number, int digits) {
    return String.format(Locale.ROOT, "%." + digits + "f", number);
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
