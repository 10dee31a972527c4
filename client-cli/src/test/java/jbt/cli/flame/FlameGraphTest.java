package jbt.cli.flame;

import static jbt.cli.render.Maps.TEXT;
import static jbt.cli.render.Maps.histogram;
import static jbt.cli.render.Maps.map;
import static jbt.cli.render.Maps.row;
import static jbt.cli.render.Maps.table;
import static jbt.cli.render.Maps.text;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import jbt.cli.render.Table;
import jbt.server.merge.Cell;
import jbt.server.merge.Row;
import jbt.v1.ValueKind;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class FlameGraphTest {
  private static final String USER =
      "\n        ns::work(std::pair<int, char> const&)+12\n        main+3\n        0x7f00\n";
  private static final String KERNEL = "\n        vfs_read+1\n        ksys_read+97\n";
  private static final String PERF =
      "\n\t7f12 read+9 (/usr/lib/x86_64-linux-gnu/libc.so.6)\n\t401 main+3 (/bin/app (deleted))\n";

  private static final Table STACKS =
      table(
          map("@", ValueKind.VALUE_COUNT, TEXT, TEXT, TEXT),
          row(70, text(KERNEL), text(USER), text("app;1\u001b")),
          row(5, text("\n"), text(USER), text("app;1\u001b")),
          row(25, text("\n"), text("\n"), text("idle")));

  @Test
  void foldsFromTheOutermostIn() {
    assertThat(Folded.of(List.of(STACKS)).text())
        .isEqualTo(
            """
            app:1?;0x7f00;main;ns::work(std::pair<int, char> const&) 5
            app:1?;0x7f00;main;ns::work(std::pair<int, char> const&);ksys_read;vfs_read 70
            idle;[no stack] 25
            """);
  }

  @Test
  void addsUpRowsAndTellsMapsAndHostsApart() {
    Table counts =
        table(
            map("@n", ValueKind.VALUE_COUNT, TEXT),
            row(1, text("\n        a+1\n        main+3\n")),
            row(2, text("\n        a+2\n        main+3\n")));
    Table histograms =
        table(map("@h", ValueKind.VALUE_HIST, TEXT), row(histogram(3, 4, 5, 6), text(PERF)));
    Table host =
        new Table(
            counts.schema(),
            List.of(new Row("web1", List.of(text(KERNEL)), new Cell.Word(8, false))));
    Table plain = table(map("@x", ValueKind.VALUE_COUNT, TEXT), row(9, text("name")));
    assertThat(Folded.of(List.of(counts, plain)).text()).isEqualTo("main;a 3\n");
    assertThat(Folded.of(List.of(host)).text()).isEqualTo("web1;ksys_read;vfs_read 8\n");
    assertThat(Folded.of(List.of(counts, histograms)).text())
        .isEqualTo("@h;main;read 10\n@n;main;a 3\n");
    assertThat(Folded.of(List.of(plain)).isEmpty()).isTrue();
  }

  private record Box(double x, double y, double width) {}

  @Test
  void drawsBoxesAsWideAsTheirShare() throws Exception {
    String svg = FlameGraph.svg("a < b", Folded.of(List.of(STACKS)));
    Element picture =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)))
            .getDocumentElement();
    assertThat(picture.getTagName()).isEqualTo("svg");
    assertThat(svg).contains(">a &lt; b</text>").doesNotContain("<script");
    Map<String, Box> boxes = new HashMap<>();
    NodeList groups = picture.getElementsByTagName("g");
    List<String> titles = new ArrayList<>();
    for (int i = 0; i < groups.getLength(); i++) {
      Element group = (Element) groups.item(i);
      String title = group.getElementsByTagName("title").item(0).getTextContent();
      Element box = (Element) group.getElementsByTagName("rect").item(0);
      titles.add(title);
      boxes.put(
          title.substring(0, title.lastIndexOf(':')),
          new Box(number(box, "x"), number(box, "y"), number(box, "width")));
    }
    assertThat(titles)
        .containsExactly(
            "all: 100 (100.00%)",
            "app:1?: 75 (75.00%)",
            "0x7f00: 75 (75.00%)",
            "main: 75 (75.00%)",
            "ns::work(std::pair<int, char> const&): 75 (75.00%)",
            "ksys_read: 70 (70.00%)",
            "vfs_read: 70 (70.00%)",
            "idle: 25 (25.00%)",
            "[no stack]: 25 (25.00%)");
    assertThat(boxes.get("all")).isEqualTo(new Box(10, 142, 1180));
    assertThat(boxes.get("app:1?")).isEqualTo(new Box(10, 125, 885));
    assertThat(boxes.get("vfs_read")).isEqualTo(new Box(10, 40, 826));
    assertThat(boxes.get("idle")).isEqualTo(new Box(895, 125, 295));
    assertThat(boxes.get("[no stack]")).isEqualTo(new Box(895, 108, 295));
  }

  private static double number(Element element, String attribute) {
    return Double.parseDouble(element.getAttribute(attribute));
  }
}
