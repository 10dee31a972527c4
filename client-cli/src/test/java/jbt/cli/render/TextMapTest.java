package jbt.cli.render;

import static jbt.cli.render.Maps.INT;
import static jbt.cli.render.Maps.TEXT;
import static jbt.cli.render.Maps.histogram;
import static jbt.cli.render.Maps.map;
import static jbt.cli.render.Maps.number;
import static jbt.cli.render.Maps.row;
import static jbt.cli.render.Maps.table;
import static jbt.cli.render.Maps.text;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import jbt.server.merge.Cell;
import jbt.server.merge.Datum;
import jbt.server.merge.Row;
import jbt.v1.MapSchema;
import jbt.v1.Type;
import jbt.v1.TypeKind;
import jbt.v1.ValueKind;
import org.junit.jupiter.api.Test;

class TextMapTest {
  private static String print(Table table) {
    return print(table, 0, 0);
  }

  private static String print(Table table, int top, long div) {
    Bytes out = new Bytes();
    TextMap.print(out, table, "", top, div);
    return out.toString();
  }

  @Test
  void scalarOfEachKind() {
    assertThat(print(table(map("@c", ValueKind.VALUE_COUNT), row(37)))).isEqualTo("@c: 37\n");
    assertThat(print(table(map("@s", ValueKind.VALUE_SUM), row(-5)))).isEqualTo("@s: -5\n");
    assertThat(print(table(map("@m", ValueKind.VALUE_MIN), row(new Cell.Extreme(-9, true, true)))))
        .isEqualTo("@m: -9\n");
    assertThat(print(table(map("@", ValueKind.VALUE_COUNTER), row(12)))).isEqualTo("@: 12\n");
    assertThat(print(table(map("@a", ValueKind.VALUE_AVG), row(new Cell.Mean(7, 2, true)))))
        .isEqualTo("@a: 3\n");
    assertThat(print(table(map("@a", ValueKind.VALUE_AVG), row(new Cell.Mean(-7, 2, true)))))
        .isEqualTo("@a: -3\n");
    assertThat(print(table(map("@t", ValueKind.VALUE_STATS), row(new Cell.Mean(6, 3, true)))))
        .isEqualTo("@t: { .count = 3, .average = 2, .total = 6 }\n");
  }

  @Test
  void unsignedIsPrintedUnsigned() {
    MapSchema sum = map("@s", ValueKind.VALUE_SUM).toBuilder().setValue(Maps.UINT).build();
    assertThat(print(table(sum, row(-1)))).isEqualTo("@s: 18446744073709551615\n");
    assertThat(print(table(sum, row(-1)), 0, 2)).isEqualTo("@s: 9223372036854775807\n");
  }

  @Test
  void plainValues() {
    assertThat(print(plain(INT, number(5)))).isEqualTo("@v: 5\n");
    assertThat(print(plain(TEXT, text("bash")))).isEqualTo("@v: bash\n");
    assertThat(print(plain(kind(TypeKind.TYPE_BOOL), new Datum.Bool(true))))
        .isEqualTo("@v: true\n");
    assertThat(print(plain(kind(TypeKind.TYPE_POINTER), new Datum.Pointer(-1))))
        .isEqualTo("@v: 0xffffffffffffffff\n");
    Type pair = Type.newBuilder().setKind(TypeKind.TYPE_TUPLE).addParts(INT).addParts(TEXT).build();
    assertThat(print(plain(pair, new Datum.Tuple(List.of(number(1), text("a"))))))
        .isEqualTo("@v: (1, a)\n");
    Datum named = new Datum.Tuple(List.of(number(1), text("a")), List.of("x", "y"));
    assertThat(print(plain(pair.toBuilder().addNames("x").addNames("y").build(), named)))
        .isEqualTo("@v: { .x = 1, .y = a }\n");
    Type array = Type.newBuilder().setKind(TypeKind.TYPE_ARRAY).addParts(INT).build();
    assertThat(print(plain(array, new Datum.Array(List.of(number(1), number(2))))))
        .isEqualTo("@v: [1,2]\n");
  }

