package jbt.cli.render;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import jbt.server.merge.Cell;
import jbt.server.merge.Datum;
import jbt.server.merge.Encode;
import jbt.server.merge.Row;
import jbt.v1.MapSchema;
import jbt.v1.Rows;
import jbt.v1.Type;
import jbt.v1.TypeKind;
import jbt.v1.ValueKind;

/** Maps as they come over the wire, for tests. */
public final class Maps {
  public static final Type INT =
      Type.newBuilder().setKind(TypeKind.TYPE_INT).setBytes(8).setSigned(true).build();
  public static final Type UINT = INT.toBuilder().setSigned(false).build();
  public static final Type TEXT = Type.newBuilder().setKind(TypeKind.TYPE_STRING).build();

  private Maps() {}

  public static MapSchema map(String name, ValueKind kind, Type... key) {
    return MapSchema.newBuilder()
        .setName(name)
        .setKind(kind)
        .setValue(INT)
        .addAllKey(List.of(key))
        .build();
  }

  public static Datum text(String text) {
    return new Datum.Text(ByteString.copyFromUtf8(text));
  }

  public static Datum number(long value) {
    return new Datum.Int(value, true);
  }

  public static Row row(Cell cell, Datum... key) {
    return new Row(null, List.of(key), cell);
  }

  public static Row row(long value, Datum... key) {
    return row(new Cell.Word(value, true), key);
  }

  /** A histogram from bucket numbers and counts in turn. */
  public static Cell histogram(long... buckets) {
    List<Cell.Bucket> list = new ArrayList<>();
    for (int i = 0; i < buckets.length; i += 2) {
      list.add(new Cell.Bucket((int) buckets[i], buckets[i + 1]));
    }
    return new Cell.Histogram(list);
  }

  public static Rows rows(MapSchema map, Row... rows) {
    return Encode.rows(map, Arrays.asList(rows));
  }

  /** Through the wire's encoding and back. */
  public static Table table(MapSchema map, Row... rows) {
    return Table.of(map, rows(map, rows));
  }

  public static MapPrint print(Table table) {
    return new MapPrint(table, "", 0, 0, 1, 1, Set.of(), false, null);
  }
}
