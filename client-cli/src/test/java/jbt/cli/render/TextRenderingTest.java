package jbt.cli.render;

import static jbt.cli.render.Maps.TEXT;
import static jbt.cli.render.Maps.histogram;
import static jbt.cli.render.Maps.map;
import static jbt.cli.render.Maps.row;
import static jbt.cli.render.Maps.table;
import static jbt.cli.render.Maps.text;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import jbt.server.merge.Cell;
import jbt.server.merge.Row;
import jbt.v1.Lines;
import jbt.v1.MapSchema;
import jbt.v1.ValueKind;
import org.junit.jupiter.api.Test;

class TextRenderingTest {
  private final Bytes out = new Bytes();

  private static Lines lines(String host, byte[] text) {
    return Lines.newBuilder().setHost(host).setText(ByteString.copyFrom(text)).build();
  }

  private static Lines lines(String host, String text) {
    return lines(host, Bytes.of(text).toArray());
  }

  private static TextRendering piped(boolean many) {
    return new TextRendering(many, false, false, false);
  }

  @Test
  void oneHostsTextIsPassedAsItIs() {
    byte[] raw = {27, '[', 'm', (byte) 0xff, 'x'};
    piped(false).lines(out, lines("a", raw));
    assertThat(out.toArray()).isEqualTo(raw);
  }

  @Test
  void linesOfSeveralHostsHaveTheirHost() {
    TextRendering text = piped(true);
    text.lines(out, lines("a", "one\ntwo\n"));
    text.lines(out, lines("b", "three\n"));
    assertThat(out.toString()).isEqualTo("a | one\na | two\nb | three\n");
  }

  @Test
  void lineInPiecesWaitsForItsEnd() {
    TextRendering text = piped(true);
    text.lines(out, lines("a", "half "));
    text.lines(out, lines("b", "whole\n"));
    assertThat(out.toString()).isEqualTo("b | whole\n");
    text.lines(out, lines("a", "done\nrest"));
    assertThat(out.toString()).isEqualTo("b | whole\na | half done\n");
    text.beforeFinal(out);
    assertThat(out.toString()).isEqualTo("b | whole\na | half done\na | rest\n\n\n");
  }

  @Test
  void controlCharactersCantDriveATerminal() {
    TextRendering text = new TextRendering(false, false, true, true);
    byte[] hostile = Bytes.of("a\033]0;x\007\tb\r\u009b\u202eé\177").addByte((byte) 0x9b).toArray();
    text.lines(out, lines("a", hostile));
    assertThat(out.toString())
        .isEqualTo("a\\x1b]0;x\\x07\tb\\x0d\\xc2\\x9b\\xe2\\x80\\xaeé\\x7f\\x9b");
  }

  @Test
  void hostsAreColouredOnATerminal() {
    new TextRendering(true, false, true, true).lines(out, lines("a", "x\n"));
    assertThat(out.toString()).matches("\033\\[3[2-6]ma\033\\[0m \\| x\n");
  }

  @Test
  void noColourWhereItIsNotWanted() {
    new TextRendering(true, false, true, false).lines(out, lines("a", "x\n"));
    assertThat(out.toString()).isEqualTo("a | x\n");
  }

  @Test
  void partialSumIsMarkedOnItsLine() {
    Table table = table(map("@x", ValueKind.VALUE_COUNT), row(37));
    TextRendering text = piped(true);
    text.map(out, new MapPrint(table, "", 0, 0, 1, 2, Set.of(), false, null));
    text.map(out, new MapPrint(table, "", 0, 0, 2, 2, Set.of(), false, null));
    text.map(
        out, new MapPrint(table, "", 0, 0, 1, 2, Set.of(), false, new MapPrint.Place(12, true)));
    assertThat(out.toString()).isEqualTo("@x: 37 (1/2 hosts)\n@x: 37\n@x: 37 (amends round 12)\n");
  }

  @Test
  void partialHistogramIsMarkedInItsHead() {
    Table table = table(map("@h", ValueKind.VALUE_HIST), row(histogram(1, 1)));
    piped(true).map(out, new MapPrint(table, "", 0, 0, 1, 2, Set.of(), false, null));
    assertThat(out.toString())
        .isEqualTo("@h: (1/2 hosts)\n[0]                    1 |" + "@".repeat(52) + "|\n\n");
  }

  @Test
  void mapOfOneHostHasItInFront() {
    Table table = table(map("@h", ValueKind.VALUE_HIST), row(histogram(1, 1)));
    piped(true).map(out, new MapPrint(table, "a", 0, 0, 1, 1, Set.of(), false, null));
    assertThat(out.toString())
        .isEqualTo("a | @h:\na | [0]                    1 |" + "@".repeat(52) + "|\na | \n");
  }

