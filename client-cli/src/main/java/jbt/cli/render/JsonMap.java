package jbt.cli.render;

import com.google.protobuf.ByteString;
import java.util.List;
import jbt.server.merge.Bounds;
import jbt.server.merge.Cell;
import jbt.server.merge.Datum;
import jbt.server.merge.Row;
import jbt.v1.ValueKind;

/** Maps and values as bpftrace 0.26 writes them in JSON. */
final class JsonMap {
  private JsonMap() {}

  /** What the JSON record of a map of this kind has as its type. */
  static String type(ValueKind kind) {
    return switch (kind) {
      case VALUE_HIST, VALUE_LHIST -> "hist";
      case VALUE_TSERIES -> "tseries";
      case VALUE_AVG, VALUE_STATS -> "stats";
      case VALUE_PLAIN, VALUE_COUNTER, VALUE_COUNT, VALUE_SUM, VALUE_MIN, VALUE_MAX, UNRECOGNIZED ->
          "map";
    };
  }

  /** {"@name": value} or {"@name": {"key": value, ...}}. */
  static void data(Bytes out, Table table, int top, long div) {
    List<Row> rows = table.ordered(top);
    out.add('{');
    string(out, table.schema().getName());
    out.add(": ");
    boolean keyed = rows.getFirst().host() != null || !rows.getFirst().key().isEmpty();
    out.add(keyed ? "{" : "");
    String separator = "";
    for (Row row : rows) {
      out.add(separator);
      if (keyed) {
        Bytes key = new Bytes();
        key(key, row);
        string(out, key.toArray());
        out.add(": ");
      }
      cell(out, table, row.cell(), div == 0 ? 1 : div);
      separator = ", ";
    }
    out.add(keyed ? "}}" : "}");
  }

  /** As text, but without the spaces between parts. */
  private static void key(Bytes out, Row row) {
    if (row.host() != null) {
      out.add(row.host()).add(row.key().isEmpty() ? "" : ",");
    }
    String separator = "";
    for (Datum part : row.key()) {
      out.add(separator);
      keyPart(out, part);
      separator = ",";
    }
  }

  private static void keyPart(Bytes out, Datum part) {
    if (!(part instanceof Datum.Tuple(List<Datum> parts, List<String> names))) {
      TextMap.value(out, part);
      return;
    }
    boolean named = !names.isEmpty();
    String before = named ? "{." : "(";
    for (int i = 0; i < parts.size(); i++) {
      out.add(before).add(named ? names.get(i) + "=" : "");
      keyPart(out, parts.get(i));
      before = named ? ",." : ",";
    }
    out.add(named ? "}" : ")");
  }

  static void value(Bytes out, Datum value) {
    switch (value) {
      case Datum.Int(long bits, boolean signed) -> number(out, bits, signed);
      case Datum.Bool(boolean b) -> out.add(b ? "true" : "false");
      case Datum.Text(ByteString bytes) -> string(out, bytes.toByteArray());
      case Datum.Buffer(ByteString bytes) -> buffer(out, bytes);
      case Datum.Pointer(long address) -> number(out, address, false);
      case Datum.Tuple tuple when !tuple.names().isEmpty() -> object(out, tuple);
      case Datum.Tuple tuple -> list(out, tuple.parts());
      case Datum.Array array -> list(out, array.elements());
    }
  }

  private static void object(Bytes out, Datum.Tuple fields) {
    String before = "{";
    for (int i = 0; i < fields.parts().size(); i++) {
      out.add(before);
      string(out, fields.names().get(i));
      out.add(": ");
      value(out, fields.parts().get(i));
      before = ", ";
    }
    out.add('}');
  }

  static void string(Bytes out, String text) {
    string(out, Bytes.of(text).toArray());
  }

  /** JSON is UTF-8: bytes that are not are written as those of buffers, so that they differ. */
  static void string(Bytes out, byte[] text) {
    out.add('"');
    int i = 0;
    while (i < text.length) {
      int length = Utf8.sequence(text, i);
      byte b = text[i];
      if (length == 0) {
        out.add("\\\\x").add(Utf8.hex(b));
      } else if (length > 1) {
        out.add(text, i, length);
      } else if (b == '"' || b == '\\') {
        out.add('\\').addByte(b);
      } else if (b == '\n') {
        out.add("\\n");
      } else if (b == '\r') {
        out.add("\\r");
      } else if (b == '\t') {
        out.add("\\t");
      } else if (b < 0x20 || b == 0x7f) {
        out.add("\\u00").add(Utf8.hex(b));
      } else {
        out.addByte(b);
      }
      i += Math.max(1, length);
    }
    out.add('"');
  }

  /** As a string where a reader that keeps numbers as doubles would change it. */
  static void number(Bytes out, long bits, boolean signed) {
    long magnitude = signed ? Math.abs(bits) : bits;
    int significant =
        64 - Long.numberOfLeadingZeros(magnitude) - Long.numberOfTrailingZeros(magnitude);
    String digits = Values.decimal(bits, signed);
    if (magnitude == 0 || significant <= 53) {
      out.add(digits);
    } else {
      out.add('"').add(digits).add('"');
    }
  }

  /** Numbers of signed bytes. */
  private static void buffer(Bytes out, ByteString bytes) {
    out.add('[');
    for (int i = 0; i < bytes.size(); i++) {
      out.add(i > 0 ? "," : "").add(bytes.byteAt(i));
    }
    out.add(']');
  }

  private static void list(Bytes out, List<Datum> values) {
    out.add('[');
    for (int i = 0; i < values.size(); i++) {
      if (i > 0) {
        out.add(',');
      }
      value(out, values.get(i));
    }
    out.add(']');
  }

  private static void cell(Bytes out, Table table, Cell cell, long divisor) {
    switch (cell) {
      case Cell.Word(long bits, boolean signed) ->
          number(out, Values.divide(bits, divisor, signed), signed);
      case Cell.Extreme(long bits, boolean _, boolean signed) ->
          number(out, Values.divide(bits, divisor, signed), signed);
      case Cell.Single(Datum value) -> value(out, Values.divide(value, divisor));
      case Cell.Histogram histogram ->
          bars(out, Histogram.bars(table.schema(), histogram, divisor));
      case Cell.Series series -> Series.json(out, table.schema(), series);
      case Cell.Mean mean -> {
        long average = Values.divide(mean.average(), divisor, mean.signed());
        if (table.schema().getKind() == ValueKind.VALUE_STATS) {
          out.add("{\"count\": ");
          number(out, mean.count(), false);
          out.add(", \"average\": ");
          number(out, average, mean.signed());
          out.add(", \"total\": ");
          number(out, mean.total(), mean.signed());
          out.add('}');
        } else {
          number(out, average, mean.signed());
        }
      }
    }
  }

  /** Both ends are inclusive; one that is open is left out. */
  private static void bars(Bytes out, List<Histogram.Bar> bars) {
    out.add('[');
    String separator = "";
    for (Histogram.Bar bar : bars) {
      Bounds bounds = bar.bounds();
      out.add(separator).add('{');
      if (!bounds.openBelow()) {
        out.add("\"min\": ");
        number(out, bounds.low(), true);
        out.add(", ");
      }
      if (!bounds.openAbove()) {
        out.add("\"max\": ");
        number(out, bounds.high() - 1, true);
        out.add(", ");
      }
      out.add("\"count\": ");
      number(out, bar.count(), false);
      out.add('}');
      separator = ",";
    }
    out.add(']');
  }
}
