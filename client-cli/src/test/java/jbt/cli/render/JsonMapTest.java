package jbt.cli.render;

import static jbt.cli.render.Maps.INT;
import static jbt.cli.render.Maps.TEXT;
import static jbt.cli.render.Maps.histogram;
import static jbt.cli.render.Maps.map;
import static jbt.cli.render.Maps.number;
import static jbt.cli.render.Maps.print;
import static jbt.cli.render.Maps.row;
import static jbt.cli.render.Maps.table;
import static jbt.cli.render.Maps.text;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Set;
import jbt.server.merge.Cell;
import jbt.server.merge.Datum;
import jbt.server.merge.Row;
import jbt.v1.LineKind;
import jbt.v1.Lines;
import jbt.v1.MapSchema;
import jbt.v1.ValueKind;
import org.junit.jupiter.api.Test;

class JsonMapTest {
  private static String one(MapPrint print) {
    Bytes out = new Bytes();
    new JsonRendering(false, false, false).map(out, print);
    return out.toString();
  }

  private static String value(Datum value) {
    Bytes out = new Bytes();
    JsonMap.value(out, value);
    return out.toString();
  }

  @Test
  void maps() {
    assertThat(one(print(table(map("@c", ValueKind.VALUE_COUNT), row(37)))))
        .isEqualTo("{\"type\": \"map\", \"data\": {\"@c\": 37}}\n");
    MapSchema keyed = map("@m", ValueKind.VALUE_COUNT, TEXT, INT);
    assertThat(
            one(print(table(keyed, row(2, text("a b"), number(1)), row(1, text("c"), number(2))))))
        .isEqualTo("{\"type\": \"map\", \"data\": {\"@m\": {\"c,2\": 1, \"a b,1\": 2}}}\n");
    assertThat(one(print(table(keyed)))).isEmpty();
  }

  @Test
  void averagesAndStats() {
    assertThat(one(print(table(map("@a", ValueKind.VALUE_AVG), row(new Cell.Mean(7, 2, true))))))
        .isEqualTo("{\"type\": \"stats\", \"data\": {\"@a\": 3}}\n");
    assertThat(one(print(table(map("@s", ValueKind.VALUE_STATS), row(new Cell.Mean(12, 2, true))))))
        .isEqualTo(
            "{\"type\": \"stats\", \"data\": "
                + "{\"@s\": {\"count\": 2, \"average\": 6, \"total\": 12}}}\n");
  }

  @Test
  void histogramsHaveInclusiveEnds() {
    assertThat(one(print(table(map("@h", ValueKind.VALUE_HIST), row(histogram(0, 1, 1, 2))))))
        .isEqualTo(
            "{\"type\": \"hist\", \"data\": {\"@h\": "
                + "[{\"max\": -1, \"count\": 1},{\"min\": 0, \"max\": 0, \"count\": 2}]}}\n");
    MapSchema linear =
        map("@l", ValueKind.VALUE_LHIST, TEXT).toBuilder().setLhistMax(20).setLhistStep(10).build();
    assertThat(one(print(table(linear, row(histogram(2, 1, 3, 5), text("k"))))))
        .isEqualTo(
            "{\"type\": \"hist\", \"data\": {\"@l\": {\"k\": "
                + "[{\"min\": 10, \"max\": 19, \"count\": 1},{\"min\": 20, \"count\": 5}]}}}\n");
    assertThat(one(print(Table.zero(map("@h", ValueKind.VALUE_HIST)))))
        .isEqualTo("{\"type\": \"hist\", \"data\": {\"@h\": []}}\n");
  }

  @Test
  void values() {
    assertThat(value(number(-3))).isEqualTo("-3");
    assertThat(value(new Datum.Bool(false))).isEqualTo("false");
    assertThat(value(new Datum.Tuple(List.of(number(1), text("x"))))).isEqualTo("[1,\"x\"]");
    assertThat(value(new Datum.Tuple(List.of(number(1), text("x")), List.of("a", "b"))))
        .isEqualTo("{\"a\": 1, \"b\": \"x\"}");
    assertThat(value(new Datum.Pointer(16))).isEqualTo("16");
  }

  @Test
  void numbersThatADoubleCantHoldAreStrings() {
    assertThat(value(number(1L << 53))).isEqualTo("9007199254740992");
    assertThat(value(number((1L << 53) + 1))).isEqualTo("\"9007199254740993\"");
    assertThat(value(number(Long.MIN_VALUE))).isEqualTo("-9223372036854775808");
    assertThat(value(number(Long.MAX_VALUE))).isEqualTo("\"9223372036854775807\"");
    assertThat(value(new Datum.Int(-1, false))).isEqualTo("\"18446744073709551615\"");
  }

  @Test
  void stringsAreEscapedAndAlwaysUtf8() {
    assertThat(value(text("a\"b\\c\n\r\t\u0001\u007fé")))
        .isEqualTo("\"a\\\"b\\\\c\\n\\r\\t\\u0001\\u007fé\"");
    byte[] broken = {'x', (byte) 0xff, (byte) 0xc3, 'y', (byte) 0xed, (byte) 0xa0, (byte) 0x80};
    assertThat(value(new Datum.Text(ByteString.copyFrom(broken))))
        .isEqualTo("\"x\\\\xff\\\\xc3y\\\\xed\\\\xa0\\\\x80\"");
  }

  @Test
  void oneRecordAnEvent() {
    Lines lines =
        Lines.newBuilder()
            .setHost("a")
            .setKind(LineKind.LINE_PRINTF)
            .setText(ByteString.copyFromUtf8("one\ntwo"))
            .addLength(4)
            .addLength(3)
            .build();
    Bytes out = new Bytes();
    new JsonRendering(true, false, false).lines(out, lines);
    assertThat(out.toString())
        .isEqualTo(
            """
            {"type": "printf", "data": "one\\n", "host": "a"}
            {"type": "printf", "data": "two", "host": "a"}
            """);
  }

  @Test
  void severalHosts() {
    JsonRendering json = new JsonRendering(true, false, false);
    Table table = table(map("@x", ValueKind.VALUE_COUNT), row(37));
    Bytes out = new Bytes();
    json.map(
        out, new MapPrint(table, "", 0, 0, 1, 2, Set.of(), false, new MapPrint.Place(12, false)));
    json.map(
        out, new MapPrint(table, "", 0, 0, 1, 2, Set.of(), false, new MapPrint.Place(12, true)));
    json.map(out, new MapPrint(table, "a", 0, 0, 1, 1, Set.of(), false, null));
    assertThat(out.toString())
        .isEqualTo(
            """
            {"type": "map", "data": {"@x": 37}, "round": 12, "hosts": 1, "hosts_expected": 2}
            {"type": "map", "data": {"@x": 37}, "round": 12, "amends": true, "hosts": 1, "hosts_expected": 2}
            {"type": "map", "data": {"@x": 37}, "host": "a"}
            """);
  }

  @Test
  void perHost() {
    Table table =
        table(
            map("@x", ValueKind.VALUE_COUNT),
            new Row("b", List.of(), new Cell.Word(2, false)),
            new Row("a", List.of(), new Cell.Word(1, false)));
    Bytes out = new Bytes();
    new JsonRendering(true, true, false)
        .map(out, new MapPrint(table, "", 0, 0, 2, 2, Set.of(), false, null));
    assertThat(out.toString())
        .isEqualTo(
            """
            {"type": "map", "data": {"@x": 1}, "host": "a"}
            {"type": "map", "data": {"@x": 2}, "host": "b"}
            """);
  }
}
