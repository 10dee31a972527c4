package jbt.server.merge;

import com.google.protobuf.ByteString;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import jbt.v1.Lines;
import jbt.v1.MapSchema;
import jbt.v1.Packets;
import jbt.v1.Rows;
import jbt.v1.Schema;
import jbt.v1.Type;
import jbt.v1.TypeKind;
import jbt.v1.ValueKind;

/**
 * Looks at a message before it is merged with those of others: what is not sound must fail the host
 * that sent it, and not the answer of all. Every method throws {@link MalformedException} or {@link
 * ExcessException}, and keeps nothing.
 */
public final class Sound {
  private static final int MAX_HIST_BITS = 5;
  private static final int PACKET_HEADER = 16;

  /** Where a packet's header says how many bytes follow it. */
  private static final int PACKET_KEPT = 8;

  private Sound() {}

  public static void schema(Schema schema) {
    Most.bytes(schema.getSerializedSize(), Most.SCHEMA, "schema");
    Most.count(schema.getMapsCount(), Most.MAPS, "maps");
    Most.count(schema.getPrintsCount(), Most.SITES, "print sites");
    Most.count(schema.getValuesCount(), Most.SITES, "value sites");
    for (MapSchema map : schema.getMapsList()) {
      Layout.of(map);
      map.getKeyList().forEach(type -> type(type, 0));
      type(map.getValue(), 0);
      boolean bits = map.getHistBits() >= 0 && map.getHistBits() <= MAX_HIST_BITS;
      boolean step = map.getKind() != ValueKind.VALUE_LHIST || map.getLhistStep() > 0;
      if (!bits || !step) {
        throw new MalformedException("impossible buckets of " + map.getName());
      }
      if (map.getKind() == ValueKind.VALUE_TSERIES && !SeriesValues.possible(map)) {
        throw new MalformedException("impossible intervals of " + map.getName());
      }
    }
    schema.getValuesList().forEach(site -> type(site.getType(), 0));
  }

  private static void type(Type type, int depth) {
    Most.count(depth, Most.DEPTH, "types inside each other");
    if (type.getKind() == TypeKind.TYPE_ARRAY && type.getPartsCount() != 1) {
      throw new MalformedException("an array without a type of its elements");
    }
    if (type.getNamesCount() != 0 && type.getNamesCount() != type.getPartsCount()) {
      throw new MalformedException("a record with other names than parts");
    }
    type.getPartsList().forEach(part -> type(part, depth + 1));
  }

  /**
   * Rows of a map.
   *
   * @param hosted whether its keys must have a host in front
   */
  public static void rows(MapSchema map, Rows rows, boolean hosted) {
    Columns columns = new Columns(map, rows);
    if (rows.getCount() > 0 && rows.getHostKeyed() != hosted) {
      throw new MalformedException(
          "keys of " + map.getName() + (hosted ? " without a host" : " with a host"));
    }
    ByteBuffer keys = buffer(rows.getKeys());
    ByteBuffer values = buffer(rows.getValues());
    int read = 0;
    for (int row = 0; row < rows.getCount(); row++) {
      if (rows.getKeyLengthCount() > 0) {
        int end = keys.position() + rows.getKeyLength(row);
        keys.limit(end);
        if (rows.getHostKeyed()) {
          text(keys);
        }
        all(map.getKeyList(), keys);
        whole(keys);
        keys.limit(keys.capacity());
      }
      if (columns.layout == Layout.VALUES) {
        int length = rows.getValueLength(row);
        values.limit(values.position() + length);
        if (map.getKind() == ValueKind.VALUE_TSERIES) {
          SeriesValues.decode(map, rows.getValues().substring(read, read + length));
          past(length, values);
        } else {
          skip(map.getValue(), values);
        }
        read += length;
        whole(values);
        values.limit(values.capacity());
      }
    }
  }

  /** One value of a print site. */
  public static void value(Type type, ByteString bytes) {
    ByteBuffer from = buffer(bytes);
    skip(type, from);
    whole(from);
  }

  public static void lines(Lines lines) {
    long sum = 0;
    for (int i = 0; i < lines.getLengthCount(); i++) {
      int length = lines.getLength(i);
      sum = length < 0 || sum < 0 ? -1 : sum + length;
    }
    if (sum != lines.getText().size()) {
      throw new MalformedException("lines whose lengths do not fit their text");
    }
  }

  public static void packets(Packets packets) {
    ByteBuffer records = buffer(packets.getRecords());
    int count = 0;
    while (records.remaining() >= PACKET_HEADER) {
      int kept = records.getInt(records.position() + PACKET_KEPT);
      if (kept < 0 || kept > records.remaining() - PACKET_HEADER) {
        break;
      }
      records.position(records.position() + PACKET_HEADER + kept);
      count++;
    }
    if (records.hasRemaining() || count != packets.getCount()) {
      throw new MalformedException("packets whose lengths do not fit their bytes");
    }
  }

  private static ByteBuffer buffer(ByteString bytes) {
    return bytes.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }

  private static void all(List<Type> types, ByteBuffer from) {
    for (int i = 0; i < types.size(); i++) {
      skip(types.get(i), from);
    }
  }

  /** Moves past a value of the type. */
  private static void skip(Type type, ByteBuffer from) {
    switch (type.getKind()) {
      case TYPE_INT, TYPE_BOOL, TYPE_POINTER -> past(Long.BYTES, from);
      case TYPE_STRING, TYPE_BUFFER -> text(from);
      case TYPE_TUPLE -> all(type.getPartsList(), from);
      case TYPE_ARRAY -> {
        int count = number(from);
        if (count < 0 || count > from.remaining()) {
          throw new MalformedException("an array of impossible length");
        }
        for (int i = 0; i < count; i++) {
          skip(type.getParts(0), from);
        }
      }
      case TYPE_NONE, UNRECOGNIZED -> throw new MalformedException("a value without type");
    }
  }

  private static void text(ByteBuffer from) {
    past(number(from), from);
  }

  private static int number(ByteBuffer from) {
    try {
      return from.getInt();
    } catch (BufferUnderflowException e) {
      throw new MalformedException("a value is cut off");
    }
  }

  private static void past(int length, ByteBuffer from) {
    if (length < 0 || length > from.remaining()) {
      throw new MalformedException("a value is cut off");
    }
    from.position(from.position() + length);
  }

  private static void whole(ByteBuffer from) {
    if (from.hasRemaining()) {
      throw new MalformedException("bytes follow a value");
    }
  }
}
