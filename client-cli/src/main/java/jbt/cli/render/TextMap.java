package jbt.cli.render;

import com.google.protobuf.ByteString;
import java.time.ZoneId;
import java.util.List;
import jbt.server.merge.Cell;
import jbt.server.merge.Datum;
import jbt.server.merge.Row;
import jbt.v1.ValueKind;

/** Maps and values as bpftrace 0.26 prints them. */
public final class TextMap {
  private TextMap() {}

  /**
   * Prints all rows.
   *
   * @param mark what a reader must know about each value, " (1/2 hosts)"; usually empty
   * @param top how many of the last rows are printed; 0 for all
   * @param div what numbers are divided by; 0 for nothing
   */
  static void print(Bytes out, Table table, String mark, int top, long div) {
    long divisor = div == 0 ? 1 : div;
    for (Row row : table.ordered(top)) {
      out.add(table.schema().getName());
      if (row.host() != null || !row.key().isEmpty()) {
        out.add('[');
        key(out, row);
        out.add(']');
      }
      switch (row.cell()) {
        case Cell.Histogram histogram -> {
          out.add(":").add(mark).add('\n');
          Histogram.draw(out, Histogram.bars(table.schema(), histogram, divisor));
          out.add('\n');
        }
        case Cell.Series series -> {
          out.add(":").add(mark).add('\n');
          Series.draw(out, table.schema(), series, ZoneId.systemDefault());
          out.add('\n');
        }
        case Cell.Word(long bits, boolean signed) -> number(out, bits, divisor, signed, mark);
        case Cell.Extreme(long bits, boolean _, boolean signed) ->
            number(out, bits, divisor, signed, mark);
        case Cell.Mean mean -> {
          out.add(": ");
          mean(out, table.schema().getKind(), mean, divisor);
          out.add(mark).add('\n');
        }
        case Cell.Single(Datum value) -> {
          out.add(": ");
          value(out, Values.divide(value, divisor));
          out.add(mark).add('\n');
        }
      }
    }
  }

  private static void number(Bytes out, long bits, long divisor, boolean signed, String mark) {
    out.add(": ")
        .add(Values.decimal(Values.divide(bits, divisor, signed), signed))
        .add(mark)
        .add('\n');
  }

  public static void value(Bytes out, Datum value) {
    switch (value) {
      case Datum.Int(long bits, boolean signed) -> out.add(Values.decimal(bits, signed));
      case Datum.Bool(boolean b) -> out.add(b ? "true" : "false");
      case Datum.Text text -> out.add(text.bytes().toByteArray());
      case Datum.Buffer(ByteString bytes) -> buffer(out, bytes);
      case Datum.Pointer(long address) -> out.add("0x").add(Long.toHexString(address));
      case Datum.Tuple tuple when !tuple.names().isEmpty() -> fields(out, tuple);
      case Datum.Tuple tuple -> {
        out.add('(');
        list(out, tuple.parts(), ", ");
        out.add(')');
      }
      case Datum.Array array -> {
        out.add('[');
        list(out, array.elements(), ",");
        out.add(']');
      }
    }
  }

  private static void fields(Bytes out, Datum.Tuple fields) {
    String before = "{ .";
    for (int i = 0; i < fields.parts().size(); i++) {
      out.add(before).add(fields.names().get(i)).add(" = ");
      value(out, fields.parts().get(i));
      before = ", .";
    }
    out.add(" }");
  }

  /** Printable characters as they are, other bytes as escapes. */
  private static void buffer(Bytes out, ByteString bytes) {
    for (int i = 0; i < bytes.size(); i++) {
      byte b = bytes.byteAt(i);
      if (b >= ' ' && b < 0x7f) {
        out.addByte(b);
      } else {
        out.add("\\x").add(Utf8.hex(b));
      }
    }
  }

  /** A row's key without brackets, its host first. */
  private static void key(Bytes out, Row row) {
    if (row.host() != null) {
      out.add(row.host()).add(row.key().isEmpty() ? "" : ", ");
    }
    list(out, row.key(), ", ");
  }

  private static void list(Bytes out, List<Datum> parts, String separator) {
    for (int i = 0; i < parts.size(); i++) {
      if (i > 0) {
        out.add(separator);
      }
      value(out, parts.get(i));
    }
  }

  private static void mean(Bytes out, ValueKind kind, Cell.Mean mean, long divisor) {
    boolean signed = mean.signed();
    String average = Values.decimal(Values.divide(mean.average(), divisor, signed), signed);
    if (kind != ValueKind.VALUE_STATS) {
      out.add(average);
      return;
    }
    out.add("{ .count = ")
        .add(Long.toUnsignedString(mean.count()))
        .add(", .average = ")
        .add(average)
        .add(", .total = ")
        .add(Values.decimal(mean.total(), signed))
        .add(" }");
  }
}