  @Test
  void perHostKeepsHostsApartAndTopCountsInEach() {
    MapSchema map = map("@n", ValueKind.VALUE_COUNT, TEXT);
    Table table =
        table(
            map,
            new Row("b", List.of(text("x")), new Cell.Word(1, false)),
            new Row("a", List.of(text("x")), new Cell.Word(5, false)),
            new Row("a", List.of(text("y")), new Cell.Word(4, false)));
    new TextRendering(true, true, false, false)
        .map(out, new MapPrint(table, "", 1, 0, 2, 2, Set.of(), false, null));
    assertThat(out.toString()).isEqualTo("a | @n[x]: 5\nb | @n[x]: 1\n");
  }

  @Test
  void perHostMarksWhatAHostMayNotHaveCountedToTheEnd() {
    Table table =
        table(
            map("@n", ValueKind.VALUE_COUNT),
            new Row("b", List.of(), new Cell.Word(7, false)),
            new Row("a", List.of(), new Cell.Word(5, false)));
    MapPrint print = new MapPrint(table, "", 0, 0, 1, 2, Set.of("b"), false, null);
    new TextRendering(true, true, false, false).map(out, print);
    assertThat(out.toString()).isEqualTo("a | @n: 5\nb | @n: 7 (0/1 hosts)\n");
    Bytes json = new Bytes();
    new JsonRendering(true, true, false).map(json, print);
    assertThat(json.toString())
        .isEqualTo(
            """
            {"type": "map", "data": {"@n": 5}, "host": "a"}
            {"type": "map", "data": {"@n": 7}, "hosts": 0, "hosts_expected": 1, "host": "b"}
            """);
  }

  /** A print in an event probe is one host's, and its rows can name it as well. */
  @Test
  void perHostNamesAHostOnce() {
    Table table =
        table(map("@n", ValueKind.VALUE_COUNT), new Row("a", List.of(), new Cell.Word(5, false)));
    MapPrint print = new MapPrint(table, "a", 0, 0, 1, 1, Set.of(), false, null);
    new TextRendering(true, true, false, false).map(out, print);
    assertThat(out.toString()).isEqualTo("a | @n: 5\n");
    Bytes json = new Bytes();
    new JsonRendering(true, true, false).map(json, print);
    assertThat(json.toString())
        .isEqualTo("{\"type\": \"map\", \"data\": {\"@n\": 5}, \"host\": \"a\"}\n");
  }

  /** A script that never ends its lines must not fill the memory. */
  @Test
  void aLineWithoutEndIsCut() {
    TextRendering text = piped(true);
    for (int i = 0; i < 70; i++) {
      text.lines(out, lines("a", "x".repeat(1000)));
    }
    text.beforeFinal(out);
    assertThat(out.toString())
        .isEqualTo("a | " + "x".repeat(66_000) + "\na | " + "x".repeat(4_000) + "\n\n\n");
  }

  /** What this thread has had of a processor, whatever else the machine does. */
  private static long usedNanos() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  @Test
  void twoThousandHosts() {
    MapSchema map = map("@", ValueKind.VALUE_COUNT, TEXT);
    List<Row> rows = new ArrayList<>();
    for (int i = 1999; i >= 0; i--) {
      rows.add(new Row("web%04d".formatted(i), List.of(text("sshd")), new Cell.Word(i, false)));
    }
    Table table = table(map, rows.toArray(new Row[0]));
    long start = usedNanos();
    piped(true).map(out, new MapPrint(table, "", 0, 0, 1999, 2000, Set.of(), false, null));
    assertThat(usedNanos() - start).isLessThan(2_000_000_000L);
    String text = out.toString();
    assertThat(text.lines()).hasSize(2000);
    assertThat(text).startsWith("@[web0000, sshd]: 0 (1999/2000 hosts)\n");
    assertThat(text).endsWith("@[web1999, sshd]: 1999 (1999/2000 hosts)\n");
  }

  @Test
  void manyLinesAreFast() {
    byte[] text =
        "12345 process-name\n".repeat(10_000).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    TextRendering many = piped(true);
    long start = usedNanos();
    for (int i = 0; i < 100; i++) {
      many.lines(new Bytes(1 << 19), lines("a", text));
    }
    // A million lines; the bound leaves room for a slow machine.
    assertThat(usedNanos() - start).isLessThan(2_000_000_000L);
  }
}
