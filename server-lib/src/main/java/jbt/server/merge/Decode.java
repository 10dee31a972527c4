package jbt.server.merge;

import com.google.protobuf.ByteString;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import jbt.v1.MapSchema;
import jbt.v1.Rows;
import jbt.v1.Type;
import org.jspecify.annotations.Nullable;

/** Typed values of canonical bytes and columns (the encodings are written down in tracer.proto). */
public final class Decode {
  /** A longer nesting than any compiler of ours makes; it bounds the recursion. */
  private static final int MAX_DEPTH = 64;

  private Decode() {}

  /**
   * All rows of a message, in its order.
   *
   * @throws MalformedException when the rows do not fit the schema
   */
  public static List<Row> rows(MapSchema map, Rows rows) {
    List<Row> result = new ArrayList<>();
    Columns columns = new Columns(map, rows);
    while (columns.next()) {
      ByteBuffer key = buffer(columns.key());
      @Nullable String host = rows.getHostKeyed() ? host(key) : null;
      List<Datum> parts = parts(map.getKeyList(), key, 0);
      whole(key);
      result.add(new Row(host, parts, cell(map, columns)));
    }
    return result;
  }

  /**
   * One value of a print site.
   *
   * @throws MalformedException when the bytes are not exactly one value of the type
   */
  public static Datum value(Type type, ByteString bytes) {
    ByteBuffer from = buffer(bytes);
    Datum value = datum(type, from, 0);
    whole(from);
    return value;
  }

  private static Cell cell(MapSchema map, Columns columns) {
    boolean signed = map.getValue().getSigned();
    return switch (map.getKind()) {
      case VALUE_COUNT -> new Cell.Word(columns.word(0), false);
      case VALUE_COUNTER -> new Cell.Word(columns.word(0), true);
      case VALUE_SUM -> new Cell.Word(columns.word(0), signed);
      case VALUE_MIN, VALUE_MAX -> new Cell.Extreme(columns.word(0), columns.word(1) != 0, signed);
      case VALUE_AVG, VALUE_STATS -> new Cell.Mean(columns.word(0), columns.word(1), signed);
      case VALUE_HIST, VALUE_LHIST -> histogram(columns);
      case VALUE_TSERIES -> new Cell.Series(SeriesValues.decode(map, columns.value()));
      case VALUE_PLAIN, UNRECOGNIZED ->
          new Cell.Single(
              columns.layout == Layout.VALUES
                  ? value(map.getValue(), columns.value())
                  : scalar(map.getValue(), columns.word(0)));
    };
  }

  private static Cell histogram(Columns columns) {
    TreeMap<Integer, Long> sorted = new TreeMap<>();
    for (int i = 0; i < columns.buckets(); i++) {
      if (columns.bucketCount(i) != 0) {
        sorted.merge(columns.bucket(i), columns.bucketCount(i), Long::sum);
      }
    }
    List<Cell.Bucket> buckets = new ArrayList<>(sorted.size());
    sorted.forEach((index, count) -> buckets.add(new Cell.Bucket(index, count)));
    return new Cell.Histogram(buckets);
  }

  private static List<Datum> parts(List<Type> types, ByteBuffer from, int depth) {
    List<Datum> parts = new ArrayList<>(types.size());
    for (Type type : types) {
      parts.add(datum(type, from, depth));
    }
    return parts;
  }

  private static Datum datum(Type type, ByteBuffer from, int depth) {
    if (depth > MAX_DEPTH) {
      throw new MalformedException("a value is nested too deeply");
    }
    try {
      return switch (type.getKind()) {
        case TYPE_INT, TYPE_BOOL, TYPE_POINTER -> scalar(type, from.getLong());
        case TYPE_STRING -> new Datum.Text(text(from));
        case TYPE_BUFFER -> new Datum.Buffer(text(from));
        case TYPE_TUPLE ->
            new Datum.Tuple(parts(type.getPartsList(), from, depth + 1), type.getNamesList());
        case TYPE_ARRAY -> new Datum.Array(elements(type, from, depth + 1));
        case TYPE_NONE, UNRECOGNIZED -> throw new MalformedException("a value without type");
      };
    } catch (BufferUnderflowException e) {
      throw new MalformedException("a value is cut off");
    }
  }

  private static Datum scalar(Type type, long word) {
    return switch (type.getKind()) {
      case TYPE_BOOL -> new Datum.Bool(word != 0);
      case TYPE_POINTER -> new Datum.Pointer(word);
      case TYPE_INT, TYPE_NONE, TYPE_STRING, TYPE_TUPLE, TYPE_ARRAY, TYPE_BUFFER, UNRECOGNIZED ->
          new Datum.Int(word, type.getSigned());
    };
  }

  private static List<Datum> elements(Type type, ByteBuffer from, int depth) {
    int count = from.getInt();
    if (type.getPartsCount() != 1 || count < 0 || count > from.remaining()) {
      throw new MalformedException("an array of impossible length");
    }
    List<Datum> elements = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      elements.add(datum(type.getParts(0), from, depth));
    }
    return elements;
  }

  private static ByteString text(ByteBuffer from) {
    int length = from.getInt();
    if (length < 0 || length > from.remaining()) {
      throw new MalformedException("a string is cut off");
    }
    return ByteString.copyFrom(from, length);
  }

  private static String host(ByteBuffer key) {
    try {
      return text(key).toStringUtf8();
    } catch (BufferUnderflowException e) {
      throw new MalformedException("a key without its host");
    }
  }

  private static ByteBuffer buffer(ByteString bytes) {
    return bytes.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }

  private static void whole(ByteBuffer from) {
    if (from.hasRemaining()) {
      throw new MalformedException("bytes follow a value");
    }
  }
}