  private static Type kind(TypeKind kind) {
    return Type.newBuilder().setKind(kind).build();
  }

  private static Table plain(Type type, Datum value) {
    MapSchema map = map("@v", ValueKind.VALUE_PLAIN).toBuilder().setValue(type).build();
    return table(map, row(new Cell.Single(value)));
  }

  @Test
  void numbersAreInOrderOfValueThenKey() {
    MapSchema map = map("@n", ValueKind.VALUE_COUNT, TEXT);
    Table table = table(map, row(9, text("c")), row(1, text("b")), row(1, text("a")));
    assertThat(print(table)).isEqualTo("@n[a]: 1\n@n[b]: 1\n@n[c]: 9\n");
  }

  @Test
  void signedMinimumsAreInSignedOrder() {
    MapSchema map = map("@n", ValueKind.VALUE_MIN, INT);
    Table table =
        table(
            map,
            row(new Cell.Extreme(5, true, true), number(1)),
            row(new Cell.Extreme(-5, true, true), number(2)));
    assertThat(print(table)).isEqualTo("@n[2]: -5\n@n[1]: 5\n");
  }

  @Test
  void averagesAreInOrderOfTheAverage() {
    MapSchema map = map("@a", ValueKind.VALUE_AVG, TEXT);
    Table table =
        table(
            map,
            row(new Cell.Mean(100, 100, true), text("one")),
            row(new Cell.Mean(50, 1, true), text("fifty")),
            row(new Cell.Mean(-4, 2, true), text("minus")));
    assertThat(print(table)).isEqualTo("@a[minus]: -2\n@a[one]: 1\n@a[fifty]: 50\n");
  }

  @Test
  void otherValuesAreInOrderOfTheirKey() {
    MapSchema map = map("@t", ValueKind.VALUE_PLAIN, INT, TEXT).toBuilder().setValue(TEXT).build();
    Table table =
        table(
            map,
            row(new Cell.Single(text("z")), number(2), text("a")),
            row(new Cell.Single(text("y")), number(-1), text("b")),
            row(new Cell.Single(text("x")), number(-1), text("a")));
    assertThat(print(table)).isEqualTo("@t[-1, a]: x\n@t[-1, b]: y\n@t[2, a]: z\n");
  }

  @Test
  void nestedTupleKeepsItsParentheses() {
    Type pair = Type.newBuilder().setKind(TypeKind.TYPE_TUPLE).addParts(INT).addParts(INT).build();
    MapSchema map = map("@k", ValueKind.VALUE_COUNT, pair, TEXT);
    Datum inner = new Datum.Tuple(List.of(number(1), number(2)));
    assertThat(print(table(map, row(3, inner, text("x"))))).isEqualTo("@k[(1, 2), x]: 3\n");
  }

  @Test
  void topKeepsTheLargestAndDivDivides() {
    MapSchema map = map("@n", ValueKind.VALUE_SUM, TEXT);
    Table table = table(map, row(1000, text("a")), row(3000, text("b")), row(2000, text("c")));
    assertThat(print(table, 2, 1000)).isEqualTo("@n[c]: 2\n@n[b]: 3\n");
    Table stats = table(map("@t", ValueKind.VALUE_STATS), row(new Cell.Mean(6000, 3, true)));
    assertThat(print(stats, 0, 1000))
        .isEqualTo("@t: { .count = 3, .average = 2, .total = 6000 }\n");
  }

  @Test
  void emptyKeyedMapPrintsNothing() {
    assertThat(print(table(map("@n", ValueKind.VALUE_COUNT, TEXT)))).isEmpty();
  }

  @Test
  void zeroOfEachKind() {
    assertThat(print(Table.zero(map("@c", ValueKind.VALUE_COUNT)))).isEqualTo("@c: 0\n");
    assertThat(print(Table.zero(map("@a", ValueKind.VALUE_AVG)))).isEqualTo("@a: 0\n");
    assertThat(print(Table.zero(map("@h", ValueKind.VALUE_HIST)))).isEqualTo("@h:\n\n");
    MapSchema word = map("@v", ValueKind.VALUE_PLAIN).toBuilder().setValue(TEXT).build();
    assertThat(print(Table.zero(word))).isEqualTo("@v: \n");
    Type symbol = TEXT.toBuilder().setZero("0x0").build();
    MapSchema place = word.toBuilder().setValue(symbol).build();
    assertThat(print(Table.zero(place))).isEqualTo("@v: 0x0\n");
  }

