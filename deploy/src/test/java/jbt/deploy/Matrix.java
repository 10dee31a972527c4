package jbt.deploy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/**
 * Which kinds of probes the tests have shown to work on which kernel, by the reports of JUnit: a
 * test names its rows there, see {@code jbt.kernel.Covers}.
 */
final class Matrix {
  /** As a test prints it, and as JUnit's console writes what it publishes. */
  private static final Pattern ROW = Pattern.compile("\\brow: ([^\\n]+)");

  private static final int LONGEST = 60;

  private final List<String> kernels = new ArrayList<>();
  private final Map<String, Map<String, Cell>> rows = new TreeMap<>();

  /** What became of the tests of one row on one kernel. */
  private static final class Cell {
    private int passed;
    private int failed;
    private final TreeSet<String> lacks = new TreeSet<>();

    @Override
    public String toString() {
      if (failed > 0) {
        return "FAILED";
      }
      return passed > 0 ? "passed" : String.join("; ", lacks);
    }
  }

  /**
   * Prints the matrix.
   *
   * @param arguments for each column its title and then a report or a folder of reports; a title
   *     that comes again goes on with its column
   */
  public static void main(String[] arguments)
      throws IOException, ParserConfigurationException, SAXException {
    Matrix matrix = new Matrix();
    for (int i = 0; i + 1 < arguments.length; i += 2) {
      matrix.read(arguments[i], Path.of(arguments[i + 1]));
    }
    System.out.print(matrix);
  }

  /** Takes the reports of one more kernel; a path that is not there leaves its column empty. */
  void read(String kernel, Path path)
      throws IOException, ParserConfigurationException, SAXException {
    if (!kernels.contains(kernel)) {
      kernels.add(kernel);
    }
    if (!Files.exists(path)) {
      return;
    }
    try (Stream<Path> files = Files.walk(path)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".xml")).sorted().toList()) {
        NodeList tests =
            DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(file.toFile())
                .getElementsByTagName("testcase");
        for (int i = 0; i < tests.getLength(); i++) {
          take(kernel, (Element) tests.item(i));
        }
      }
    }
  }

  private void take(String kernel, Element test) {
    NodeList outputs = test.getElementsByTagName("system-out");
    for (int i = 0; i < outputs.getLength(); i++) {
      Matcher row = ROW.matcher(outputs.item(i).getTextContent());
      while (row.find()) {
        Cell cell =
            rows.computeIfAbsent(row.group(1).strip(), name -> new LinkedHashMap<>())
                .computeIfAbsent(kernel, name -> new Cell());
        NodeList skipped = test.getElementsByTagName("skipped");
        if (test.getElementsByTagName("failure").getLength()
                + test.getElementsByTagName("error").getLength()
            > 0) {
          cell.failed++;
        } else if (skipped.getLength() > 0) {
          cell.lacks.add(reason((Element) skipped.item(0)));
        } else {
          cell.passed++;
        }
      }
    }
  }

  private static String reason(Element skipped) {
    String all = skipped.getAttribute("message") + skipped.getTextContent();
    String message = "Assumption failed: ";
    int start = all.indexOf(message);
    String text = (start < 0 ? all : all.substring(start + message.length())).strip();
    String first = text.lines().findFirst().orElse("skipped");
    return first.length() > LONGEST ? first.substring(0, LONGEST - 3) + "..." : first;
  }

  @Override
  public String toString() {
    List<List<String>> table = new ArrayList<>();
    List<String> titles = new ArrayList<>(List.of("probe"));
    titles.addAll(kernels);
    table.add(titles);
    rows.forEach(
        (row, cells) -> {
          List<String> line = new ArrayList<>(List.of(row));
          kernels.forEach(
              kernel -> line.add(cells.containsKey(kernel) ? cells.get(kernel).toString() : "-"));
          table.add(line);
        });
    StringBuilder text = new StringBuilder();
    for (List<String> line : table) {
      StringBuilder one = new StringBuilder();
      for (int column = 0; column < line.size(); column++) {
        int place = column;
        int width = table.stream().mapToInt(l -> l.get(place).length()).max().orElse(0);
        one.append(line.get(column)).repeat(' ', width - line.get(column).length() + 2);
      }
      text.append(one.toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }
}