  @Test
  void powersOfTwo() {
    MapSchema map = map("@h", ValueKind.VALUE_HIST);
    // 0 is below zero, 1 and 2 are the values 0 and 1, 3 is [2, 4), 12 is [1K, 2K).
    Table table = table(map, row(histogram(0, 4, 1, 2, 3, 1, 12, 8)));
    assertThat(print(table))
        .isEqualTo(
            """
            @h:
            (..., 0)               4 |@@@@@@@@@@@@@@@@@@@@@@@@@@                          |
            [0]                    2 |@@@@@@@@@@@@@                                       |
            [1]                    0 |                                                    |
            [2, 4)                 1 |@@@@@@                                              |
            [4, 8)                 0 |                                                    |
            [8, 16)                0 |                                                    |
            [16, 32)               0 |                                                    |
            [32, 64)               0 |                                                    |
            [64, 128)              0 |                                                    |
            [128, 256)             0 |                                                    |
            [256, 512)             0 |                                                    |
            [512, 1K)              0 |                                                    |
            [1K, 2K)               8 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|

            """);
  }

  @Test
  void powersOfTwoInParts() {
    MapSchema map = map("@h", ValueKind.VALUE_HIST).toBuilder().setHistBits(2).build();
    // 1..8 are exact; then four buckets a power: 9 is [8, 10), 37 is [1K, 1280).
    assertThat(print(table(map, row(histogram(8, 1, 9, 1))))).contains("[7] ").contains("[8, 10) ");
    assertThat(print(table(map, row(histogram(36, 1, 37, 1)))))
        .contains("[896, 1K) ")
        .contains("[1K, 1280) ");
  }

  @Test
  void linear() {
    MapSchema map =
        map("@l", ValueKind.VALUE_LHIST).toBuilder().setLhistMax(100).setLhistStep(10).build();
    assertThat(print(table(map, row(histogram(0, 1, 1, 2, 11, 4)))))
        .startsWith("@l:\n(..., 0)               1 |@@@@@@@@@@@@@ ")
        .contains("\n[0, 10)                2 |")
        .contains("\n[90, 100)              0 |")
        .endsWith("\n[100, ...)             4 |" + "@".repeat(52) + "|\n\n");
    MapSchema kilo =
        map("@l", ValueKind.VALUE_LHIST).toBuilder().setLhistMax(5000).setLhistStep(1024).build();
    assertThat(print(table(kilo, row(histogram(1, 1, 2, 1, 6, 1)))))
        .contains("[0, 1K) ")
        .contains("[1K, 2K) ")
        .contains("[5000, ...) ");
  }

  @Test
  void keyedHistogramsAreInOrderOfTheirTotals() {
    MapSchema map = map("@h", ValueKind.VALUE_HIST, TEXT);
    Table table =
        table(map, row(histogram(1, 5), text("a")), row(histogram(1, 1, 2, 1), text("b")));
    String bar = "@".repeat(52);
    assertThat(print(table))
        .isEqualTo(
            "@h[b]:\n[0]                    1 |%s|\n[1]                    1 |%s|\n\n"
                    .formatted(bar, bar)
                + "@h[a]:\n[0]                    5 |%s|\n\n".formatted(bar));
  }

  @Test
  void hostStandsBeforeTheKey() {
    MapSchema map = map("@", ValueKind.VALUE_COUNT, INT);
    Row row = new Row("a", List.of(number(32586)), new Cell.Word(98, false));
    assertThat(print(table(map, row))).isEqualTo("@[a, 32586]: 98\n");
    MapSchema scalar = map("@last", ValueKind.VALUE_PLAIN);
    Row alone = new Row("b", List.of(), new Cell.Single(number(7)));
    assertThat(print(table(scalar, alone))).isEqualTo("@last[b]: 7\n");
  }
}
